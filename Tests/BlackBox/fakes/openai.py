"""A provider of the OpenAI family: chat completions, whole and as SSE chunks, and embeddings."""

import base64
import json
import struct

from .server import FakeProvider, stream, whole

USAGE = (1000, 500)
"""Prompt and completion tokens: round, so that a bill can be worked out by hand."""


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


def output_text(text="four", id="msg_0"):
    """A message of a response's output."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {
        "type": "message", "id": id, "status": "completed", "role": "assistant", "content": [part],
    }  # fmt: skip


def sealed(text="gAAAAsealed", id="rs_0"):
    """A reasoning item that only its provider can read."""
    return {"type": "reasoning", "id": id, "summary": [], "encrypted_content": text}


def response(items=None, model="gpt-x", usage=USAGE, id="resp_fake", status="completed", **extra):
    """A whole response of OpenAI's API of that name; `usage=None` leaves the counts out."""
    return whole(response_object(items, model, usage, id, status, **extra))


def response_object(
    items=None, model="gpt-x", usage=USAGE, id="resp_fake", status="completed", **extra
):
    value = {
        "id": id, "object": "response", "created_at": 1767225600, "status": status, "error": None,
        "incomplete_details": None, "model": model, "store": True,
        "output": [output_text()] if items is None else items,
        "x_vendor": {"kept": [1.50, "ü"]},
    }  # fmt: skip
    if usage is not None:
        given, written = usage
        value["usage"] = {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": given + written,
        }
    return value | extra


def response_event(type, sequence, **members):
    value = {"type": type, "sequence_number": sequence, **members}
    return f"event: {type}\ndata: {json.dumps(value)}\n\n".encode()


def response_events(items=None, ending="response.completed", deltas=("fo", "ur"), **options):
    """The events of a streamed response: its items, of the first message's text pieces before."""
    whole_one = response_object(items, **options)
    begun = whole_one | {"output": [], "status": "in_progress", "usage": None}
    events = [
        ("response.created", {"response": begun}),
        ("response.in_progress", {"response": begun}),
    ]
    for index, item in enumerate(whole_one["output"]):
        events.append(("response.output_item.added", {"output_index": index, "item": item}))
        if item["type"] == "message":
            place = {"item_id": item["id"], "output_index": index, "content_index": 0}
            for text in deltas:
                events.append(("response.output_text.delta", place | {"delta": text}))
        elif item["type"] == "x_vendor_item":
            events.append(("response.x_vendor.delta", {"delta": {"any": "thing"}}))
        events.append(("response.output_item.done", {"output_index": index, "item": item}))
    events.append((ending, {"response": whole_one}))
    return [response_event(type, place, **more) for place, (type, more) in enumerate(events)]


def streamed_response(items=None, **options):
    return stream(response_events(items, **options))


ITEM_TYPES = {
    "message", "function_call", "function_call_output", "custom_tool_call",
    "custom_tool_call_output", "reasoning", "compaction", "compaction_trigger", "item_reference",
    "additional_tools", "tool_search_call", "tool_search_output", "web_search_call",
    "x_vendor_item",
}  # fmt: skip


def refused_response(body, known=()):
    """What OpenAI refuses of a request for a response; `None` for nothing."""

    def refuse(message, param, code=None, status=400):
        error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
        return whole({"error": error}, status)

    if "messages" in body or "response_format" in body:
        return refuse("Unsupported parameter: 'messages' moved to 'input'", "messages")
    previous = body.get("previous_response_id")
    if previous is not None and previous not in known:
        message = f"Previous response with id '{previous}' not found."
        return refuse(message, "previous_response_id", "previous_response_not_found")
    if "input" not in body and previous is None:
        return refuse("Missing required parameter: 'input'.", "input")
    for place, item in enumerate(body["input"] if isinstance(body.get("input"), list) else []):
        path = f"input[{place}]"
        if item.get("type", "message") not in ITEM_TYPES:
            return refuse(f"Invalid value: '{item['type']}'.", path + ".type", "invalid_value")
        text = item.get("encrypted_content")
        if text is not None and not text.startswith("gAAAA"):
            return refuse("The encrypted content could not be verified.", path, "invalid_encrypted_content")
        if item.get("type") == "reasoning" and text is None and item.get("id", "rs_") not in known:
            return refuse(f"Item with id '{item.get('id')}' not found.", path, status=404)
    return None


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

    def look_up(self, request):
        path = request.path.partition("?")[0]
        if "/responses/" in path:
            return error(404, "Response not found.", "invalid_request_error")
        return super().look_up(request)

    def answer(self, request):
        if request.method != "POST" or request.path.endswith("/cancel"):
            return error(404, "Response not found.", "invalid_request_error")
        body = request.json
        if request.path.endswith("/responses/compact"):
            item = {"type": "compaction", "id": "cmp_0", "encrypted_content": "gAAAAcompact"}
            return whole(response_object([item], body["model"]) | {"object": "response.compaction"})
        if request.path.endswith("/responses/input_tokens"):
            return whole({"object": "response.input_tokens", "input_tokens": 11})
        if request.path.endswith("/responses"):
            refusal = refused_response(body)
            if refusal or not body.get("stream"):
                return refusal or response([output_text(self.text)], body["model"])
            half = len(self.text) // 2
            return streamed_response(
                [output_text(self.text)],
                deltas=(self.text[:half], self.text[half:]),
                model=body["model"],
            )
        if request.path.endswith("/embeddings"):
            texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
            return embeddings(len(texts), body.get("encoding_format"), body["model"])
        if request.path.endswith("/v1/completions"):
            return streamed_text(model=body["model"]) if body.get("stream") else text_completion()
        if body.get("stream"):
            half = len(self.text) // 2
            return streamed((self.text[:half], self.text[half:]), model=body["model"])
        return completion(self.text, model=body["model"])
