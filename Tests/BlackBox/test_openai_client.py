"""The openai SDK in front of a provider of its own family: what passes is what was sent."""

import asyncio
import base64
import json

import openai
import pytest

from conftest import anthropic_client, ask, http_client, id_of, openai_client
from fakes import openai as fake_openai
from fakes.server import stream, whole

MODEL = "gpt-x"
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
        },
        "strict": False,
    },
}
PIXEL = base64.b64encode(b"\x89PNG not really").decode()


@pytest.fixture
def client(house):
    return openai_client(house.gateway)


def user(text="What is 2+2?"):
    return [{"role": "user", "content": text}]


def test_plain_answer_comes_back_whole(house, client):
    answer = client.chat.completions.create(model=MODEL, messages=user())
    assert answer.choices[0].message.content == "four"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (1000, 500)
    assert house.openai.last.path == "/v1/chat/completions"
    assert house.openai.last.headers["authorization"] == "Bearer sk-secret-of-o"


def test_the_client_s_own_key_goes_nowhere(house, client):
    client.chat.completions.create(model=MODEL, messages=user())
    assert "any" not in house.openai.last.headers["authorization"]


def test_async_client_is_answered(house):
    async def main():
        async with openai.AsyncOpenAI(
            base_url=house.gateway.url + "/v1", api_key="any", max_retries=0
        ) as client:
            answers = await asyncio.gather(
                *(client.chat.completions.create(model=MODEL, messages=user()) for _ in range(4))
            )
            stream = await client.chat.completions.create(
                model=MODEL, messages=user(), stream=True
            )
            text = [c.choices[0].delta.content or "" async for c in stream if c.choices]
            return [a.choices[0].message.content for a in answers], "".join(text)

    assert asyncio.run(main()) == (["four"] * 4, "four")


def test_streamed_answer_comes_in_the_provider_s_pieces(house, client):
    house.openai.will(fake_openai.streamed(["one ", "two ", "three"]))
    chunks = list(client.chat.completions.create(model=MODEL, messages=user(), stream=True))
    texts = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert texts == ["one ", "two ", "three"]
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"


def test_streamed_usage_is_asked_for_but_kept_from_a_client_that_did_not_ask(house, client):
    chunks = list(client.chat.completions.create(model=MODEL, messages=user(), stream=True))
    assert house.openai.last.json["stream_options"] == {"include_usage": True}
    assert not any(c.usage for c in chunks)
    assert all(c.choices for c in chunks)


def test_streamed_usage_reaches_a_client_that_asked(house, client):
    chunks = list(
        client.chat.completions.create(
            model=MODEL, messages=user(), stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].usage.completion_tokens == 500
    assert chunks[-1].choices == []


def test_comments_of_the_provider_do_not_disturb_the_sdk(house, client):
    events = fake_openai.pieces(["fo", "ur"])
    events.insert(0, b": OPENROUTER PROCESSING\n\n")
    events.insert(3, b": OPENROUTER PROCESSING\n\n")
    house.openai.will(stream(events))
    chunks = client.chat.completions.create(model=MODEL, messages=user(), stream=True)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "four"


def test_lines_may_end_as_in_windows(house, client):
    events = [e.replace(b"\n", b"\r\n") for e in fake_openai.pieces(["fo", "ur"])]
    house.openai.will(stream(events))
    chunks = client.chat.completions.create(model=MODEL, messages=user(), stream=True)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "four"


def test_a_body_of_unknown_length_is_taken(house):
    with http_client(house.gateway) as http:
        answer = http.post("/v1/chat/completions", content=iter([ODD_BODY[:50], ODD_BODY[50:]]))
    assert answer.status_code == 200
    assert house.openai.last.body.strip() == ODD_BODY.strip()


def test_a_tool_is_called_and_its_result_used(house, client):
    house.openai.will(
        fake_openai.completion(tool_calls=[fake_openai.tool_call("add", {"a": 2, "b": 2})])
    )
    messages = user()
    first = client.chat.completions.create(model=MODEL, messages=messages, tools=[ADD])
    call = first.choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("add", {"a": 2, "b": 2})
    assert first.choices[0].finish_reason == "tool_calls"

    messages += [
        first.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "4"},
    ]
    second = client.chat.completions.create(model=MODEL, messages=messages, tools=[ADD])
    assert second.choices[0].message.content == "four"
    assert house.openai.last.json["messages"] == messages
    assert house.openai.last.json["tools"] == [ADD]


def test_a_streamed_tool_call_can_be_put_together(house, client):
    house.openai.will(fake_openai.streamed_tool_call())
    stream = client.chat.completions.create(
        model=MODEL, messages=user(), tools=[ADD], stream=True
    )
    name, arguments, finish = "", "", None
    for chunk in stream:
        choice = chunk.choices[0]
        finish = choice.finish_reason or finish
        for call in choice.delta.tool_calls or []:
            name += call.function.name or ""
            arguments += call.function.arguments or ""
    assert (name, json.loads(arguments), finish) == ("add", {"a": 2, "b": 2}, "tool_calls")


def test_an_image_passes_untouched(house, client):
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
    ]
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])
    assert house.openai.last.json["messages"][0]["content"] == content


def test_system_stop_and_sampling_pass(house, client):
    fields = {"stop": ["END", "\n\n"], "temperature": 0.25, "top_p": 0.5, "seed": 7}
    messages = [{"role": "system", "content": "Be terse."}, *user()]
    client.chat.completions.create(model=MODEL, messages=messages, **fields)
    sent = house.openai.last.json
    assert {name: sent[name] for name in fields} == fields
    assert sent["messages"] == messages


def test_two_choices_come_back_when_n_is_two(house, client):
    choices = [
        {"index": i, "message": {"role": "assistant", "content": t}, "finish_reason": "stop"}
        for i, t in enumerate(["four", "vier"])
    ]
    house.openai.will(fake_openai.completion(choices=choices))
    answer = client.chat.completions.create(model=MODEL, messages=user(), n=2)
    assert [c.message.content for c in answer.choices] == ["four", "vier"]
    assert house.openai.last.json["n"] == 2


def test_fields_that_nobody_knows_pass_both_ways(house, client):
    house.openai.will(fake_openai.completion(x_future={"deep": [1, {"a": None}]}))
    extra = {"reasoning_effort": "low", "x_vendor": {"list": [1, 2.50, "ü"], "off": None}}
    answer = client.chat.completions.create(model=MODEL, messages=user(), extra_body=extra)
    sent = house.openai.last.json
    assert {name: sent[name] for name in extra} == extra
    assert answer.model_extra["x_future"] == {"deep": [1, {"a": None}]}


ODD_BODY = (
    '{ "model" : "gpt-x",\n\t"messages":[{"role":"user","content":"\\u00fc \\ud83d\\ude00 \\/ é",'
    '"x":1.0e+2}],  "x_big":123456789012345678901234567890, "x_small":1E-400,"x":{"x":[ ]},'
    '"temperature":1.00 }\n'
).encode()


def test_the_body_reaches_the_provider_byte_for_byte(house):
    with http_client(house.gateway) as http:
        assert http.post("/v1/chat/completions", content=ODD_BODY).status_code == 200
    assert house.openai.last.body.strip() == ODD_BODY.strip()


def test_only_the_model_s_name_changes_when_auto_is_asked_for(house):
    body = ODD_BODY.replace(b'"gpt-x"', b'"auto"')
    with http_client(house.gateway) as http:
        assert http.post("/v1/chat/completions", content=body).status_code == 200
    assert house.openai.last.body.strip() == ODD_BODY.strip()


def test_the_answer_reaches_the_client_byte_for_byte(house):
    answer = (
        b'{"id":"1","object":"chat.completion", "model":"gpt-x","x":1.0e+2,"choices":[{"index":0,'
        b'"message":{"role":"assistant","content":"\\u00fc \\/"},"finish_reason":"stop"}],'
        b'"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}'
    )
    house.openai.will(whole(answer))
    with http_client(house.gateway) as http:
        assert http.post("/v1/chat/completions", content=ODD_BODY).content == answer


def test_the_stream_reaches_the_client_byte_for_byte_but_for_the_cost(house):
    body = {
        "model": MODEL,
        "messages": user(),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    with http_client(house.gateway) as http:
        answer = http.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"] == "text/event-stream"
    cost = b": x-logway-cost-usd: 0.0105\n\n"
    assert cost in answer.content
    assert answer.content.replace(cost, b"") == b"".join(fake_openai.pieces(["fo", "ur"]))
    # Before the end, where a client still reads.
    assert answer.content.endswith(cost + b"data: [DONE]\n\n")


def test_headers_tell_who_answered_and_what_it_cost(house, client):
    response = ask(client, model="o:gpt-x")
    assert response.headers["x-logway-provider"] == "o"
    assert response.headers["x-logway-model"] == "gpt-x"
    assert response.headers["x-logway-cost-usd"] == "0.0105"
    record = house.gateway.explain(id_of(response))
    assert record["completed"]["outcome"] == "answered"
    assert record["decided"]["strategy"] == "explicit"


def test_headers_of_a_stream_come_before_its_cost(house, client):
    response = ask(client, model=MODEL, stream=True)
    assert response.headers["x-logway-provider"] == "o"
    assert response.headers["x-logway-model"] == "gpt-x"
    assert "x-logway-cost-usd" not in response.headers
    list(response.parse())
    completed = house.gateway.completed(id_of(response))["completed"]
    assert completed["cost_nanodollars"] == 10_500_000


def test_task_and_tags_are_recorded(house, client):
    headers = {"x-logway-task": "documentation", "x-logway-tags": "team=red, user=7"}
    response = ask(client, model=MODEL, extra_headers=headers)
    received = house.gateway.explain(id_of(response))["received"]
    assert received["task"] == "documentation"
    assert received["tags"] == ["team=red", "user=7"]
    assert id_of(response) in [r["request"] for r in house.gateway.requests("--tag", "team=red")]
    by_task = {row["name"]: row for row in house.gateway.report()["by_task"]}
    assert by_task["documentation"]["cost_nanodollars"] == 10_500_000


def test_the_models_are_listed(house, client):
    ids = [model.id for model in client.models.list()]
    assert {"auto", "gpt-x", "claude-x", "llama-x"} <= set(ids)
    assert client.models.retrieve("gpt-x").owned_by == "o"


def test_a_model_that_is_not_there_can_not_be_retrieved(client):
    with pytest.raises(openai.NotFoundError, match="gpt-x") as caught:
        client.models.retrieve("gpt-y")
    # An id of zeros would be worse than none.
    assert id_of(caught.value.response).strip("0-") != ""


def test_both_sdks_are_answered_at_the_same_time(house, client):
    other = anthropic_client(house.gateway)
    stream = client.chat.completions.create(model=MODEL, messages=user(), stream=True)
    answer = other.messages.create(model="claude-x", max_tokens=16, messages=user())
    assert answer.content[0].text == "four"
    assert "".join(c.choices[0].delta.content or "" for c in stream if c.choices) == "four"
