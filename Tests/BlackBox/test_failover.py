"""What a provider does wrong before the first byte: who is asked next, and what the client is told.

One gateway stands in front of a provider for each case, each with chains of its own, so that what
one case breaks holds nothing up in another.
"""

import concurrent.futures
import threading

import openai
import pytest

from conftest import ask, http_client, id_of, openai_client, provider
from fakes import openai as fake_openai
from fakes.openai import OpenAIProvider, error
from fakes.server import CUT, Hold, Refusing, Reply, html, stream, whole
from gateway import PATIENCE, Gateway, eventually
from test_openai_client import user

never = threading.Event()
IN_BAND = {"error": {"message": "upstream is down", "code": 502}}

FAILURES = {
    # case: (what the provider does, kind in the log, status that a lone provider's client gets)
    "bad-key": (error(401, "bad key"), "key rejected", 502),
    "unpaid": (error(402, "pay first"), "key rejected", 502),
    "forbidden": (error(403, "not you"), "key rejected", 502),
    "no-model": (error(404, "no model"), "model missing", 404),
    "request-timeout": (error(408, "too slow"), "server error", 502),
    "rate": (error(429, "slow down", headers={"retry-after": "33"}), "rate limited", 429),
    "broken": (error(500, "oops"), "server error", 502),
    "full": (error(503, "busy"), "overloaded", 503),
    "overloaded": (error(529, "busy"), "overloaded", 503),
    # Following it would carry key and prompt to who knows where.
    "redirect": (
        Reply([b""], 307, {"location": "http://127.0.0.1:9/v1/chat/completions"}),
        "invalid response",
        502,
    ),
    "page": (html(), "invalid response", 502),
    "error-page": (html(502), "server error", 502),
    "error-inside": (whole(IN_BAND), "server error", 502),
    "half-json": (whole(b'{"id":"x","choices":[{"ind'), None, 502),
    "empty": (whole(b""), None, 502),
    "hangs-up": (Reply([CUT], headers={"content-length": "100"}), None, 502),
    "silent": (Reply([Hold(never)], headers={"content-length": "9"}), "first token timeout", 504),
    "refuses": (None, "connection failed", 502),
}
STREAM_FAILURES = {
    "stream-error-first": (stream([fake_openai.event(IN_BAND)]), "server error", 502),
    "stream-role-then-cut": (
        stream([fake_openai.chunk({"role": "assistant", "content": ""}), CUT]),
        None,
        502,
    ),
    "stream-ends-empty": (stream([b": hello\n\n"]), "cut", 502),
    "stream-of-html": (stream([b"<html></html>"], "text/html"), None, 502),
}
CASES = [(case, streamed) for case in FAILURES for streamed in (False, True)]
CASES += [(case, True) for case in STREAM_FAILURES]


SHORT = {"max_tokens": 1}
"""An unstreamed answer has the time to write all that it may hold before it is taken to hang."""


def names(case, streamed):
    mode = "streamed" if streamed else "whole"
    return f"{case}-{mode}", f"{case}-{mode}-alone"


class Row:
    """The gateway, with its good provider and one bad one for each case."""

    def __init__(self, launched):
        self.good = launched(OpenAIProvider, text="rescued")
        self.fakes = {}
        providers, chains = [], {}
        for case, streamed in CASES:
            reply, _, _ = (FAILURES | STREAM_FAILURES)[case]
            failing, alone = names(case, streamed)
            for name in (failing, alone):
                fake = launched(OpenAIProvider) if reply else launched(Refusing)
                if reply:
                    fake.always(reply)
                self.fakes[name] = fake
                entry = provider(name, fake, models=["gpt-x"], defaultModel="gpt-x")
                if case == "silent":
                    # The others answer, as soon as the machine lets them.
                    entry["timeouts"] = {"firstTokenMs": 300}
                entry["healthCheck"] = {"enabled": False}
                providers.append(entry)
            chains[failing] = [failing, "good"]
            chains[alone] = [alone]
        providers.append(provider("good", self.good))
        config = {"providers": providers, "fallback_chains": chains}
        self.gateway = launched(Gateway, config)


@pytest.fixture(scope="module")
def row(launched):
    return Row(launched)


def text(response, streamed):
    answer = response.parse()
    if not streamed:
        return answer.choices[0].message.content
    return "".join(c.choices[0].delta.content or "" for c in answer if c.choices)


@pytest.mark.parametrize("case, streamed", CASES)
def test_the_next_candidate_answers(row, case, streamed):
    name, _ = names(case, streamed)
    kind = (FAILURES | STREAM_FAILURES)[case][1]
    response = ask(
        openai_client(row.gateway), model=f"auto:{name}", stream=streamed, **SHORT
    )
    assert text(response, streamed) == "rescued"
    assert response.headers["x-logway-provider"] == "good"

    record = row.gateway.completed(id_of(response))
    first, second = record["attempts_finished"]
    assert (first["provider"], second["provider"]) == (name, "good")
    assert (first["number"], second["number"]) == (1, 2)
    assert first["failure"] == kind or kind is None and "failure" in first
    assert "failure" not in second
    assert [a["provider"] for a in record["attempts_started"]] == [name, "good"]
    assert record["attempts_started"][1]["after"] == first["failure"]
    assert record["completed"]["outcome"] == "answered"
    assert record["completed"]["attempts"] == 2
    # One decision, whatever failed.
    assert record["decided"]["candidates"][record["decided"]["chosen"]]["provider"] == name


@pytest.mark.parametrize("case, streamed", CASES)
def test_alone_it_is_told_as_one_error(row, case, streamed):
    _, name = names(case, streamed)
    status = (FAILURES | STREAM_FAILURES)[case][2]
    with pytest.raises(openai.APIStatusError) as caught:
        response = ask(
            openai_client(row.gateway), model=f"auto:{name}", stream=streamed, **SHORT
        )
        text(response, streamed)
    error = caught.value
    assert error.status_code == status
    assert error.status_code not in (401, 402, 403)
    assert name in error.message
    assert error.body["details"]["tried"][0]["provider"] == name
    if case == "error-inside":
        assert "upstream is down" in error.message
    if case == "rate":
        assert isinstance(error, openai.RateLimitError)
        assert error.response.headers["retry-after"] in ("32", "33")
    record = row.gateway.completed(id_of(error.response))
    assert record["completed"]["outcome"] == "failed"
    assert record["completed"]["status"] == status


def test_explain_tells_both_attempts_in_order(pair):
    gateway, first, _ = pair
    first.will(error(500, "out of cheese"))
    page = gateway.explain_page(id_of(ask(openai_client(gateway))))
    attempts = page[page.index("Attempts") :]
    assert attempts.index("first:gpt-x") < attempts.index("second:gpt-x")
    assert "out of cheese" in attempts
    assert "server error" in attempts
    assert attempts.index("out of cheese") < attempts.index("answered")


def test_when_all_fail_one_error_tells_each_with_its_reason(pair):
    gateway, first, second = pair
    first.will(error(500, "out of cheese"))
    second.will(html())
    with pytest.raises(openai.InternalServerError) as caught:
        ask(openai_client(gateway))
    message = caught.value.message
    assert message.index("first:gpt-x") < message.index("out of cheese")
    assert message.index("out of cheese") < message.index("second:gpt-x")
    tried = caught.value.body["details"]["tried"]
    assert [(t["provider"], t["reason"]) for t in tried] == [
        ("first", "server error"),
        ("second", "invalid response"),
    ]


def test_the_real_error_is_told_when_the_last_entry_is_skipped(pair):
    gateway, first, second = pair
    client = openai_client(gateway)
    hold = threading.Event()
    first.always(Reply([Hold(hold), *error(500, "out of cheese").steps], 500))
    # While the first one is being asked, the second one is put on hold.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, client)
        first.wait_for_request()
        second.will(error(429, "later", headers={"retry-after": "60"}))
        with pytest.raises(openai.RateLimitError):
            ask(openai_client(gateway), model="second:gpt-x")
        hold.set()
        error_told = asked.exception(timeout=PATIENCE)
    assert error_told.status_code == 502
    assert "out of cheese" in error_told.message
    details = error_told.body["details"]
    assert details["tried"][0]["provider"] == "first"
    assert [(s["provider"], s["reason"]) for s in details["skipped"]] == [
        ("second", "rate limited")
    ]
    assert len(second.requests) == 1


def test_max_attempts_of_two_stops_at_two(fake, gateway):
    fakes = [fake() for _ in range(3)]
    for one in fakes:
        one.always(error(500, "oops"))
    made = gateway(
        [provider(f"p{n}", one) for n, one in enumerate(fakes, 1)],
        routing={"maxAttempts": 2},
    )
    with pytest.raises(openai.InternalServerError) as caught:
        ask(openai_client(made))
    assert [len(one.requests) for one in fakes] == [1, 1, 0]
    details = caught.value.body["details"]
    assert [t["provider"] for t in details["tried"]] == ["p1", "p2"]
    assert [(s["provider"], s["reason"]) for s in details["skipped"]] == [
        ("p3", "attempts used up")
    ]
    assert made.explain(id_of(caught.value.response))["completed"]["attempts"] == 2


FREE = {"input": 0, "output": 0}


@pytest.mark.parametrize("how", ["mode", "chain"])
def test_free_only_never_reaches_a_paid_model(fake, gateway, how):
    free, paid = fake(), fake()
    free.always(error(500, "oops"))
    config = {"mode": "free_only"} if how == "mode" else {}
    config["fallback_chains"] = {
        "production": ["free", "paid"] if how == "mode" else ["free:free", "paid:free"]
    }
    made = gateway(
        [provider("paid", paid), provider("free", free, costPer1MTokens=FREE)], **config
    )
    client = openai_client(made)
    for _ in range(7):  # Past the breaker of the free one.
        with pytest.raises(openai.APIStatusError):
            ask(client)
    assert len(free.requests) == 5
    assert paid.requests == []
    excluded = made.newest()["decided"]["excluded"]
    assert "not free" in [e["reason"] for e in excluded if e["provider"] == "paid"]


def test_free_only_refuses_an_explicit_paid_model(fake, gateway):
    paid = fake()
    made = gateway(
        [provider("paid", paid), provider("free", fake(), costPer1MTokens=FREE)],
        mode="free_only",
    )
    with pytest.raises(openai.APIStatusError):
        ask(openai_client(made), model="paid:gpt-x")
    assert paid.requests == []


def test_hosted_only_never_asks_this_machine(fake, gateway):
    local = fake()
    made = gateway([provider("local", local)], mode="hosted")
    for model in ("auto", "gpt-x", "local:gpt-x"):
        with pytest.raises(openai.APIStatusError):
            ask(openai_client(made), model=model)
        (excluded,) = made.newest()["decided"]["excluded"]
        assert excluded["reason"] == "not hosted"
    assert local.requests == []


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "reply, status",
    [
        (error(400, "temperature must be a number", type="invalid_request_error"), 400),
        (error(422, "bad tools", type="invalid_request_error"), 422),
        (error(400, "too long", code="context_length_exceeded"), 400),
    ],
)
def test_a_request_s_own_fault_is_not_tried_elsewhere(pair, reply, status, streamed):
    gateway, first, second = pair
    first.will(reply)
    with pytest.raises(openai.APIStatusError) as caught:
        ask(openai_client(gateway), stream=streamed)
    assert caught.value.status_code == status
    assert second.requests == []
    assert reply.steps[0].decode().split('"message": "')[1].split('"')[0] in caught.value.message
    assert gateway.newest()["completed"]["outcome"] == "refused"
    status = gateway.status()["first"]
    assert (status["status"], status["consecutive_failures"]) == ("healthy", 0)


def test_five_failures_in_a_row_open_the_breaker(pair):
    gateway, first, second = pair
    first.always(error(500, "oops"))
    client = openai_client(gateway)
    for _ in range(7):
        ask(client)
    assert len(first.requests) == 5
    assert len(second.requests) == 7
    status = gateway.status()["first"]
    assert status["breaker"] == "open"
    assert status["breaker_open_until"] > gateway.newest()["completed"]["time"]
    (excluded,) = gateway.newest()["decided"]["excluded"]
    assert (excluded["provider"], excluded["reason"]) == ("first", "breaker open")


def test_a_model_that_fails_while_others_answer_is_left_alone_by_itself(fake, gateway):
    first = fake()

    def answer(request):
        if request.json["model"] == "bad-model":
            return error(500, "oops")
        return fake_openai.completion()

    first.always(answer)
    models = ["gpt-x", "bad-model"]
    gateway = gateway([provider("first", first, defaultModel="gpt-x", models=models)])
    client = openai_client(gateway)
    for _ in range(5):
        with pytest.raises(openai.APIStatusError):
            ask(client, model="first:bad-model")
        assert ask(client).headers["x-logway-provider"] == "first"
    asked = len(first.requests)
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, model="first:bad-model")
    assert "model breaker open" in caught.value.message
    assert len(first.requests) == asked
    assert ask(client).headers["x-logway-provider"] == "first"
    status = gateway.status()["first"]
    assert (status["breaker"], status["status"]) == ("closed", "degraded")
    (broken,) = status["model_breakers"]
    assert (broken["model"], broken["breaker"]) == ("bad-model", "open")
    assert "first:bad-model" in gateway.ask("providers", "status")
    assert gateway.stop() == 0
    gateway.ask("replay", "--check")


def test_a_success_resets_the_breaker_s_count(pair):
    gateway, first, _ = pair
    oops, fine = error(500, "oops"), fake_openai.completion()
    first.will(*[oops] * 4, fine, *[oops] * 4, fine)
    client = openai_client(gateway)
    for _ in range(10):
        ask(client)
    assert len(first.requests) == 10
    assert gateway.status()["first"]["breaker"] == "closed"


def test_seven_successes_and_three_failures_are_an_availability_of_seven_tenths(pair):
    gateway, first, _ = pair
    oops, fine = error(500, "oops"), fake_openai.completion()
    first.will(fine, oops, fine, fine, oops, fine, fine, oops, fine, fine)
    client = openai_client(gateway)
    for _ in range(10):
        ask(client)
    status = gateway.status()["first"]
    assert (status["availability"], status["error_rate"]) == (0.7, 0.3)


def test_a_rate_limit_holds_until_its_retry_time_and_opens_no_breaker(pair):
    gateway, first, _ = pair
    first.will(error(429, "later", headers={"retry-after": "1"}))
    client = openai_client(gateway)
    assert ask(client).headers["x-logway-provider"] == "second"
    held = ask(client)
    assert held.headers["x-logway-provider"] == "second"
    assert len(first.requests) == 1
    (excluded,) = gateway.explain(id_of(held))["decided"]["excluded"]
    assert excluded["reason"] == "rate limited" and "until" in excluded
    status = gateway.status()["first"]
    assert (status["breaker"], status["consecutive_failures"]) == ("closed", 0)

    eventually(
        lambda: ask(client).headers["x-logway-provider"] == "first", "the hold never ended"
    )


def test_a_lone_provider_on_hold_is_a_429_without_asking_it(fake, gateway):
    lone = fake()
    lone.will(error(429, "later", headers={"retry-after": "60"}))
    client = openai_client(gateway([provider("lone", lone)]))
    for _ in range(3):
        with pytest.raises(openai.RateLimitError) as caught:
            ask(client)
        assert 50 <= int(caught.value.response.headers["retry-after"]) <= 60
    assert len(lone.requests) == 1


def test_a_rejected_key_is_left_alone_until_a_restart(pair):
    gateway, first, _ = pair
    first.will(error(401, "bad key"))
    client = openai_client(gateway)
    assert ask(client).headers["x-logway-provider"] == "second"
    assert ask(client).headers["x-logway-provider"] == "second"
    assert len(first.requests) == 1
    assert gateway.status()["first"]["key_rejected_until"]
    gateway.stop()
    gateway.start()
    assert ask(openai_client(gateway)).headers["x-logway-provider"] == "first"


def test_a_missing_model_holds_only_that_model(fake, gateway):
    both = fake(OpenAIProvider, ["gpt-x", "gpt-z"])
    both.will(error(404, "no such model", type="invalid_request_error", code="model_not_found"))
    made = gateway([provider("both", both)])
    client = openai_client(made)
    for _ in range(3):
        # Never a status that SDKs try again.
        with pytest.raises(openai.NotFoundError) as caught:
            ask(client, model="gpt-x")
        assert caught.value.code == "model_not_found"
        assert "gpt-z" in caught.value.message
    assert len(both.requests) == 1
    assert ask(client, model="gpt-z").headers["x-logway-model"] == "gpt-z"


def test_keys_show_nowhere(pair):
    gateway, first, _ = pair
    first.will(error(401, "Incorrect API key provided: sk-secret-of-first"))
    with http_client(gateway) as http:
        answer = http.post("/v1/chat/completions", json={"model": "auto", "messages": user()})
    shown = answer.text + gateway.errors() + gateway.ask("log", "tail", "--json", "-n", "1000")
    shown += gateway.explain_page(id_of(answer)) + gateway.ask("providers", "status", "--json")
    assert "sk-secret" not in shown


def test_a_request_takes_no_longer_than_its_total_time(fake, gateway):
    slow = [fake() for _ in range(3)]
    for one in slow:
        one.always(Reply([Hold(never)], headers={"content-length": "9"}))
    # The second attempt has far more time than the first one, on a busy machine too.
    made = gateway(
        [
            provider("p1", slow[0], timeouts={"firstTokenMs": 1_000}),
            provider("p2", slow[1]),
            provider("p3", slow[2]),
        ],
        routing={"timeouts": {"totalMs": 8_000}},
    )
    with pytest.raises(openai.APIStatusError) as caught:
        ask(openai_client(made), **SHORT)
    assert caught.value.status_code == 504
    completed = made.newest()["completed"]
    assert completed["total_us"] > 7_900_000
    assert [len(one.requests) for one in slow] == [1, 1, 0]
