"""What a provider writes past its limit: cut where it is far more, and never estimated beyond what was
reserved."""

import collections
import concurrent.futures
import random
import threading

import openai
import pytest
from conftest import PRICES, ask, http_client, id_of, openai_client, provider
from fakes.openai import chunk, error, pieces, stream, streamed, streamed_thought
from fakes.server import Hold, Pause
from gateway import SOON, eventually
from test_replay import check
from test_reservations import budget, read



def endless(flows, count=100, size=1_000, **options):
    """A stream that goes on until its reader hangs up; after its first piece `flows` is waited for, by which the test
    says that the answer has begun at its client and nobody else is asked any more."""
    first, *rest = pieces(["x" * size] * count, usage=None, **options)
    return stream([first, rest[0], flows, *rest[1:count], Hold(threading.Event())])


@pytest.fixture
def made(fake, gateway):
    def start(**config):
        only = fake(models=["gpt-x"])
        return gateway([provider("only", only)], **config), only

    return start


def test_a_stream_past_its_limit_is_cut_and_told(made):
    server, only = made(budgets={"daily": 0.01})
    flows = threading.Event()
    only.will(endless(Hold(flows)))
    response = ask(openai_client(server), max_tokens=10, stream=True)
    flows.set()
    with pytest.raises(openai.APIError) as caught:
        read(response)
    assert caught.value.code == "output_overrun"
    assert "10 tokens" in caught.value.message
    assert only.last.abandoned.wait(SOON)
    record = server.completed(id_of(response))
    assert record["completed"]["outcome"] == "cut"
    (attempt,) = record["attempts_finished"]
    assert attempt["failure"] == "output overrun"
    assert attempt["usage"]["output"] == 10
    # 10 tokens of at most 128 bytes and 4 KiB were let through, and what came in one piece with them.
    assert 1_280 / 4 < attempt["unreserved_output_tokens"] < 110_000 / 4
    assert "not counted: about" in server.explain_page(id_of(response))
    assert budget(server)["spent_nanodollars"] <= record["attempts_started"][0][
        "reserved_cost_nanodollars"
    ]
    # A report tells of it beside the sums, which are without it.
    total = server.report()["total"]
    assert (total["attempts"], total["attempts_past_reservation"]) == (1, 1)
    assert "without what 1 attempt wrote past the reservation" in server.ask("report")
    assert server.stop() == 0
    check(server)


def test_what_fits_its_limit_is_not_cut(made):
    server, only = made()
    client = openai_client(server)
    # Tokens of 128 bytes, a tool's call, and more thinking than the limit says: some do not count it.
    for reply in (
        streamed([" " * 128] * 100, usage=None),
        streamed_thought(["x" * 1_000] * 400, ["four"]),
        streamed(["x" * 5_000], usage=None),
    ):
        only.will(reply)
        response = ask(client, max_tokens=100, stream=True)
        read(response)
        assert server.completed(id_of(response))["completed"]["outcome"] == "answered"
    # Without a limit there is nothing to go past.
    only.will(streamed(["x" * 1_000] * 300, usage=None))
    response = ask(client, stream=True)
    assert len(read(response)) == 300_000
    (attempt,) = server.completed(id_of(response))["attempts_finished"]
    assert attempt["usage"]["output"] == 75_000


def test_thinking_without_end_is_cut_too(made):
    server, only = made()
    first, *_ = pieces(["x"])
    begin, *thoughts = [chunk({"reasoning_content": "x" * 8_000})] * 100
    flows = threading.Event()
    only.will(stream([first, begin, Hold(flows), *thoughts, Hold(threading.Event())]))
    response = ask(openai_client(server), max_tokens=100, stream=True)
    flows.set()
    with pytest.raises(openai.APIError):
        read(response)
    record = server.completed(id_of(response))
    assert record["attempts_finished"][0]["failure"] == "output overrun"


def test_an_estimate_keeps_to_what_was_reserved_when_the_client_leaves(made):
    server, only = made(budgets={"daily": 0.01})
    flows = threading.Event()
    only.will(endless(Hold(flows), count=4))
    body = {"model": "gpt-x", "stream": True, "max_tokens": 10}
    body["messages"] = [{"role": "user", "content": "Hi"}]
    with http_client(server) as http, http.stream(
        "POST", "/v1/chat/completions", json=body
    ) as answer:
        flows.set()
        lines = answer.iter_lines()
        for _ in range(8):
            next(lines)
    record = server.newest()
    (attempt,) = record["attempts_finished"]
    assert record["completed"]["outcome"] == "cancelled"
    assert attempt["usage"]["output"] == 10
    assert attempt["unreserved_output_tokens"] > 0
    assert attempt["cost_nanodollars"] <= record["attempts_started"][0]["reserved_cost_nanodollars"]
    assert budget(server)["reserved_nanodollars"] == 0


def test_a_dearer_model_in_the_answer_costs_an_estimate_no_more_than_was_reserved(fake, gateway):
    only = fake(models=["gpt-x"])
    entry = provider("only", only)
    server = gateway([entry], budgets={"daily": 1})
    only.will(stream([*pieces(["x" * 2_000], usage=None)[:2], Hold(threading.Event())]))
    body = {"model": "gpt-x", "stream": True, "max_tokens": 20}
    body["messages"] = [{"role": "user", "content": "Hi"}]
    with http_client(server) as http, http.stream(
        "POST", "/v1/chat/completions", json=body
    ) as answer:
        next(answer.iter_lines())
    record = server.newest()
    (attempt,) = record["attempts_finished"]
    assert attempt["cost_nanodollars"] <= record["attempts_started"][0]["reserved_cost_nanodollars"]


def mixed(only, draws):
    """Answers of every kind, none of which a provider bills for more than was reserved."""

    def reply(request):
        limit = request.json.get("max_tokens", 50)
        kind = draws.random()
        if kind < 0.1:
            return error(500, "no")
        if not request.json.get("stream"):
            return whole_answer(limit)
        if kind < 0.4:
            return endless(Pause(0.2), count=12, size=700)
        first, *rest = pieces(["x" * 40] * 4, usage=(10, min(limit, 40)))
        return stream([first, *(step for piece in rest for step in (Pause(0.01), piece))])

    def whole_answer(limit):
        from fakes.openai import completion

        return completion("x" * 20, usage=(10, min(limit, 5)))

    only.always(reply)


def send(server, number, timeout=None):
    """A request that is read, left before its answer or in the middle of it, or refused."""
    body = {"model": "gpt-x", "max_tokens": 50, "stream": number % 5 != 0}
    body["messages"] = [{"role": "user", "content": "Hi " * (number % 7)}]
    with http_client(server) as http:
        http.timeout = timeout or http.timeout
        try:
            with http.stream("POST", "/v1/chat/completions", json=body) as answer:
                if answer.status_code == 429:
                    return "refused"
                for seen, _ in enumerate(answer.iter_raw()):
                    if number % 3 == 0 and seen > number % 4:
                        return "left"
                return "read"
        except Exception:
            return "broken"


def drive(server, draws, count, threads):
    """Requests of every kind at once, some of which their clients leave."""
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        return collections.Counter(pool.map(lambda number: send(server, number), range(count)))


def settled(server):
    """The events, once nothing is reserved any more."""
    eventually(lambda: budget(server)["reserved_nanodollars"] == 0, "something stays reserved")
    return server.events()


def test_no_mix_of_hang_ups_and_overruns_passes_a_budget(made):
    limit = 0.05
    server, only = made(budgets={"daily": limit})
    draws = random.Random(58)
    mixed(only, draws)
    most = []
    stop = threading.Event()

    def watch():
        while not stop.is_set():
            status = budget(server)
            most.append(status["spent_nanodollars"] + status["reserved_nanodollars"])

    watcher = threading.Thread(target=watch)
    watcher.start()
    ends = drive(server, draws, 600, 300)
    stop.set()
    watcher.join()
    assert ends["refused"] and ends["left"] and ends["read"]
    events = settled(server)
    assert max(most) <= limit * 1e9
    spent = sum(e.get("cost_nanodollars", 0) for e in events if e["type"] == "AttemptFinished")
    assert 0 < spent <= limit * 1e9
    assert budget(server)["spent_nanodollars"] == spent
    assert server.stop() == 0
    check(server)
