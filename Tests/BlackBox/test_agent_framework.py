"""Agents of Pydantic AI, unmodified: their loop of models and tools over every family of providers.

The framework speaks three APIs. Nothing but the base URL tells it that Logway is there.
"""

import asyncio
import json

import pytest
from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from fakes import anthropic as fake_anthropic
from fakes import gemini as fake_gemini
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.server import stream, whole
from test_matrix import FAILURES, MODELS, TOOL_ANSWERS

TEXT = "What is 2+2?"
RULE = "Always add with the tool."


def chat(gateway, name):
    provider = OpenAIProvider(base_url=gateway.url + "/v1", api_key="any")
    return OpenAIChatModel(name, provider=provider)


def responses(gateway, name):
    provider = OpenAIProvider(base_url=gateway.url + "/v1", api_key="any")
    return OpenAIResponsesModel(name, provider=provider)


def messages(gateway, name):
    provider = AnthropicProvider(base_url=gateway.url, api_key="any")
    return AnthropicModel(name, provider=provider)


every_model = pytest.mark.parametrize("model", [chat, responses, messages])
every_family = pytest.mark.parametrize("family", MODELS)

STREAMED_CALLS = {
    "openai": fake_openai.streamed_tool_call,
    "anthropic": fake_anthropic.streamed_tool_use,
    "ollama": lambda: fake_ollama.lines(
        [fake_ollama.part("", tool_calls=fake_ollama.tool_calls()), fake_ollama.last()]
    ),
    "gemini": lambda: stream([fake_gemini.event(fake_gemini.value([fake_gemini.call()], "STOP"))]),
}
TWO_CALLS = {
    "openai": lambda: fake_openai.completion(
        tool_calls=[
            fake_openai.tool_call("add", {"a": 2, "b": 2}, "call_1"),
            fake_openai.tool_call("add", {"a": 30, "b": 3}, "call_2"),
        ]
    ),
    "anthropic": lambda: fake_anthropic.message(
        stop="tool_use",
        content=[
            {"type": "tool_use", "id": id, "name": "add", "input": {"a": a, "b": b}}
            for id, a, b in [("toolu_1", 2, 2), ("toolu_2", 30, 3)]
        ],
    ),
    "ollama": lambda: whole(
        fake_ollama.last(
            tool_calls=fake_ollama.tool_calls()
            + fake_ollama.tool_calls(arguments={"a": 30, "b": 3})
        )
    ),
    "gemini": lambda: whole(
        fake_gemini.value([fake_gemini.call(), fake_gemini.call(args={"a": 30, "b": 3})], "STOP")
    ),
}


def adder(model):
    """An agent with a tool, and the list of what its tool was called with."""
    agent = Agent(model, instructions=RULE)
    calls = []

    @agent.tool_plain
    def add(a: int, b: int) -> int:
        """Adds two numbers."""
        calls.append((a, b))
        return a + b

    return agent, calls


@every_family
@every_model
def test_an_agent_is_answered(house, model, family):
    agent = Agent(model(house.gateway, MODELS[family]), instructions=RULE)
    result = agent.run_sync(TEXT)
    assert result.output == "four"
    assert (result.usage.input_tokens, result.usage.output_tokens) in [(1000, 500), (26, 5)]
    assert RULE in json.dumps(getattr(house, family).last.json)


@every_family
@every_model
def test_an_agent_calls_its_tool_and_answers_from_the_result(house, model, family):
    fake = getattr(house, family)
    fake.will(TOOL_ANSWERS[family]())
    agent, calls = adder(model(house.gateway, MODELS[family]))
    assert agent.run_sync(TEXT).output == "four"
    assert calls == [(2, 2)]
    first, second = fake.requests
    assert "Adds two numbers." in json.dumps(first.json["tools"])
    assert results_in(family, second.json) == ["4"]


@every_family
@every_model
def test_two_calls_at_once_find_their_results(house, model, family):
    fake = getattr(house, family)
    fake.will(TWO_CALLS[family]())
    agent, calls = adder(model(house.gateway, MODELS[family]))
    assert agent.run_sync(TEXT).output == "four"
    assert sorted(calls) == [(2, 2), (30, 3)]
    assert results_in(family, fake.last.json) == ["4", "33"]


@every_family
@every_model
def test_a_streamed_agent_calls_its_tool_and_answers_in_pieces(house, model, family):
    fake = getattr(house, family)
    fake.will(STREAMED_CALLS[family]())
    agent, calls = adder(model(house.gateway, MODELS[family]))

    async def main():
        async with agent.run_stream(TEXT) as result:
            return [piece async for piece in result.stream_text(delta=True, debounce_by=None)]

    assert [piece for piece in asyncio.run(main()) if piece] == ["fo", "ur"]
    assert calls == [(2, 2)]
    assert results_in(family, fake.last.json) == ["4"]


@every_family
@every_model
def test_a_conversation_goes_on_with_another_family(house, model, family):
    """The history of a tool's call, made by one family, is told to the next one."""
    getattr(house, family).will(TOOL_ANSWERS[family]())
    agent, _ = adder(model(house.gateway, MODELS[family]))
    history = agent.run_sync(TEXT).all_messages()
    families = list(MODELS)
    other = families[(families.index(family) + 1) % len(families)]
    result = agent.run_sync(
        "And once more?", model=model(house.gateway, MODELS[other]), message_history=history
    )
    assert result.output == "four"
    sent = getattr(house, other).last.json
    assert results_in(other, sent) == ["4"]
    assert "And once more?" in json.dumps(sent)


class Sum(BaseModel):
    """What an agent with typed output returns."""

    sum: int


TYPED = {
    "openai": lambda name: fake_openai.completion(
        tool_calls=[fake_openai.tool_call(name, {"sum": 4})]
    ),
    "anthropic": lambda name: fake_anthropic.message(tool=(name, {"sum": 4})),
    # It has no tool choice: its answer is held to the schema of the tool.
    "ollama": lambda name: whole(fake_ollama.last('{"sum": 4}')),
    "gemini": lambda name: whole(
        fake_gemini.value([fake_gemini.call(name, {"sum": 4})], "STOP")
    ),
}
DOCUMENTS = {
    "openai": fake_openai.completion,
    "anthropic": fake_anthropic.message,
    "ollama": lambda text: whole(fake_ollama.last(text)),
    "gemini": fake_gemini.answer,
}


@every_model
@every_family
def test_typed_output_comes_by_a_tool_that_must_be_called(house, model, family):
    getattr(house, family).will(TYPED[family]("final_result"))
    agent = Agent(model(house.gateway, MODELS[family]), output_type=Sum)
    assert agent.run_sync(TEXT).output == Sum(sum=4)


@pytest.mark.parametrize("model", [chat, responses])
@every_family
def test_typed_output_comes_by_its_schema(house, model, family):
    fake = getattr(house, family)
    fake.will(DOCUMENTS[family]('{"sum": 4}'))
    agent = Agent(model(house.gateway, MODELS[family]), output_type=NativeOutput(Sum))
    assert agent.run_sync(TEXT).output == Sum(sum=4)
    assert '"sum"' in json.dumps(fake.last.json)


@every_family
@every_model
def test_an_error_reaches_the_agent_with_its_status(house, model, family):
    getattr(house, family).will(FAILURES[family]())
    agent = Agent(model(house.gateway, MODELS[family]))
    with pytest.raises(ModelHTTPError, match="no such thing") as error:
        agent.run_sync(TEXT)
    assert error.value.status_code == 400


def results_in(family, body):
    """The texts of the tools' results in a request, in each family's own form."""
    if family == "gemini":
        parts = [part for turn in body["contents"] for part in turn["parts"]]
        answers = [part["functionResponse"] for part in parts if "functionResponse" in part]
        return [text_of(answer["response"]) for answer in answers]
    if family == "anthropic":
        turns = [turn["content"] for turn in body["messages"] if isinstance(turn["content"], list)]
        blocks = [block for content in turns for block in content]
        return [text_of(b["content"]) for b in blocks if b["type"] == "tool_result"]
    return [turn["content"] for turn in body["messages"] if turn["role"] == "tool"]


def text_of(value):
    """The one text in a result, however it is wrapped."""
    while not isinstance(value, str):
        if isinstance(value, list):
            (value,) = value
        elif "text" in value:
            value = value["text"]
        else:
            (value,) = value.values()
    return value
