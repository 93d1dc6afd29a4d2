"""Ollama: answers to chats and prompts, whole and as lines of JSON."""

import json

from .server import FakeProvider, stream, whole

USAGE = (26, 5)


def part(text, model="llama-x", **message):
    """One line before the last."""
    return {
        "model": model,
        "created_at": "2026-11-01T00:00:00Z",
        "message": {"role": "assistant", "content": text, **message},
        "done": False,
    }


def last(text="", model="llama-x", usage=USAGE, reason="stop", **message):
    """The last line, which is also the form of a whole answer."""
    value = part(text, model, **message)
    value.update(
        done=True,
        done_reason=reason,
        total_duration=5_000_000,
        load_duration=1_000_000,
        prompt_eval_duration=1_000_000,
        eval_duration=3_000_000,
    )
    if usage[0] is not None:
        value["prompt_eval_count"] = usage[0]
    value["eval_count"] = usage[1]
    return value


def line(value):
    return json.dumps(value).encode() + b"\n"


def lines(values):
    return stream([line(value) for value in values], "application/x-ndjson")


def streamed(texts=("fo", "ur"), model="llama-x", usage=USAGE):
    """A whole stream."""
    return lines([*(part(text, model) for text in texts), last(model=model, usage=usage)])


def streamed_thought(thoughts, texts=("fo", "ur")):
    """A stream of thoughts and the answer."""
    return lines([*(part("", thinking=t) for t in thoughts), *map(part, texts), last()])


def completed_thought(thoughts, texts=("fo", "ur")):
    """The same to a prompt."""
    thoughts = [completed(done=False, thinking=thought) for thought in thoughts]
    return lines([*thoughts, *(completed(text, done=False) for text in texts), completed()])


def completed(text="", done=True, model="llama-x", usage=USAGE, **extra):
    """A line of an answer to a prompt: the text stands in another place than in a chat's."""
    value = last(text, model, usage) if done else part(text, model)
    return value | {"response": value.pop("message")["content"]} | extra


def tool_calls(name="add", arguments=None):
    """Arguments are an object here, not a string."""
    return [{"function": {"name": name, "arguments": arguments or {"a": 2, "b": 2}}}]


def error(text="model runner has unexpectedly stopped", status=500):
    return whole({"error": text}, status)


class OllamaProvider(FakeProvider):
    """Answers `/api/chat` and `/api/generate`, and what is asked of models."""

    def __init__(self, models=("llama-x",), text="four"):
        super().__init__(models)
        self.text = text

    def model_list(self, request):
        return {"models": [{"name": m, "model": m, "size": 1} for m in self.models]}

    def look_up(self, request):
        if request.path == "/api/ps":
            loaded = {"name": self.models[0], "model": self.models[0], "size_vram": 7}
            return whole({"models": [loaded]})
        return super().look_up(request)

    def answer(self, request):
        body = request.json
        if request.path == "/api/generate" and not body.get("prompt"):
            # Without a prompt it loads the model, and with `keep_alive` 0 it unloads it.
            reason = "unload" if body.get("keep_alive") == 0 else "load"
            return whole({"model": body["model"], "response": "", "done": True,
                          "done_reason": reason})  # fmt: skip
        if request.path == "/api/show":
            info = {"general.architecture": "llama", "llama.context_length": 4096}
            return whole({"model_info": info, "capabilities": ["completion"], "details": {}})
        if request.path == "/api/embed":
            count = len(body["input"]) if isinstance(body["input"], list) else 1
            vectors = [[index + 0.5, -1.25] for index in range(count)]
            return whole(
                {"model": body["model"], "embeddings": vectors, "prompt_eval_count": 3 * count}
            )
        if request.path == "/api/embeddings":
            return whole({"embedding": [0.5, -1.25]})
        if request.path == "/api/generate":
            if not body.get("stream", True):
                return whole(completed(self.text, model=body["model"]))
            half = len(self.text) // 2
            texts = [self.text[:half], self.text[half:]]
            return lines([*(completed(t, done=False) for t in texts), completed()])
        if body.get("stream", True):
            half = len(self.text) // 2
            return streamed((self.text[:half], self.text[half:]), model=body["model"])
        return whole(last(self.text, model=body["model"]))
