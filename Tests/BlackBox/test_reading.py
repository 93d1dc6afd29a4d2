"""The reading commands: beside a running server, after it, and the same after a restart."""

import contextlib
import json
import sqlite3
import subprocess
import threading
import time

import pytest

from conftest import ask, http_client, id_of, openai_client, provider
from fakes import openai as fake_openai
from fakes.openai import OpenAIProvider, error
from fakes.server import Hold, Reply, Seen, stream
from gateway import PATIENCE, SOON, binary, eventually
from test_openai_client import user

COMMANDS = {
    "explain": ["explain", "last"],
    "explain-json": ["explain", "last", "--json"],
    "requests": ["requests"],
    "requests-json": ["requests", "--json"],
    "tail": ["log", "tail"],
    "tail-json": ["log", "tail", "--json"],
    "verify": ["log", "verify"],
    "verify-json": ["log", "verify", "--json"],
    "stats": ["log", "stats"],
    "stats-json": ["log", "stats", "--json"],
    "dump": ["log", "dump"],
    "dump-json": ["log", "dump", "--json"],
    "list": ["providers", "list"],
    "list-json": ["providers", "list", "--json"],
    "status": ["providers", "status"],
    "status-json": ["providers", "status", "--json"],
    "quota": ["providers", "quota"],
    "quota-json": ["providers", "quota", "--json"],
    "budget": ["budget"],
    "budget-json": ["budget", "--json"],
    "replay": ["replay"],
    "replay-json": ["replay", "--json"],
    "check": ["replay", "--check"],
    "check-json": ["replay", "--check", "--json"],
    "report": ["report"],
    "report-json": ["report", "--json"],
}


def traffic(gateway, first, second):
    """Some of everything; the ids in the order of asking."""
    client = openai_client(gateway)
    ids = [id_of(ask(client)), id_of(ask(client, model="second:gpt-x"))]
    first.will(error(500, "out of cheese"))
    ids.append(id_of(ask(client)))
    response = ask(client, stream=True)
    list(response.parse())
    ids.append(id_of(response))
    first.will(error(400, "your fault", type="invalid_request_error"))
    with http_client(gateway) as http:
        body = {"model": "auto", "messages": user()}
        ids.append(id_of(http.post("/v1/chat/completions", json=body)))
        ids.append(id_of(http.post("/v1/chat/completions", content=b"{")))
        answer = http.post("/v1/feedback", json={"request_id": ids[0], "score": 0.5})
        assert answer.status_code == 200
    return ids


@pytest.mark.parametrize("running", [True, False])
def test_every_command_works(pair, running):
    gateway, first, second = pair
    traffic(gateway, first, second)
    if not running:
        gateway.stop()
    for name, arguments in COMMANDS.items():
        result = gateway.run(*arguments)
        assert result.returncode == 0, f"{name}: {result.stderr}"
        assert result.stdout.strip(), name
        assert result.stderr == "", name
        documents = ("report", "status", "list", "quota", "budget", "verify", "stats")
        if name.removesuffix("-json") in documents and name.endswith("-json"):
            json.loads(result.stdout)
        elif name.endswith("-json"):
            for line in result.stdout.splitlines():
                json.loads(line)


def test_reading_changes_nothing_but_the_read_model(pair):
    gateway, first, second = pair
    traffic(gateway, first, second)
    gateway.stop()

    def contents():
        files = (f for f in gateway.data.rglob("*") if f.is_file())
        return {f: f.read_bytes() for f in files if not f.name.startswith("read.db")}

    before = contents()
    for arguments in COMMANDS.values():
        gateway.ask(*arguments)
    assert contents() == before


def test_answers_are_the_same_with_a_read_model_without_one_and_when_it_cannot_be_had(pair):
    gateway, first, second = pair
    traffic(gateway, first, second)
    commands = [name for name in COMMANDS if name.split("-")[0] in ("requests", "report", "explain")]

    def answers():
        return {name: gateway.ask(*COMMANDS[name]) for name in commands}

    beside = answers()
    # Removed below the running server, which goes on.
    for file in gateway.data.glob("read.db*"):
        file.unlink()
    assert answers() == beside
    ask(openai_client(gateway))
    assert len(gateway.requests()) == len(beside["requests-json"].splitlines()) + 1
    gateway.stop()
    after = answers()
    for file in gateway.data.glob("read.db*"):
        file.unlink()
    assert answers() == after
    # A folder in its place: the log is folded, and that is said.
    for file in gateway.data.glob("read.db*"):
        file.unlink()
    (gateway.data / "read.db").mkdir()
    for name in commands:
        result = gateway.run(*COMMANDS[name])
        assert (result.returncode, result.stdout) == (0, after[name])
        assert "reading the log instead" in result.stderr


def test_requests_are_listed_newest_first_and_filtered(pair):
    gateway, first, second = pair
    ids = traffic(gateway, first, second)
    assert [r["request"] for r in gateway.requests()] == list(reversed(ids))
    assert [r["request"] for r in gateway.requests("--failed-over")] == [ids[2]]
    refused = gateway.requests("--outcome", "refused")
    assert [r["request"] for r in refused] == [ids[5], ids[4]]
    second_s = gateway.requests("--provider", "second")
    assert [r["request"] for r in second_s] == [ids[2], ids[1]]
    assert [r["request"] for r in gateway.requests("--min-cost", "0.01")] == [
        ids[n] for n in (3, 2, 1, 0)
    ]
    assert gateway.requests("--since", "2100-01-01") == []
    assert len(gateway.ask("requests", "--json", "-l", "2").splitlines()) == 2


def test_an_inferred_task_is_found_reported_and_told_apart_from_a_given_one(pair):
    gateway, *_ = pair
    client = openai_client(gateway)
    inferred = id_of(ask(client, "What is the capital of Mongolia?"))
    headers = {"x-logway-task": "simple-query"}
    given = id_of(ask(client, "What is the capital of Mongolia?", extra_headers=headers))
    other = id_of(ask(client, "Write unit tests for a function that reverses a list."))
    rows = gateway.requests("--task", "simple-query")
    assert [row["request"] for row in rows] == [given, inferred]
    assert [row["received"].get("task") for row in rows] == ["simple-query", None]
    decided = [row["decided"]["classification"] for row in rows]
    assert [(d["task"], d.get("task_given", False)) for d in decided] == [
        ("simple-query", True), ("simple-query", False),
    ]  # fmt: skip
    (row,) = gateway.requests("--task", "test-generation")
    assert row["request"] == other

    def tasks(report):
        return {line["name"]: line["requests"] for line in report["by_task"]}

    expected = {"simple-query": 2, "test-generation": 1}
    assert tasks(gateway.report()) == expected
    # From the log alone, without a read model.
    assert tasks(gateway.report("--at", "2100-01-01", "--month", this_month())) == expected


def this_month():
    return time.strftime("%Y-%m", time.gmtime())


def test_a_read_model_of_an_older_build_is_made_anew(pair):
    gateway, *_ = pair
    ask(openai_client(gateway), "What is the capital of Mongolia?")
    gateway.stop()
    before = gateway.report()
    with contextlib.closing(sqlite3.connect(gateway.data / "read.db")) as database:
        # As version 1 left it: the same tables, and nothing known of inferred tasks.
        database.execute("UPDATE month_lines SET name = 'none' WHERE kind = 3")
        database.execute("DELETE FROM request_labels WHERE kind = 3")
        database.execute("PRAGMA user_version = 1")
        database.commit()
    assert gateway.report() == before
    assert [line["name"] for line in before["by_task"]] == ["simple-query"]
    assert len(gateway.requests("--task", "simple-query")) == 1


def test_what_is_running_is_shown_as_running(pair):
    gateway, first, _ = pair
    gate = threading.Event()
    first.will(Reply([Hold(gate), b"{}"], headers={"content-length": "2"}))
    thread = threading.Thread(target=lambda: _quietly(gateway))
    thread.start()
    first.wait_for_request()
    record = eventually(lambda: gateway.requests()[:1], "the request is not in the log")[0]
    assert "completed" not in record
    assert len(record["attempts_started"]) == 1
    gate.set()
    thread.join()


def _quietly(gateway):
    try:
        ask(openai_client(gateway))
    except Exception:
        pass  # The answer does not matter here.


def test_tail_follows_a_running_server(pair):
    gateway, _, _ = pair
    client = openai_client(gateway)
    before = id_of(ask(client))
    command = [binary(), "log", "tail", "-f", "--json", "--data", str(gateway.data)]
    tail = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=gateway.environment,
    )
    events = []
    reader = threading.Thread(
        target=lambda: [events.append(json.loads(line)) for line in tail.stdout], daemon=True
    )
    reader.start()
    try:
        def ids():
            return [e["request"] for e in events if e["type"] == "RequestCompleted"]

        eventually(lambda: before in ids(), "the last events are not shown")
        later = [id_of(ask(client)) for _ in range(3)]
        eventually(lambda: ids()[-3:] == later, "new events do not appear")
        sequences = [e["sequence"] for e in events]
        assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    finally:
        tail.terminate()
        tail.wait(PATIENCE)


def test_a_closed_pipe_ends_tail_without_a_crash(pair):
    gateway, first, second = pair
    traffic(gateway, first, second)
    command = f"{binary()} log tail -f --data {gateway.data} | head -n 1"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; timeout 60 {command}; echo ${{PIPESTATUS[0]}} >&2"],
        capture_output=True,
        text=True,
        env=gateway.environment,
        timeout=90,
    )
    assert len(result.stdout.splitlines()) == 1
    # 124 would mean that it went on following with nobody reading; 139 is a crash.
    assert result.stderr.strip() in ("0", "1", "141")


def test_state_is_the_same_after_a_restart(pair):
    gateway, first, second = pair
    ids = traffic(gateway, first, second)
    running = gateway.report(), _lasting(gateway), gateway.requests()
    gateway.stop()
    stopped = gateway.report(), _lasting(gateway), gateway.requests()
    gateway.start()
    restarted = gateway.report(), _lasting(gateway), gateway.requests()
    assert running == stopped == restarted
    assert [r["request"] for r in restarted[2]] == list(reversed(ids))


def _lasting(gateway):
    """The providers' status without what the passing of time changes, and a process's connections."""
    return {
        name: {key: value for key, value in row.items() if key != "pool"}
        for name, row in gateway.status().items()
    }


def test_an_open_breaker_and_a_rate_limit_survive_a_restart(fake, gateway):
    names = {
        "broken": error(500, "oops"),
        "full": error(429, "later", headers={"retry-after": "99"}),
    }
    fakes = {name: fake() for name in names}
    for name, reply in names.items():
        fakes[name].always(reply)
    good = fake()
    made = gateway([*(provider(n, f) for n, f in fakes.items()), provider("good", good)])
    client = openai_client(made)
    for _ in range(6):
        ask(client)
    asked = [len(f.requests) for f in fakes.values()]
    assert asked == [5, 1]
    made.stop()
    made.start()
    assert ask(openai_client(made)).headers["x-logway-provider"] == "good"
    assert [len(f.requests) for f in fakes.values()] == asked
    assert made.status()["broken"]["breaker"] == "open"


def test_a_stop_waits_for_requests_in_flight(pair):
    gateway, first, _ = pair
    gate = threading.Event()
    request = Seen("POST", "/v1/chat/completions", {}, b'{"model": "gpt-x"}')
    body = OpenAIProvider.answer(first, request)
    first.will(Reply([Hold(gate), *body.steps], headers=_with_length(body)))
    answers = []
    thread = threading.Thread(target=lambda: answers.append(ask(openai_client(gateway))))
    thread.start()
    first.wait_for_request()
    gateway.process.terminate()
    gate.set()
    thread.join(PATIENCE)
    assert gateway.process.wait(PATIENCE) == 0
    assert answers and answers[0].parse().choices[0].message.content == "four"
    record = gateway.explain(id_of(answers[0]))
    assert record["completed"]["outcome"] == "answered"
    assert gateway.events()[-1]["type"] == "NodeStopped"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_stop_that_has_waited_long_enough_interrupts(fake, gateway, streamed):
    stuck = fake()
    held = Hold(threading.Event())
    events = fake_openai.pieces(["fo"])[:2]
    stuck.will(stream([*events, held] if streamed else [held]))
    made = gateway([provider("o", stuck)], server={"shutdownGraceMs": 300})
    begun = threading.Event()

    def one():
        try:
            response = ask(openai_client(made), stream=streamed)
            for _ in response.parse():
                begun.set()
        except Exception:
            pass  # How it ends for the client is not the matter here.

    thread = threading.Thread(target=one)
    thread.start()
    stuck.wait_for_request()
    if streamed:
        assert begun.wait(PATIENCE)
    assert made.stop() == 0
    thread.join(PATIENCE)
    assert stuck.last.abandoned.wait(SOON)
    (record,) = made.requests()
    assert record["completed"]["outcome"] == "interrupted"
    assert made.events()[-1]["type"] == "NodeStopped"
    assert made.verify()["whole"]


def _with_length(reply):
    length = sum(len(step) for step in reply.steps if isinstance(step, bytes))
    return {"content-type": "application/json", "content-length": str(length)}


def test_a_request_that_a_crash_left_open_is_interrupted(pair):
    gateway, first, _ = pair
    first.will(Reply([Hold(threading.Event())], headers={"content-length": "9"}))
    thread = threading.Thread(target=lambda: _quietly(gateway))
    thread.start()
    first.wait_for_request()
    eventually(lambda: gateway.requests(), "the request is not in the log")
    gateway.kill()
    thread.join(PATIENCE)
    (before,) = gateway.requests()
    assert "completed" not in before
    gateway.start()
    (record,) = gateway.requests()
    assert record["completed"]["outcome"] == "interrupted"
    (attempt,) = record["attempts_finished"]
    assert attempt["failure"] == "interrupted"
    assert attempt["cost_origin"] in ("estimated", "unknown")
    # Nobody timed it, and the time until the start is not the request's.
    page = gateway.explain_page("last")
    assert "\n  interrupted with no status, cost" in page
    assert "     failed: interrupted\n" in page
    assert "latency: unknown" in page and "µs" not in page and "total" not in page
    assert gateway.ask("requests").splitlines()[1].endswith(" –")
    recovered = [e for e in gateway.events() if e["type"] == "LogRecovered"]
    assert recovered[0]["interrupted_requests"] == 1
    # A second start interrupts nothing again.
    gateway.stop()
    gateway.start()
    assert len([e for e in gateway.events() if e["type"] == "RequestCompleted"]) == 1


def test_feedback_and_prices_of_before_hold_after_a_change_of_configuration(pair):
    gateway, first, second = pair
    traffic(gateway, first, second)
    cost = gateway.report()["total"]["cost_nanodollars"]
    gateway.stop()
    dear = provider("first", first, costPer1MTokens={"input": 300, "output": 1500})
    gateway.configure({"providers": [dear]})
    gateway.start()
    assert gateway.report()["total"]["cost_nanodollars"] == cost
    ask(openai_client(gateway))
    assert gateway.report()["total"]["cost_nanodollars"] == cost + 1_050_000_000


def test_the_status_as_it_stood_is_still_there(pair):
    gateway, first, second = pair
    ask(openai_client(gateway))
    at = gateway.newest()["completed"]["time"]
    before = gateway.status()["first"]
    traffic(gateway, first, second)
    then = gateway.status("--at", at)["first"]
    assert then == before
    assert gateway.status()["first"] != before
    assert gateway.report("--at", at)["total"]["requests"] == 1
