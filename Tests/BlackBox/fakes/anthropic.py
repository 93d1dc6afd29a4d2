"""A provider of the Anthropic family: messages, whole and as named SSE events."""

import json

from .server import FakeProvider, stream, whole

USAGE = (1000, 500)
SIGNATURE = "EqQBCgIYAhIM+signed/by+Anthropic=="


def usage_object(usage, cache_write=0, cache_read=0):
    """The counts as an object; one that is an object already stays."""
    if isinstance(usage, dict):
        return usage
    return {
        "input_tokens": usage[0],
        "output_tokens": usage[1],
        "cache_creation_input_tokens": cache_write,
        "cache_read_input_tokens": cache_read,
    }


def message(
    text="four", model="claude-x", usage=USAGE, tool=None, stop=None, thinking=None, **extra
):
    """A whole answer; `tool` is a name and its input."""
    content = [{"type": "text", "text": text}]
    if thinking:
        content.insert(0, {"type": "thinking", "thinking": thinking, "signature": SIGNATURE})
    if tool:
        content = [{"type": "tool_use", "id": "toolu_1", "name": tool[0], "input": tool[1]}]
    value = {
        "id": "msg_fake",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop or ("tool_use" if tool else "end_turn"),
        "stop_sequence": None,
        "usage": usage_object(usage),
    }
    value.update(extra)
    return whole(value)


def event(name, **fields):
    """One named SSE event."""
    return f"event: {name}\n".encode() + b"data: " + json.dumps(
        {"type": name, **fields}
    ).encode() + b"\n\n"


def start(model="claude-x", usage=USAGE, cache_write=0, cache_read=0):
    return event(
        "message_start",
        message={
            "id": "msg_fake",
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_object((usage[0], 1), cache_write, cache_read),
        },
    )


def text_events(texts, index=0):
    events = [
        event("content_block_start", index=index, content_block={"type": "text", "text": ""})
    ]
    events += [
        event("content_block_delta", index=index, delta={"type": "text_delta", "text": text})
        for text in texts
    ]
    return events + [event("content_block_stop", index=index)]


def end(usage=USAGE, stop="end_turn"):
    return [
        event(
            "message_delta",
            delta={"stop_reason": stop, "stop_sequence": None},
            usage={"output_tokens": usage[1]},
        ),
        event("message_stop"),
    ]


def streamed(texts=("fo", "ur"), model="claude-x", usage=USAGE):
    """A whole stream, with a ping and an event of a kind that nobody knows."""
    events = [start(model, usage), event("ping"), *text_events(texts)]
    return stream([*events, event("some_future_event", detail=1), *end(usage)])


def streamed_thought(thoughts, texts=("fo", "ur")):
    """A stream of thoughts, their signature and the answer."""
    block = {"type": "thinking", "thinking": "", "signature": ""}
    events = [start(), event("content_block_start", index=0, content_block=block)]
    deltas = [{"type": "thinking_delta", "thinking": thought} for thought in thoughts]
    deltas.append({"type": "signature_delta", "signature": SIGNATURE})
    events += [event("content_block_delta", index=0, delta=delta) for delta in deltas]
    events.append(event("content_block_stop", index=0))
    return stream([*events, *text_events(texts, index=1), *end()])


def streamed_tool_use(name="add", parts=('{"a": 2,', ' "b": 2}')):
    """A stream that uses one tool, with its input in parts."""
    block = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}
    events = [start(), event("content_block_start", index=0, content_block=block)]
    events += [
        event("content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": p})
        for p in parts
    ]
    return stream([*events, event("content_block_stop", index=0), *end(stop="tool_use")])


def error(status, type="api_error", text="no", headers=None):
    """An error answer."""
    return whole({"type": "error", "error": {"type": type, "message": text}}, status, headers)


class AnthropicProvider(FakeProvider):
    """Answers messages, and counts their tokens."""

    def __init__(self, models=("claude-x",), text="four"):
        super().__init__(models)
        self.text = text

    def model_list(self, request):
        return {
            "data": [{"type": "model", "id": m, "display_name": m} for m in self.models],
            "has_more": False,
            "first_id": self.models[0],
            "last_id": self.models[-1],
        }

    def answer(self, request):
        body = request.json
        if request.path.partition("?")[0].endswith("/count_tokens"):
            return whole({"input_tokens": 21})
        if body.get("stream"):
            half = len(self.text) // 2
            return streamed((self.text[:half], self.text[half:]), model=body["model"])
        return message(self.text, model=body["model"])
