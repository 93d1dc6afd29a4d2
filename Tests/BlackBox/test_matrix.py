"""Every client API over every family of providers, through the client's own SDK.

docs/compatibility.md prints the table; the other files test each API more closely.
"""

import base64
import json
import threading

import anthropic
import httpx
import ollama
import openai
import pytest
from google.genai import errors as gemini_errors
from google.genai import types

from conftest import anthropic_client, gemini_client, ollama_client, openai_client
from fakes import anthropic as fake_anthropic
from fakes import gemini as fake_gemini
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.server import Hold, stream, whole
from gateway import PATIENCE, SOON

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and the rest").decode()
PARAMETERS = {
    "type": "object",
    "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
}
SCHEMA = {
    "type": "object",
    "properties": {"sum": {"type": "integer"}},
    "required": ["sum"],
    "additionalProperties": False,
}
TEXT = "What is 2+2?"


def joined(pieces):
    return "".join(piece or "" for piece in pieces)


def status_of(error):
    """The HTTP status, under the name that the SDK has for it."""
    return error.code if isinstance(error, gemini_errors.APIError) else error.status_code


def thought_of(message):
    """What was thought, which OpenAI's SDK has no field of its own for."""
    return (message.model_extra or {}).get("reasoning_content")


class Chat:
    """OpenAI's chat completions."""

    path = "/v1/chat/completions"
    errors = openai.APIStatusError

    def __init__(self, gateway):
        self.client = openai_client(gateway)

    @staticmethod
    def body(content=TEXT):
        return {"messages": [{"role": "user", "content": content}]}

    def create(self, model, **options):
        return self.client.chat.completions.create(model=model, **{**self.body(), **options})

    def plain(self, model):
        return self.create(model).choices[0].message.content

    def streamed(self, model):
        chunks = self.create(model, stream=True)
        return [c.choices[0].delta.content for c in chunks if c.choices]

    def tools(self, model):
        tool = {"type": "function", "function": {"name": "add", "parameters": PARAMETERS}}
        (call,) = self.create(model, tools=[tool]).choices[0].message.tool_calls
        return call.function.name, json.loads(call.function.arguments)

    def image(self, model):
        url = f"data:image/png;base64,{PNG}"
        content = [
            {"type": "text", "text": TEXT}, {"type": "image_url", "image_url": {"url": url}},
        ]  # fmt: skip
        return self.create(model, **self.body(content)).choices[0].message.content

    def schema(self, model):
        format = {"type": "json_schema", "json_schema": {"name": "sum", "schema": SCHEMA}}
        return self.create(model, response_format=format).choices[0].message.content

    def thinking(self, model):
        message = self.create(model, reasoning_effort="low").choices[0].message
        return thought_of(message), message.content

    def streamed_thinking(self, model):
        chunks = self.create(model, reasoning_effort="low", stream=True)
        deltas = [c.choices[0].delta for c in chunks if c.choices]
        return joined(map(thought_of, deltas)), joined(d.content for d in deltas)


class Responses(Chat):
    """OpenAI's responses."""

    path = "/v1/responses"

    @staticmethod
    def body(content=TEXT):
        return {"input": [{"role": "user", "content": content}]}

    def create(self, model, **options):
        return self.client.responses.create(model=model, **{**self.body(), **options})

    def plain(self, model):
        return self.create(model).output_text

    def streamed(self, model):
        events = self.create(model, stream=True)
        return [e.delta for e in events if e.type == "response.output_text.delta"]

    def tools(self, model):
        tool = {"type": "function", "name": "add", "parameters": PARAMETERS, "strict": False}
        (call,) = self.create(model, tools=[tool]).output
        return call.name, json.loads(call.arguments)

    def image(self, model):
        url = f"data:image/png;base64,{PNG}"
        content = [
            {"type": "input_text", "text": TEXT},
            {"type": "input_image", "image_url": url, "detail": "auto"},
        ]
        return self.create(model, **self.body(content)).output_text

    def schema(self, model):
        format = {"type": "json_schema", "name": "sum", "schema": SCHEMA}
        return self.create(model, text={"format": format}).output_text

    def thinking(self, model):
        response = self.create(model, reasoning={"effort": "low"})
        thought = next(item for item in response.output if item.type == "reasoning")
        return thought.content[0].text, response.output_text

    def streamed_thinking(self, model):
        events = list(self.create(model, reasoning={"effort": "low"}, stream=True))
        return tuple(
            joined(e.delta for e in events if e.type == f"response.{kind}_text.delta")
            for kind in ("reasoning", "output")
        )


class Completions(Chat):
    """OpenAI's completions of a prompt."""

    path = "/v1/completions"
    tools = image = schema = thinking = None

    @staticmethod
    def body():
        return {"prompt": TEXT}

    def create(self, model, **options):
        return self.client.completions.create(model=model, **{**self.body(), **options})

    def plain(self, model):
        return self.create(model).choices[0].text

    def streamed(self, model):
        return [c.choices[0].text for c in self.create(model, stream=True) if c.choices]


class Messages:
    """Anthropic's messages."""

    path = "/v1/messages"
    errors = anthropic.APIStatusError

    def __init__(self, gateway):
        self.client = anthropic_client(gateway)

    @staticmethod
    def body(content=TEXT):
        return {"max_tokens": 64, "messages": [{"role": "user", "content": content}]}

    def create(self, model, **options):
        return self.client.messages.create(model=model, **{**self.body(), **options})

    def plain(self, model):
        return self.create(model).content[0].text

    def streamed(self, model):
        with self.client.messages.stream(model=model, **self.body()) as events:
            return list(events.text_stream)

    def tools(self, model):
        (use,) = self.create(model, tools=[{"name": "add", "input_schema": PARAMETERS}]).content
        return use.name, use.input

    def image(self, model):
        source = {"type": "base64", "media_type": "image/png", "data": PNG}
        content = [{"type": "image", "source": source}, {"type": "text", "text": TEXT}]
        return self.create(model, **self.body(content)).content[0].text

    def schema(self, model):
        config = {"format": {"type": "json_schema", "schema": SCHEMA}}
        return self.create(model, output_config=config).content[0].text

    ASKED = {"max_tokens": 4096, "thinking": {"type": "enabled", "budget_tokens": 2048}}

    def thinking(self, model):
        thought, text = self.create(model, **self.ASKED).content
        return thought.thinking, text.text

    def streamed_thinking(self, model):
        asked = {**self.body(), **self.ASKED}
        with self.client.messages.stream(model=model, **asked) as events:
            thought, text = events.get_final_message().content
        return thought.thinking, text.text


class OllamaChat:
    """Ollama's chat."""

    path = "/api/chat"
    errors = ollama.ResponseError

    def __init__(self, gateway):
        self.client = ollama_client(gateway)

    @staticmethod
    def body(**extra):
        return {"messages": [{"role": "user", "content": TEXT, **extra}]}

    def create(self, model, **options):
        return self.client.chat(model, **{**self.body(), **options})

    def plain(self, model):
        return self.create(model).message.content

    def streamed(self, model):
        return [line.message.content for line in self.create(model, stream=True)]

    def tools(self, model):
        tool = {"type": "function", "function": {"name": "add", "parameters": PARAMETERS}}
        (call,) = self.create(model, tools=[tool]).message.tool_calls
        return call.function.name, dict(call.function.arguments)

    def image(self, model):
        return self.create(model, **self.body(images=[PNG])).message.content

    def schema(self, model):
        return self.create(model, format=SCHEMA).message.content

    def thinking(self, model):
        message = self.create(model, think="low").message
        return message.thinking, message.content

    def streamed_thinking(self, model):
        lines = [line.message for line in self.create(model, think="low", stream=True)]
        return joined(line.thinking for line in lines), joined(line.content for line in lines)


class OllamaGenerate(OllamaChat):
    """Ollama's completion of a prompt."""

    path = "/api/generate"
    tools = None

    @staticmethod
    def body(**extra):
        return {"prompt": TEXT, **extra}

    def create(self, model, **options):
        return self.client.generate(model, **{**self.body(), **options})

    def plain(self, model):
        return self.create(model).response

    def streamed(self, model):
        return [line.response for line in self.create(model, stream=True)]

    def image(self, model):
        return self.create(model, images=[PNG]).response

    def schema(self, model):
        return self.create(model, format=SCHEMA).response

    def thinking(self, model):
        answer = self.create(model, think="low")
        return answer.thinking, answer.response

    def streamed_thinking(self, model):
        lines = list(self.create(model, think="low", stream=True))
        return joined(line.thinking for line in lines), joined(line.response for line in lines)


class GenerateContent:
    """Gemini's own API."""

    path = "/v1beta/models/{model}:streamGenerateContent?alt=sse"
    errors = gemini_errors.APIError

    def __init__(self, gateway):
        self.client = gemini_client(gateway)

    @staticmethod
    def body():
        return {"contents": [{"role": "user", "parts": [{"text": TEXT}]}]}

    def create(self, model, contents=TEXT, **config):
        return self.client.models.generate_content(
            model=model, contents=contents, config=config or None
        )

    def stream(self, model, **config):
        return self.client.models.generate_content_stream(
            model=model, contents=TEXT, config=config or None
        )

    def plain(self, model):
        return self.create(model).text

    def streamed(self, model):
        return [event.text for event in self.stream(model)]

    def tools(self, model):
        function = {"name": "add", "parameters": PARAMETERS}
        answer = self.create(model, tools=[{"function_declarations": [function]}])
        (call,) = answer.function_calls
        return call.name, call.args

    def image(self, model):
        image = types.Part.from_bytes(data=base64.b64decode(PNG), mime_type="image/png")
        return self.create(model, [TEXT, image]).text

    def schema(self, model):
        return self.create(
            model, response_mime_type="application/json", response_json_schema=SCHEMA
        ).text

    ASKED = {"thinking_config": {"thinking_budget": 1024, "include_thoughts": True}}

    def thinking(self, model):
        thought, text = self.create(model, **self.ASKED).candidates[0].content.parts
        assert thought.thought
        return thought.text, text.text

    def streamed_thinking(self, model):
        events = [event.candidates[0].content.parts for event in self.stream(model, **self.ASKED)]
        parts = [part for event in events for part in event]
        return (
            joined(part.text for part in parts if part.thought),
            joined(part.text for part in parts if not part.thought),
        )


CLIENTS = [
    Chat, Responses, Completions, Messages, OllamaChat, OllamaGenerate, GenerateContent,
]  # fmt: skip
MODELS = {"openai": "gpt-x", "anthropic": "claude-x", "ollama": "llama-x", "gemini": "gemini-x"}
TOOL_ANSWERS = {
    "openai": lambda: fake_openai.completion(
        tool_calls=[fake_openai.tool_call("add", {"a": 2, "b": 2})]
    ),
    "anthropic": lambda: fake_anthropic.message(tool=("add", {"a": 2, "b": 2})),
    "ollama": lambda: whole(fake_ollama.last(tool_calls=fake_ollama.tool_calls())),
    "gemini": lambda: whole(fake_gemini.value([fake_gemini.call()], "STOP")),
}
FAILURES = {
    "openai": lambda: fake_openai.error(400, "no such thing", "invalid_request_error"),
    "anthropic": lambda: fake_anthropic.error(400, "invalid_request_error", "no such thing"),
    "ollama": lambda: fake_ollama.error("no such thing", 400),
    "gemini": lambda: fake_gemini.error(400, "INVALID_ARGUMENT", "no such thing"),
}
THOUGHT, ANSWER = "Two and two.", "four"
THINKING_ANSWERS = {
    "openai": lambda: fake_openai.whole_thought(THOUGHT),
    "anthropic": lambda: fake_anthropic.message(thinking=THOUGHT),
    "ollama": lambda: whole(fake_ollama.last(ANSWER, thinking=THOUGHT)),
    "gemini": lambda: whole(
        fake_gemini.value([fake_gemini.thought(THOUGHT), fake_gemini.text(ANSWER)], "STOP")
    ),
}
STREAMED_THOUGHTS = {
    "openai": lambda: fake_openai.streamed_thought(["Two ", "and two."]),
    "anthropic": lambda: fake_anthropic.streamed_thought(["Two ", "and two."]),
    "ollama": lambda: fake_ollama.streamed_thought(["Two ", "and two."]),
    "gemini": lambda: fake_gemini.streamed_thought(["Two ", "and two."]),
}
families = pytest.mark.parametrize("family", MODELS)


def clients(cell=None):
    """The client APIs that have a way to say what a cell is about."""
    able = [client for client in CLIENTS if cell is None or getattr(client, cell)]
    return pytest.mark.parametrize("client", able, ids=lambda client: client.__name__)


@families
@clients()
def test_plain(house, client, family):
    assert client(house.gateway).plain(MODELS[family]) == "four"


@families
@clients()
def test_streamed(house, client, family):
    pieces = [piece for piece in client(house.gateway).streamed(MODELS[family]) if piece]
    assert pieces == ["fo", "ur"]


@families
@clients("tools")
def test_tools(house, client, family):
    getattr(house, family).will(TOOL_ANSWERS[family]())
    assert client(house.gateway).tools(MODELS[family]) == ("add", {"a": 2, "b": 2})
    assert "add" in json.dumps(getattr(house, family).last.json["tools"])


@families
@clients("image")
def test_image(house, client, family):
    assert client(house.gateway).image(MODELS[family]) == "four"
    assert PNG in json.dumps(getattr(house, family).last.json)


@families
@clients("schema")
def test_schema(house, client, family):
    assert client(house.gateway).schema(MODELS[family]) == "four"
    assert '"sum"' in json.dumps(getattr(house, family).last.json)


def asked_for(sent, family):
    """What a provider's request says of thinking."""
    return {
        "openai": lambda: sent.get("reasoning_effort"),
        "anthropic": lambda: sent.get("thinking", {}).get("type"),
        "ollama": lambda: sent.get("think"),
        "gemini": lambda: sent["generationConfig"].get("thinkingConfig", {}).get("thinkingLevel"),
    }[family]()


ASKED = {"openai": "low", "anthropic": "adaptive", "ollama": True, "gemini": "low"}
"""What each family is told of little thinking."""
OWN = {
    (Messages, "anthropic"): "enabled", (OllamaChat, "ollama"): "low",
    (OllamaGenerate, "ollama"): "low",
    # A wish does not reach a model that may not think at all.
    (Chat, "ollama"): None, (Responses, "ollama"): None, (GenerateContent, "ollama"): None,
    # A budget, as it came.
    (GenerateContent, "gemini"): None,
}  # fmt: skip


@families
@clients("thinking")
def test_thinking(house, client, family):
    passes = client is OllamaGenerate and family == "ollama"
    answer = fake_ollama.completed(ANSWER, thinking=THOUGHT) if passes else None
    getattr(house, family).will(whole(answer) if passes else THINKING_ANSWERS[family]())
    assert client(house.gateway).thinking(MODELS[family]) == (THOUGHT, ANSWER)
    sent = getattr(house, family).last.json
    assert asked_for(sent, family) == OWN.get((client, family), ASKED[family])


@families
@clients("thinking")
def test_streamed_thinking(house, client, family):
    passes = client is OllamaGenerate and family == "ollama"
    getattr(house, family).will(
        fake_ollama.completed_thought(["Two ", "and two."])
        if passes
        else STREAMED_THOUGHTS[family]()
    )
    assert client(house.gateway).streamed_thinking(MODELS[family]) == (THOUGHT, ANSWER)


@families
@clients()
def test_error(house, client, family):
    getattr(house, family).will(FAILURES[family]())
    with pytest.raises(client.errors) as error:
        client(house.gateway).plain(MODELS[family])
    assert status_of(error.value) == 400
    assert "no such thing" in str(error.value)


BEGINNINGS = {
    "openai": lambda: fake_openai.chunk({"content": "fo"}),
    "anthropic": lambda: fake_anthropic.start() + b"".join(fake_anthropic.text_events(["fo"])[:2]),
    "ollama": lambda: fake_ollama.line(fake_ollama.part("fo")),
    "gemini": lambda: fake_gemini.pieces(["fo"])[0],
}


@families
@clients()
def test_cancel(house, client, family):
    fake = getattr(house, family)
    kind = "application/x-ndjson" if family == "ollama" else "text/event-stream"
    fake.will(stream([BEGINNINGS[family](), Hold(threading.Event())], kind))
    body = {"model": MODELS[family], "stream": True, **client.body()}
    path = client.path.format(model=MODELS[family])
    with httpx.stream("POST", house.gateway.url + path, json=body, timeout=PATIENCE) as answer:
        assert any(b"fo" in piece for piece in answer.iter_bytes())
    assert fake.last.abandoned.wait(SOON)
    assert house.gateway.newest()["completed"]["outcome"] == "cancelled"
