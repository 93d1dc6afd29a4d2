"""logway demo: traffic of its own through a real gateway, and what the log tells of it."""

import json
import subprocess

import pytest

from gateway import REPOSITORY, binary, environment

SHARED = REPOSITORY.parent / "shared" / "data"


def logway(tmp_path, *arguments, timeout=300):
    return subprocess.run(
        [binary(), *map(str, arguments)],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def events(tmp_path, data):
    done = logway(tmp_path, "log", "tail", "-n", 1_000_000, "--json", "--data", data)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(tmp_path, data, sent):
    """What must be true of a demo's log, whatever was sent."""
    verified = logway(tmp_path, "log", "verify", "--data", data)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    found = events(tmp_path, data)
    kinds = {}
    for event in found:
        kinds.setdefault(event["type"], []).append(event)
    received = {event["request"] for event in kinds["RequestReceived"]}
    assert len(received) == sent
    assert sorted(event["request"] for event in kinds["RequestCompleted"]) == sorted(received)
    report = json.loads(logway(tmp_path, "report", "--json", "--data", data).stdout)
    costs = [event.get("cost_nanodollars") for event in kinds["AttemptFinished"]]
    assert None not in costs
    assert report["total"]["cost_nanodollars"] == sum(costs)
    return kinds, report


def test_the_demo_shows_a_failover_the_providers_and_the_month(tmp_path):
    data = tmp_path / "data"
    done = logway(tmp_path, "demo", "--data", data)
    assert done.returncode == 0, done.stderr
    kinds, report = check(tmp_path, data, 200)
    for title in ("Attempts", "failover after", "Avg Latency", "Cost report for", "By task"):
        assert title in done.stdout
    assert "SIMULATED" in done.stderr
    assert "200/200" in done.stderr
    streamed = [event["streamed"] for event in kinds["RequestReceived"]]
    assert any(streamed) and not all(streamed)
    assert {event["client"] for event in kinds["RequestReceived"]} == {"openai", "anthropic"}
    failures = [event.get("failure") for event in kinds["AttemptFinished"]]
    assert failures.count("rate limited") >= 3
    assert {"overloaded", "server error"} & set(failures)
    assert len(report["by_task"]) > 5
    assert len(kinds["FeedbackReceived"]) == report["requests"]["answered"]


def test_a_demo_does_not_write_into_a_log_that_is_there(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "something").write_text("mine")
    done = logway(tmp_path, "demo", "--limit", 3, "--data", data)
    assert done.returncode == 1
    assert "not empty" in done.stderr
    assert sorted(path.name for path in data.iterdir()) == ["something"]


def table(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def row(number, quality):
    return {
        "id": f"r{number}",
        "dataset": "made",
        "domain": "sums",
        "prompt": f"What is {number} + {number}?",
        "outcomes": {
            "small": {
                "quality": quality,
                "input_tokens": 10 + number,
                "output_tokens": 3 * number + 1,
                "cost_usd": (10 + number) * 0.25e-6 + (3 * number + 1) * 0.5e-6,
                "answer": f"{2 * number}",
            },
            "large": {
                "quality": 1,
                "input_tokens": 10 + number,
                "output_tokens": 2 * number + 2,
                "cost_usd": (10 + number) * 5e-6 + (2 * number + 2) * 15e-6,
                "answer": f"The sum is {2 * number}.",
            },
        },
    }


def test_an_outcome_table_is_answered_judged_and_paid_as_recorded(tmp_path):
    path = table(tmp_path / "table.jsonl", [row(n, n % 2) for n in range(30)])
    data = tmp_path / "data"
    done = logway(tmp_path, "demo", "--outcomes", path, "--data", data)
    assert done.returncode == 0, done.stderr
    kinds, report = check(tmp_path, data, 30)
    assert {tuple(event["tags"]) for event in kinds["RequestReceived"]} == {("domain=sums",)}
    dollars = report["total"]["cost_usd"]
    assert (
        f"The outcome table records ${dollars} for these answers; the report says ${dollars}."
        in done.stdout
    )
    # Two providers have each model, and the backup answers what the other one does not.
    scores = {}
    for line in report["by_model"]:
        model = scores.setdefault(line["name"].split(":")[1], [0, 0])
        model[0] += line["mean_score"] * line["scores"]
        model[1] += line["scores"]
    assert set(scores) == {"small", "large"}
    assert scores["large"][0] == scores["large"][1] == 10
    # Rows 0, 1, 3, 4, … went to the small model; every second one of them is right.
    assert scores["small"][1] == 20
    assert round(scores["small"][0]) == 10


def test_a_demo_without_an_answer_has_failed(tmp_path):
    """Prompts that no model's window holds."""
    rows = [row(n, 1) | {"prompt": "word " * 150_000} for n in range(3)]
    data = tmp_path / "data"
    done = logway(
        tmp_path, "demo", "--outcomes", table(tmp_path / "table.jsonl", rows), "--data", data
    )
    assert done.returncode == 1
    assert "0 answered" in done.stdout
    assert "none of 3 requests was answered" in done.stderr
    assert str(data) in done.stderr
    completed = [e for e in events(tmp_path, data) if e["type"] == "RequestCompleted"]
    assert [event["outcome"] for event in completed] == ["refused"] * 3
    # What it points to is there.
    assert logway(tmp_path, "explain", "last", "--data", data).returncode == 0


def test_a_limit_sends_that_many_rows(tmp_path):
    path = table(tmp_path / "table.jsonl", [row(n, 1) for n in range(30)])
    data = tmp_path / "data"
    done = logway(tmp_path, "demo", "--outcomes", path, "--limit", 7, "--data", data)
    assert done.returncode == 0, done.stderr
    check(tmp_path, data, 7)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{}\n", "table.jsonl:1: `id` is missing"),
        ("not json\n", "table.jsonl:1: the line is not a JSON object"),
        ("", "table.jsonl: the file holds no outcomes"),
        (None, "table.jsonl: the file can't be opened"),
    ],
)
def test_a_table_that_can_not_be_read_is_named(tmp_path, text, named):
    path = tmp_path / "table.jsonl"
    if text is not None:
        path.write_text(text)
    done = logway(tmp_path, "demo", "--outcomes", path, "--data", tmp_path / "data")
    assert done.returncode == 1
    assert named in done.stderr


def test_all_of_a_recorded_data_set_costs_what_it_recorded(tmp_path):
    path = SHARED / "gsm8k.dev.jsonl"
    if not path.exists():
        pytest.skip(f"{path} is not there: the data sets are not part of the repository")
    rows = len(path.read_text().splitlines())
    data = tmp_path / "data"
    done = logway(tmp_path, "demo", "--outcomes", path, "--data", data)
    assert done.returncode == 0, done.stderr
    _, report = check(tmp_path, data, rows)
    assert report["requests"] == {"answered": rows}
    dollars = report["total"]["cost_usd"]
    assert f"records ${dollars} for these answers; the report says ${dollars}." in done.stdout
