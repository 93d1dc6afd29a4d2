"""What is asked of the recorded log, and what the build that recorded it answered."""

import json
import lzma
import pathlib
import re
import subprocess
import sys
import tarfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.append(str(FOLDER.parent / "BlackBox"))

from gateway import PATIENCE, binary, environment  # noqa: E402

ARCHIVE = FOLDER / "log.tgz"
PROMPT = "$ logway "
EVENTS = "log tail --json --number 1000000000"
REQUESTS = "requests --limit 1000000000"
"""From the read model, which gave up what retention did."""
AFTER = "--at 2026-11-14"
"""Behind the log's end: by the events themselves, all of them."""
RECORDS = f"{REQUESTS} --json {AFTER}"
LISTED = (EVENTS, RECORDS, f"{REQUESTS} --json")
LISTS = "lists.txt.xz"
"""The file with every event and the record of every request."""
PAGES = "pages.txt"
"""The file with what other commands say."""


class Copy:
    """A copy of the recorded log in a directory of its own, with the binary under test beside it."""

    def __init__(self, folder, retired=False):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(self.folder, filter="data")
        if retired:
            # As the retention that the log tells of left it.
            (self.data / "retired").rename(self.data / "log" / "retired")
            (self.data / "log" / "00000001.seg").unlink()

    def run(self, *arguments):
        return subprocess.run(
            [binary(), *arguments, "--data", str(self.data)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment(self.folder),
            cwd=self.folder,
            timeout=PATIENCE,
        )

    def ask(self, *arguments):
        """What a command prints; it must succeed."""
        result = self.run(*arguments)
        assert result.returncode == 0, f"logway {' '.join(arguments)}: {result.stdout}{result.stderr}"
        return result.stdout

    def events(self):
        """Every event."""
        return [json.loads(line) for line in self.ask(*EVENTS.split()).splitlines()]


def answer(copy, line):
    """What the command of a line says, without the time that it took."""
    said = copy.ask(*line.split())
    said = re.sub(r'"elapsed_us":\d+', '"elapsed_us":0', said)
    return re.sub(r" in \d+ ms, \d+ a second", "", said)


def read(name):
    """What a file holds of what is known of the log."""
    data = (FOLDER / "expected" / name).read_bytes()
    return (lzma.decompress(data) if name.endswith(".xz") else data).decode()


def write(name, text):
    path = FOLDER / "expected" / name
    path.parent.mkdir(exist_ok=True)
    data = text.encode()
    path.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME) if name.endswith(".xz") else data)


def answers(name):
    """The questions of a file with what was answered then."""
    blocks = ("\n" + read(name)).removesuffix("\n").split("\n" + PROMPT)[1:]
    return {line: said for line, _, said in (block.partition("\n") for block in blocks)}


def write_answers(name, copy, lines):
    blocks = (f"{PROMPT}{line}\n{answer(copy, line)}\n" for line in lines)
    write(name, "".join(blocks))


# Which questions there are.


def lines(copy):
    """The questions, by what is in the log."""
    events = copy.events()
    asked = [
        "log verify --json", "log stats --json", "replay --check --json", "replay --json",
        "replay --check", REQUESTS, f"{REQUESTS} {AFTER}",
    ]  # fmt: skip
    for month in sorted({event["time"][:7] for event in events} | closed(events)):
        asked += [f"report --month {month} --json", f"report --month {month}"]
        asked.append(f"report --month {month} --json {AFTER}")
    for time in instants(events):
        for command in ("providers status --json", "providers list", "providers quota", "budget",
                        f"report --month {time[:7]}"):  # fmt: skip
            asked.append(f"{command} --at {time}")
    for command in ("providers status --detailed", "providers quota --json", "budget --json"):
        asked.append(f"{command} {AFTER}")
    for option in ("--failed-over", "--outcome refused", "--outcome cut", "--task planning", "--tag team=red",
                   "--min-cost 0.01", "--provider alpha"):  # fmt: skip
        asked += [f"{REQUESTS} {option}", f"{REQUESTS} {option} {AFTER}"]
    asked += [f"explain {id}" for id in telling(events)]
    return asked


def closed(events):
    return {f"{e['year']}-{e['month']:02}" for e in events if e["type"] == "MonthClosed"}


def instants(events):
    """Of each process its last instant, or one in the middle."""
    bounds = [i for i, event in enumerate(events) if event["type"] == "NodeStarted"] + [len(events)]
    places = [(begin + end) // 2 if begin % 2 else end - 1 for begin, end in zip(bounds, bounds[1:])]
    return [events[place]["time"] for place in places]


def telling(events):
    """Requests of which each has something that none before it had, by the words of their events."""
    words, order = {}, []
    for event in events:
        id = event.get("request")
        if id is None:
            continue
        if id not in words:
            words[id] = set()
            order.append(id)
        words[id] |= set(traits(event))
    seen, found = set(), []
    for id in order:
        if words[id] - seen:
            seen |= words[id]
            found.append(id)
    return found


WORDS = {
    "failure", "reason", "refusal", "outcome", "strategy", "client", "endpoint", "operation", "cost_origin", "basis",
    "alias", "origin", "status", "cost_limit", "lane", "tenant", "task", "over_budget",
}  # fmt: skip
"""Fields whose values are few and each have words of their own on a page."""


def traits(value, path=()):
    """The names of the fields that are there, and the values of those that are words."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (*path, name)
            if name in WORDS and isinstance(member, (str, int)):
                yield (*path, name, member)
            yield from traits(member, (*path, name))
    elif isinstance(value, list):
        for member in value:
            yield from traits(member, path)


def states(copy):
    """After which event the state has which hash: after the last one of each instant."""
    events = copy.events()
    found = {}
    for event, following in zip(events, [*events[1:], None]):
        if following and following["time"] == event["time"]:
            continue
        found[event["sequence"]] = json.loads(copy.ask("replay", "--json", "--at", event["time"]))["fingerprint"]
    return "".join(f"{sequence} {hash}\n" for sequence, hash in found.items())
