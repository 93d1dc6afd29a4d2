"""A second attempt beside one that is slow to begin: who wins, what it costs, and when there is none."""

import threading

import openai
import pytest

from conftest import ask, id_of, openai_client, provider
from fakes.openai import completion, error, pieces
from fakes.server import Hold, Pause, stream
from gateway import PATIENCE, SOON
from test_cancellation import post

HEDGE = {"afterMs": 100, "maxShare": 1}
LIMIT = 64
"""The output limit of each request: with it, what an attempt may cost has a bound."""


def silent(gate=None):
    """A stream whose first content does not come before the gate is opened."""
    first, *rest = pieces(["slow"])
    return stream([first, Hold(gate or threading.Event()), *rest])


def texts(response):
    chunks = response.parse()
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def asked(made, model="auto", **options):
    return ask(openai_client(made), model=model, stream=True, max_tokens=LIMIT, **options)


@pytest.fixture
def hedging(fake, gateway):
    """Two providers, the first one preferred, behind a gateway that hedges."""

    def start(first=None, second=None, hedge=HEDGE, routing=None, **config):
        slow, quick = fake(), fake(text="quick")
        routing = {"hedge": hedge, **(routing or {})} if hedge else routing or {}
        made = gateway(
            [provider("slow", slow, **(first or {})), provider("quick", quick, **(second or {}))],
            routing=routing,
            **config,
        )
        return made, slow, quick

    return start


def checked(gateway):
    """The log decides again what it recorded."""
    assert gateway.stop() == 0
    gateway.ask("replay", "--check")


def test_the_hedge_wins_and_both_are_recorded(hedging):
    made, slow, quick = hedging()
    slow.will(silent())
    response = asked(made)
    assert response.headers["x-logway-provider"] == "quick"
    assert texts(response) == "quick"
    assert slow.wait_for_request().abandoned.wait(SOON), "the loser is still being asked"
    assert len(quick.requests) == 1
    record = made.completed(id_of(response))
    first, hedge = record["attempts_started"]
    assert (first["provider"], hedge["provider"]) == ("slow", "quick")
    assert "hedge" not in first
    assert hedge["hedge"] == {"besides": 1, "after_us": 100_000}
    lost, won = record["attempts_finished"]
    assert (lost["number"], lost["failure"], lost["cost_origin"]) == (1, "hedge lost", "estimated")
    assert lost["cost_nanodollars"] == first["reserved_cost_nanodollars"]
    assert lost["usage"]["output"] == LIMIT
    assert (won["number"], won["cost_origin"]) == (2, "priced")
    assert "failure" not in won
    completed = record["completed"]
    assert (completed["outcome"], completed["provider"]) == ("answered", "quick")
    assert completed["attempts"] == 2
    assert completed["cost_nanodollars"] == lost["cost_nanodollars"] + won["cost_nanodollars"]
    page = made.explain_page(id_of(response))
    assert "hedge beside attempt 1, which had given nothing for 100" in page
    assert "cancelled: hedge lost" in page
    # It says nothing about the provider that lost.
    row = made.status()["slow"]
    assert row["status"] != "down" and not row.get("recent_failures")
    checked(made)


def test_the_first_attempt_may_still_win(hedging):
    made, slow, quick = hedging()
    gate, quick_gate = threading.Event(), threading.Event()
    slow.will(silent(gate))
    quick.will(silent(quick_gate))
    threading.Thread(target=lambda: (quick.wait_for_request(), gate.set()), daemon=True).start()
    response = asked(made)
    assert response.headers["x-logway-provider"] == "slow"
    assert texts(response) == "slow"
    assert quick.wait_for_request().abandoned.wait(SOON), "the loser is still being asked"
    record = made.completed(id_of(response))
    assert [(a["number"], a.get("failure")) for a in record["attempts_finished"]] == [
        (2, "hedge lost"),
        (1, None),
    ]
    assert record["completed"]["provider"] == "slow"
    checked(made)


def test_a_quick_answer_is_not_hedged(hedging):
    made, slow, quick = hedging(hedge={"afterMs": 60_000, "maxShare": 1})
    assert texts(asked(made)) == "four"
    assert not quick.requests
    checked(made)


def test_when_the_first_fails_the_hedge_goes_on_alone(hedging):
    made, slow, quick = hedging()
    gate = threading.Event()
    slow.will(lambda request: (quick.wait_for_request(), error(500, "oops"))[1])
    quick.will(silent(gate))
    started = {}

    def run():
        started["response"] = asked(made)
        started["texts"] = texts(started["response"])

    client = threading.Thread(target=run)
    client.start()
    slow.wait_for_request()
    assert slow.wait_for_request().answered.wait(SOON)
    gate.set()
    client.join(PATIENCE)
    assert started["texts"] == "slow"  # What the silent stream says in the end.
    record = made.completed(id_of(started["response"]))
    assert [(a["provider"], a.get("failure")) for a in record["attempts_finished"]] == [
        ("slow", "server error"),
        ("quick", None),
    ]
    checked(made)


def test_when_both_fail_the_next_candidate_is_asked(fake, gateway):
    slow, quick, third = fake(), fake(), fake(text="third")
    made = gateway(
        [provider("slow", slow), provider("quick", quick), provider("third", third)],
        routing={"hedge": HEDGE},
    )
    slow.will(lambda request: (quick.wait_for_request(), error(500, "oops"))[1])
    quick.will(lambda request: (slow.wait_for_request().answered.wait(SOON), error(503, "full"))[1])
    response = asked(made)
    assert texts(response) == "third"
    record = made.completed(id_of(response))
    assert [a["provider"] for a in record["attempts_started"]] == ["slow", "quick", "third"]
    assert record["attempts_started"][2]["after"] == "overloaded"
    failures = [a.get("failure") for a in record["attempts_finished"]]
    # Which of two that fail at once is looked at first is nobody's promise.
    assert (sorted(failures[:2]), failures[2:]) == (["overloaded", "server error"], [None])
    checked(made)


def test_all_fail_and_the_client_hears_of_each(hedging):
    made, slow, quick = hedging(routing={"retry": {"times": 0}})
    slow.will(lambda request: (quick.wait_for_request(), error(500, "oops"))[1])
    quick.will(lambda request: (slow.wait_for_request().answered.wait(SOON), error(503, "full"))[1])
    with pytest.raises(openai.InternalServerError) as caught:
        asked(made)
    assert "slow" in str(caught.value) and "quick" in str(caught.value)
    record = made.newest()
    assert record["completed"]["attempts"] == 2
    checked(made)


def test_a_request_at_fault_ends_the_race(hedging):
    made, slow, quick = hedging()
    slow.will(lambda request: (quick.wait_for_request(), error(400, "no", "invalid_request_error"))[1])
    quick.will(silent())
    with pytest.raises(openai.BadRequestError):
        asked(made)
    assert quick.wait_for_request().abandoned.wait(SOON), "the loser is still being asked"
    record = made.explain(made.newest()["request"])
    assert [a["failure"] for a in record["attempts_finished"]] == ["hedge lost", "invalid request"]
    checked(made)


def test_a_budget_that_can_not_hold_both_gets_none(hedging):
    # A request reserves about $0.001: 64 tokens out at $15 and some of the prompt's at $3.75.
    made, slow, quick = hedging(budgets={"daily": 0.0025})
    gate = threading.Event()
    slow.will(silent(gate))
    done = threading.Timer(0.6, gate.set)
    done.start()
    response = asked(made)
    assert texts(response) == "slow"
    assert not quick.requests
    record = made.completed(id_of(response))
    (attempt,) = record["attempts_started"]
    reserved = attempt["reserved_cost_nanodollars"]
    assert reserved < 2_500_000 < 2 * reserved, "the budget holds one and not two"
    checked(made)


def test_a_budget_that_holds_both_gets_one(hedging):
    made, slow, quick = hedging(budgets={"daily": 1})
    slow.will(silent())
    assert texts(asked(made)) == "quick"
    checked(made)


@pytest.mark.parametrize("kind", ["whole", "pinned", "off", "no share"])
def test_there_is_none_for(hedging, kind):
    hedge = {"off": None, "no share": {"afterMs": 100, "maxShare": 0}}.get(kind, HEDGE)
    made, slow, quick = hedging(hedge=hedge)
    if kind == "whole":
        reply = completion("slow")
        slow.will(type(reply)([Pause(0.6), *reply.steps], reply.status, reply.headers))
        response = ask(openai_client(made), max_tokens=LIMIT)
        assert response.parse().choices[0].message.content == "slow"
    else:
        gate = threading.Event()
        slow.will(silent(gate))
        threading.Timer(0.6, gate.set).start()
        assert texts(asked(made, "slow:gpt-x" if kind == "pinned" else "auto")) == "slow"
    assert not quick.requests
    checked(made)


def test_a_client_that_hangs_up_ends_both(hedging):
    made, slow, quick = hedging()
    slow.will(silent())
    quick.will(silent())
    connection = post(made, {"model": "auto", "stream": True})
    quick.wait_for_request()
    connection.close()
    for server in (slow, quick):
        assert server.wait_for_request().abandoned.wait(SOON), "a provider is still being asked"
    record = made.newest()
    assert record["completed"]["outcome"] == "cancelled"
    assert [a["failure"] for a in record["attempts_finished"]] == ["client gone", "client gone"]
    checked(made)


def test_the_whole_time_ends_both(hedging):
    made, slow, quick = hedging(routing={"timeouts": {"totalMs": 8_000}})
    slow.will(silent())
    quick.will(silent())
    with pytest.raises(openai.APIStatusError) as caught:
        asked(made)
    assert caught.value.status_code == 504
    for server in (slow, quick):
        assert server.wait_for_request().abandoned.wait(SOON), "a provider is still being asked"
    record = made.newest()
    assert len(record["attempts_finished"]) == 2
    checked(made)


def test_a_stop_ends_both(hedging):
    made, slow, quick = hedging(server={"shutdownGraceMs": 100})
    slow.will(silent())
    quick.will(silent())
    connection = post(made, {"model": "auto", "stream": True})
    quick.wait_for_request()
    assert made.stop() == 0
    connection.close()
    for server in (slow, quick):
        assert server.wait_for_request().abandoned.wait(SOON), "a provider is still being asked"
    record = made.newest()
    assert record["completed"]["outcome"] == "interrupted"
    assert [a["failure"] for a in record["attempts_finished"]] == ["interrupted", "interrupted"]
    made.ask("replay", "--check")


def test_no_more_than_the_share_gets_one(hedging):
    made, slow, quick = hedging(hedge={"afterMs": 100, "maxShare": 0.25})
    hedged = []
    # Whenever the share lies below a quarter: 0 of 1, then 1 of 5.
    expected = [True, False, False, False, True, False, False, False]
    for number, is_hedged in enumerate(expected):
        gate = threading.Event()
        slow.will(silent(gate))
        if not is_hedged:
            threading.Timer(0.5, gate.set).start()
        response = asked(made, extra_headers={"x-logway-cache-key": str(number)})
        hedged.append(texts(response) == "quick")
    assert hedged == expected
    checked(made)


def test_a_crash_settles_both(hedging):
    # Under this durability a provider is asked once its attempt's start is on the disk.
    made, slow, quick = hedging(log={"durability": "strict"})
    slow.will(silent())
    quick.will(silent())
    connection = post(made, {"model": "auto", "stream": True})
    quick.wait_for_request()
    made.kill()
    connection.close()
    made.start()
    record = made.newest()
    assert record["completed"]["outcome"] == "interrupted"
    assert [a["failure"] for a in record["attempts_finished"]] == ["interrupted", "interrupted"]
    checked(made)


def test_a_second_address_is_a_hedge_too(fake, gateway):
    slow, quick = fake(), fake(text="quick")
    entry = {
        "type": "openai",
        "name": "pool",
        "defaultModel": "gpt-x",
        "costPer1MTokens": {"input": 0, "output": 0},
        "healthCheck": {"enabled": False},
        "endpoints": [
            {"baseUrl": slow.url, "apiKey": "first-key-1"},
            {"baseUrl": quick.url, "apiKey": "second-key-2"},
        ],
    }
    made = gateway([entry], routing={"hedge": HEDGE})
    slow.will(silent())
    response = asked(made)
    assert texts(response) == "quick"
    record = made.completed(id_of(response))
    assert [a.get("key", 0) for a in record["attempts_started"]] == [0, 1]
    assert record["completed"]["cost_nanodollars"] == 0
    checked(made)
