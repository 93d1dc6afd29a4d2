"""A client of one family in front of a provider of another: the SDK must not notice."""

import json

import anthropic
import openai
import pytest

from conftest import anthropic_client, ask, http_client, id_of, openai_client, provider
from fakes import anthropic as fake_anthropic
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
from fakes.server import whole
from test_anthropic_client import ADD as ANTHROPIC_ADD
from test_openai_client import ADD, PIXEL, user


@pytest.fixture
def oai(house):
    return openai_client(house.gateway)


@pytest.fixture
def ant(house):
    return anthropic_client(house.gateway)


def create(client, **options):
    return client.messages.create(**({"max_tokens": 64, "messages": user()} | options))


def text_of(stream):
    return "".join(c.choices[0].delta.content or "" for c in stream if c.choices)


# OpenAI's SDK, Anthropic's provider.


def test_openai_client_is_answered_by_anthropic(house, oai):
    messages = [{"role": "system", "content": "Be terse."}, *user()]
    answer = oai.chat.completions.create(
        model="claude-x", messages=messages, stop=["END"], max_tokens=99, temperature=0.5
    )
    assert answer.choices[0].message.content == "four"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (1000, 500)
    sent = house.anthropic.last.json
    assert sent["model"] == "claude-x"
    assert _text(sent["system"]) == "Be terse."
    assert [m["role"] for m in sent["messages"]] == ["user"]
    assert _text(sent["messages"][0]["content"]) == "What is 2+2?"
    assert (sent["max_tokens"], sent["stop_sequences"], sent["temperature"]) == (99, ["END"], 0.5)


def _text(content):
    return content if isinstance(content, str) else "".join(b["text"] for b in content)


def test_anthropic_is_always_given_the_max_tokens_that_it_demands(house, oai):
    ask(oai, model="claude-x")
    assert house.anthropic.last.json["max_tokens"] > 0


def test_openai_stream_is_translated_from_anthropic(house, oai):
    stream = oai.chat.completions.create(
        model="claude-x",
        messages=user(),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert text_of(chunks) == "four"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (1000, 500)
    assert len({c.id for c in chunks}) == 1


def test_openai_tools_go_through_anthropic(house, oai):
    house.anthropic.will(fake_anthropic.message(tool=("add", {"a": 2, "b": 2})))
    messages = user()
    first = oai.chat.completions.create(
        model="claude-x", messages=messages, tools=[ADD], tool_choice="required"
    )
    call = first.choices[0].message.tool_calls[0]
    assert first.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == ("add", {"a": 2, "b": 2})
    sent = house.anthropic.last.json
    assert sent["tools"][0]["input_schema"] == ADD["function"]["parameters"]
    assert sent["tool_choice"] == {"type": "any"}

    messages += [
        first.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "4"},
    ]
    second = oai.chat.completions.create(model="claude-x", messages=messages, tools=[ADD])
    assert second.choices[0].message.content == "four"
    turns = house.anthropic.last.json["messages"]
    use = turns[1]["content"][0]
    assert (use["type"], use["name"], use["input"]) == ("tool_use", "add", {"a": 2, "b": 2})
    result = turns[2]["content"][0]
    assert (turns[2]["role"], result["type"]) == ("user", "tool_result")
    assert result["tool_use_id"] == use["id"] == call.id
    assert _text(result["content"]) == "4"


def test_the_results_of_two_tools_are_one_turn_for_anthropic(house, oai):
    # Its API wants every result of a turn in the next message of the user.
    calls = [fake_openai.tool_call("add", {"a": n, "b": n}, id=f"call_{n}") for n in (1, 2)]
    messages = [
        *user(),
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
        {"role": "tool", "tool_call_id": "call_2", "content": "4"},
        {"role": "user", "content": "And now?"},
    ]
    oai.chat.completions.create(model="claude-x", messages=messages, tools=[ADD])
    turns = house.anthropic.last.json["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert [block["id"] for block in turns[1]["content"]] == ["call_1", "call_2"]
    last = turns[2]["content"]
    assert [block["type"] for block in last] == ["tool_result", "tool_result", "text"]


def test_an_openai_streamed_tool_call_is_translated_from_anthropic(house, oai):
    house.anthropic.will(fake_anthropic.streamed_tool_use())
    stream = oai.chat.completions.create(
        model="claude-x", messages=user(), tools=[ADD], stream=True
    )
    assert _streamed_call(stream) == ("add", {"a": 2, "b": 2}, "tool_calls")


def _streamed_call(stream):
    name, arguments, finish = "", "", None
    for chunk in stream:
        for choice in chunk.choices:
            finish = choice.finish_reason or finish
            for call in choice.delta.tool_calls or []:
                assert call.index == 0
                name += call.function.name or ""
                arguments += call.function.arguments or ""
    return name, json.loads(arguments), finish


def test_an_openai_image_goes_to_anthropic(house, oai):
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]
    oai.chat.completions.create(
        model="claude-x", messages=[{"role": "user", "content": content}]
    )
    blocks = house.anthropic.last.json["messages"][0]["content"]
    image = next(b for b in blocks if b["type"] == "image")
    assert image["source"] == {"type": "base64", "media_type": "image/png", "data": PIXEL}


# Anthropic's SDK, OpenAI's provider.


def test_anthropic_client_is_answered_by_openai(house, ant):
    answer = create(ant, model="gpt-x", system="Be terse.", stop_sequences=["END"])
    assert answer.content[0].text == "four"
    assert answer.stop_reason == "end_turn"
    assert answer.type == "message" and answer.role == "assistant"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (1000, 500)
    sent = house.openai.last.json
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert _text(sent["messages"][0]["content"]) == "Be terse."
    assert sent["stop"] == ["END"]
    assert 64 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


def test_anthropic_stream_is_translated_from_openai(house, ant):
    with ant.messages.stream(model="gpt-x", max_tokens=64, messages=user()) as stream:
        assert "".join(stream.text_stream) == "four"
        final = stream.get_final_message()
    assert final.stop_reason == "end_turn"
    assert (final.usage.input_tokens, final.usage.output_tokens) == (1000, 500)


def test_anthropic_tools_go_through_openai(house, ant):
    house.openai.will(
        fake_openai.completion(tool_calls=[fake_openai.tool_call("add", {"a": 2, "b": 2})])
    )
    messages = user()
    first = create(ant, model="gpt-x", messages=messages, tools=[ANTHROPIC_ADD])
    use = first.content[0]
    assert (use.type, use.name, use.input) == ("tool_use", "add", {"a": 2, "b": 2})
    assert first.stop_reason == "tool_use"
    function = house.openai.last.json["tools"][0]["function"]
    assert function["parameters"] == ANTHROPIC_ADD["input_schema"]

    messages += [
        {"role": "assistant", "content": [use.model_dump(exclude_none=True)]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "4"}],
        },
    ]
    create(ant, model="gpt-x", messages=messages, tools=[ANTHROPIC_ADD])
    turns = house.openai.last.json["messages"]
    assert [t["role"] for t in turns] == ["user", "assistant", "tool"]
    call = turns[1]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"a": 2, "b": 2}
    assert turns[2]["tool_call_id"] == call["id"] == use.id
    assert _text(turns[2]["content"]) == "4"


def test_an_anthropic_streamed_tool_use_is_translated_from_openai(house, ant):
    house.openai.will(fake_openai.streamed_tool_call())
    with ant.messages.stream(
        model="gpt-x", max_tokens=64, messages=user(), tools=[ANTHROPIC_ADD]
    ) as stream:
        final = stream.get_final_message()
    assert final.content[0].input == {"a": 2, "b": 2}
    assert final.stop_reason == "tool_use"


def test_an_anthropic_image_goes_to_openai(house, ant):
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    create(ant, model="gpt-x", messages=[{"role": "user", "content": content}])
    parts = house.openai.last.json["messages"][0]["content"]
    image = next(p for p in parts if p["type"] == "image_url")
    assert image["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"


# Both SDKs, Ollama.


def test_openai_client_is_answered_by_ollama(house, oai):
    messages = [{"role": "system", "content": "Be terse."}, *user()]
    answer = oai.chat.completions.create(
        model="llama-x", messages=messages, max_tokens=99, stop=["END"], seed=7
    )
    assert answer.choices[0].message.content == "four"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (26, 5)
    assert house.ollama.last.path == "/api/chat"
    sent = house.ollama.last.json
    assert sent["stream"] is False
    assert sent["messages"] == messages
    options = sent["options"]
    assert (options["num_predict"], options["stop"], options["seed"]) == (99, ["END"], 7)


def test_openai_stream_is_translated_from_ollama(house, oai):
    response = ask(oai, model="llama-x", stream=True)
    assert text_of(response.parse()) == "four"
    record = house.gateway.completed(id_of(response))
    assert record["completed"]["cost_nanodollars"] == 0
    assert record["attempts_finished"][0]["usage"]["input"] == 26


def test_openai_tools_go_through_ollama(house, oai):
    house.ollama.will(whole(fake_ollama.last(tool_calls=fake_ollama.tool_calls())))
    messages = user()
    first = oai.chat.completions.create(model="llama-x", messages=messages, tools=[ADD])
    call = first.choices[0].message.tool_calls[0]
    assert first.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == ("add", {"a": 2, "b": 2})
    messages += [
        first.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "4"},
    ]
    oai.chat.completions.create(model="llama-x", messages=messages, tools=[ADD])
    turns = house.ollama.last.json["messages"]
    assert turns[1]["tool_calls"][0]["function"]["arguments"] == {"a": 2, "b": 2}
    assert (turns[2]["role"], turns[2]["content"]) == ("tool", "4")


def test_an_openai_streamed_tool_call_is_translated_from_ollama(house, oai):
    calls = fake_ollama.tool_calls()
    lines = [fake_ollama.part("", tool_calls=calls), fake_ollama.last()]
    house.ollama.will(fake_ollama.lines(lines))
    stream = oai.chat.completions.create(
        model="llama-x", messages=user(), tools=[ADD], stream=True
    )
    assert _streamed_call(stream) == ("add", {"a": 2, "b": 2}, "tool_calls")


def test_an_openai_image_goes_to_ollama(house, oai):
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    ]
    oai.chat.completions.create(model="llama-x", messages=[{"role": "user", "content": content}])
    message = house.ollama.last.json["messages"][0]
    assert (message["content"], message["images"]) == ("What is this?", [PIXEL])


def test_anthropic_client_is_answered_by_ollama(house, ant):
    answer = create(ant, model="llama-x", system="Be terse.")
    assert answer.content[0].text == "four"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (26, 5)
    assert [m["role"] for m in house.ollama.last.json["messages"]] == ["system", "user"]


def test_anthropic_stream_is_translated_from_ollama(house, ant):
    with ant.messages.stream(model="llama-x", max_tokens=64, messages=user()) as stream:
        assert "".join(stream.text_stream) == "four"
        assert stream.get_final_message().stop_reason == "end_turn"


def test_earlier_thinking_goes_back_to_ollama_and_is_dropped_elsewhere(house, ant, oai):
    thinking = {"type": "thinking", "thinking": "Two and two.", "signature": "s"}
    messages = [
        *user(),
        {"role": "assistant", "content": [thinking, {"type": "text", "text": "four"}]},
        *user("Sure?"),
    ]
    create(ant, model="llama-x", messages=messages)
    sent = house.ollama.last.json["messages"][1]
    assert (sent["thinking"], sent["content"]) == ("Two and two.", "four")
    create(ant, model="gpt-x", messages=messages)
    assert house.openai.last.json["messages"][1] == {"role": "assistant", "content": "four"}
    dropped = house.gateway.newest()["received"]["dropped_hints"]
    assert {"family": "openai", "fields": ["messages[1].content[0]"]} in dropped

    answered = {"role": "assistant", "content": "four", "reasoning_content": "Two and two."}
    oai.chat.completions.create(model="llama-x", messages=[*user(), answered, *user("Sure?")])
    assert house.ollama.last.json["messages"][1]["thinking"] == "Two and two."


def test_a_prompt_count_that_ollama_left_out_is_estimated_and_marked(house, oai):
    house.ollama.will(whole(fake_ollama.last("four", usage=(None, 5))))
    response = ask(oai, model="llama-x")
    usage = house.gateway.explain(id_of(response))["attempts_finished"][0]["usage"]
    assert usage["origin"] == "mixed"
    assert usage["output"] == 5 and usage["input"] > 0


# What can't be said.


def test_what_changes_the_answer_and_can_not_be_said_is_named(house, oai):
    with pytest.raises(openai.BadRequestError) as caught:
        oai.chat.completions.create(
            model="claude-x", messages=user(), seed=7, n=2, logprobs=True
        )
    error = caught.value
    assert "no provider of this model can take" in error.message
    assert "logprobs, n" in error.message
    assert error.body["param"] in ("logprobs", "n")
    assert error.code == "unsupported_parameter"
    assert house.anthropic.requests == []
    record = house.gateway.explain(error.response.headers["x-logway-request-id"])
    assert record["decided"]["refusal"] == "untranslatable"
    fields = {e["provider"]: e.get("fields") for e in record["decided"]["excluded"]}
    assert fields["c"] == ["logprobs", "n"]


def test_only_the_candidate_that_can_not_say_a_field_is_left_out(house):
    image = {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}}
    body = {"model": "auto", "max_tokens": 64, "messages": user([image])}
    with http_client(house.gateway) as http:
        answer = http.post("/v1/messages", json=body)
    record = house.gateway.explain(answer.headers["x-logway-request-id"])
    fields = {e["provider"]: e.get("fields") for e in record["decided"]["excluded"]}
    assert answer.headers["x-logway-provider"] in ("c", "o")
    assert fields["l"] == ["messages[0].content[0].source.url"]
    assert "source.url" in house.gateway.explain_page(answer.headers["x-logway-request-id"])


def test_what_is_dropped_stands_in_the_answer_s_header(house):
    body = {"model": "gpt-x", "max_tokens": 64, "messages": user(), "top_k": 5, "new": {"a": 1}}
    with http_client(house.gateway) as http:
        whole_answer = http.post("/v1/messages", json=body)
        streamed = http.post("/v1/messages", json=body | {"stream": True})
        passed = http.post("/v1/messages", json=body | {"model": "claude-x"})
        many = {f"field_{index}_of_next_year": 1 for index in range(99)}
        long = http.post("/v1/messages", json=body | many)
    assert whole_answer.headers["x-logway-dropped"] == "new, top_k"
    assert streamed.headers["x-logway-dropped"] == "new, top_k"
    assert "x-logway-dropped" not in passed.headers
    assert 400 < len(long.headers["x-logway-dropped"]) <= 512
    assert long.headers["x-logway-dropped"].endswith(", ...")


def test_a_dropped_hint_is_reported(house, ant):
    system = [{"type": "text", "text": "Be terse.", "cache_control": {"type": "ephemeral"}}]
    response = ant.messages.with_raw_response.create(
        model="gpt-x", max_tokens=64, messages=user(), system=system
    )
    received = house.gateway.explain(response.headers["x-logway-request-id"])["received"]
    hints = {hint["family"]: hint["fields"] for hint in received["dropped_hints"]}
    assert any("cache_control" in field for field in hints["openai"])
    assert b"cache_control" not in house.openai.last.body


def test_a_system_prompt_alone_is_asked_as_the_user_s_text(house, oai):
    for model in ("claude-x", "gemini-x", "gpt-x", "llama-x"):
        response = oai.chat.completions.create(
            model=model, messages=[{"role": "system", "content": "Say hello."}]
        )
        assert response.choices[0].message.content == "four"
    (turn,) = house.anthropic.last.json["messages"]
    assert (turn["role"], _text(turn["content"])) == ("user", "Say hello.")
    assert "system" not in house.anthropic.last.json


def test_who_refuses_a_conversation_without_a_word_is_passed_over(pair_of_families):
    made, claude, other = pair_of_families
    client = openai_client(made)
    response = client.chat.completions.with_raw_response.create(
        model="auto", messages=[{"role": "user", "content": " "}]
    )
    assert response.headers["x-logway-provider"] == "o"
    assert claude.requests == []
    (excluded,) = made.explain(id_of(response))["decided"]["excluded"]
    assert (excluded["provider"], excluded["reason"]) == ("c", "untranslatable")
    assert excluded["fields"] == ["messages"]


def test_turns_that_hold_nothing_are_left_out_for_anthropic_and_reported(house, oai):
    messages = [
        *user(), {"role": "assistant", "content": ""}, {"role": "user", "content": None}, *user()
    ]  # fmt: skip
    response = oai.chat.completions.with_raw_response.create(model="claude-x", messages=messages)
    assert response.status_code == 200
    sent = house.anthropic.last.json["messages"]
    assert [turn["role"] for turn in sent] == ["user"]
    assert [part["text"] for part in sent[0]["content"]] == ["What is 2+2?"] * 2
    hints = house.gateway.explain(id_of(response))["received"]["dropped_hints"]
    assert {"family": "anthropic", "fields": ["messages[1]", "messages[2]"]} in hints


@pytest.fixture
def pair_of_families(fake, gateway):
    """Anthropic first, OpenAI after it."""
    claude, other = fake(AnthropicProvider), fake()
    made = gateway([provider("c", claude, "claude"), provider("o", other)])
    return made, claude, other
