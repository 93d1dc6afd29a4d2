"""The ollama SDK in front of a provider of each family."""

import asyncio
import base64
import json

import ollama
import pytest

from conftest import http_client, ollama_client, provider
from fakes import anthropic as fake_anthropic
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.ollama import OllamaProvider
from fakes.server import CUT, stream
from test_openai_client import user

MODELS = ["llama-x", "gpt-x", "claude-x"]
"""One of each family of providers."""
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and the rest").decode()
SCHEMA = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}


def add(a: int, b: int) -> int:
    """Adds.

    Args:
      a: one number
      b: the other
    """
    return a + b


@pytest.fixture
def client(house):
    return ollama_client(house.gateway)


# Any provider.


@pytest.mark.parametrize("model", MODELS)
def test_a_chat_is_answered_by_each_family(house, client, model):
    answer = client.chat(model, user())
    assert answer.message.content == "four"
    assert answer.message.role == "assistant"
    assert (answer.done, answer.done_reason, answer.model) == (True, "stop", model)
    assert answer.prompt_eval_count in (26, 1000)
    assert answer.eval_count in (5, 500)


@pytest.mark.parametrize("model", MODELS)
def test_a_chat_is_streamed_by_each_family(house, client, model):
    lines = list(client.chat(model, user(), stream=True))
    assert [line.message.content for line in lines if line.message.content] == ["fo", "ur"]
    assert [line.done for line in lines] == [False] * (len(lines) - 1) + [True]
    assert (lines[-1].done_reason, lines[-1].eval_count in (5, 500)) == ("stop", True)


@pytest.mark.parametrize("model", MODELS)
def test_a_prompt_is_completed_by_each_family(house, client, model):
    answer = client.generate(model, "What is 2+2?", system="Be terse.")
    assert (answer.response, answer.done_reason) == ("four", "stop")
    lines = list(client.generate(model, "What is 2+2?", stream=True))
    assert "".join(line.response for line in lines) == "four"
    assert lines[-1].done and not lines[0].done


@pytest.mark.parametrize("model", MODELS)
def test_without_a_word_on_streams_an_answer_is_streamed(house, model):
    with http_client(house.gateway) as http:
        answer = http.post("/api/chat", json={"model": model, "messages": user()})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert len(answer.text.splitlines()) >= 3
    assert answer.text.endswith("\n")


def test_lines_that_end_in_carriage_returns_alone_are_no_lines(house):
    whole = [fake_ollama.line(fake_ollama.part("fo")), fake_ollama.line(fake_ollama.part("ur"))]
    glued = fake_ollama.line(fake_ollama.part("!")).rstrip() + b"\r" + fake_ollama.line(fake_ollama.last())
    house.ollama.will(stream([*whole, glued], "application/x-ndjson"))
    with http_client(house.gateway) as http:
        answer = http.post("/api/chat", json={"model": "llama-x", "messages": user()})
    lines = [json.loads(line) for line in answer.content.split(b"\n") if line]
    # How much was sent before the broken line came is a matter of timing.
    assert [line["message"]["content"] for line in lines[:-1]] in ([], ["fo"], ["fo", "ur"])
    # The error is a line of its own, not glued to half of another.
    assert lines[-1]["code"] in ("upstream_interrupted", "all_providers_failed")


def test_the_async_client_is_answered(house):
    async def main():
        client = ollama.AsyncClient(host=house.gateway.url)
        whole = await client.chat("gpt-x", user())
        pieces = [line async for line in await client.chat("gpt-x", user(), stream=True)]
        return whole.message.content, "".join(line.message.content for line in pieces)

    assert asyncio.run(main()) == ("four", "four")


TOOL_ANSWERS = {
    "llama-x": lambda: fake_ollama.whole(fake_ollama.last(tool_calls=fake_ollama.tool_calls())),
    "gpt-x": lambda: fake_openai.completion(
        tool_calls=[fake_openai.tool_call("add", {"a": 2, "b": 2})]
    ),
    "claude-x": lambda: fake_anthropic.message(tool=("add", {"a": 2, "b": 2})),
}


def fake_of(house, model):
    return {"llama-x": house.ollama, "gpt-x": house.openai, "claude-x": house.anthropic}[model]


@pytest.mark.parametrize("model", MODELS)
def test_a_tool_is_called_and_its_result_read(house, client, model):
    fake = fake_of(house, model)
    fake.will(TOOL_ANSWERS[model]())
    messages = user()
    first = client.chat(model, messages, tools=[add])
    call = first.message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("add", {"a": 2, "b": 2})
    messages += [first.message, {"role": "tool", "tool_name": "add", "content": "4"}]
    assert client.chat(model, messages, tools=[add]).message.content == "four"
    sent = fake.last.json["messages"]
    if model == "gpt-x":
        assert sent[2]["tool_call_id"] == sent[1]["tool_calls"][0]["id"]
        assert (sent[2]["role"], sent[2]["content"]) == ("tool", "4")
    if model == "claude-x":
        assert sent[2]["content"][0]["tool_use_id"] == sent[1]["content"][-1]["id"]


def test_the_results_of_two_tools_find_their_calls(house, client):
    calls = [{"function": {"name": name, "arguments": {}}} for name in ("one", "two")]
    messages = [
        *user(),
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "tool_name": "two", "content": "2"},
        {"role": "tool", "tool_name": "one", "content": "1"},
    ]
    client.chat("gpt-x", messages)
    sent = house.openai.last.json["messages"]
    ids = {call["function"]["name"]: call["id"] for call in sent[1]["tool_calls"]}
    results = {m["tool_call_id"]: m["content"] for m in sent[2:]}
    assert results == {ids["one"]: "1", ids["two"]: "2"}


@pytest.mark.parametrize("model", ["gpt-x", "claude-x"])
def test_a_streamed_tool_call_is_whole_on_its_line(house, client, model):
    fake_of(house, model).will(
        fake_openai.streamed_tool_call()
        if model == "gpt-x"
        else fake_anthropic.streamed_tool_use()
    )
    lines = list(client.chat(model, user(), tools=[add], stream=True))
    calls = [call for line in lines for call in line.message.tool_calls or []]
    assert [(c.function.name, c.function.arguments) for c in calls] == [("add", {"a": 2, "b": 2})]


def test_an_image_reaches_each_family(house, client):
    messages = [{"role": "user", "content": "What is this?", "images": [PNG]}]
    for model in MODELS:
        client.chat(model, messages)
    assert house.ollama.last.json["messages"][0]["images"] == [PNG]
    sent = house.openai.last.json["messages"][0]["content"]
    assert {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}} in sent
    source = house.anthropic.last.json["messages"][0]["content"][0]["source"]
    assert (source["media_type"], source["data"]) == ("image/png", PNG)


def test_options_and_format_are_translated(house, client):
    options = {
        "temperature": 0.5, "num_predict": 9, "top_p": 0.9, "seed": 7, "stop": ["END"],
        "num_ctx": 4096,
    }  # fmt: skip
    client.chat("gpt-x", user(), options=options, format=SCHEMA, keep_alive="5m")
    sent = house.openai.last.json
    assert (sent["temperature"], sent["max_tokens"], sent["top_p"]) == (0.5, 9, 0.9)
    assert (sent["seed"], sent["stop"]) == (7, ["END"])
    assert sent["response_format"]["json_schema"]["schema"] == SCHEMA
    client.chat("gpt-x", user(), format="json")
    assert house.openai.last.json["response_format"] == {"type": "json_object"}
    hints = house.gateway.newest()["received"].get("dropped_hints", [])
    assert all("num_ctx" not in hint["fields"] for hint in hints)


def test_an_option_of_its_sampler_alone_is_dropped_for_others(house, client):
    client.chat("gpt-x", user(), options={"repeat_penalty": 1.3, "temperature": 0.5})
    assert house.openai.last.json["temperature"] == 0.5
    hints = house.gateway.newest()["received"]["dropped_hints"]
    assert {"family": "openai", "fields": ["options.repeat_penalty"]} in hints


def test_a_form_of_the_answer_that_can_not_be_said_is_named(house, client):
    with http_client(house.gateway) as http:
        body = {"model": "gpt-x", "messages": user(), "format": "yaml", "stream": False}
        answer = http.post("/api/chat", json=body)
    assert answer.status_code == 400
    assert "no provider of this model can take" in answer.json()["error"] and "format" in answer.json()["error"]


def test_an_error_has_ollama_s_shape(house, client):
    with pytest.raises(ollama.ResponseError) as error:
        client.chat("nobody-has-it", user())
    assert error.value.status_code == 404
    assert "nobody-has-it" in error.value.error


def test_a_stream_that_breaks_off_ends_in_an_error(house, client):
    house.openai.will(
        fake_openai.stream([fake_openai.chunk({"content": "fo"}), CUT])
    )
    with pytest.raises(ollama.ResponseError) as error:
        list(client.chat("gpt-x", user(), stream=True))
    assert "broke off" in error.value.error


def test_comments_of_a_provider_are_no_lines(house, client):
    pieces = [b": OPENROUTER PROCESSING\n\n", *fake_openai.pieces(["four"])]
    house.openai.will(fake_openai.stream(pieces))
    lines = list(client.chat("gpt-x", user(), stream=True))
    assert "".join(line.message.content for line in lines) == "four"


def test_thinking_comes_back(house, client):
    house.anthropic.will(
        fake_anthropic.whole(
            {
                "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x",
                "content": [
                    {"type": "thinking", "thinking": "Two and two.", "signature": "s"},
                    {"type": "text", "text": "four"},
                ],
                "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 2},
            }
        )
    )  # fmt: skip
    answer = client.chat("claude-x", user())
    assert (answer.message.thinking, answer.message.content) == ("Two and two.", "four")


# Ollama itself: bytes pass.


def test_what_nobody_knows_passes_to_ollama(house):
    body = {
        "model": "llama-x", "messages": user(), "stream": False, "x_new": {"a": [1.50]},
        "options": {"mirostat": 2, "num_ctx": 512},
    }  # fmt: skip
    with http_client(house.gateway) as http:
        answer = http.post("/api/chat", json=body)
    assert answer.json()["total_duration"] == 5_000_000
    assert house.ollama.last.json == body
    assert house.ollama.last.path == "/api/chat"


def test_a_prompt_goes_to_ollama_s_own_endpoint(house, client):
    client.generate("llama-x", "2+2=", raw=True, template="{{ .Prompt }}", context=[1, 2])
    assert house.ollama.last.path == "/api/generate"
    sent = house.ollama.last.json
    assert (sent["raw"], sent["template"], sent["context"]) == (True, "{{ .Prompt }}", [1, 2])


def test_a_chat_without_messages_loads_the_model(house, client):
    house.ollama.will(fake_ollama.whole(fake_ollama.last(reason="load", usage=(None, 0))))
    assert client.chat("llama-x", []).done_reason == "load"


def test_a_model_that_is_no_ollama_s_is_loaded_at_once(house, client):
    assert client.chat("gpt-x", []).done_reason == "load"
    loaded = client.generate("claude-x", "", keep_alive=0)
    assert (loaded.done, loaded.done_reason, loaded.response) == (True, "unload", "")
    with pytest.raises(ollama.ResponseError) as error:
        client.chat("nobody-has-it", [])
    assert error.value.status_code == 404


def test_a_tool_s_result_that_is_no_text_is_its_json(house):
    call = {"function": {"name": "add", "arguments": {"a": 2}}}
    messages = [
        *user(),
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_name": "add", "content": {"sum": 4}},
    ]
    with http_client(house.gateway) as http:
        body = {"model": "gpt-x", "messages": messages, "stream": False}
        assert http.post("/api/chat", json=body).status_code == 200
    assert json.loads(house.openai.last.json["messages"][2]["content"]) == {"sum": 4}


def test_the_stream_of_ollama_reaches_its_client_byte_for_byte(house):
    with http_client(house.gateway) as http:
        answer = http.post("/api/chat", json={"model": "llama-x", "messages": user()})
    assert answer.content == b"".join(fake_ollama.streamed().steps)


# What is asked of models.


def test_the_models_are_listed(client):
    names = {model.model for model in client.list().models}
    assert {"auto", "gpt-x", "claude-x", "llama-x"} <= names


def test_a_model_is_shown(house, client):
    shown = client.show("llama-x")
    assert shown.modelinfo["llama.context_length"] == 4096
    assert house.ollama.last.path == "/api/show"
    assert "completion" in client.show("gpt-x").capabilities
    assert "completion" in client.show("auto").capabilities
    with pytest.raises(ollama.ResponseError) as error:
        client.show("nobody-has-it")
    assert error.value.status_code == 404


def test_loaded_models_are_those_of_every_ollama(fake, gateway):
    first, second = fake(OllamaProvider, ["a"]), fake(OllamaProvider, ["b"])
    made = gateway([provider("one", first, "ollama"), provider("two", second, "ollama")])
    assert [model.model for model in ollama_client(made).ps().models] == ["a", "b"]


def test_the_version_is_told(house):
    with http_client(house.gateway) as http:
        assert http.get("/api/version").json()["version"].count(".") == 2
        missing = http.get("/api/nothing")
    assert (missing.status_code, "/api/tags" in missing.json()["error"]) == (404, True)


def test_requests_are_recorded_like_any_other(house, client):
    answer = client.chat("gpt-x", user())
    assert answer.message.content == "four"
    record = house.gateway.newest()
    assert record["received"]["client"] == "ollama"
    assert record["received"]["endpoint"] == "/api/chat"
    assert record["completed"]["outcome"] == "answered"
