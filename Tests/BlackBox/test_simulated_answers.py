"""What simulated models answer to what programs demand of a model: tools and schemas."""

import json
from typing import Literal

import ollama
import pytest
from pydantic import BaseModel

from conftest import anthropic_client, http_client, ollama_client, openai_client
from test_openai_client import user

TOOL = {
    "type": "function",
    "function": {
        "name": "add",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"$ref": "#/$defs/B"}},
            "$defs": {"B": {"type": "number", "minimum": 2}},
            "required": ["a", "b"],
        },
    },
}
OTHER = {"type": "function", "function": {"name": "other", "parameters": {"type": "object"}}}


class Pet(BaseModel):
    name: str
    kind: Literal["cat", "dog"]


class Person(BaseModel):
    name: str
    age: int
    pets: list[Pet]
    best: Pet | None


@pytest.fixture(scope="module")
def sim(launched):
    from gateway import Gateway

    return launched(
        Gateway,
        {"providers": [{"type": "simulated", "name": "sim", "simulation": {
            "models": [{"name": "maker"}]}}]},
    )  # fmt: skip


def test_openai_s_sdk_parses_a_typed_answer(sim):
    client = openai_client(sim)
    answers = [
        client.chat.completions.parse(model="maker", messages=user(), response_format=Person)
        for _ in range(2)
    ]
    people = [answer.choices[0].message.parsed for answer in answers]
    assert isinstance(people[0], Person) and people[0] == people[1]
    assert people[0].best.kind == "cat"
    parsed = client.responses.parse(model="maker", input="who?", text_format=Person)
    assert isinstance(parsed.output_parsed, Person)


def test_a_typed_answer_is_streamed(sim):
    schema = {"type": "json_schema", "json_schema": {"name": "p", "schema": Person.model_json_schema()}}
    stream = openai_client(sim).chat.completions.create(
        model="maker", messages=user(), response_format=schema, stream=True
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
    assert len(pieces) > 3
    Person.model_validate_json("".join(pieces))


def test_ollama_s_format_is_kept_to(sim):
    answer = ollama_client(sim).chat("maker", user(), format=Person.model_json_schema())
    Person.model_validate_json(answer.message.content)
    answer = ollama_client(sim).generate("maker", "who?", format="json")
    assert isinstance(json.loads(answer.response), dict)


@pytest.mark.parametrize(
    "choice, name",
    [
        ("required", "other"),
        ({"type": "function", "function": {"name": "add"}}, "add"),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [
            {"type": "function", "function": {"name": "add"}}]}}, "add"),
    ],
)  # fmt: skip
def test_a_tool_that_must_be_called_is_called_whoever_spoke_last(sim, choice, name):
    call = {"id": "c1", "type": "function", "function": {"name": "other", "arguments": "{}"}}
    messages = [
        *user(), {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "4"},
    ]  # fmt: skip
    answer = openai_client(sim).chat.completions.create(
        model="maker", messages=messages, tools=[OTHER, TOOL], tool_choice=choice
    )
    (made,) = answer.choices[0].message.tool_calls
    assert made.function.name == name
    if name == "add":
        assert json.loads(made.function.arguments) == {"a": 1, "b": 2}


def test_tools_of_other_kinds_and_odd_limits_do_no_harm(sim):
    body = {
        "model": "maker", "messages": user(), "max_tokens": -1,
        "tools": [{"type": "custom", "custom": {"name": "patch"}}],
    }  # fmt: skip
    with http_client(sim) as http:
        answer = http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert "simulated" in answer.json()["choices"][0]["message"]["content"]


def test_anthropic_s_sdk_gets_the_tool_that_must_be_used(sim):
    tool = {"name": "add", "input_schema": TOOL["function"]["parameters"]}
    answer = anthropic_client(sim).messages.create(
        model="maker", max_tokens=500, messages=user(), tools=[tool], tool_choice={"type": "any"}
    )
    (block,) = [block for block in answer.content if block.type == "tool_use"]
    assert (block.name, block.input) == ("add", {"a": 1, "b": 2})


def test_a_program_that_asks_first_finds_that_tools_are_called(sim):
    shown = ollama.Client(host=sim.url).show("maker")
    assert shown.capabilities == ["completion", "tools"]
