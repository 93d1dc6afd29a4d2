"""What `tools/bench --record` adds to docs/benchmarks: the rows, and what they say of their origin."""

import csv
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "bench"))

import history  # noqa: E402
import proxy  # noqa: E402

PROXY = [
    {"delay_ms": delay, "connections": connections, "target": target, "throughput": rate, "p50": 20, "p99": 3000}
    for delay, connections in [(0, 1), (20, 32)]
    for target, rate in [("direct", 30000.4), ("nginx", 10000), ("logway", 2500)]
]
LOG = """
| | median | worst | reference | ratio | asked | |
| --- | --- | --- | --- | --- | --- | --- |
| commit, 1 waiter, p50; bare          | 143 µs    | 156 µs    | 96.00 µs | 1.50 × | ≤ 1.50 × | met |
| bulk                                 | 1709688 /s | 1588627 /s |        |        | ≥ 1000000 /s | met |
| bytes an event, a new log, 5 a commit; JSON lines in LZ4 | 125 B | 125 B | 134 B | 0.93 × | ≤ 0.45 × | MISSED |
| bytes an event, hot, 5 a commit; the same | 76.60 B | 76.60 B | 134 B | 0.57 × | ≤ 0.45 × | MISSED |
"""
DECIDE = """
| | p50 | p99 | asked of p99 | |
| --- | --- | --- | --- | --- |
| decide among 50, cost | 51.4 µs | 80.1 µs | ≤ 100 µs | met |
| apply an AttemptFinished | 0.5 µs | 0.7 µs |  |  |
"""
ORIGIN = {"date": "2026-11-30", "commit": "abc1234", "machine": "2 × M, Linux 6", "command": "tools/bench log"}


def test_the_proxy_s_table_is_read_with_nginx_beside_each_figure():
    figures = history.figures("2 × EPYC\n\n" + proxy.table(PROXY) + "\nafter 3 s\n")
    assert len(figures) == 18
    by_name = {figure.figure: figure for figure in figures}
    assert by_name["throughput, instant upstream, 1 connection, logway"] == history.Figure(
        "throughput, instant upstream, 1 connection, logway", "2500", "/s", "nginx", "10000", "0.25"
    )
    assert by_name["p99, 20 ms upstream, 32 connections, direct"].value == "3000"


def test_the_log_s_table_is_read_with_worst_rounds_and_references():
    figures = history.figures(LOG)
    assert figures[:2] == [
        history.Figure("commit, 1 waiter, p50", "143", "µs", "bare", "96.00", "1.50"),
        history.Figure("commit, 1 waiter, p50, worst round", "156", "µs"),
    ]
    assert figures[2] == history.Figure("bulk", "1709688", "/s")
    hot = history.Figure("bytes an event, hot, 5 a commit", "76.60", "B", "JSON lines in LZ4", "134", "0.57")
    assert figures[6] == hot


def test_the_decision_s_table_is_read_by_quantile():
    assert history.figures(DECIDE) == [
        history.Figure("decide among 50, cost, p50", "51.4", "µs"),
        history.Figure("decide among 50, cost, p99", "80.1", "µs"),
        history.Figure("apply an AttemptFinished, p50", "0.5", "µs"),
        history.Figure("apply an AttemptFinished, p99", "0.7", "µs"),
    ]


@pytest.mark.parametrize(
    "file, head",
    [
        ("LogBench/Table.swift", '["", "median", "worst", "reference", "ratio", "asked", ""]'),
        ("DecideBench/DecideBench.swift", '"| | p50 | p99 | asked of p99 | |"'),
    ],
)
def test_the_programs_print_the_tables_that_are_read(file, head):
    assert head in (history.REPOSITORY / "Tests" / file).read_text()


def test_rows_are_added_and_none_is_changed(tmp_path):
    path = tmp_path / "benchmarks" / "log.csv"
    history.append(path, history.figures(LOG)[:1], **ORIGIN)
    first = path.read_text()
    history.append(path, history.figures(LOG)[2:3], **ORIGIN | {"note": "once more, later"})
    assert path.read_text().startswith(first)
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        history.HEAD,
        [*ORIGIN.values(), "commit, 1 waiter, p50", "143", "µs", "bare", "96.00", "1.50", ""],
        [*ORIGIN.values(), "bulk", "1709688", "/s", "", "", "", "once more, later"],
    ]


def test_the_files_of_the_history_have_the_columns_that_are_written():
    files = sorted(history.FOLDER.glob("*.csv"))
    assert {"proxy", "log", "decide"} <= {file.stem for file in files}
    for path in files:
        with path.open(newline="") as file:
            assert next(csv.reader(file)) == history.HEAD, path


def test_what_printed_no_table_is_an_error_and_changes_nothing(tmp_path):
    script = pathlib.Path(history.__file__)
    result = subprocess.run(
        [sys.executable, script, "log", "--command", "tools/bench log"],
        input="| a | b |\n|---|---|\n| 1 | 2 |\n",
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "no table of a benchmark" in result.stderr


def test_the_commit_is_git_s_and_says_when_files_differ(tmp_path):
    def git(*arguments):
        who = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
        return subprocess.run(
            ["git", "-C", tmp_path, *who, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    assert history.commit(tmp_path) == ""
    git("init", "--quiet")
    (tmp_path / "file").write_text("1")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    short = git("rev-parse", "--short", "HEAD")
    assert history.commit(tmp_path) == short
    (tmp_path / "docs" / "benchmarks").mkdir(parents=True)
    (tmp_path / "docs" / "benchmarks" / "log.csv").write_text("rows of the run before")
    assert history.commit(tmp_path) == short
    (tmp_path / "file").write_text("2")
    assert history.commit(tmp_path) == f"{short}-dirty"


def test_the_machine_is_named_by_its_processors_and_kernel(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nmodel name\t: AMD EPYC 9\nprocessor : 1\nmodel name\t: AMD EPYC 9\n")
    assert history.machine(cpuinfo, processors=2).startswith("2 × AMD EPYC 9, Linux ")
    cpuinfo.write_text("processor : 0\n")
    assert history.machine(cpuinfo, processors=4).startswith("4 × ")
