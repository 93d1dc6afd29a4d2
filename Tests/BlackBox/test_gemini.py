"""Google's own API behind the vendors' SDKs of other families."""

import json

import anthropic
import openai
import pytest

from conftest import anthropic_client, ask, http_client, id_of, openai_client, provider
from fakes import gemini as fake_gemini
from fakes.gemini import GeminiProvider
from fakes.openai import OpenAIProvider
from fakes.server import stream
from gateway import eventually
from test_anthropic_client import ADD as ANTHROPIC_ADD
from test_openai_client import ADD, PIXEL, user


@pytest.fixture
def google(fake):
    return fake(GeminiProvider)


@pytest.fixture
def served(gateway, google):
    return gateway([provider("google", google, "google")])


def test_openai_client_is_answered_by_gemini(served, google):
    messages = [{"role": "system", "content": "Be terse."}, *user()]
    answer = openai_client(served).chat.completions.create(
        model="gemini-x", messages=messages, stop=["END"], max_tokens=99, temperature=0.5, seed=7
    )
    assert answer.choices[0].message.content == "four"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (1000, 500)
    assert google.last.path == "/v1beta/models/gemini-x:generateContent"
    assert google.last.headers["x-goog-api-key"] == "sk-secret-of-google"
    assert "authorization" not in google.last.headers
    assert google.last.json == {
        "systemInstruction": {"parts": [{"text": "Be terse."}]},
        "contents": [{"role": "user", "parts": [{"text": "What is 2+2?"}]}],
        "generationConfig": {
            "maxOutputTokens": 99, "temperature": 0.5, "seed": 7, "stopSequences": ["END"],
        },
    }  # fmt: skip


@pytest.mark.parametrize("query", ["?alt=sse", ""])
def test_a_stray_done_is_told_to_no_client(served, google, query):
    """Proxies put OpenAI's end into the streams of others, whose clients take every event for JSON."""
    first, *rest = fake_gemini.pieces(["fo", "ur"])
    done = b"data: [DONE]\r\n\r\n"
    google.will(stream([first, done, *rest, done]))
    body = {"contents": [{"role": "user", "parts": [{"text": "2+2?"}]}]}
    with http_client(served) as http:
        path = f"/v1beta/models/gemini-x:streamGenerateContent{query}"
        text = http.post(path, json=body).text
    assert "[DONE]" not in text
    if query:
        events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    else:
        events = json.loads(text)
    said = [p.get("text", "") for e in events for p in e["candidates"][0]["content"]["parts"]]
    assert "".join(said) == "four"
    assert events[-1]["candidates"][0]["finishReason"] == "STOP"
    assert served.newest()["completed"]["outcome"] == "answered"


def test_stream_is_translated_and_priced(served, google):
    response = ask(
        openai_client(served), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(response.parse())
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "four"
    assert chunks[-1].usage.completion_tokens == 500
    assert google.last.path == "/v1beta/models/gemini-x:streamGenerateContent?alt=sse"
    completed = served.completed(id_of(response))["completed"]
    # 1,000 tokens at 3 dollars a million and 500 at 15.
    assert completed["cost_nanodollars"] == 10_500_000


def test_thoughts_and_cached_tokens_are_counted_and_priced(served, google):
    usage = fake_gemini.usage_object((1000, 300), thoughts=200, cached=600)
    google.will(fake_gemini.answer(usage=usage))
    response = ask(openai_client(served))
    counts = response.parse().usage
    assert (counts.prompt_tokens, counts.completion_tokens) == (1000, 500)
    assert counts.prompt_tokens_details.cached_tokens == 600
    assert counts.completion_tokens_details.reasoning_tokens == 200
    # 400 at 3 dollars, 600 at 0.3, 500 at 15.
    assert served.completed(id_of(response))["completed"]["cost_nanodollars"] == 8_880_000


def test_tools_go_there_and_back(served, google):
    client = openai_client(served)
    google.will(
        fake_gemini.whole(fake_gemini.value([fake_gemini.call(), fake_gemini.call()], "STOP"))
    )
    first = client.chat.completions.create(
        model="gemini-x", messages=user(), tools=[ADD], tool_choice="required"
    )
    assert first.choices[0].finish_reason == "tool_calls"
    calls = first.choices[0].message.tool_calls
    assert [json.loads(c.function.arguments) for c in calls] == [{"a": 2, "b": 2}] * 2
    assert len({c.id for c in calls}) == 2
    sent = google.last.json
    assert sent["toolConfig"]["functionCallingConfig"] == {"mode": "ANY"}
    assert sent["tools"][0]["functionDeclarations"][0]["name"] == "add"
    results = [{"role": "tool", "tool_call_id": c.id, "content": "4"} for c in calls]
    second = client.chat.completions.create(
        model="gemini-x",
        messages=[*user(), first.choices[0].message.model_dump(exclude_none=True), *results],
        tools=[ADD],
    )
    assert second.choices[0].message.content == "four"
    roles = [content["role"] for content in google.last.json["contents"]]
    assert roles == ["user", "model", "user"]
    responses = [p["functionResponse"] for p in google.last.json["contents"][2]["parts"]]
    assert responses == [{"name": "add", "response": {"output": "4"}}] * 2


def test_streamed_tool_call_reaches_anthropics_client(served, google):
    google.will(
        stream(
            [
                fake_gemini.event(fake_gemini.value([fake_gemini.text("Let me add. ")])),
                fake_gemini.event(fake_gemini.value([fake_gemini.call()], "STOP")),
            ]
        )
    )
    with anthropic_client(served).messages.stream(
        model="gemini-x", max_tokens=64, messages=user(), tools=[ANTHROPIC_ADD]
    ) as events:
        message = events.get_final_message()
    assert message.stop_reason == "tool_use"
    assert message.content[0].text == "Let me add. "
    assert message.content[1].input == {"a": 2, "b": 2}
    assert message.usage.output_tokens == 500


def test_image_and_schema_go_there(served, google):
    google.will(fake_gemini.answer('{"sum": 4}'))
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PIXEL}},
    ]
    schema = {"type": "object", "properties": {"sum": {"type": "integer"}}}
    answer = openai_client(served).chat.completions.create(
        model="gemini-x",
        messages=[{"role": "user", "content": content}],
        response_format={"type": "json_schema", "json_schema": {"name": "s", "schema": schema}},
    )
    assert json.loads(answer.choices[0].message.content) == {"sum": 4}
    image = google.last.json["contents"][0]["parts"][1]["inlineData"]
    assert image["mimeType"] == "image/png" and image["data"] == PIXEL
    config = google.last.json["generationConfig"]
    assert config == {"responseMimeType": "application/json", "responseJsonSchema": schema}


def test_blocked_prompt_is_an_answer_that_was_filtered(served, google):
    google.will(fake_gemini.blocked())
    answer = ask(openai_client(served)).parse()
    assert answer.choices[0].finish_reason == "content_filter"
    assert not answer.choices[0].message.content


def test_stream_that_ends_before_any_content_goes_to_the_next(gateway, fake, google):
    second = fake(OpenAIProvider, text="second")
    made = gateway([provider("google", google, "google"), provider("second", second)])
    google.will(stream([b": nothing\n\n"]))
    chunks = ask(openai_client(made), stream=True).parse()
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "second"


def test_wrong_key_is_told_as_one(gateway, fake, google):
    second = fake(OpenAIProvider, text="second")
    made = gateway([provider("google", google, "google"), provider("second", second)])
    google.always(fake_gemini.wrong_key())
    response = ask(openai_client(made))
    assert response.parse().choices[0].message.content == "second"
    first = made.explain(id_of(response))["attempts_finished"][0]
    assert first["failure"] == "key rejected"


def test_day_that_is_used_up_is_not_asked_again_after_the_minute(gateway, fake, google):
    second = fake(OpenAIProvider, text="second")
    made = gateway([provider("google", google, "google"), provider("second", second)])
    details = [fake_gemini.quota_failure(), fake_gemini.retry_info("0.001s")]
    google.always(fake_gemini.error(429, "RESOURCE_EXHAUSTED", "quota", details))
    ask(openai_client(made))
    asked = len(google.requests)
    for _ in range(3):
        assert ask(openai_client(made)).parse().choices[0].message.content == "second"
    assert len(google.requests) == asked


def test_every_page_of_the_model_list_is_read(gateway, fake):
    google = fake(GeminiProvider, [f"gemini-{number}" for number in range(5)])
    made = gateway([provider("google", google, "google")])

    def listed():
        return {m.id for m in openai_client(made).models.list()} >= set(google.models)

    eventually(listed, "the list lacks models")
    assert not any("imagen" in m.id for m in openai_client(made).models.list())
    assert all("key=" not in request.path for request in google.listings)


def test_base_url_of_the_compatible_api_speaks_openai(gateway, fake):
    compatible = fake(OpenAIProvider)
    entry = provider("google", compatible, "google", baseUrl=compatible.url + "/v1beta/openai")
    made = gateway([entry])
    assert ask(openai_client(made)).parse().choices[0].message.content == "four"
    assert compatible.last.path == "/v1beta/openai/chat/completions"
    assert compatible.last.headers["authorization"] == "Bearer sk-secret-of-google"


def test_what_gemini_can_not_be_told_is_named(served):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(openai_client(served), logprobs=True)
    assert "logprobs" in str(caught.value)
    with pytest.raises(anthropic.BadRequestError) as caught:
        anthropic_client(served).messages.create(
            model="gemini-x",
            max_tokens=9,
            messages=[*user(), {"role": "assistant", "content": "It is"}],
        )
    assert "messages[1]" in str(caught.value)


def test_texts_are_embedded_at_once(served, google):
    answer = openai_client(served).embeddings.create(
        model="gemini-x", input=["a", "b"], dimensions=2, encoding_format="float"
    )
    assert [item.embedding for item in answer.data] == [[0.5, -1.25], [1.5, -1.25]]
    assert google.last.path == "/v1beta/models/gemini-x:batchEmbedContents"
    assert google.last.json["requests"][1] == {
        "model": "models/gemini-x",
        "content": {"parts": [{"text": "b"}]},
        "outputDimensionality": 2,
    }


def test_tokens_are_counted_by_google(served, google):
    answer = anthropic_client(served).messages.with_raw_response.count_tokens(
        model="gemini-x", system="Be terse.", messages=user(), tools=[ANTHROPIC_ADD]
    )
    assert answer.parse().input_tokens == 21
    assert "x-logway-estimate" not in answer.headers
    assert google.last.path == "/v1beta/models/gemini-x:countTokens"
    asked = google.last.json["generateContentRequest"]
    assert asked["model"] == "models/gemini-x"
    assert asked["tools"] and asked["systemInstruction"]
