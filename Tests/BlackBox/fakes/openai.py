"""A provider of the OpenAI family: chat completions, whole and as SSE chunks, and embeddings."""

import base64
import json
import struct

from .server import FakeProvider, stream, whole

USAGE = (1000, 500)
"""Prompt and completion tokens: those of the known answers on cost."""


def usage_object(usage, cached=None):
    """The counts as an object; one that is an object already stays."""
    if isinstance(usage, dict):
        return usage
    prompt, completion = usage
    value = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    if cached is not None:
        value["prompt_tokens_details"] = {"cached_tokens": cached}
    return value


def tool_call(name, arguments, id="call_1"):
    return {
        "id": id,
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }


def completion(text="four", model="gpt-x", usage=USAGE, tool_calls=None, finish=None, **extra):
    """A whole answer; `usage=None` leaves the counts out."""
    message = {"role": "assistant", "content": text}
    if tool_calls:
        message = {"role": "assistant", "content": None, "tool_calls": tool_calls}
    value = {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 1767225600,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": finish or ("tool_calls" if tool_calls else "stop"),
            }
        ],
    }
    if usage is not None:
        value["usage"] = usage_object(usage)
    value.update(extra)
    return whole(value)


def whole_thought(thought, text="four"):
    """An answer with what was thought before it, in the field that servers of the family have."""
    value = json.loads(completion(text).steps[0])
    value["choices"][0]["message"]["reasoning_content"] = thought
    return whole(value)


def streamed_thought(thoughts, texts=("fo", "ur")):
    """A stream of thoughts and the answer."""
    first, *rest = pieces(texts)
    thoughts = [chunk({"reasoning_content": thought}) for thought in thoughts]
    return stream([first, *thoughts, *rest])


def event(value):
    """One SSE event."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def chunk(delta=None, finish=None, model="gpt-x", **extra):
    """One chunk of a stream, as an SSE event."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return event(
        {
            "id": "chatcmpl-fake",
            "object": "chat.completion.chunk",
            "created": 1767225600,
            "model": model,
            "choices": choices,
            **extra,
        }
    )


def pieces(texts, usage=USAGE, usage_in="own", finish="stop", done=True, model="gpt-x"):
    """The events of a stream; `usage_in` says which chunk carries the counts."""
    events = [chunk({"role": "assistant", "content": ""}, model=model)]
    events += [chunk({"content": text}, model=model) for text in texts]
    counts = {"usage": usage_object(usage)} if usage else {}
    if usage_in == "x_groq" and usage:
        last = {"x_groq": counts}
    else:
        last = counts if usage_in == "last" else {}
    events.append(chunk({}, finish, model=model, **last))
    if usage and usage_in == "own":
        events.append(chunk(None, model=model, **counts))
    if done:
        events.append(DONE)
    return events


def streamed(texts=("fo", "ur"), **options):
    """A whole stream."""
    return stream(pieces(texts, **options))


def streamed_tool_call(name="add", parts=('{"a": 2,', ' "b": 2}'), usage=USAGE):
    """A stream that calls one tool, with its arguments in parts."""
    first = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "index": 0,
                "id": "call_1",
                "type": "function",
                "function": {"name": name, "arguments": ""},
            }
        ],
    }
    events = [chunk(first)]
    for part in parts:
        events.append(chunk({"tool_calls": [{"index": 0, "function": {"arguments": part}}]}))
    events += [chunk({}, "tool_calls"), chunk(None, usage=usage_object(usage)), DONE]
    return stream(events)


def error(status, message="no", type="server_error", code=None, headers=None):
    """An error answer."""
    body = {"error": {"message": message, "type": type, "code": code, "param": None}}
    return whole(body, status, headers)


def text_completion(texts=("four",), model="gpt-x", usage=USAGE, finish="stop", **choice):
    """A whole completion of a prompt, or of several, with a text for each choice."""
    choices = [
        {"text": text, "index": index, "logprobs": None, "finish_reason": finish, **choice}
        for index, text in enumerate(texts)
    ]
    return whole(text_object(choices, model, usage=usage_object(usage)))


def text_object(choices, model="gpt-x", **extra):
    return {
        "id": "cmpl-fake",
        "object": "text_completion",
        "created": 1767225600,
        "model": model,
        "choices": choices,
        **extra,
    }


def streamed_text(texts=("fo", "ur"), model="gpt-x", usage=USAGE):
    """A completion of a prompt as a stream."""
    choice = {"index": 0, "logprobs": None, "finish_reason": None}
    events = [event(text_object([{**choice, "text": text}], model)) for text in texts]
    last = {**choice, "text": "", "finish_reason": "stop"}
    events.append(event(text_object([last], model)))
    events.append(event(text_object([], model, usage=usage_object(usage))))
    return stream([*events, DONE])


def embeddings(count=1, encoding=None, model="gpt-x", tokens=8, **extra):
    """Vectors that tell which text of the request they are of."""
    vectors = [[index + 0.5, -1.25] for index in range(count)]
    if encoding == "base64":
        vectors = [base64.b64encode(struct.pack("<2f", *vector)).decode() for vector in vectors]
    return whole(
        {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": vector}
                for index, vector in enumerate(vectors)
            ],
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
        | extra
    )


class OpenAIProvider(FakeProvider):
    """Answers chat completions and requests for embeddings."""

    def __init__(self, models=("gpt-x",), text="four"):
        super().__init__(models)
        self.text = text

    def model_list(self, request):
        return {
            "object": "list",
            "data": [{"id": model, "object": "model", "owned_by": "fake"} for model in self.models],
        }

    def answer(self, request):
        body = request.json
        if request.path.endswith("/embeddings"):
            texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
            return embeddings(len(texts), body.get("encoding_format"), body["model"])
        if request.path.endswith("/v1/completions"):
            return streamed_text(model=body["model"]) if body.get("stream") else text_completion()
        if body.get("stream"):
            half = len(self.text) // 2
            return streamed((self.text[:half], self.text[half:]), model=body["model"])
        return completion(self.text, model=body["model"])
