"""Google's Gemini API: `generateContent`, whole and as SSE events without a terminal one.

Written from the reference of `GenerateContentResponse`, `Model` and Google's error model, as of
November 2026. Counts of zero are left out, as Google's JSON leaves out zeros.
"""

import json
import urllib.parse

from .server import FakeProvider, stream, whole

USAGE = (1000, 500)


def usage_object(usage, thoughts=0, cached=0):
    """The counts as an object; one that is an object already stays."""
    if isinstance(usage, dict):
        return usage
    prompt, answer = usage
    counts = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": answer,
        "thoughtsTokenCount": thoughts,
        "cachedContentTokenCount": cached,
        "totalTokenCount": prompt + answer + thoughts,
    }
    return {name: count for name, count in counts.items() if count}


def value(parts, finish=None, model="gemini-x", usage=USAGE, **extra):
    """An answer, or an event of a stream, of these parts."""
    candidate = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    answer = {"candidates": [candidate], "modelVersion": model, "responseId": "fake-response"}
    if usage is not None:
        answer["usageMetadata"] = usage_object(usage)
    answer.update(extra)
    return answer


def text(text):
    return {"text": text}


def thought(text):
    return {"text": text, "thought": True}


def streamed_thought(thoughts, texts=("fo", "ur")):
    """A stream of thoughts and the answer."""
    return stream([*(event(value([thought(t)])) for t in thoughts), *pieces(texts)])


def call(name="add", args=None):
    """A function's call: without an id, its arguments an object."""
    args = {"a": 2, "b": 2} if args is None else args
    return {"functionCall": {"name": name, "args": args}, "thoughtSignature": "c2lnbmVk"}


def answer(words="four", finish="STOP", **options):
    return whole(value([text(words)], finish, **options))


def blocked(reason="SAFETY"):
    """What is answered to a prompt that Google blocks."""
    return whole(
        {
            "promptFeedback": {"blockReason": reason},
            "usageMetadata": {"promptTokenCount": 8, "totalTokenCount": 8},
            "modelVersion": "gemini-x",
        }
    )


def event(value):
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\r\n\r\n"


def pieces(texts, usage=USAGE, model="gemini-x", finish="STOP"):
    """The events of a stream: its answer is counted in the last one, and nothing but the end of the
    bytes ends it."""
    first = usage and (usage[0], 0)
    events = [event(value([text(t)], model=model, usage=first)) for t in texts]
    return [*events, event(value([text("")], finish, model=model, usage=usage))]


def streamed(texts=("fo", "ur"), **options):
    return stream(pieces(texts, **options))


def error(code, status, message="no", details=(), headers=None):
    """An error answer."""
    body = {"error": {"code": code, "message": message, "status": status}}
    if details:
        body["error"]["details"] = list(details)
    return whole(body, code, headers)


def retry_info(delay):
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def quota_failure(quota="GenerateRequestsPerDayPerProjectPerModel-FreeTier", value="250"):
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": quota, "quotaValue": value}],
    }


def wrong_key():
    """Google says 400 to a wrong key."""
    reason = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
    }
    text = "API key not valid. Please pass a valid API key."
    return error(400, "INVALID_ARGUMENT", text, [reason])


class GeminiProvider(FakeProvider):
    """Answers `models/…:generateContent`, `:streamGenerateContent?alt=sse` and
    `:batchEmbedContents`."""

    page_size = 2
    """Models in a page of the list, whatever is asked for, as servers may."""

    def __init__(self, models=("gemini-x",), text="four"):
        super().__init__(models)
        self.text = text

    def model_list(self, request):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
        start = int(query.get("pageToken", ["0"])[0])
        listed = [
            {
                "name": f"models/{model}",
                "version": "001",
                "inputTokenLimit": 1048576,
                "outputTokenLimit": 65536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            }
            for model in self.models
        ] + [{"name": "models/imagen-x", "supportedGenerationMethods": ["predict"]}]
        page = {"models": listed[start : start + self.page_size]}
        if start + self.page_size < len(listed):
            page["nextPageToken"] = str(start + self.page_size)
        return page

    KNOWN = {
        "model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig",
        "safetySettings", "cachedContent", "requests", "content", "taskType", "title",
        "outputDimensionality", "generateContentRequest", "store", "serviceTier",
    }  # fmt: skip

    def answer(self, request):
        for name in request.json:
            head, *rest = name.split("_")
            if head + "".join(word.capitalize() for word in rest) not in self.KNOWN:
                return error(
                    400, "INVALID_ARGUMENT",
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.',
                )  # fmt: skip
        path, _, query = request.path.partition("?")
        resource, _, method = path.partition(":")
        model = urllib.parse.unquote(resource.rpartition("/models/")[2])
        if method == "streamGenerateContent":
            if query != "alt=sse":
                return error(400, "INVALID_ARGUMENT", "this fake streams SSE only")
            half = len(self.text) // 2
            return streamed((self.text[:half], self.text[half:]), model=model)
        if method == "embedContent":
            return whole({"embedding": {"values": [0.5, -1.25]}})
        if method == "batchEmbedContents":
            vectors = [[n + 0.5, -1.25] for n in range(len(request.json["requests"]))]
            return whole({"embeddings": [{"values": vector} for vector in vectors]})
        if method == "countTokens":
            return whole({"totalTokens": 21})
        if method != "generateContent":
            return error(404, "NOT_FOUND", f"no method {method}")
        return answer(self.text, model=model)
