"""OpenAI's responses where a provider has them: every byte goes on, and comes back."""

import json
import threading

import openai
import pytest

from conftest import http_client, id_of, openai_client, provider
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
from fakes.openai import OpenAIProvider
from fakes.server import CUT, Hold, Reply, stream, whole
from gateway import eventually

ODD = {
    "model": "gpt-x",
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "prompt_cache_key": "k1",
    "reasoning": {"effort": "medium", "context": "all_turns", "x": [1.50]},
    "text": {"verbosity": "low"},
    "tools": [
        {"type": "custom", "name": "apply_patch", "format": {"type": "text"}},
        {"type": "web_search", "external_web_access": True},
        {"type": "namespace", "name": "n", "tools": []},
        {"type": "x_vendor_tool"},
    ],
    "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "reasoning", "id": "rs_0", "summary": [], "encrypted_content": "gAAAA-older"},
        {"type": "x_vendor_item", "x": {"y": None}},
    ],
    "x_vendor": {"list": [1, 2.50, "ü"], "off": None},
}


@pytest.fixture
def able(fake, gateway):
    """A provider with responses, and one of Anthropic's behind it."""
    first, second = fake(OpenAIProvider), fake(AnthropicProvider, models=("gpt-x",))
    made = gateway(
        [
            provider("first", first, responses=True),
            provider("second", second, "claude", defaultModel="gpt-x", models=["gpt-x"]),
        ]
    )
    return made, first, second


def post(made, body, path="/v1/responses"):
    with http_client(made) as http:
        return http.post(path, content=json.dumps(body) if isinstance(body, dict) else body)


def test_every_byte_passes_both_ways(able):
    made, first, _ = able
    items = [
        fake_openai.sealed(),
        {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "*** Begin"},
        {"type": "x_vendor_item", "id": "x"},
    ]
    sent = fake_openai.response(items, model="gpt-x-2026", usage=(1000, 100))
    first.will(sent)
    body = json.dumps(ODD, indent=1)
    answer = post(made, body)
    assert first.last.path == "/v1/responses"
    assert first.last.body == body.encode()
    assert answer.content == sent.steps[0]
    record = made.completed(id_of(answer))
    (finished,) = record["attempts_finished"]
    assert finished["usage"]["input"] == 1000 and finished["usage"]["output"] == 100
    assert finished["answered_model"] == "gpt-x-2026"
    assert answer.headers["x-logway-cost-usd"] == "0.0045"


def test_a_stream_passes_event_for_event(able):
    made, first, _ = able
    items = [fake_openai.sealed(), fake_openai.output_text(), {"type": "x_vendor_item", "id": "x"}]
    events = fake_openai.response_events(items, usage=(1000, 100))
    first.will(stream(events))
    with http_client(made) as http:
        answer = http.post("/v1/responses", json=ODD | {"stream": True})
    *before, last = events
    text = answer.content
    assert text.startswith(b"".join(before))
    assert text.endswith(last)
    assert b": x-logway-cost-usd: 0.0045\n\n" in text
    assert made.completed(id_of(answer))["attempts_finished"][0]["usage"]["output"] == 100


def test_a_document_in_answer_to_a_stream_becomes_one(able):
    made, first, _ = able
    call = {"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": '{"a": 1}'}
    items = [fake_openai.sealed(), fake_openai.output_text(), call, {"type": "x_vendor_item", "id": "x"}]
    value = fake_openai.response_object(items, usage=(1000, 100))
    first.will(whole(json.dumps(value, indent=1).encode()))
    events = list(openai_client(made).responses.create(model="gpt-x", input="Hi", stream=True))
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == "four"
    done = [e.item for e in events if e.type == "response.output_item.done"]
    assert [item.type for item in done] == ["reasoning", "message", "function_call", "x_vendor_item"]
    (arguments,) = [e for e in events if e.type == "response.function_call_arguments.done"]
    assert arguments.arguments == '{"a": 1}'
    assert [e.sequence_number for e in events] == list(range(len(events)))
    assert [item.id for item in events[-1].response.output] == [item["id"] for item in value["output"]]
    finished = made.newest()["attempts_finished"][0]
    assert finished["usage"]["output"] == 100 and finished["held"]


@pytest.mark.parametrize("ending, status", [("response.incomplete", "incomplete")])
def test_how_a_stream_ended_is_recorded(able, ending, status):
    made, first, _ = able
    first.will(
        fake_openai.streamed_response(
            ending=ending, status=status, incomplete_details={"reason": "max_output_tokens"}
        )
    )
    answer = post(made, {"model": "gpt-x", "input": "Hi", "stream": True})
    assert made.completed(id_of(answer))["attempts_finished"][0]["finish_reason"] == "length"


def test_the_sdk_reads_what_passed(able):
    made, first, _ = able
    client = openai_client(made)
    whole_one = client.responses.create(model="gpt-x", input="What is 2+2?")
    assert whole_one.output_text == "four" and whole_one.id == "resp_fake"
    events = list(client.responses.create(model="gpt-x", input="Hi", stream=True))
    assert [e.delta for e in events if e.type == "response.output_text.delta"] == ["fo", "ur"]
    assert events[-1].type == "response.completed"


def test_an_error_keeps_its_words(able):
    made, first, second = able
    answer = post(made, {"model": "gpt-x", "input": "Hi", "response_format": {}})
    assert answer.status_code == 400
    assert "moved to 'input'" in answer.json()["error"]["message"]
    assert len(first.requests) == 1 and not second.requests


def failed(code, message="no"):
    error = {"code": code, "message": message}
    options = {"status": "failed", "error": error, "usage": None}
    return error, options


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("code", ["server_error", "rate_limit_exceeded"])
def test_a_failed_response_goes_to_the_next_provider_as_a_chat(able, streamed, code):
    made, first, second = able
    _, options = failed(code)
    first.will(
        fake_openai.streamed_response([], ending="response.failed", **options)
        if streamed
        else fake_openai.response([], **options)
    )
    answer = post(made, ODD | {"stream": streamed, "tools": ODD["tools"][:2]})
    assert answer.status_code == 200, answer.text
    assert "four" in answer.text
    assert second.last.path == "/v1/messages"


def test_a_flat_error_event_is_a_failure_too(able):
    made, first, second = able
    event = fake_openai.response_event("error", 0, code="server_error", message="no", param=None)
    first.will(stream([event]))
    answer = post(made, {"model": "gpt-x", "input": "Hi", "stream": True})
    assert "four" in answer.text and second.requests


def test_a_stream_that_breaks_off_ends_in_an_error(able):
    made, first, _ = able
    first.will(stream([*fake_openai.response_events()[:5], CUT]))
    with pytest.raises(openai.APIError, match="broke off"):
        list(openai_client(made).responses.create(model="gpt-x", input="Hi", stream=True))


# Who has the API.


def test_openai_s_models_of_that_api_are_asked_in_it_wherever_they_are(fake, gateway):
    there = fake(models=("gpt-5.5", "gpt-oss-20b"))
    made = gateway([provider("there", there)])
    for model, path in (("gpt-5.5", "/v1/responses"), ("gpt-oss-20b", "/v1/chat/completions")):
        assert post(made, {"model": model, "input": "Hi"}).status_code == 200
        assert there.last.path == path


@pytest.mark.parametrize("status, body", [
    (404, {"error": {"message": "unknown path /v1/responses"}}),
    (404, {"detail": "Not Found"}), (405, {}), (501, b"no"),
])  # fmt: skip
def test_a_server_that_turns_out_to_lack_them_is_asked_by_a_chat(fake, gateway, status, body):
    there = fake()

    def answer(request):
        if request.path.endswith("/responses"):
            return whole(body, status)
        return there.answer(request)

    there.always(answer)
    made = gateway([provider("there", there, responses=True)])
    for _ in range(2):
        answered = post(made, {"model": "gpt-x", "input": "Hi"})
        assert answered.json()["output"][0]["content"][0]["text"] == "four"
    paths = [request.path for request in there.requests]
    assert paths == ["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"]
    record = made.newest()
    assert "refused_status" not in record["attempts_finished"][0]


def test_a_model_that_turns_out_to_be_there_alone_is_asked_there(fake, gateway):
    there = fake(models=("o9",))

    def answer(request):
        if request.path.endswith("/responses"):
            return there.answer(request)
        message = "This model is only supported in v1/responses and not in v1/chat/completions."
        return fake_openai.error(404, message, "invalid_request_error")

    there.always(answer)
    made = gateway([provider("there", there)])
    for _ in range(2):
        assert post(made, ODD | {"model": "o9"}).status_code == 200
    paths = [request.path for request in there.requests]
    assert paths == ["/v1/chat/completions", "/v1/responses", "/v1/responses"]


def test_what_another_server_s_responses_refuse_is_asked_as_a_chat(fake, gateway):
    there = fake()

    def answer(request):
        body = request.json
        if request.path.endswith("/responses") and body.get("tools"):
            return fake_openai.error(400, "Invalid Responses API request", "invalid_request_error")
        return there.answer(request)

    there.always(answer)
    made = gateway([provider("there", there, responses=True)])
    tool = {"type": "custom", "name": "apply_patch"}
    answered = post(made, {"model": "gpt-x", "input": "Hi", "tools": [tool]})
    assert answered.status_code == 200
    assert [r.path for r in there.requests] == ["/v1/responses", "/v1/chat/completions"]
    assert post(made, {"model": "gpt-x", "input": "Hi"}).status_code == 200
    assert there.last.path == "/v1/responses"


def test_a_refused_hint_is_left_out(fake, gateway):
    there = fake()

    def answer(request):
        if "prompt_cache_key" in request.json:
            message = "property 'prompt_cache_key' is unsupported"
            return fake_openai.error(400, message, "invalid_request_error")
        return there.answer(request)

    there.always(answer)
    made = gateway([provider("there", there)])
    for _ in range(2):
        body = {"model": "gpt-x", "input": "Hi", "prompt_cache_key": "k"}
        assert post(made, body).status_code == 200
    assert len(there.requests) == 3


# What is kept at its provider.


@pytest.fixture
def two(fake, gateway):
    """Two providers with responses, of which the first is preferred."""
    first, second = fake(), fake(text="second")
    made = gateway([provider(n, f, responses=True) for n, f in (("a", first), ("b", second))])
    return made, first, second


def test_encrypted_reasoning_goes_only_where_it_came_from(two):
    made, first, second = two
    first.will(fake_openai.error(503))
    second.will(fake_openai.response([fake_openai.sealed("gAAAAof-b"), fake_openai.output_text()]))
    assert post(made, {"model": "gpt-x", "input": "Hi", "store": False}).status_code == 200
    turn = {"model": "gpt-x", "store": False, "input": [
        {"role": "user", "content": "Hi"}, fake_openai.sealed("gAAAAof-b"),
        fake_openai.output_text(), {"role": "user", "content": "And?"},
    ]}  # fmt: skip
    post(made, turn)
    assert second.last.json["input"] == turn["input"]
    second.will(fake_openai.error(503))
    answer = post(made, turn)
    assert answer.status_code == 200
    kept = [item for item in turn["input"] if item.get("type") != "reasoning"]
    assert first.last.json["input"] == kept


def test_a_stored_response_goes_on_where_it_is_also_after_a_restart(two):
    made, first, second = two
    first.will(fake_openai.error(503))
    second.will(fake_openai.response(id="resp_of_b"))
    post(made, {"model": "gpt-x", "input": "Hi"})
    body = {"model": "gpt-x", "previous_response_id": "resp_of_b", "input": "And?"}
    second.will(fake_openai.response(id="resp_of_b2"))
    post(made, body)
    assert second.last.json == body
    made.stop()
    made.start()
    second.will(fake_openai.response(id="resp_of_b3"))
    before = len(first.requests)
    assert post(made, body).status_code == 200
    assert second.last.json == body and len(first.requests) == before


def test_a_stored_response_is_expanded_where_its_provider_fails(two):
    made, first, second = two
    post(made, {"model": "gpt-x", "input": "Hi"})
    first.will(fake_openai.error(503))
    body = {"model": "gpt-x", "previous_response_id": "resp_fake", "input": "And?"}
    assert post(made, body).status_code == 200
    sent = second.last.json
    assert "previous_response_id" not in sent
    assert [item["role"] for item in sent["input"]] == ["user", "assistant", "user"]


def test_a_response_that_nobody_knows_is_told_by_its_provider(two):
    made, first, _ = two
    answer = post(made, {"model": "gpt-x", "previous_response_id": "resp_?", "input": "Hi"})
    assert answer.status_code == 400
    assert "not found" in answer.json()["error"]["message"]


def test_a_kept_response_is_looked_up_at_its_provider(two):
    made, first, second = two
    first.will(fake_openai.error(503))
    second.will(fake_openai.response(id="resp_of_b"))
    post(made, {"model": "gpt-x", "input": "Hi"})
    kept = {"id": "resp_of_b", "x": 1}
    second.pages["/v1/responses/resp_of_b"] = whole(kept)
    second.pages["/v1/responses/resp_of_b/input_items"] = whole({"data": []})
    with http_client(made) as http:
        assert http.get("/v1/responses/resp_of_b").json() == kept
        assert http.get("/v1/responses/resp_of_b/input_items?limit=2").json() == {"data": []}
        assert second.listings[-1].path.endswith("/input_items?limit=2")
        second.will(whole({"id": "resp_of_b", "status": "cancelled"}), whole({"deleted": True}))
        assert http.post("/v1/responses/resp_of_b/cancel").json()["status"] == "cancelled"
        assert second.last.path == "/v1/responses/resp_of_b/cancel"
        assert http.delete("/v1/responses/resp_of_b").json() == {"deleted": True}
        assert second.last.method == "DELETE"
        assert http.get("/v1/responses/..%2Fmodels").status_code == 404


CHAT = {"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def kept(fake, gateway):
    """A response that a provider keeps, of which Logway knows by its log alone, and little room for answers."""
    holder = fake()
    made = gateway(
        [provider("a", holder, responses=True, healthCheck={"enabled": False, "timeoutMs": 1_000})],
        server={"maxAnswersBytes": 4 << 20},
    )
    holder.will(fake_openai.response(id="resp_kept"))
    assert post(made, {"model": "gpt-x", "input": "Hi"}).status_code == 200
    made.stop()
    made.start()
    return made, holder


def test_a_kept_response_that_there_is_no_room_for_is_not_missing(kept):
    made, holder = kept
    holder.pages["/v1/responses/resp_kept"] = whole({"id": "resp_kept", "x": "x" * (1 << 20)})
    gate, seen = threading.Event(), []

    def look_up():
        with http_client(made) as http:
            seen.append(http.get("/v1/responses/resp_kept"))
        return seen[-1].status_code == 503

    assert not look_up() and seen[0].status_code in (200, 504)
    # It takes all the room there is, from its head on.
    holder.will(Reply([Hold(gate), CUT], headers={"content-length": str(8 << 20)}))
    chat = threading.Thread(target=post, args=(made, CHAT, "/v1/chat/completions"))
    chat.start()
    eventually(look_up, "there is room")
    assert seen[-1].json()["error"]["code"] == "overloaded"
    assert seen[-1].headers["retry-after"] == "2"
    # On a slow machine the provider itself may be too slow; it has the response all the same.
    assert {answer.status_code for answer in seen} <= {200, 503, 504}
    gate.set()
    chat.join()


def test_a_kept_response_whose_provider_fails_is_not_missing(kept):
    made, holder = kept
    path, gate = "/v1/responses/resp_kept", threading.Event()
    for reply, status in [
        (fake_openai.error(500), 502),
        (Reply([CUT], headers={"content-length": "9"}), 502),
        (Reply([Hold(gate)], headers={"content-length": "9"}), 504),
    ]:
        holder.pages[path] = reply
        with http_client(made) as http:
            answer = http.get(path)
        assert answer.status_code == status
        assert answer.json()["error"]["code"] == "all_providers_failed"
    gate.set()
    # What the provider itself says of it passes.
    holder.pages[path] = fake_openai.error(404)
    with http_client(made) as http:
        assert http.get(path).status_code == 404
        assert http.get("/v1/responses/resp_unknown").status_code == 404


def test_what_a_chat_thought_is_taken_back_where_bytes_pass(fake, gateway):
    chat, able = fake(), fake(models=("gpt-x",))
    chat.will(fake_openai.whole_thought("hm"))
    made = gateway([provider("chat", chat), provider("able", able, responses=True)])
    first = post(made, {"model": "gpt-x", "input": "Hi"}).json()
    assert first["output"][0]["type"] == "reasoning"
    chat.will(fake_openai.error(503))
    items = [{"role": "user", "content": "Hi"}, *first["output"], {"role": "user", "content": "?"}]
    assert post(made, {"model": "gpt-x", "input": items}).status_code == 200
    assert [i.get("type", "message") for i in able.last.json["input"]] == ["message"] * 3
    # The same by its id.
    chat.will(fake_openai.error(503))
    body = {"model": "gpt-x", "input": "?", "previous_response_id": first["id"]}
    assert post(made, body).status_code == 200
    assert len(able.last.json["input"]) == 3


# The rest of the API.


def test_a_compaction_passes_where_there_is_one(able):
    made, first, _ = able
    answer = post(made, {"model": "gpt-x", "input": "Hi"}, "/v1/responses/compact").json()
    assert first.last.path == "/v1/responses/compact"
    assert answer["object"] == "response.compaction"
    assert answer["output"][0]["encrypted_content"] == "gAAAAcompact"


@pytest.mark.parametrize("model", ["gpt-x", "claude-x", "llama-x"])
def test_a_compaction_is_emulated_elsewhere_and_understood_again(house, model):
    fake = {"gpt-x": house.openai, "claude-x": house.anthropic, "llama-x": house.ollama}[model]
    turns = [
        {"role": "user", "content": "My number is 7."},
        {"role": "assistant", "content": "Noted."},
    ]
    body = {"model": model, "input": turns, "instructions": "Be kind."}
    answer = post(house.gateway, body, "/v1/responses/compact").json()
    assert answer["object"] == "response.compaction" and answer["usage"]["output_tokens"] > 0
    user, item = answer["output"]
    assert (user, item["type"]) == (turns[0], "compaction")
    assert "summary" in json.dumps(fake.last.json["messages"][-1])
    later = [*answer["output"], {"role": "user", "content": "What is my number?"}]
    assert post(house.gateway, {"model": model, "input": later}).status_code == 200
    told = json.dumps(fake.last.json["messages"])
    assert "Summary of the conversation so far" in told and "four" in told
    assert "logway-compaction" not in told


def test_a_compaction_of_logway_s_is_put_into_words_where_bytes_pass(able):
    made, first, second = able
    first.will(fake_openai.error(404, "unknown path"))
    compacted = post(made, {"model": "gpt-x", "input": "Hi"}, "/v1/responses/compact").json()
    assert post(made, {"model": "gpt-x", "input": compacted["output"]}).status_code == 200


@pytest.mark.parametrize("model", ["gpt-x", "claude-x"])
def test_an_item_may_ask_for_the_compaction(house, model):
    items = [{"role": "user", "content": "Hi"}, {"type": "compaction_trigger"}]
    client = openai_client(house.gateway)
    events = list(client.responses.create(model=model, input=items, stream=True))
    assert [item.type for item in events[-1].response.output] == ["compaction"]
    done = [e for e in events if e.type == "response.output_item.done"]
    assert done[0].item.encrypted_content.endswith("four")


def test_tokens_are_counted_by_who_counts_them(able, house):
    made, first, _ = able
    body = {"model": "gpt-x", "input": "Hi"}
    answer = post(made, body, "/v1/responses/input_tokens")
    assert answer.json() == {"object": "response.input_tokens", "input_tokens": 11}
    answer = post(house.gateway, body | {"input": "12345678"}, "/v1/responses/input_tokens")
    assert answer.json() == {"object": "response.input_tokens", "input_tokens": 2}
    assert answer.headers["x-logway-estimate"] == "true"


def test_a_websocket_is_told_to_use_http(house):
    with http_client(house.gateway) as http:
        headers = {"connection": "Upgrade", "upgrade": "websocket"}
        answer = http.get("/v1/responses", headers=headers)
        assert (answer.status_code, answer.headers["upgrade"]) == (426, "HTTP/1.1")
        assert http.get("/v1/responses").status_code == 405


def test_codex_finds_its_own_list_of_models(house):
    with http_client(house.gateway) as http:
        answer = http.get("/v1/models?client_version=0.163.0").json()
    assert answer["models"] == [] and any(m["id"] == "gpt-x" for m in answer["data"])


def test_a_budget_s_limit_is_set_under_the_api_s_name(fake, gateway):
    there = fake()
    made = gateway(
        [provider("there", there, responses=True)],
        budgets={"daily": 10, "maxOutputTokens": 50},
    )
    post(made, {"model": "gpt-x", "input": "Hi"})
    assert there.last.json["max_output_tokens"] == 50
