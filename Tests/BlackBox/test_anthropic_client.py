"""The anthropic SDK in front of a provider of its own family: what passes is what was sent."""

import asyncio

import anthropic
import pytest

from conftest import anthropic_client, http_client
from fakes import anthropic as fake_anthropic
from test_openai_client import PIXEL, user

MODEL = "claude-x"
ADD = {
    "name": "add",
    "description": "Adds.",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
    },
}


@pytest.fixture
def client(house):
    return anthropic_client(house.gateway)


def create(client, **options):
    options = {"model": MODEL, "max_tokens": 64, "messages": user()} | options
    return client.messages.create(**options)


def test_plain_answer_comes_back_whole(house, client):
    answer = create(client)
    assert answer.content[0].text == "four"
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (1000, 500)
    seen = house.anthropic.last
    assert seen.path == "/v1/messages"
    assert seen.headers["x-api-key"] == "sk-secret-of-c"
    assert seen.headers["anthropic-version"] == client.default_headers["anthropic-version"]
    assert "authorization" not in seen.headers


def test_the_client_s_version_and_beta_features_reach_the_provider(house, client):
    answer = client.beta.messages.create(
        model=MODEL,
        max_tokens=64,
        messages=user(),
        betas=["context-1m-2025-08-07", "files-api-2025-04-14"],
        extra_headers={"anthropic-version": "2023-01-01"},
    )
    assert answer.content[0].text == "four"
    seen = house.anthropic.last
    assert seen.headers["anthropic-beta"] == "context-1m-2025-08-07,files-api-2025-04-14"
    assert seen.headers["anthropic-version"] == "2023-01-01"


def test_async_client_is_answered(house):
    async def main():
        async with anthropic.AsyncAnthropic(
            base_url=house.gateway.url, api_key="any", max_retries=0
        ) as client:
            whole = await create(client)
            async with client.messages.stream(
                model=MODEL, max_tokens=64, messages=user()
            ) as stream:
                text = "".join([piece async for piece in stream.text_stream])
            return whole.content[0].text, text

    assert asyncio.run(main()) == ("four", "four")


def test_streamed_answer_comes_in_the_provider_s_pieces(house, client):
    house.anthropic.will(fake_anthropic.streamed(["one ", "two ", "three"]))
    with client.messages.stream(model=MODEL, max_tokens=64, messages=user()) as stream:
        assert list(stream.text_stream) == ["one ", "two ", "three"]
        final = stream.get_final_message()
    assert final.stop_reason == "end_turn"
    assert (final.usage.input_tokens, final.usage.output_tokens) == (1000, 500)


def test_a_tool_is_used_and_its_result_read(house, client):
    house.anthropic.will(fake_anthropic.message(tool=("add", {"a": 2, "b": 2})))
    messages = user()
    first = create(client, messages=messages, tools=[ADD])
    use = first.content[0]
    assert (use.type, use.name, use.input) == ("tool_use", "add", {"a": 2, "b": 2})
    assert first.stop_reason == "tool_use"

    messages += [
        {"role": "assistant", "content": [use.model_dump(exclude_none=True)]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "4"}],
        },
    ]
    assert create(client, messages=messages, tools=[ADD]).content[0].text == "four"
    assert house.anthropic.last.json["messages"] == messages
    assert house.anthropic.last.json["tools"] == [ADD]


def test_a_streamed_tool_use_can_be_put_together(house, client):
    house.anthropic.will(fake_anthropic.streamed_tool_use())
    with client.messages.stream(
        model=MODEL, max_tokens=64, messages=user(), tools=[ADD]
    ) as stream:
        final = stream.get_final_message()
    assert final.content[0].input == {"a": 2, "b": 2}
    assert final.stop_reason == "tool_use"


def test_images_system_and_stop_sequences_pass(house, client):
    content = [
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": PIXEL},
        },
        {"type": "text", "text": "What is this?"},
    ]
    system = [{"type": "text", "text": "Be terse.", "cache_control": {"type": "ephemeral"}}]
    messages = [{"role": "user", "content": content}]
    create(client, messages=messages, system=system, stop_sequences=["END"], extra_body={"top_k": 5})
    sent = house.anthropic.last.json
    assert sent["messages"] == messages
    assert sent["system"] == system
    assert (sent["stop_sequences"], sent["top_k"]) == (["END"], 5)


def test_fields_that_nobody_knows_pass(house, client):
    extra = {"x_vendor": {"list": [1, 2.50, "ü"], "off": None}}
    create(client, extra_body=extra)
    assert house.anthropic.last.json["x_vendor"] == extra["x_vendor"]


ODD_BODY = (
    '{ "model" : "claude-x",\n\t"max_tokens" : 64 ,"messages":[{"role":"user","content":'
    '"\\u00fc \\/ é"}],  "x_big":123456789012345678901234567890,"x":{"x":[ ]} }\n'
).encode()


def test_the_body_reaches_the_provider_byte_for_byte(house):
    with http_client(house.gateway) as http:
        assert http.post("/v1/messages", content=ODD_BODY).status_code == 200
    assert house.anthropic.last.body.strip() == ODD_BODY.strip()


def test_the_stream_reaches_the_client_byte_for_byte_but_for_the_cost(house):
    body = {"model": MODEL, "max_tokens": 64, "messages": user(), "stream": True}
    with http_client(house.gateway) as http:
        answer = http.post("/v1/messages", json=body)
    cost = b": x-logway-cost-usd: 0.0105\n\n"
    assert cost in answer.content
    given = b"".join(fake_anthropic.streamed(["fo", "ur"]).steps)
    assert answer.content.replace(cost, b"") == given
    assert answer.content.endswith(cost + fake_anthropic.event("message_stop"))


def test_the_beta_and_version_of_the_client_do_not_break_the_answer(house, client):
    answer = create(client, extra_headers={"anthropic-beta": "some-future-beta-2026-01-01"})
    assert answer.content[0].text == "four"


def test_headers_tell_who_answered_and_what_it_cost(client):
    response = client.messages.with_raw_response.create(
        model=MODEL, max_tokens=64, messages=user()
    )
    assert response.headers["x-logway-provider"] == "c"
    assert response.headers["x-logway-model"] == "claude-x"
    assert response.headers["x-logway-cost-usd"] == "0.0105"


def test_the_models_are_listed(client):
    models = list(client.models.list())
    assert {"auto", "gpt-x", "claude-x", "llama-x"} <= {model.id for model in models}
    assert all(model.type == "model" for model in models)
    assert all(model.lifecycle == "active" for model in models)
    assert client.models.retrieve("claude-x").id == "claude-x"


def test_the_models_are_listed_in_pages(client):
    whole = [model.id for model in client.models.list().data]
    page = client.models.list(limit=3)
    assert ([model.id for model in page.data], page.has_more) == (whole[:3], True)
    # The SDK asks for the pages behind it, and for those before with `before_id`.
    assert [model.id for model in page] == whole
    back = client.models.list(limit=2, before_id=whole[-1])
    assert [model.id for model in back.data] == whole[-3:-1]
    with pytest.raises(anthropic.BadRequestError, match="limit must be"):
        client.models.list(limit=1001)
