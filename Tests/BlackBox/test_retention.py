"""What the commands say of a log whose beginning was abandoned (`log.retention`).

data/retired.tgz holds such a log and the reports of its months, made from all of its events before
they went: `LOGWAY_RETIRED_LOG=FOLDER swift test --filter RetentionTests` writes them.
"""

import json
import pathlib
import tarfile

import pytest

ARCHIVE = pathlib.Path(__file__).parent / "data" / "retired.tgz"
FAILED = 1
FIRST, LAST = "01900000-0000-7000-8000-000000000000", "01900000-0000-7000-8000-0000000002bb"


@pytest.fixture
def retired(gateway, tmp_path):
    """The log, and what its reports must be by month."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    made = gateway(start=False)
    made.data = tmp_path / "retired-log"
    return made, _of_today(json.loads((made.data / "reports.json").read_text()))


def _of_today(value):
    """What the reports say by now: months that were closed before count no attempts past their reservations."""
    if isinstance(value, list):
        return [_of_today(element) for element in value]
    if not isinstance(value, dict):
        return value
    told = {name: _of_today(element) for name, element in value.items()}
    return told | ({"attempts_past_reservation": 0} if "attempts_of_unknown_cost" in told else {})


def test_reports_outlive_their_events(retired):
    gateway, reports = retired
    kept = min(event["time"] for event in gateway.events())
    assert len([month for month in reports if month < kept[:7]]) >= 3
    for month, report in reports.items():
        assert gateway.report("--month", month) == report
        assert report["answered_locally"] > 0 and report["answered_hosted"] > 0


def test_what_is_gone_is_said_to_be_gone_and_since_when(retired):
    gateway, reports = retired
    first = gateway.events()[0]
    assert first["sequence"] > 1
    month = min(reports)
    for arguments in (
        ["explain", FIRST],
        ["requests", "--since", f"{month}-20"],
        ["report", "--month", month, "--at", f"{month}-20"],
    ):
        result = gateway.run(*arguments)
        assert (result.returncode, result.stdout) == (FAILED, ""), arguments
        assert "was retired" in result.stderr, arguments
        assert f"from event {first['sequence']}, {first['time']}" in result.stderr, arguments


def test_a_state_that_is_gone_says_which_can_be_had(retired):
    gateway, reports = retired
    carried = next(e for e in gateway.events() if e["type"] == "StateCarried")
    for time in (f"{min(reports)}-20", gateway.events()[1]["time"]):
        for command in (["providers", "status"], ["providers", "list"], ["replay"]):
            result = gateway.run(*command, "--at", time)
            assert (result.returncode, result.stdout) == (FAILED, "")
            assert "was retired" in result.stderr
            assert f"the earliest time that can be asked for is {carried['time']}" in result.stderr
    assert set(gateway.status("--at", carried["time"])) == {"p0", "p1", "p2"}


def test_what_cannot_be_decided_again_is_counted(retired):
    gateway, _ = retired
    found = json.loads(gateway.ask("replay", "--check", "--json"))
    started = sum(event["type"] == "AttemptStarted" for event in gateway.events())
    assert found["equal"] is True
    assert found["attempts"]["retired"] == started > 0
    assert f"{started} not decided again: the state of then was retired" in gateway.ask(
        "replay", "--check"
    )


def test_what_is_kept_is_shown(retired):
    gateway, _ = retired
    received = [e for e in gateway.events() if e["type"] == "RequestReceived"]
    assert [r["request"] for r in gateway.requests()] == [e["request"] for e in received][::-1]
    assert received[-1]["request"] == LAST
    assert gateway.explain("last")["request"] == LAST
    # The policy was applied among the events that are gone; the state was carried on.
    assert set(gateway.status()) == {"p0", "p1", "p2"}
    assert gateway.verify()["whole"] is True


def test_a_server_goes_on_from_there(retired, fake):
    from conftest import ask, id_of, openai_client, provider

    gateway, reports = retired
    gateway.configure({"providers": [provider("first", fake())]})
    gateway.start()
    id = id_of(ask(openai_client(gateway)))
    gateway.completed(id)
    for month, report in reports.items():
        assert gateway.report("--month", month) == report
    assert gateway.stop() == 0
    assert gateway.verify()["whole"] is True
