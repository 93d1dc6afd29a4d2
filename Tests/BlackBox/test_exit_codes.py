"""Every exit code that docs/errors.md promises, of every command, from the tables there.

A code in the table without a case here fails, and so does a case, or a command, that the table lacks.
"""

import contextlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tarfile

import pytest

from clock import DAY, Clock
from conftest import ask, openai_client, provider
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from fakes.server import Refusing
from gateway import PATIENCE, REPOSITORY, Gateway, binary, environment
from test_commands import commands
from test_demo import row, table

PAGE = REPOSITORY / "docs" / "errors.md"
FORGED = pathlib.Path(__file__).parent / "data" / "forged.tgz"
RETIRED = FORGED.with_name("retired.tgz")
FINE, FAILED, WRONG_USAGE, FOUND_BAD = 0, 1, 2, 3
NEVER = "–"
SIMULATED = {
    "type": "simulated",
    "name": "s",
    "simulation": {
        "latencyMs": {"mean": 0, "deviation": 0},
        "tokensPerSecond": 0,
        "models": [{"name": "m", "costPer1MTokens": {"input": 3, "output": 15}}],
    },
}


def tables():
    """The tables of the section on exit codes, each a list of rows of cells, without their heads."""
    section = PAGE.read_text().split("\n## Exit codes\n")[1].split("\n## ")[0]
    found, rows = [], []
    for line in section.splitlines() + [""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            found.append(rows[2:])
            rows = []
    return found


CODES = {
    (cells[0].strip("`"), code)
    for cells in tables()[0]
    for code, text in enumerate(cells[1:])
    if text != NEVER
}
"""What the first table promises: each command with each code that it can end with."""
BAD = {(cells[0].strip("`"), cells[1]) for cells in tables()[1]}
"""What the second one says: each command that checks, with each thing that it finds bad."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A stopped gateway that answered, local models, and a place to work in."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    yield made
    for fake in made.fakes:
        fake.close()
    shutil.rmtree(made.gateway.data, ignore_errors=True)


class Desk:
    def __init__(self, folder):
        self.folder = folder
        local, wrong = OllamaProvider(), Refusing()
        self.fakes = [local, wrong]
        entries = [SIMULATED, provider("home", local, "ollama"), provider("away", wrong)]
        self.gateway = Gateway(folder / "gateway", {"providers": entries})
        self.gateway.start()
        for _ in range(5):
            ask(openai_client(self.gateway), model="s:m")
        assert self.gateway.stop() == FINE

    def __call__(self, *arguments, variables=None):
        """Runs a command in an environment without anybody's settings."""
        return subprocess.run(
            [binary(), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment(self.folder) | (variables or {}),
            cwd=self.folder,
            timeout=PATIENCE,
        )

    def read(self, *arguments):
        """Runs a command on the log."""
        return self(*arguments, "--data", self.gateway.data)

    def configured(self, *arguments):
        """Runs a command that goes by the configuration."""
        return self(*arguments, "--config", self.gateway.config)

    def copy(self, name):
        """A copy of the data directory that may be harmed."""
        copy = self.folder / name
        shutil.copytree(self.gateway.data, copy)
        return copy

    def verify(self, name, harm):
        """What verify says of a copy that was harmed."""
        copy = self.copy(name)
        harm(copy)
        return self("log", "verify", "--data", copy)


def write(path, offset, data):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def execute(data, sql):
    with contextlib.closing(sqlite3.connect(data / "read.db")) as database:
        database.execute(sql)
        database.commit()


def segment(data):
    return data / "log" / "00000001.seg"


def frame(desk):
    """Where a frame in the middle of the log lies."""
    lines = desk.read("log", "dump", "--json").stdout.splitlines()
    return json.loads(lines[len(lines) // 2])["offset"]


def prices(desk):
    path = desk.folder / "prices.json"
    cost = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    path.write_text(json.dumps({"gpt-x": cost | {"litellm_provider": "openai", "mode": "chat"}}))
    return path


def served(desk):
    made = Gateway(desk.folder / "served", {"providers": [SIMULATED]})
    made.start()
    made.stop()
    return made.process


def refused_demo(desk):
    return desk("demo", "--limit", 1, "--data", desk.gateway.data)


READING = [
    "requests", "report", "budget", "replay", "providers list", "providers quota",
    "providers status", "log tail", "log verify", "log stats", "log dump", "log checkpoint",
    "log clock",
]  # fmt: skip
CASES = {
    ("serve", FINE): served,
    ("serve", FAILED): lambda desk: desk("serve", "--config", "nosuch.yaml"),
    ("demo", FINE): lambda desk: desk("demo", "--limit", 3, "--data", desk.folder / "demo"),
    ("demo", FAILED): refused_demo,
    ("explain", FINE): lambda desk: desk.read("explain", "last"),
    ("explain", FAILED): lambda desk: desk("explain", "last", "--data", "nosuch"),
    ("backup", FINE): lambda desk: desk.read("backup", desk.folder / "backup"),
    ("backup", FAILED): lambda desk: desk("backup", desk.folder / "none", "--data", "nosuch"),
    ("log repair", FINE): lambda desk: desk.read("log", "repair", "--dry-run"),
    ("log repair", FAILED): lambda desk: desk("log", "repair", "--data", "nosuch"),
    ("models list", FINE): lambda desk: desk.configured("models", "list"),
    ("models list", FAILED): lambda desk: desk("models", "list", "--config", "nosuch.yaml"),
    ("models show", FINE): lambda desk: desk.configured(
        "models", "show", "groq:openai/gpt-oss-20b"
    ),
    ("models show", FAILED): lambda desk: desk.configured("models", "show", "s:nosuch"),
    ("models import", FINE): lambda desk: desk.configured(
        "models", "import", prices(desk), "--to", desk.folder / "own.yaml"
    ),
    ("models import", FAILED): lambda desk: desk.configured("models", "import", "nosuch.json"),
    ("models load", FINE): lambda desk: desk.configured("models", "load", "home:llama-x"),
    ("models load", FAILED): lambda desk: desk.configured("models", "load", "s:m"),
    ("models unload", FINE): lambda desk: desk.configured("models", "unload", "home:llama-x"),
    ("models unload", FAILED): lambda desk: desk.configured("models", "unload", "s:m"),
    ("providers test", FINE): lambda desk: desk.configured("providers", "test", "s"),
    ("providers test", FAILED): lambda desk: desk.configured("providers", "test", "nosuch"),
    ("providers set-default", FINE): lambda desk: desk.configured("providers", "set-default", "s"),
    ("providers set-default", FAILED): lambda desk: desk.configured(
        "providers", "set-default", "nosuch"
    ),
}
CASES |= {
    (command, FINE): lambda desk, words=command.split(): desk.read(*words) for command in READING
}
CASES |= {
    (command, FAILED): lambda desk, words=command.split(): desk(*words, "--data", "nosuch")
    for command in READING
}


def forged(desk):
    """A log whose last decision was forged before it was written."""
    with tarfile.open(FORGED) as archive:
        archive.extractall(desk.folder, filter="data")
    return desk("replay", "--check", "--data", desk.folder / "forged-log")


def unretired(desk):
    """A log whose beginning was abandoned, without what says so."""
    with tarfile.open(RETIRED) as archive:
        archive.extractall(desk.folder, filter="data")
    log = desk.folder / "retired-log"
    (log / "log" / "retired").write_bytes(b"x" * 80)
    return desk("log", "verify", "--data", log)


def shortened(desk):
    """A log that a repair cut before the place of a checkpoint that was taken earlier."""
    copy = desk.copy("shortened")
    checkpoint = desk.folder / "checkpoint.json"
    assert desk("log", "checkpoint", "--out", checkpoint, "--data", copy).returncode == FINE
    write(segment(copy), frame(desk) + 100, b"\xff\xff")
    assert desk("log", "repair", "--data", copy).returncode == FINE
    return desk("log", "verify", "--data", copy, "--against", checkpoint)


def doubted(desk):
    """A log beside a clock that is a hundred days ahead of it."""
    clock = Clock(desk.folder)
    try:
        clock.set(100 * DAY)
        return desk("log", "clock", "--data", desk.gateway.data, variables=clock.variables)
    finally:
        clock.close()


def lost(desk):
    """A log whose last events are gone with the mark, and a read model that has them."""
    made = Gateway(desk.folder / "lost", {"providers": [SIMULATED]})
    made.start()
    ask(openai_client(made), model="s:m")
    assert made.stop() == FINE
    assert desk("requests", "--data", made.data).returncode == FINE
    lines = desk("log", "dump", "--json", "--data", made.data).stdout.splitlines()
    (made.data / "durable").unlink()
    write(segment(made.data), json.loads(lines[-1])["offset"], b"\0" * 65536)
    return desk("log", "verify", "--data", made.data)


def overpaid(desk):
    """A table whose records of cost don't follow from any price."""
    rows = [row(number, 1) for number in range(30)]
    rows[7]["outcomes"]["small"]["cost_usd"] = 0.123456789
    rows[7]["outcomes"]["large"]["cost_usd"] = 0.123456789
    path = table(desk.folder / "table.jsonl", rows)
    return desk("demo", "--outcomes", path, "--data", desk.folder / "overpaid")


FOUND = {
    ("log verify", "a frame is not as it was written"): lambda desk: desk.verify(
        "frame", lambda data: write(segment(data), frame(desk) + 100, b"\xff\xff")
    ),
    ("log verify", "a segment is missing"): lambda desk: desk.verify(
        "missing", lambda data: segment(data).unlink()
    ),
    ("log verify", "a segment was cut"): lambda desk: desk.verify(
        "cut", lambda data: segment(data).open("r+b").truncate(1 << 20)
    ),
    ("log verify", "a segment was exchanged"): lambda desk: desk.verify(
        "exchanged",
        lambda data: shutil.copy(segment(data), data / "log" / "00000002.seg"),
    ),
    ("log verify", "a segment's first page is damaged"): lambda desk: desk.verify(
        "page", lambda data: write(segment(data), 60, b"XX")
    ),
    ("log verify", "`log/retired` is damaged"): unretired,
    ("log verify", "`version` is missing or unreadable beside segments"): lambda desk: desk.verify(
        "version", lambda data: (data / "version").unlink()
    ),
    ("log verify", "the log is not the one of the checkpoint (`--against`)"): shortened,
    ("log verify", "`read.db` is not as it was written"): lambda desk: desk.verify(
        "read", lambda data: execute(data, "update requests set cost = 7")
    ),
    ("log verify", "the log's end is gone, which a snapshot or `read.db` knows of"): lost,
    ("log clock", "the machine's clock is doubted"): doubted,
    ("replay", "a decision comes out otherwise (`--check`)"): forged,
    ("providers test", "a step fails"): lambda desk: desk.configured("providers", "test", "away"),
    ("demo", "the report differs from the outcome table"): overpaid,
}


def test_the_table_has_every_command():
    help = subprocess.run(
        [binary(), "--experimental-dump-help"], capture_output=True, text=True, timeout=PATIENCE
    )
    known = {command for command, _ in commands(json.loads(help.stdout)["command"])}
    assert {command for command, _ in CODES} == known
    assert {(command, WRONG_USAGE) for command in known} <= CODES


def test_every_code_of_the_table_has_its_case_and_no_other():
    checked = {(command, code) for command, code in CODES if code != WRONG_USAGE}
    assert checked == set(CASES) | {(command, FOUND_BAD) for command, _ in FOUND}
    assert set(FOUND) == BAD


@pytest.mark.parametrize("command", sorted({command for command, _ in CODES}))
def test_wrong_usage_has_its_code(desk, command):
    result = desk(*command.split(), "--no-such-option")
    assert result.returncode == WRONG_USAGE, result.stderr
    assert result.stderr and not result.stdout


@pytest.mark.parametrize("command, code", sorted(CASES))
def test_a_command_ends_with_the_code_of_the_table(desk, command, code):
    result = CASES[command, code](desk)
    assert result.returncode == code, result.stderr


@pytest.mark.parametrize("command, what", sorted(FOUND))
def test_what_is_checked_and_found_bad_is_told_by_the_code(desk, command, what):
    result = FOUND[command, what](desk)
    assert result.returncode == FOUND_BAD, result.stdout + result.stderr
    assert result.stdout, "what is bad is said on standard output"
