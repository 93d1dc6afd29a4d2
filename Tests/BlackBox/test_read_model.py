"""read.db, changed by a hand or a bad disk: what is shown is what the log says, or nothing."""

import contextlib
import json
import sqlite3

import pytest

from conftest import ask, openai_client
from test_exit_codes import SIMULATED

FOUND_BAD = 3
CHANGES = [
    "update month_lines set cost = 7 where cost is not null",
    "delete from requests where rowid % 2 = 0",
    "update month_outcomes set count = count + 1",
    "update requests set outcome = 2",
    "delete from request_labels",
    "insert into month_lines select month, kind, name || 'x', requests, attempts, cost, estimated, "
    "unknown_costs, input_tokens, cached_tokens, output_tokens, scores, score_count, past_reservation "
    "from month_lines where kind = 1",
]


def shown(gateway):
    """What the commands say that read the file, and what they note."""
    results = [
        gateway.run("report"),
        gateway.run("report", "--json"),
        gateway.run("requests", "--json"),
        gateway.run("requests", "--outcome", "answered"),
        gateway.run("explain", "last", "--json"),
    ]
    assert [result.returncode for result in results] == [0] * len(results)
    return [result.stdout for result in results], "".join(result.stderr for result in results)


def change(gateway, sql):
    with contextlib.closing(sqlite3.connect(gateway.data / "read.db")) as database:
        assert database.execute(sql).rowcount > 0
        database.commit()


@pytest.fixture
def stopped(gateway):
    made = gateway([SIMULATED])
    for number in range(12):
        ask(openai_client(made), text=f"What is {number}?")
    assert made.stop() == 0
    made.requests()
    return made


@pytest.mark.parametrize("sql", CHANGES)
def test_figures_that_were_changed_are_never_shown(stopped, sql):
    before, _ = shown(stopped)
    change(stopped, sql)
    verified = stopped.run("log", "verify", "--json")
    assert verified.returncode == FOUND_BAD
    report = json.loads(verified.stdout)
    assert report["whole"] is False and report.get("problem") is None
    assert "not as they were written" in report["read_model_problem"]
    assert "read.db" in stopped.run("log", "verify").stdout
    after, notes = shown(stopped)
    assert after == before
    assert "is rebuilt from the log" in notes and "not as they were written" in notes
    assert stopped.run("log", "verify").returncode == 0


def test_a_server_goes_on_over_a_file_that_was_changed(stopped):
    change(stopped, CHANGES[0])
    stopped.start()
    for _ in range(3):
        ask(openai_client(stopped))
    stopped.newest()
    report = stopped.report()
    assert report["requests"] == {"answered": 15}
    costs = [e["cost_nanodollars"] for e in stopped.events() if e["type"] == "AttemptFinished"]
    assert report["total"]["cost_nanodollars"] == sum(costs)
    assert stopped.stop() == 0
    assert stopped.verify()["whole"] is True


def test_bytes_that_a_disk_changed_are_found(stopped):
    """Each time one byte of a page that holds rows, so that SQLite's own structure mostly stays whole."""
    path = stopped.data / "read.db"
    whole = path.read_bytes()
    before, _ = shown(stopped)
    place = whole.index(b"What") if b"What" in whole else whole.rindex(b"answered")
    for offset in (place, whole.rindex(b"sim") if b"sim" in whole else place + 1):
        damaged = bytearray(whole)
        damaged[offset] ^= 0x01
        path.write_bytes(damaged)
        assert stopped.run("log", "verify").returncode == FOUND_BAD
        assert shown(stopped)[0] == before
        path.write_bytes(whole)
