"""What each jump of the machine's clock does, while the gateway runs and at a start.

The table in docs/security.md ("The clock") says the same.
"""

import datetime
import json
import time
import urllib.request

import pytest

from clock import DAY
from conftest import ask, id_of, openai_client
from gateway import PATIENCE, Gateway, eventually
from test_exit_codes import SIMULATED

FOUND_BAD = 3
YEAR_2100 = datetime.datetime(2100, 1, 1, tzinfo=datetime.timezone.utc).timestamp()
JUMPS = {
    "a day back": lambda clock: clock.set(-DAY),
    "1970": lambda clock: clock.show(3_600),
    "a day forward": lambda clock: clock.set(DAY),
    "a month forward": lambda clock: clock.set(30 * DAY),
    "2100": lambda clock: clock.show(YEAR_2100),
}
TOLERANCE = 600
"""Seconds that a test may take beside the clock it asks for."""


@pytest.fixture
def gateway(tmp_path, clock):
    made = Gateway(tmp_path / "gateway", {"providers": [SIMULATED]}, **clock.variables)
    yield made
    made.close()


def instant(event):
    return datetime.datetime.fromisoformat(event["time"]).timestamp()


def time_of(gateway, id):
    return next(instant(e) for e in gateway.events() if e.get("request") == id)


def verdicts(gateway):
    return [e["verdict"] for e in gateway.events() if e["type"] == "ClockJudged"]


def ready(gateway):
    with urllib.request.urlopen(gateway.url + "/readyz", timeout=PATIENCE) as answer:
        return json.loads(answer.read())


def asked(gateway):
    id = id_of(ask(openai_client(gateway)))
    gateway.completed(id)
    return id


def is_whole(gateway):
    times = [instant(event) for event in gateway.events()]
    assert times == sorted(times)
    assert gateway.verify()["whole"] is True
    assert json.loads(gateway.ask("replay", "--check", "--json"))["equal"] is True


def told(gateway):
    """That the clock is doubted: in the log, by readiness, on standard error and by the command."""
    eventually(lambda: verdicts(gateway)[-1:] == ["doubted"], "no doubt is in the log")
    answer = ready(gateway)
    assert answer["status"] == "ready" and "the machine's clock says" in answer["reason"]
    assert "the machine's clock says" in gateway.errors()
    result = gateway.run("log", "clock")
    assert (result.returncode, "DOUBTED" in result.stdout) == (FOUND_BAD, True)
    assert "the machine's clock is doubted" in gateway.ask("providers", "status")
    status = json.loads(gateway.ask("providers", "status", "--json"))
    assert status["doubted_clock"]["clock"] != status["doubted_clock"]["expected"]


@pytest.mark.parametrize("jump", list(JUMPS))
def test_a_jump_while_the_gateway_runs(gateway, clock, jump):
    gateway.start()
    asked(gateway)
    JUMPS[jump](clock)
    at = time_of(gateway, asked(gateway))
    if jump == "a day forward":
        assert abs(at - clock.now) < TOLERANCE
        assert verdicts(gateway) == [] and "reason" not in ready(gateway)
    else:
        assert abs(at - time.time()) < TOLERANCE, "the log goes on without that clock"
        told(gateway)
        clock.set(0)
        eventually(lambda: verdicts(gateway) == ["doubted", "agreed"], "it is doubted still")
        assert "reason" not in ready(gateway)
        assert gateway.run("log", "clock").returncode == 0
        assert "doubted" not in gateway.ask("providers", "status")
        assert "doubted_clock" not in json.loads(gateway.ask("providers", "status", "--json"))
    months = [e for e in gateway.events() if e["type"] == "MonthClosed"]
    assert months == [], "no month was over"
    assert gateway.stop() == 0
    is_whole(gateway)


@pytest.mark.parametrize("jump", list(JUMPS))
def test_a_jump_between_two_starts(gateway, clock, jump):
    gateway.start()
    asked(gateway)
    assert gateway.stop() == 0
    JUMPS[jump](clock)
    gateway.start()
    at = time_of(gateway, asked(gateway))
    if jump in ("a day forward", "a month forward"):
        # As after as long a stop.
        assert abs(at - clock.now) < TOLERANCE
        assert verdicts(gateway) == []
    else:
        assert abs(at - time.time()) < TOLERANCE
        told(gateway)
        assert [e for e in gateway.events() if e["type"] == "MonthClosed"] == []
    assert gateway.stop() == 0
    is_whole(gateway)


def test_a_long_stop_is_confirmed_to_the_running_server(gateway, clock):
    gateway.start()
    asked(gateway)
    assert gateway.stop() == 0
    clock.set(400 * DAY)
    gateway.start()
    told(gateway)
    assert "confirmed" in gateway.ask("log", "clock", "--confirm")
    eventually(lambda: verdicts(gateway) == ["doubted", "confirmed"], "it was not taken")
    assert abs(time_of(gateway, asked(gateway)) - clock.now) < TOLERANCE
    assert "reason" not in ready(gateway)
    assert gateway.stop() == 0
    # It was for this clock alone, and a restart doubts nothing.
    gateway.start()
    asked(gateway)
    assert verdicts(gateway) == ["doubted", "confirmed"]
    assert gateway.stop() == 0
    is_whole(gateway)


def test_a_long_stop_is_confirmed_to_the_next_start(gateway, clock):
    gateway.start()
    asked(gateway)
    assert gateway.stop() == 0
    clock.set(400 * DAY)
    assert json.loads(gateway.ask("log", "clock", "--confirm", "--json"))["confirmed"] is True
    gateway.start()
    assert abs(time_of(gateway, asked(gateway)) - clock.now) < TOLERANCE
    assert verdicts(gateway) == ["doubted", "confirmed"]
    assert "reason" not in ready(gateway)


def test_a_clock_that_is_behind_can_not_be_confirmed(gateway, clock):
    gateway.start()
    asked(gateway)
    clock.set(-3 * DAY)
    eventually(lambda: verdicts(gateway) == ["doubted"], "no doubt is in the log")
    result = gateway.run("log", "clock", "--confirm")
    assert result.returncode == 1 and "can't go back" in result.stderr
