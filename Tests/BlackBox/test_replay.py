"""logway replay: what was decided is decided again, and the state of any instant is found."""

import json
import subprocess
import threading
import time

import pytest

from conftest import ask, id_of, openai_client, provider
from fakes.openai import error
from fakes.server import Hold, Reply
from gateway import binary, environment
from test_reading import traffic

FAILED, USAGE = 1, 2


def count(events, *types):
    return sum(event["type"] in types for event in events)


def check(gateway, *arguments):
    """What the check prints as JSON; everything must be equal."""
    found = json.loads(gateway.ask("replay", "--check", "--json", *arguments))
    assert found["equal"] is True and found["differences"] == []
    for tally in (found["decisions"], found["attempts"]):
        assert (tally["different"], tally["retired"], tally["other_versions"]) == (0, 0, {})
    return found


def check_all(gateway):
    """Every decision and every attempt of the log is decided again."""
    before, events = -1, gateway.events()
    # A server that just started still asks its providers for their models, and records what they say.
    while before < len(events):
        before, found = len(events), check(gateway)
        events = gateway.events()
    assert found["decisions"]["equal"] == count(events, "RouteDecided")
    assert found["attempts"]["equal"] == count(events, "AttemptStarted", "ReservationExtended")
    assert found["events"] == len(events)
    return found


def test_a_demo_replays(tmp_path):
    def logway(*arguments):
        done = subprocess.run(
            [binary(), *arguments, "--data", str(tmp_path / "data")],
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    logway("demo")
    lines = logway("log", "tail", "-n", "1000000", "--json").splitlines()
    events = [json.loads(line) for line in lines]
    found = json.loads(logway("replay", "--check", "--json"))
    assert found["equal"] is True
    started = [event for event in events if event["type"] == "AttemptStarted"]
    assert found["decisions"]["equal"] == 200
    assert found["attempts"]["equal"] == len(started)
    assert any(event["number"] > 1 for event in started)
    text = logway("replay", "--check")
    assert "equal, byte for byte" in text
    assert "decisions: 200 equal, 0 different" in text


def test_everything_replays_through_changes_restarts_and_snapshots(fake, gateway):
    first, second, third = fake(), fake(text="second"), fake(text="third")
    providers = [provider("first", first), provider("second", second), provider("third", third)]
    made = gateway(providers)
    client = openai_client(made)

    def some():
        client = openai_client(made)
        traffic(made, first, second)
        first.will(error(429, "slow down", headers={"retry-after": "1"}))
        second.will(error(503, "busy"))
        ask(client, max_tokens=7)
        for _ in range(6):
            first.will(error(500, "oops"))
            ask(client)

    some()
    beside = check_all(made)
    # Other prices and another order, with a restart in good order.
    made.stop()
    assert check_all(made)["decisions"] == beside["decisions"]
    providers[0]["costPer1MTokens"] = {"input": 1, "output": 2}
    providers[1]["priority"] = 1
    del providers[2]["costPer1MTokens"]
    made.configure({"providers": providers})
    made.start()
    some()
    check_all(made)
    # Another policy, after a crash with a request in flight.
    first.will(Reply([Hold(threading.Event())], headers={"content-length": "9"}))
    second.will(Reply([Hold(threading.Event())], headers={"content-length": "9"}))
    threading.Thread(target=lambda: quietly(made), daemon=True).start()
    second.wait_for_request()
    made.kill()
    providers = [provider("third", third), provider("first", first, priority=9)]
    made.configure({"providers": providers, "mode": "local_first"})
    made.start()
    for each in (first, second, third):
        each.reset()
    client = openai_client(made)
    # What the rate limit of a second left, which a restart does not end.
    time.sleep(1)
    for _ in range(3):
        third.will(error(500, "oops"))
        ask(client)
    found = check_all(made)
    assert found["decisions"]["equal"] > 25
    # Failovers among them; how many depends on how soon after a rate limit requests came.
    assert found["attempts"]["equal"] > found["decisions"]["equal"]
    made.stop()
    assert check_all(made)["attempts"] == found["attempts"]
    # Without the snapshots the same state comes out.
    states = [json.loads(made.ask("replay", "--json"))["fingerprint"] for _ in range(2)]
    assert len(set(states)) == 1
    status = made.status()
    for file in (made.data / "snapshots").iterdir():
        file.unlink()
    assert made.status().keys() == status.keys()
    assert json.loads(made.ask("replay", "--json"))["fingerprint"] == states[0]


def quietly(gateway):
    try:
        ask(openai_client(gateway))
    except Exception:
        pass


def test_a_check_can_be_of_one_request_or_of_a_time(pair):
    gateway, first, second = pair
    ids = traffic(gateway, first, second)
    received = {e["request"]: e for e in gateway.events() if e["type"] == "RequestReceived"}
    one = check(gateway, "--request", ids[2])
    assert (one["decisions"]["equal"], one["attempts"]["equal"]) == (1, 2)
    whole = check_all(gateway)["decisions"]["equal"]
    middle = received[ids[2]]["time"]
    since = check(gateway, "--since", middle)["decisions"]["equal"]
    until = check(gateway, "--until", middle)["decisions"]["equal"]
    assert since > 0 and until == 2 and since + until == whole
    assert check(gateway, "--since", "-1h")["decisions"]["equal"] == whole
    assert check(gateway, "--until", "-1h")["decisions"]["equal"] == 0
    unknown = gateway.run("replay", "--check", "--request", "0" * 8 + ids[0][8:])
    assert (unknown.returncode, unknown.stdout) == (FAILED, "")
    assert "nothing was decided for request" in unknown.stderr


def test_a_replay_tells_what_state_the_events_give(pair):
    gateway, first, second = pair
    traffic(gateway, first, second)
    gateway.stop()
    events = gateway.events()
    now = json.loads(gateway.ask("replay", "--json"))
    assert now["position"] == now["events"] == len(events)
    assert now["events_by_type"]["RouteDecided"] == count(gateway.events(), "RouteDecided")
    assert (now["in_flight"], now["providers"]) == (0, 2)
    assert now["time"] == events[-1]["time"]
    text = gateway.ask("replay")
    assert f"the state after event {len(events)}" in text and now["fingerprint"] in text
    # As of an instant, the events of that instant included.
    decided = next(e for e in events if e["type"] == "RouteDecided")
    then = json.loads(gateway.ask("replay", "--json", "--at", decided["time"]))
    last = [e["sequence"] for e in events if e["time"] <= decided["time"]][-1]
    assert (then["position"], then["in_flight"]) == (last, 1)
    assert then["fingerprint"] != now["fingerprint"]


def test_status_requests_and_report_are_shown_as_of_an_instant(pair):
    gateway, first, second = pair
    client = openai_client(gateway)
    id = id_of(ask(client))
    done = gateway.completed(id)["completed"]["time"]
    before = {
        "status": gateway.status("--at", done),
        "report": gateway.report("--at", done)["total"],
        "requests": gateway.requests("--at", done),
    }
    assert [r["request"] for r in before["requests"]] == [id]
    assert before["report"]["requests"] == 1
    first.will(error(500, "oops"))
    later = id_of(ask(client))
    gateway.completed(later)
    assert len(gateway.requests()) == 2
    assert before == {
        "status": gateway.status("--at", done),
        "report": gateway.report("--at", done)["total"],
        "requests": gateway.requests("--at", done),
    }
    # While it ran it was running.
    events = gateway.events()
    started = next(e for e in events if e["type"] == "AttemptStarted")
    running = gateway.requests("--at", started["time"])
    assert [("completed" in r) for r in running] == [False]
    # Long ago there was nothing; how long ago is said in either way.
    for ago in ("-2h", "2h", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00.5+01:00"):
        assert gateway.status("--at", ago) == {}
        assert gateway.requests("--at", ago) == []
        assert gateway.report("--at", ago)["total"]["requests"] == 0
    assert "running" in gateway.ask("requests", "--at", started["time"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["providers", "status", "--at", "yesterday"],
        ["providers", "list", "--at", "2026-13-01"],
        ["report", "--at", "2026-11-21T25:00:00Z"],
        ["requests", "--at", "-2x"],
        ["requests", "--since", "soon"],
        ["replay", "--at", "12:00"],
    ],
)
def test_a_time_that_is_none_is_named(pair, arguments):
    gateway, _, _ = pair
    result = gateway.run(*arguments)
    assert (result.returncode, result.stdout) == (USAGE, "")
    assert f"'{arguments[-1]}' is no instant" in result.stderr
    assert "2026-11-21T09:30:00Z" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--check", "--at", "-2h"],
        ["--since", "-2h"],
        ["--all"],
        ["--check", "--request", "nobody"],
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(pair, arguments):
    gateway, _, _ = pair
    assert gateway.run("replay", *arguments).returncode == USAGE
