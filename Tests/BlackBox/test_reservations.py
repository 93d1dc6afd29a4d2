"""What a streamed answer holds of a budget: what answers usually take, and more while it flows."""

import concurrent.futures
import json
import threading

import openai
import pytest
from conftest import PRICES, ask, http_client, id_of, openai_client, provider
from fakes.openai import pieces, stream, streamed
from fakes.server import Hold, Pause
from gateway import SOON, eventually
from test_replay import check

AGENT = {"max_tokens": 128_000, "stream": True}
"""What coding agents ask for; at 15 dollars a million tokens that is 1.92 dollars."""
CARD = {
    "version": 1,
    "models": [
        {"provider": "openai", "id": "gpt-x", "capabilities": ["tools", "streaming"]},
        {"provider": "openai", "id": "thinker", "capabilities": ["streaming", "reasoning"]},
    ],
}


def catalogued(tmp_path):
    file = tmp_path / "models.json"
    file.write_text(json.dumps(CARD))
    return str(file)


@pytest.fixture
def made(fake, gateway, tmp_path):
    def start(budgets, models=("gpt-x",), **settings):
        only = fake(models=list(models))
        entry = provider("only", only, **settings)
        server = gateway([entry], budgets=budgets, catalog=catalogued(tmp_path))
        return server, only

    return start


def read(response):
    return "".join(c.choices[0].delta.content or "" for c in response.parse() if c.choices)


def budget(server):
    return json.loads(server.ask("budget", "--json"))["budgets"][0]


def extensions(server):
    return [e for e in server.events() if e["type"] == "ReservationExtended"]


def test_an_agent_works_under_a_budget_of_a_dollar(made):
    server, only = made({"daily": 1})
    client = openai_client(server)
    for _ in range(3):
        response = ask(client, **AGENT)
        assert read(response) == "four"
    attempt = server.explain(id_of(response))["attempts_started"][0]
    assert (attempt["reserved_output"], attempt["output_bound"]) == (4_096, 128_000)
    # What the client allows is what the provider is told.
    assert only.last.json["max_tokens"] == 128_000
    assert budget(server)["reserved_nanodollars"] == 0
    # Nothing is seen of an unstreamed one before all of it is paid for.
    with pytest.raises(openai.RateLimitError):
        ask(client, max_tokens=128_000)
    check(server)


def test_worst_case_is_there_for_who_wants_it(made):
    server, _ = made({"daily": 1, "reserve": "worst-case"})
    with pytest.raises(openai.RateLimitError) as caught:
        ask(openai_client(server), **AGENT)
    assert caught.value.code == "budget_exceeded"


def test_answers_of_the_past_say_what_is_reserved(made):
    server, only = made({"daily": 1, "expectedOutputTokens": 1_000})
    client = openai_client(server)
    for _ in range(22):
        only.will(streamed(usage=(10, 3_000)))
        response = ask(client, **AGENT)
        read(response)
    attempt = server.explain(id_of(response))["attempts_started"][0]
    assert attempt["reserved_output"] == 3_072


def test_a_long_answer_extends_what_it_holds(made):
    server, only = made({"daily": 1, "expectedOutputTokens": 100})
    gate = threading.Event()
    first, *rest = pieces(["x" * 3_000, "y" * 3_000], usage=(10, 1_500))
    only.will(stream([first, rest[0], Hold(gate), *rest[1:]]))
    with http_client(server) as http, http.stream(
        "POST",
        "/v1/chat/completions",
        json={"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}], **AGENT},
    ) as answer:
        lines = answer.iter_lines()
        while "xxx" not in next(lines):
            pass
        held = budget(server)["reserved_nanodollars"]
        # 3,000 bytes are 3,000 tokens at most, and what may come with the next look.
        assert held >= 3_000 * 15_000
        gate.set()
        assert any("[DONE]" in line for line in lines)
    found = extensions(server)
    assert 0 < found[0]["written"] <= 3_000
    assert found[0]["reserved_output"] >= found[0]["written"] + 1_024
    assert budget(server)["reserved_nanodollars"] == 0
    assert server.stop() == 0
    server.ask("replay", "--check")


def test_who_may_think_unseen_is_held_by_the_clock(made):
    server, only = made({"daily": 1, "expectedOutputTokens": 100}, ["thinker"])
    gate = threading.Event()
    first, *rest = pieces(["four"], model="thinker")
    only.will(stream([first, Hold(gate), *rest]))

    def go_on():
        eventually(lambda: extensions(server), "nothing more is reserved", timeout=SOON)
        gate.set()

    threading.Thread(target=go_on, daemon=True).start()
    response = ask(openai_client(server), model="thinker", **AGENT)
    assert read(response) == "four"
    attempt = server.explain(id_of(response))["attempts_started"][0]
    assert attempt["unseen_tokens_per_second"] == 300
    assert extensions(server)
    assert server.stop() == 0
    server.ask("replay", "--check")


@pytest.mark.parametrize("model", ["gpt-x", "thinker"])
def test_a_stream_ends_where_the_budget_does(made, model):
    server, only = made({"daily": 0.05, "expectedOutputTokens": 100}, [model])
    flows, gate = threading.Event(), threading.Event()
    first, *rest = pieces(["begin", "x" * 20_000, "end"], model=model)
    only.will(stream([first, rest[0], Hold(flows), rest[1], Hold(gate), *rest[2:]]))
    response = ask(openai_client(server), model=model, **AGENT)
    flows.set()
    with pytest.raises(openai.APIError) as caught:
        read(response)
    assert caught.value.code == "budget_exceeded"
    record = server.completed(id_of(response))
    assert record["completed"]["outcome"] == "cut"
    assert record["attempts_finished"][0]["failure"] == "budget exhausted"
    status = budget(server)
    assert status["reserved_nanodollars"] == 0
    # It is settled at what came: 20,000 bytes are about 5,000 tokens.
    assert status["spent_nanodollars"] > 0
    # The provider did nothing wrong.
    assert server.status()["only"].get("consecutive_failures", 0) == 0
    assert server.stop() == 0
    server.ask("replay", "--check")


def test_no_race_passes_a_budget(made):
    """Forty streams at once, each longer than what is expected of it, under a budget for some."""
    limit = 0.5
    server, only = made({"daily": limit, "expectedOutputTokens": 200})
    # 4,000 bytes and 2,000 tokens each: twice what is reserved at first.
    first, *rest = pieces(["x" * 400] * 10, usage=(100, 2_000))
    only.always(stream([first, *(step for piece in rest for step in (Pause(0.05), piece))]))
    body = {"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}], **AGENT}
    most = []

    def one(_):
        with http_client(server) as http, http.stream(
            "POST", "/v1/chat/completions", json=body
        ) as answer:
            if answer.status_code == 429:
                return "refused"
            text = "".join(answer.iter_text())
            return "cut" if "budget_exceeded" in text else "whole"

    def watch(stop):
        while not stop.is_set():
            status = budget(server)
            most.append(status["spent_nanodollars"] + status["reserved_nanodollars"])

    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(stop,))
    watcher.start()
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        ends = list(pool.map(one, range(60)))
    stop.set()
    watcher.join()
    assert "whole" in ends
    assert {"refused", "cut"} & set(ends)
    status = budget(server)
    assert status["reserved_nanodollars"] == 0
    assert max(most) <= limit * 1e9
    assert status["spent_nanodollars"] <= limit * 1e9
    # Each whole one costs what its provider counted.
    each = round(100 * PRICES["input"] * 1e3 + 2_000 * PRICES["output"] * 1e3)
    assert status["spent_nanodollars"] >= ends.count("whole") * each
    assert server.stop() == 0
    server.ask("replay", "--check")
