#!/usr/bin/env python3
"""Records the log of this folder again, or what a build says of it.

    .build/venv/bin/python Tests/RecordedLog/record.py [--answers]

`LOGWAY_BINARY` names the build, else it is the debug build. With `--answers` the log stays as it is, and what
this build says of it is rewritten: for a build that is meant to say it in other words.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "BlackBox"))

import days  # noqa: E402
import questions  # noqa: E402
from gateway import eventually  # noqa: E402
from town import Town  # noqa: E402

HEADER = 80
"""Bytes of a frame's header (docs/log-format.md)."""


def frames(town):
    return [json.loads(line) for line in town.gateway.ask("log", "dump", "--json").splitlines()]


def segment(town, number):
    return town.data / "log" / f"{number:08}.seg"


def tear(town):
    """Leaves the beginning of a frame behind the log's end, as a power cut does."""
    last = frames(town)[-1]
    with open(segment(town, last["segment"]), "r+b") as file:
        file.seek(last["offset"] + (HEADER + last["stored_length"] + 7) // 8 * 8)
        file.write(os.urandom(200))


def seal(town):
    """Ends the log's segment long before it is full: a damaged last frame is cut by a repair, which gives the segment
    its footer."""
    last = frames(town)[-1]
    with open(segment(town, last["segment"]), "r+b") as file:
        file.seek(last["offset"] + 8)
        byte = file.read(1)[0]
        file.seek(last["offset"] + 8)
        file.write(bytes([byte ^ 0xFF]))
    assert town.gateway.run("log", "verify").returncode == 3
    town.gateway.ask("log", "repair")
    return last["segment"]


def recompressed(town, number):
    """Waits until a sealed segment was recompressed, which leaves its zeroes out."""
    eventually(lambda: segment(town, number).stat().st_size < 64 << 20, "the segment is not recompressed")


def record(folder):
    town = Town(folder)
    try:
        days.families(town)
        days.failures(town)
        days.deadlines(town)
        tear(town)
        days.hedges(town)
        first = seal(town)
        days.quotas(town)
        days.budgets(town)
        days.midnight(town)
        second = seal(town)
        days.strategies(town)
        days.modes(town)
        days.lanes(town)
        days.media(town)
        days.clocks(town)
        for number in (first, second):
            recompressed(town, number)
        kept = segment(town, first).read_bytes()
        days.retirement(town)
        pack(town.data, kept)
    finally:
        town.close()


def pack(data, first):
    """Keeps the log of a data directory, its zeroes as holes, with the segment that was retired beside it."""
    with tempfile.TemporaryDirectory(prefix="logway-recorded-") as folder:
        backup = pathlib.Path(folder) / "backup"
        subprocess.run([questions.binary(), "backup", backup, "--data", data], check=True, capture_output=True)
        whole = pathlib.Path(folder) / "data"
        whole.mkdir()
        for name in ("version", "durable", "log"):
            (backup / name).rename(whole / name)
        (whole / "log" / "retired").rename(whole / "retired")
        (whole / "log" / "00000001.seg").write_bytes(first)
        subprocess.run(
            ["tar", "--create", "--gzip", "--file", questions.ARCHIVE, "--directory", folder, "--sparse",
             "--hole-detection=raw", "--sort=name", "--owner=0", "--group=0", "--numeric-owner",
             "--mtime=2026-11-30T00:00:00Z", "--mode=u=rwX,go=rX", "data"],
            check=True,
        )  # fmt: skip


def write_answers(of_new_log):
    """What this build says of the log; the states that it folds to are what they were for as long as there is one."""
    with tempfile.TemporaryDirectory(prefix="logway-recorded-") as folder:
        copy = questions.Copy(folder)
        questions.write_answers(questions.LISTS, copy, questions.LISTED)
        questions.write_answers(questions.PAGES, copy, questions.lines(copy))
        if of_new_log:
            questions.write("states.txt", questions.states(copy))


def summary():
    """What is in the log, by counts."""
    events = [json.loads(line) for line in questions.answers(questions.LISTS)[questions.EVENTS].splitlines()]
    counts = collections.defaultdict(collections.Counter)
    for event in events:
        counts["type"][event["type"]] += 1
        for path in set(questions.traits(event)):
            if path[-1] in questions.WORDS or len(path) > 1 and path[-2] in questions.WORDS:
                counts[event["type"] + " " + ".".join(map(str, path[:-1]))][str(path[-1])] += 1
    for title, values in sorted(counts.items()):
        print(title)
        for value, count in sorted(values.items()):
            print(f"  {count:5} {value}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", action="store_true", help="what this build says of the log, and no new log")
    parser.add_argument("--summary", action="store_true", help="only prints what is in the log")
    options = parser.parse_args()
    if options.summary:
        return summary()
    if not options.answers:
        folder = tempfile.mkdtemp(prefix="logway-recording-")
        record(folder)
        shutil.rmtree(folder)
    write_answers(of_new_log=not options.answers)


if __name__ == "__main__":
    main()
