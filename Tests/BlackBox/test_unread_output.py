"""Standard error and standard output that nobody reads, or that are broken, and a terminal that is closed."""

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from conftest import http_client
from gateway import PATIENCE, eventually

SIMULATED = {
    "type": "simulated",
    "name": "s",
    "simulation": {
        "latencyMs": {"mean": 0, "deviation": 0},
        "tokensPerSecond": 0,
        "models": [{"name": "m", "costPer1MTokens": {"input": 3, "output": 15}}],
    },
}
F_SETPIPE_SZ = 1031


@pytest.fixture
def idle(gateway):
    """A gateway that is not started."""
    return gateway([SIMULATED], start=False)


def start(gateway, output, errors, prefix=(), port=0):
    """Starts it with these descriptors, and waits until it answers where its port is known."""
    gateway.process = subprocess.Popen(
        [*prefix, *gateway.serve_command(port)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=gateway.environment,
        cwd=gateway.folder,
    )
    return gateway.process


def listening(gateway, file):
    """Waits for the address in what it wrote to a file."""
    found = eventually(
        lambda: re.search(r"listens on (http://\S+)", file.read_text()), "it does not listen"
    )
    gateway.url = found[1]


def answered(http):
    """Whether a chat is answered."""
    body = {"model": "m", "messages": [{"role": "user", "content": "2+2?"}]}
    return http.post("/v1/chat/completions", json=body).status_code == 200


def narrow_pipe(full=False):
    """A pipe that holds one page; `full` of it already."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
    if full:
        os.write(writer, b"x" * 4095 + b"\n")
    return reader, writer


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def start_unread(idle):
    """Starts it with a standard error that is full and that nobody reads; returns where it could be read."""
    reader, writer = narrow_pipe(full=True)
    output = idle.folder / "stdout.txt"
    with open(output, "wb") as file:
        start(idle, file, writer)
    os.close(writer)
    listening(idle, output)
    return reader


def test_requests_are_answered_while_nobody_reads_standard_error(idle):
    reader = start_unread(idle)
    with http_client(idle) as http:
        for _ in range(5):
            assert answered(http)
            assert http.get("/healthz").status_code == 200
    # It ends in good order, although its last words find no reader.
    assert idle.stop() == 0
    os.close(reader)
    assert idle.run("log", "verify").returncode == 0


def test_what_is_lost_is_counted_in_readiness(idle):
    reader = start_unread(idle)
    with http_client(idle) as http:
        assert "droppedLogLines" not in http.get("/readyz").json()
        # The lines of the start were waiting for this reader.
        os.close(reader)
        eventually(
            lambda: http.get("/readyz").json().get("droppedLogLines", 0) >= 1, "nothing is counted"
        )
        assert answered(http)
    assert idle.stop() == 0


@pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full"])
def test_broken_descriptors_change_nothing(idle, redirect):
    port = free_port()
    command = " ".join(idle.serve_command(port)) + " " + redirect
    idle.process = subprocess.Popen(
        ["sh", "-c", "exec " + command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=idle.environment,
        cwd=idle.folder,
    )
    idle.url = f"http://127.0.0.1:{port}"
    with http_client(idle) as http:

        def answers():
            try:
                return http.get("/healthz").status_code == 200
            except Exception:
                assert idle.process.poll() is None, "it has ended"
                return False

        eventually(answers, "it does not answer")
        assert answered(http)
    # No file of the log has the number of what was closed.
    for number in (1, 2):
        assert os.readlink(f"/proc/{idle.process.pid}/fd/{number}").startswith("/dev/")
    assert idle.stop() == 0
    assert idle.run("log", "verify").returncode == 0


def test_it_starts_although_nobody_reads_standard_output(idle):
    port = free_port()
    reader, writer = narrow_pipe(full=True)
    with open(idle.folder / "stderr.txt", "wb") as errors:
        start(idle, writer, errors, port=port)
    os.close(writer)
    idle.url = f"http://127.0.0.1:{port}"
    with http_client(idle) as http:

        def answers():
            try:
                return http.get("/healthz").status_code == 200
            except Exception:
                return False

        eventually(answers, "it does not answer")
        assert answered(http)
    assert idle.stop() == 0
    os.close(reader)


def test_a_closed_terminal_ends_it_in_good_order(idle):
    # Who runs the tests may ignore the signal, and would hand that on.
    handed = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        idle.start()
    finally:
        signal.signal(signal.SIGHUP, handed)
    with http_client(idle) as http:
        assert answered(http)
    idle.process.send_signal(signal.SIGHUP)
    assert idle.process.wait(PATIENCE) == 0
    lines = idle.run("log", "tail", "--json", "--number", "3").stdout.splitlines()
    assert json.loads(lines[-1])["type"] == "NodeStopped"


def test_nohup_keeps_it_running_when_the_terminal_is_closed(idle):
    output = idle.folder / "stdout.txt"
    with open(output, "wb") as file, open(idle.folder / "stderr.txt", "wb") as errors:
        start(idle, file, errors, prefix=["nohup"])
    listening(idle, output)
    idle.process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    with http_client(idle) as http:
        assert answered(http)
    assert idle.stop() == 0
