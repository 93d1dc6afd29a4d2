"""Copies of a data directory while the server writes it: by cp, by tar, and by `logway backup`."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import threading
import time

import pytest

from conftest import ask, openai_client
from gateway import PATIENCE, Gateway, eventually
from test_starts import FOUND_BAD, SIMULATED, refused, serve

ORDERS = ("cp", "tar", "log first", "log last")
COPIES_EACH = 50
"""Two hundred copies in all. Each order has a log of its own, since the check of a copy reads all of it."""


class Load:
    """Clients that ask one thing after the other, and keep the ids of what was answered whole."""

    def __init__(self, gateway, clients=4):
        self.port = int(gateway.url.rsplit(":", 1)[1])
        self.answered = []
        self.running = threading.Event()
        self.running.set()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(clients)]

    def run(self):
        body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=240)
        while self.running.wait() and not self.stopping.is_set():
            headers = {"content-type": "application/json"}
            connection.request("POST", "/v1/chat/completions", body, headers)
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            self.answered.append(response.getheader("x-logway-request-id"))
            # Enough that every copy is made while something is written, and no more to read of each.
            time.sleep(0.05)

    @contextlib.contextmanager
    def only_here(self):
        """They ask from before this begins until it ends, so that a slow check of a copy makes no longer log."""
        count = len(self.answered)
        self.running.set()
        eventually(lambda: len(self.answered) > count, "the load goes on", interval=0.005)
        yield
        self.running.clear()
        assert all(thread.is_alive() for thread in self.threads)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        eventually(lambda: len(self.answered) > 20, "the load begins")
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.running.set()
        for thread in self.threads:
            thread.join(240)


@pytest.fixture
def loaded(gateway):
    made = gateway([SIMULATED], log={"snapshotEvery": 1000})
    with Load(made) as load:
        yield made, load


def copy(source, target, how):
    """Copies while files come and go, which cp and tar complain of."""
    if how == "cp":
        subprocess.run(["cp", "-a", source, target], capture_output=True)
        return
    target.mkdir()
    if how == "tar":
        pipe = f"tar -C {source} -cf - . | tar -C {target} -xf -"
        subprocess.run(pipe, shell=True, capture_output=True)
        return
    for name in sorted(os.listdir(source), key=lambda name: (name == "log") == (how == "log last")):
        subprocess.run(["cp", "-a", source / name, target / name], capture_output=True)


def completed(gateway):
    return {event["request"] for event in gateway.events() if event["type"] == "RequestCompleted"}


def check_copy(taken, before):
    """It is whole and holds what was answered before it, starts, and is then a log like any other. Returns
    whether it lacked the end of what was durable while it was made."""
    report = taken.verify()
    assert report["whole"], report
    lacks = "copy_gap" in report
    taken.start()
    ask(openai_client(taken))
    taken.stop()
    assert set(before) <= completed(taken)
    if lacks:
        assert "this directory is a copy" in taken.errors()
        report = taken.verify()
        assert report["whole"] and "copy_gap" not in report
    return lacks


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("order", ORDERS)
def test_copies_in_any_order_are_whole_and_start(loaded, tmp_path, order):
    made, load = loaded
    load.running.clear()
    lacking = 0
    for number in range(COPIES_EACH):
        before = list(load.answered)
        target = tmp_path / f"copy{number}"
        with load.only_here():
            copy(made.data, target, order)
        taken = Gateway(tmp_path / f"of-copy{number}", {"providers": [SIMULATED]}, data=target)
        try:
            lacking += check_copy(taken, before)
        finally:
            taken.close()
        shutil.rmtree(target)
    print(f"{order}: {lacking} of {COPIES_EACH} copies lacked an end")
    # Else nothing of this was put to the test. What cp and tar copy last is up to the file system.
    assert lacking > 0 or order != "log first"


def test_a_backup_beside_the_server_is_whole_and_incremental(loaded, tmp_path):
    made, load = loaded
    target = tmp_path / "backup"
    last = 0
    for _ in range(5):
        before = list(load.answered)
        report = json.loads(made.ask("backup", str(target), "--json"))
        assert report["last_event"] > last
        assert report["verified_events"] == report["last_event"]
        assert report["copied"] + report["unchanged"] == report["segments"]
        last = report["last_event"]
        taken = Gateway(tmp_path / "of-backup", {"providers": [SIMULATED]}, data=target)
        verified = taken.verify()
        assert verified["whole"] and "copy_gap" not in verified
        assert verified["chain"] == report["chain"]
        assert set(before) <= completed(taken)
    assert "conversation.key" in report["files"]
    assert oct(target.stat().st_mode & 0o777) == "0o700"
    taken.start()
    ask(openai_client(taken))
    taken.stop()
    # It went on by itself, so it is no copy any more.
    result = made.run("backup", str(target))
    assert result.returncode == 1
    assert "can't take the backup" in result.stderr
    assert taken.verify()["whole"]


def test_a_lost_end_is_named_and_confirmed_by_a_repair(gateway):
    made = gateway([SIMULATED])
    for _ in range(10):
        ask(openai_client(made))
    early = (made.data / "log" / "00000001.seg").read_bytes()
    early_events = len(made.events())
    for _ in range(10):
        ask(openai_client(made))
    made.stop()
    # The read model follows the log in idle time; a command that reads from it takes in what is missing.
    made.ask("requests", "--json")
    last = len(made.events())
    # The end of the log and its mark are gone; snapshots and read.db are not.
    (made.data / "log" / "00000001.seg").write_bytes(early)
    (made.data / "durable").unlink()
    names = sorted(path.name for path in (made.data / "snapshots").iterdir())

    result = made.run("log", "verify")
    assert result.returncode == FOUND_BAD
    assert f"to {last} are gone" in result.stdout
    refused(serve(made), f"to {last} are gone", "logway log repair")
    assert not (made.data / "durable").exists()
    assert sorted(path.name for path in (made.data / "snapshots").iterdir()) == names

    dry = json.loads(made.ask("log", "repair", "--dry-run", "--json"))
    assert {change["file"] for change in dry["changes"]} >= {"read.db"}
    done = json.loads(made.ask("log", "repair", "--json"))
    assert done["last_sequence_before"] == last
    assert early_events <= done["last_sequence"] < last
    assert set(names) & {path.name for path in next((made.data / "log").glob("repair-*")).iterdir()}
    assert made.verify()["whole"]
    made.start()
    ask(openai_client(made))
    made.stop()
    assert made.verify()["whole"]


def test_the_loss_of_the_whole_log_is_confirmed_by_a_repair(gateway):
    made = gateway([SIMULATED])
    for _ in range(3):
        ask(openai_client(made))
    made.stop()
    last = len(made.events())
    shutil.rmtree(made.data / "log")
    for name in ["durable", "version"]:
        (made.data / name).unlink()
    refused(serve(made), f"to {last} are gone", "logway log repair")
    done = json.loads(made.ask("log", "repair", "--json"))
    assert (done["last_sequence_before"], done["last_sequence"]) == (last, 0)
    made.start()
    ask(openai_client(made))
    made.stop()
    assert made.verify()["whole"]


def test_a_second_server_is_refused_though_the_file_lock_was_removed(gateway):
    made = gateway([SIMULATED])
    ids = [ask(openai_client(made)).headers["x-logway-request-id"]]
    for _ in range(3):
        (made.data / "lock").unlink()
        refused(serve(made), "is in use by")
        ids.append(ask(openai_client(made)).headers["x-logway-request-id"])
        assert str(made.process.pid) in (made.data / "lock").read_text()
    assert "was removed while this process writes" in made.errors()
    assert set(ids) <= completed(made)
    made.stop()
    assert made.verify()["whole"]


def test_a_server_stops_when_its_directory_is_taken_away(gateway):
    made = gateway([SIMULATED])
    ask(openai_client(made))
    made.data.rename(made.data.with_name("elsewhere"))
    time.sleep(0.1)
    with pytest.raises(Exception):
        ask(openai_client(made))
    assert made.process.wait(PATIENCE) == 1
    assert "was removed while this process writes to it" in made.errors()
    # Nothing was made where it was.
    assert not made.data.exists()
