"""Appends what was measured to docs/benchmarks/NAME.csv, one row a figure.

    history.py NAME --command TEXT [--other-binary] < OUTPUT

`tools/bench --record` calls it with what a benchmark printed: the first Markdown table of that is recorded.
"""

import argparse
import csv
import dataclasses
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
FOLDER = REPOSITORY / "docs" / "benchmarks"
HEAD = [
    "date", "commit", "machine", "command", "figure", "value", "unit", "reference", "reference_value", "ratio",
    "note",
]  # fmt: skip
"""The columns of every file; docs/benchmarks.md says what they hold."""


class NoTable(Exception):
    """What was printed holds no table of a benchmark."""


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measured figure, and what was measured beside it."""

    figure: str
    value: str
    unit: str
    reference: str = ""
    reference_value: str = ""
    ratio: str = ""


def commit(repository=REPOSITORY):
    """The commit that is checked out, with `-dirty` where a file differs; empty where git doesn't know.

    The history itself doesn't count: the rows of the run before are in it.
    """

    def git(*arguments):
        command = ["git", "-C", repository, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", ".", ":(exclude)docs/benchmarks")
        return git("rev-parse", "--short", "HEAD") + ("-dirty" if changed else "")
    except (subprocess.CalledProcessError, FileNotFoundError):
        return ""


def machine(cpuinfo=pathlib.Path("/proc/cpuinfo"), processors=None):
    """The processors that may be used (as `nproc` counts them), their model, and the kernel."""
    models = re.findall(r"(?m)^model name\s*:\s*(.+)$", cpuinfo.read_text())
    count = processors or len(os.sched_getaffinity(0))
    return f"{count} × {models[0].strip() if models else platform.machine()}, Linux {platform.release()}"


def tables(text):
    """The Markdown tables of a text, each a list of rows of cells, without the rule below the head."""
    found, rows = [], []
    for line in text.splitlines() + [""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            found.append(rows[:1] + rows[2:])
            rows = []
    return found


def amount(cell):
    """A number and its unit, of `1,234 µs` or `1.50 ×`."""
    number, _, unit = cell.partition(" ")
    return number.replace(",", ""), unit


def figures(text):
    """The figures of the first table of a benchmark."""
    readers = {"upstream": of_proxy, "median": of_log, "p50": of_decide}
    for head, *rows in tables(text):
        for column in head[:2]:
            if column in readers:
                return [figure for row in readers[column](rows) for figure in row]
    raise NoTable("there is no table of a benchmark in what was printed")


def of_proxy(rows):
    """What `tools/bench proxy` prints: three ways to each upstream, beside nginx."""
    bare = {tuple(row[:2]): row for row in rows if row[2] == "nginx"}
    for row in rows:
        upstream, connections, target = row[:3]
        where = f"{upstream} upstream, {connections} connection{'' if connections == '1' else 's'}, {target}"
        yield [
            Figure(
                f"{name}, {where}",
                amount(row[column])[0],
                unit,
                "nginx",
                amount(bare[upstream, connections][column])[0],
                row[column + 1],
            )
            for name, column, unit in [("throughput", 3, "/s"), ("p50", 5, "µs"), ("p99", 7, "µs")]
        ]


def of_log(rows):
    """What `tools/bench log` prints: `figure; reference`, the median and the worst round of each."""
    reference = ""
    for name, median, worst, beside, ratio, *_ in rows:
        figure, _, named = name.partition("; ")
        if named != "the same":
            reference = named
        value, unit = amount(median)
        yield [
            Figure(figure, value, unit, reference, amount(beside)[0], amount(ratio)[0]),
            Figure(f"{figure}, worst round", amount(worst)[0], unit),
        ]


def of_decide(rows):
    """What `tools/bench decide` prints: the p50 and p99 of each."""
    for name, *quantiles, _, _ in rows:
        yield [
            Figure(f"{name}, {quantile}", *amount(cell))
            for quantile, cell in zip(("p50", "p99"), quantiles, strict=True)
        ]


def append(path, measured, *, date, commit, machine, command, note=""):
    """Adds a row for each figure; the rows that are there stay as they are."""
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, HEAD, lineterminator="\n")
        if is_new:
            writer.writeheader()
        for figure in measured:
            run = {"date": date, "commit": commit, "machine": machine, "command": command, "note": note}
            writer.writerow(run | dataclasses.asdict(figure))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="of the file: proxy, log or decide")
    parser.add_argument("--command", required=True, help="how it was measured")
    parser.add_argument("--other-binary", action="store_true", help="it was not built of this commit")
    options = parser.parse_args()
    path = FOLDER / f"{options.name}.csv"
    printed = sys.stdin.read()
    try:
        measured = figures(printed)
    except NoTable as error:
        sys.exit(f"error: {error}")
    append(
        path,
        measured,
        date=datetime.date.today().isoformat(),
        commit="" if options.other_binary else commit(),
        machine=machine(),
        command=options.command,
        note=" ".join(re.findall(r"nginx/[\d.]+", printed)[:1]),
    )
    print(f"{len(measured)} rows added to {path}")


if __name__ == "__main__":
    main()
