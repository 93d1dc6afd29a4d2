"""OpenAI's responses: the openai SDK in front of a provider of each family."""

import asyncio
import json

import openai
import pydantic
import pytest

from conftest import http_client, id_of, openai_client
from fakes import anthropic as fake_anthropic
from fakes import openai as fake_openai
from fakes.server import CUT
from test_openai_client import PIXEL, user

MODELS = ["gpt-x", "claude-x", "llama-x"]
ADD = {
    "type": "function",
    "name": "add",
    "description": "Adds.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
    },
    "strict": False,
}


@pytest.fixture
def client(house):
    return openai_client(house.gateway)


@pytest.mark.parametrize("model", MODELS)
def test_a_text_is_answered(house, client, model):
    answer = client.responses.create(
        model=model, input="What is 2+2?", instructions="Be terse.", metadata={"a": "b"}
    )
    assert (answer.output_text, answer.status, answer.model) == ("four", "completed", model)
    assert answer.output[0].type == "message"
    assert answer.usage.output_tokens in (500, 5)
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert (answer.instructions, answer.metadata) == ("Be terse.", {"a": "b"})


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("model", MODELS)
def test_what_a_client_wrote_on_several_lines_stays_in_one_event(house, model, separator):
    body = {"model": model, "input": "What is 2+2?", "stream": True, "tools": [ADD], "metadata": {"a": "b"}}
    body |= {"text": {"format": {"type": "text"}}, "tool_choice": "auto", "store": False}
    lines = json.dumps(body, indent=2).replace("\n", separator)
    with http_client(house.gateway) as http:
        answer = http.post("/v1/responses", content=lines, headers={"content-type": "application/json"})
    parts = answer.text.strip().split("\n\n")
    events = [part.split("\n") for part in parts if not part.startswith(":")]
    assert all([line.split(":")[0] for line in event] == ["event", "data"] for event in events)
    values = [json.loads(data[6:]) for _, data in events]
    assert [value["type"] for value in values][-1] == "response.completed"
    assert values[-1]["response"]["tools"] == [ADD]


EVENTS = [
    "response.created", "response.in_progress", "response.output_item.added",
    "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
    "response.output_text.done", "response.content_part.done", "response.output_item.done",
    "response.completed",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_a_stream_has_the_documented_events_in_order(house, client, model):
    events = list(client.responses.create(model=model, input="What is 2+2?", stream=True))
    assert [event.type for event in events] == EVENTS
    assert [event.sequence_number for event in events] == list(range(len(EVENTS)))
    assert [e.delta for e in events if e.type.endswith("delta")] == ["fo", "ur"]
    assert events[6].text == "four"
    assert events[-1].response.output_text == "four"
    assert events[-1].response.id == events[0].response.id
    assert events[-1].response.usage.output_tokens in (500, 5)


def test_the_stream_helper_puts_the_answer_together(house, client):
    with client.responses.stream(model="claude-x", input="What is 2+2?") as stream:
        text = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
        assert text == "four"
        assert stream.get_final_response().output_text == "four"


def test_items_are_translated(house, client):
    client.responses.create(
        model="gpt-x",
        input=[
            {"role": "developer", "content": "Be kind."},
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is this?"},
                    {
                        "type": "input_image", "detail": "auto",
                        "image_url": f"data:image/png;base64,{PIXEL}",
                    },
                ],
            },
            {
                "type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
                "content": [{"type": "output_text", "text": "A dot.", "annotations": []}],
            },
            {"role": "user", "content": "Sure?"},
        ],
        instructions="Be terse.",
        max_output_tokens=9,
        temperature=0.5,
        reasoning={"effort": "low"},
        truncation="auto",
        include=["reasoning.encrypted_content"],
    )  # fmt: skip
    sent = house.openai.last.json
    assert [m["role"] for m in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert sent["messages"][0]["content"] == "Be terse.\n\nBe kind."
    assert sent["messages"][1]["content"][1]["image_url"]["url"].endswith(PIXEL)
    assert (sent["max_tokens"], sent["temperature"]) == (9, 0.5)
    assert sent["reasoning_effort"] == "low"
    (dropped,) = house.gateway.newest()["received"]["dropped_hints"][:1]
    assert dropped == {"family": "openai", "fields": ["include", "truncation"]}


TOOL_ANSWERS = {
    "gpt-x": lambda: fake_openai.completion(
        tool_calls=[fake_openai.tool_call("add", {"a": 2, "b": 2})]
    ),
    "claude-x": lambda: fake_anthropic.message(tool=("add", {"a": 2, "b": 2})),
}


@pytest.mark.parametrize("model", TOOL_ANSWERS)
def test_a_tool_is_called_and_its_result_read(house, client, model):
    fake = house.openai if model == "gpt-x" else house.anthropic
    fake.will(TOOL_ANSWERS[model]())
    first = client.responses.create(
        model=model, input=user(), tools=[ADD], tool_choice="required"
    )
    call = first.output[-1]
    assert (call.type, call.name, json.loads(call.arguments)) == (
        "function_call", "add", {"a": 2, "b": 2},
    )  # fmt: skip
    items = user() + [
        call.model_dump(exclude_none=True),
        {"type": "function_call_output", "call_id": call.call_id, "output": "4"},
    ]
    assert client.responses.create(model=model, input=items, tools=[ADD]).output_text == "four"
    sent = fake.last.json["messages"]
    if model == "gpt-x":
        assert sent[1]["tool_calls"][0]["id"] == sent[2]["tool_call_id"] == call.call_id
    else:
        assert sent[2]["content"][0]["tool_use_id"] == call.call_id


@pytest.mark.parametrize("model", TOOL_ANSWERS)
def test_a_streamed_call_has_its_events(house, client, model):
    if model == "gpt-x":
        house.openai.will(fake_openai.streamed_tool_call())
    else:
        house.anthropic.will(fake_anthropic.streamed_tool_use())
    events = list(client.responses.create(model=model, input=user(), tools=[ADD], stream=True))
    types = [event.type for event in events]
    assert types[2] == "response.output_item.added"
    deltas = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    (done,) = [e for e in events if e.type == "response.function_call_arguments.done"]
    assert "".join(deltas) == done.arguments
    assert json.loads(done.arguments) == {"a": 2, "b": 2}
    assert types[-2:] == ["response.output_item.done", "response.completed"]
    assert events[-1].response.output[0].arguments == done.arguments


class Sum(pydantic.BaseModel):
    value: int


def test_structured_output_is_parsed(house, client):
    house.openai.will(fake_openai.completion('{"value": 4}'))
    answer = client.responses.parse(model="gpt-x", input="What is 2+2?", text_format=Sum)
    assert answer.output_parsed == Sum(value=4)
    sent = house.openai.last.json["response_format"]
    assert sent["json_schema"]["schema"]["properties"]["value"]["type"] == "integer"


def test_a_conversation_goes_on_from_a_response(house, client):
    first = client.responses.create(model="gpt-x", input="What is 2+2?")
    second = client.responses.create(
        model="claude-x", input="And 3+3?", previous_response_id=first.id
    )
    assert second.previous_response_id == first.id
    sent = house.anthropic.last.json["messages"]
    assert [m["role"] for m in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"] == "four"
    client.responses.create(model="gpt-x", input="Sum?", previous_response_id=second.id)
    assert len(house.openai.last.json["messages"]) == 5


def test_a_streamed_response_is_kept_too_with_its_calls(house, client):
    house.openai.will(fake_openai.streamed_tool_call())
    events = list(client.responses.create(model="gpt-x", input=user(), tools=[ADD], stream=True))
    first = events[-1].response
    output = {"type": "function_call_output", "call_id": first.output[0].call_id, "output": "4"}
    client.responses.create(
        model="gpt-x", input=[output], tools=[ADD], previous_response_id=first.id
    )
    sent = house.openai.last.json["messages"]
    assert [m["role"] for m in sent] == ["user", "assistant", "tool"]
    assert client.responses.retrieve(first.id).output == first.output


def test_a_response_can_be_looked_up_and_deleted(house, client):
    first = client.responses.create(model="gpt-x", input="What is 2+2?")
    assert client.responses.retrieve(first.id).output_text == "four"
    items = client.responses.input_items.list(first.id)
    assert items.data[0].content == "What is 2+2?"
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.delete(first.id)
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(model="gpt-x", input="Hm?", previous_response_id=first.id)
    assert error.value.code == "previous_response_not_found"
    assert error.value.param == "previous_response_id"


def test_a_response_that_is_not_to_be_stored_is_not(house, client):
    first = client.responses.create(model="gpt-x", input="What is 2+2?", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)


def test_reasoning_comes_as_an_item_of_its_own(house, client):
    house.openai.will(
        fake_openai.stream(
            [
                fake_openai.chunk({"reasoning_content": "Two and two."}),
                fake_openai.chunk({"content": "four"}),
                fake_openai.chunk({}, "stop"),
                fake_openai.DONE,
            ]
        )
    )
    events = list(client.responses.create(model="gpt-x", input=user(), stream=True))
    assert [item.type for item in events[-1].response.output] == ["reasoning", "message"]
    assert "response.reasoning_text.delta" in [event.type for event in events]
    assert events[-1].response.output[0].content[0].text == "Two and two."
    items = [item.model_dump(exclude_none=True) for item in events[-1].response.output]
    client.responses.create(model="gpt-x", input=[*user(), *items, *user("Sure?")])
    assert len(house.openai.last.json["messages"]) == 3


def test_an_answer_that_was_cut_by_its_limit_is_incomplete(house, client):
    house.openai.will(fake_openai.completion("fo", finish="length"))
    answer = client.responses.create(model="gpt-x", input="What is 2+2?", max_output_tokens=16)
    assert answer.status == "incomplete"
    assert answer.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize(
    "options, field",
    [
        ({"tools": [{"type": "web_search"}], "tool_choice": "required"}, "tool_choice"),
        ({"tools": [ADD], "tool_choice": {"type": "file_search"}}, "tool_choice"),
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"text": {"format": {"type": "grammar"}}}, "text.format"),
    ],
)
def test_what_only_openai_can_do_is_named(client, options, field):
    with pytest.raises(openai.BadRequestError) as error:
        client.responses.create(**({"model": "gpt-x", "input": "Hi"} | options))
    assert error.value.param == field


def test_a_stream_that_breaks_off_ends_in_an_error(house, client):
    house.openai.will(fake_openai.stream([fake_openai.chunk({"content": "fo"}), CUT]))
    with pytest.raises(openai.APIError, match="broke off"):
        list(client.responses.create(model="gpt-x", input=user(), stream=True))


def test_the_async_client_is_answered(house):
    async def main():
        async with openai.AsyncOpenAI(
            base_url=house.gateway.url + "/v1", api_key="any", max_retries=0
        ) as client:
            whole = await client.responses.create(model="gpt-x", input="Hi")
            stream = await client.responses.create(model="claude-x", input="Hi", stream=True)
            pieces = [e.delta async for e in stream if e.type == "response.output_text.delta"]
            return whole.output_text, "".join(pieces)

    assert asyncio.run(main()) == ("four", "four")


def test_responses_are_recorded_like_any_request(house, client):
    response = client.responses.with_raw_response.create(model="gpt-x", input="What is 2+2?")
    record = house.gateway.completed(id_of(response))
    assert record["received"]["endpoint"] == "/v1/responses"
    assert response.headers["x-logway-cost-usd"] == "0.0105"


def test_a_request_without_input_is_refused(house):
    with http_client(house.gateway) as http:
        for body in ({}, {"input": []}, {"input": 3}):
            answer = http.post("/v1/responses", json={"model": "gpt-x", **body})
            assert (answer.status_code, answer.json()["error"]["param"]) == (400, "input")
