"""Logway in front of llama.cpp's own server with a small real model.

What the model says is not what is tested (it is too small to be right), but that its server takes
what Logway sends and Logway what it answers. Where the words matter, llama.cpp's grammar leaves the
model no choice.
"""

import json

import anthropic
import httpx
import ollama
import openai
import pytest

import llama_cpp
from gateway import Gateway

CITIES = ["Oslo", "Bergen"]
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": CITIES}},
    "required": ["city"],
    "additionalProperties": False,
}
WORDS = "Where is it colder? Answer with a city."
DESCRIPTION = "The weather in a city."


@pytest.fixture(scope="module")
def llama():
    """The server's address."""
    with llama_cpp.server() as address:
        yield address


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, llama):
    provider = {
        "type": "openai",
        "name": "llama",
        "baseUrl": llama + "/v1",
        "apiKey": "any",
        "defaultModel": "gemma",
        "completions": True,
    }
    made = Gateway(tmp_path_factory.mktemp("gateway"), {"providers": [provider]}).start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def chat(gateway):
    return openai.OpenAI(base_url=gateway.url + "/v1", api_key="any", max_retries=0)


@pytest.fixture(scope="module")
def claude(gateway):
    return anthropic.Anthropic(base_url=gateway.url, api_key="any", max_retries=0)


def turns(text=WORDS):
    return [{"role": "user", "content": text}]


def test_a_chat_is_answered_counted_and_costs_nothing(gateway, chat):
    answer = chat.chat.completions.create(model="gemma", messages=turns(), max_tokens=8)
    assert answer.usage.prompt_tokens > 5 and 0 < answer.usage.completion_tokens <= 8
    record = gateway.newest()
    assert record["completed"]["outcome"] == "answered"
    # It runs on this machine, whatever the provider's type is.
    assert record["completed"]["cost_nanodollars"] == 0


def test_a_stream_has_its_usage(chat):
    options = {"stream": True, "stream_options": {"include_usage": True}, "max_tokens": 8}
    chunks = list(chat.chat.completions.create(model="gemma", messages=turns(), **options))
    assert chunks[-1].usage.completion_tokens > 0
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] in ("stop", "length")


def test_messages_are_answered(claude):
    with claude.messages.stream(model="gemma", max_tokens=8, messages=turns()) as stream:
        message = stream.get_final_message()
    assert message.usage.output_tokens > 0
    assert message.stop_reason in ("end_turn", "max_tokens")


def test_responses_are_answered(chat):
    answer = chat.responses.create(model="gemma", input=WORDS, max_output_tokens=16)
    assert answer.usage.output_tokens > 0
    assert answer.status in ("completed", "incomplete")


def test_ollama_s_chat_is_answered(gateway):
    client = ollama.Client(host=gateway.url)
    answer = client.chat("gemma", turns(), options={"num_predict": 8})
    assert answer.eval_count > 0 and answer.total_duration > 0


def test_a_prompt_is_completed_with_logprobs(chat):
    answer = chat.completions.create(model="gemma", prompt="One, two,", max_tokens=4, logprobs=2)
    assert answer.choices[0].logprobs is not None
    assert answer.usage.completion_tokens == 4


def test_a_schema_is_kept_to_whoever_asks(gateway, chat, claude):
    format = {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}
    said = chat.chat.completions.create(
        model="gemma", messages=turns(), max_tokens=40, response_format=format
    )
    by_chat = said.choices[0].message.content
    text = {"format": {"type": "json_schema", "name": "place", "schema": SCHEMA}}
    by_responses = chat.responses.create(
        model="gemma", input=WORDS, max_output_tokens=40, text=text
    ).output_text
    message = claude.messages.create(
        model="gemma",
        max_tokens=40,
        messages=turns(),
        output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
    )
    client = ollama.Client(host=gateway.url)
    by_ollama = client.chat("gemma", turns(), format=SCHEMA, options={"num_predict": 40})
    for said in [by_chat, by_responses, message.content[0].text, by_ollama.message.content]:
        assert json.loads(said)["city"] in CITIES


def test_tools_and_their_results_are_taken(chat, claude):
    """That it calls one can't be had of so small a model: its server doesn't force it to."""
    function = {"name": "weather", "description": DESCRIPTION, "parameters": SCHEMA}
    call = {"id": "call_1", "type": "function"}
    call["function"] = {"name": "weather", "arguments": '{"city": "Oslo"}'}
    history = [
        *turns(),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "snow"},
    ]
    by_chat = chat.chat.completions.create(
        model="gemma",
        messages=history,
        tools=[{"type": "function", "function": function}],
        max_tokens=8,
    )
    assert by_chat.usage.completion_tokens > 0
    use = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "snow"}
    by_messages = claude.messages.create(
        model="gemma",
        max_tokens=8,
        tools=[{"name": "weather", "description": DESCRIPTION, "input_schema": SCHEMA}],
        messages=[
            *turns(),
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ],
    )
    assert by_messages.usage.output_tokens > 0


def test_a_prompt_that_is_too_long_is_told_in_the_client_s_words(chat, claude):
    long = turns("word " * 4000)
    with pytest.raises(openai.BadRequestError) as by_chat:
        chat.chat.completions.create(model="gemma", messages=long, max_tokens=8)
    assert by_chat.value.code == "context_length_exceeded"
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        claude.messages.create(model="gemma", messages=long, max_tokens=8)


def test_what_its_server_lacks_takes_nothing_from_its_chats(gateway, chat):
    """llama.cpp answers 501 to embeddings unless it is started for them."""
    for _ in range(6):
        with pytest.raises(openai.APIStatusError):
            chat.embeddings.create(model="gemma", input="a")
    answer = chat.chat.completions.create(model="gemma", messages=turns(), max_tokens=4)
    assert answer.usage.completion_tokens > 0


def test_a_caller_who_hangs_up_frees_its_slot(gateway, chat):
    stream = chat.chat.completions.create(
        model="gemma", messages=turns("Count."), max_tokens=1500, stream=True
    )
    next(iter(stream))
    stream.close()
    # There is one slot: as long as it works on, nobody else is answered.
    answer = chat.chat.completions.create(
        model="gemma", messages=turns(), max_tokens=2, timeout=30
    )
    assert answer.usage.completion_tokens > 0


def test_its_model_is_listed(gateway, chat):
    assert "gemma" in [model.id for model in chat.models.list()]
    shown = httpx.get(gateway.url + "/api/tags").json()["models"]
    assert "gemma" in [model["name"] for model in shown]


def test_a_live_check_passes(gateway):
    result = gateway.command("providers", "test", "llama", "--json", timeout=90)
    document = json.loads(result.stdout)
    assert result.returncode == 0, result.stdout
    assert document["passed"]
