"""A log that an earlier build recorded (Tests/RecordedLog): this build must say of it what that one said, word for
word, and decide all of it again."""

import json
import pathlib
import re
import sys

import pytest

from conftest import ask, openai_client
from test_exit_codes import SIMULATED

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "RecordedLog"))

import questions  # noqa: E402

DECISIONS = 469
ATTEMPTS = 504
"""Extensions of reservations included."""
FAILED = 1
PAGES = questions.answers(questions.PAGES)


def kind(line):
    """The command of a question, without what it is asked about."""
    return re.match(r"[a-z ]*[a-z]", line)[0]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return questions.Copy(tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="module")
def retired(tmp_path_factory):
    """The log without the segment that was abandoned at its end."""
    return questions.Copy(tmp_path_factory.mktemp("retired"), retired=True)


def test_it_is_whole(recorded, retired):
    assert recorded.run("log", "verify").returncode == 0
    assert retired.run("log", "verify").returncode == 0


def test_everything_that_was_decided_is_decided_again(recorded):
    found = json.loads(recorded.ask("replay", "--check", "--all", "--json"))
    assert found["equal"] is True and found["differences"] == []
    for tally, count in ((found["decisions"], DECISIONS), (found["attempts"], ATTEMPTS)):
        assert tally == {"equal": count, "different": 0, "retired": 0, "other_versions": {}}


@pytest.mark.parametrize("line", questions.LISTED)
def test_every_event_and_every_request_is_told_as_it_was(recorded, line):
    was = questions.answers(questions.LISTS)[line].splitlines()
    now = questions.answer(recorded, line).splitlines()
    assert len(was) > 200
    for before, after in zip(was, now):
        assert after == before
    assert len(now) == len(was)


@pytest.mark.parametrize("command", sorted({kind(line) for line in PAGES}))
def test_every_page_reads_as_it_did(recorded, command):
    for line, was in PAGES.items():
        if kind(line) == command:
            assert questions.answer(recorded, line) == was, f"logway {line}"


def test_a_request_is_explained_by_its_record(recorded):
    records = questions.answers(questions.LISTS)[questions.RECORDS].splitlines()
    for record in records[:: len(records) // 12]:
        id = json.loads(record)["request"]
        assert recorded.ask("explain", id, "--json") == record + "\n"


def test_states_of_the_past_are_those_of_then(recorded):
    """Some of those that RecordedLogTests.swift folds all of."""
    hashes = dict(line.split() for line in questions.read("states.txt").splitlines())
    times = {event["sequence"]: event["time"] for event in recorded.events()}
    for sequence in list(hashes)[:: len(hashes) // 12]:
        found = json.loads(recorded.ask("replay", "--json", "--at", times[int(sequence)]))
        assert (found["position"], found["fingerprint"]) == (int(sequence), hashes[sequence])


def test_what_is_left_of_it_says_the_same(recorded, retired):
    """Whatever was abandoned, what can be said still is what was said: states from the one that was carried on, months
    from their closings, requests from what is kept of them."""
    told = 0
    for line, was in PAGES.items():
        if kind(line) not in ("explain", "report", "budget", "providers status", "providers list", "providers quota"):
            continue
        result = retired.run(*line.split())
        if result.returncode == FAILED:
            assert "was retired" in result.stderr, line
        else:
            assert result.stdout == was, line
            told += 1
    assert told > 50
    events = retired.events()
    assert events == recorded.events()[events[0]["sequence"] - 1 :]
    found = json.loads(retired.ask("replay", "--check", "--json"))
    assert found["equal"] is True and found["decisions"]["equal"] > 0


def test_a_server_goes_on_behind_it(gateway, tmp_path):
    """Whatever the clock says by then; the state comes from the events, since a snapshot is of one build."""
    copy = questions.Copy(tmp_path)
    made = gateway([SIMULATED], start=False)
    made.data = copy.data
    made.start()
    ask(openai_client(made), model="s:m")
    assert made.stop() == 0
    was = questions.answers(questions.LISTS)[questions.EVENTS].splitlines()
    now = copy.ask(*questions.EVENTS.split()).splitlines()
    assert now[: len(was)] == was
    assert made.verify()["whole"] is True
    found = json.loads(made.ask("replay", "--check", "--json"))
    assert found["equal"] is True and found["decisions"]["equal"] == DECISIONS + 1
