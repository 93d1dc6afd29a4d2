"""What a request costs the gateway, in counts: allocations, and system calls by name, of each kind of thread.

Counts say the same on a busy machine as on an idle one, where a time does not. So that they do, everything goes one
after the other: the client and the provider send each piece when the one before it has come through. Standard library
only, for tools/count-work.
"""

import json
import mmap
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from fakes.openai import DONE, OpenAIProvider, chunk, completion
from gateway import PATIENCE, Gateway, eventually

HERE = pathlib.Path(__file__).resolve().parent
LIMITS = HERE / "data" / "work-per-request.json"
WARM_UP = 40
REQUESTS = 120
TRACED = 60
"""Of each kind: what happens once in a while (a buffer that doubles, a table that grows) is a small part of them."""
CONNECTIONS = 4
PIECES = [f"piece {number} of the answer " for number in range(8)]
KINDS = {"plain chat": False, "streamed chat": True}
"""What is sent, and whether it is streamed."""
MARGIN = 0.05
"""The part by which a count may be above the recorded one: what another version of the C library or of libcurl does
otherwise, and what is left of chance (a tenth of an object in 200 from run to run). A step that allocates more than
it did is either more than that, or little."""
CALL_MARGIN = 0.5
"""System calls that may be made beyond the recorded ones, where that is more than the part: what the clock brings
(random numbers for ids by the page) falls on any request. One more in each request is twice that."""
MEETING_MARGIN = 1.5
"""The same for calls by which threads wait for each other and for the time (`MEETING`): of these some are luck. To hand
something to another thread takes one that waits and one that wakes."""
MEETING = {"futex", "epoll_wait", "timerfd_settime", "sched_yield", "restart_syscall"}
PAUSE = 0.015
"""Seconds between a request and the next, and until the provider answers: more than the log's `linger` and than the
interval of its look at its files. So each decision and each outcome is a write of its own, with a look: a busy machine,
on which two fall together, makes fewer calls and never more."""
ROUNDS = 3
"""How often is measured: the highest of each count is recorded, and the lowest is held against that. How threads meet
is luck, most of all on a busy machine, and adds to one round; what a request costs is in every one."""
THREADS = {
    "NIO-": "event loops",
    "logway-upstream": "provider calls",
    "logway-commit": "commits",
}
"""The kinds of threads whose work belongs to requests, by the beginnings of their names. The others work by the clock
(the read model, which folds five times a second, the models' lists, the watches) and aren't counted."""


ALLOCATIONS = [f"{kind}: objects" for kind in THREADS.values()] + ["provider calls: C"]
"""Swift's objects, and what libcurl asks for. On the other threads, nearly all that isn't an object is the frame of a
coroutine, which the debug build makes for each element that generic code reads (1,450 in a plain chat) and an optimised
one doesn't: it would hide everything else."""


class Lockstep(OpenAIProvider):
    """A provider that sends a piece of a stream once the client has the one before."""

    def __init__(self):
        super().__init__()
        self.turn = threading.Semaphore(0)
        last = chunk({}, "stop") + chunk(None, usage={"prompt_tokens": 9, "completion_tokens": 8, "total_tokens": 17})
        self.pieces = [chunk({"content": piece}) for piece in PIECES] + [last + DONE]

    def answer(self, request):
        return completion("".join(PIECES))

    def _send(self, connection, reply, request):
        if request.method == "GET":
            return super()._send(connection, reply, request)
        time.sleep(PAUSE)
        if not request.json.get("stream"):
            connection.sendall(reply.head() + b"".join(reply.steps))
            return True
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        for number, piece in enumerate(self.pieces):
            if number > 0:
                assert self.turn.acquire(timeout=PATIENCE)
            end = b"0\r\n\r\n" if number == len(self.pieces) - 1 else b""
            connection.sendall(head + b"%x\r\n%s\r\n" % (len(piece), piece) + end)
            head = b""
        return True


class Client:
    """One kept-alive connection."""

    def __init__(self, url):
        self.address = urlsplit(url)
        self.socket = socket.create_connection((self.address.hostname, self.address.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def read_through(self, mark):
        """What comes until the mark, which must come."""
        while mark not in self.buffer:
            data = self.socket.recv(1 << 16)
            assert data, f"closed after {self.buffer!r}"
            self.buffer += data
        found, self.buffer = self.buffer.split(mark, 1)
        return found + mark

    def ask(self, provider, streams):
        body = json.dumps(
            {"model": "gpt-x", "stream": streams, "messages": [{"role": "user", "content": "Tell me of it. " * 12}]}
        ).encode()
        time.sleep(PAUSE)
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: {self.address.netloc}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + body)
        head = self.read_through(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        if streams:
            for piece in PIECES:
                self.read_through(piece.encode())
                provider.turn.release()
            self.read_through(b"data: [DONE]\n\n")
            self.read_through(b"0\r\n\r\n")
        else:
            length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
            while len(self.buffer) < length:
                self.buffer += self.socket.recv(1 << 16)
            self.buffer = self.buffer[length:]
        assert self.buffer == b"", "an answer goes on behind its end"

    def close(self):
        self.socket.close()


class NotHere(Exception):
    """Why something can't be counted on this machine."""


def compiler():
    """A C compiler: the system's, or the one that comes with Swift."""
    found = shutil.which("cc") or shutil.which("clang")
    swift = shutil.which("swift")
    if not found and swift:
        beside = pathlib.Path(swift).resolve().parent / "clang"
        found = str(beside) if beside.exists() else None
    if not found:
        raise NotHere("there is no C compiler: neither cc nor clang is on PATH or beside swift")
    return found


class Counted:
    """A gateway whose threads' allocations are counted, before a provider in lockstep."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        library, counts = folder / "allocations.so", folder / "allocations"
        source = HERE / "counting" / "allocations.c"
        subprocess.run([compiler(), "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
        self.provider = Lockstep()
        config = {
            "providers": [
                {
                    "type": "openai",
                    "name": "first",
                    "baseUrl": self.provider.url,
                    "apiKey": "sk-of-first",
                    "defaultModel": "gpt-x",
                    "costPer1MTokens": {"input": 3, "output": 15},
                }
            ]
        }
        self.gateway = Gateway(
            folder / "gateway", config, LD_PRELOAD=str(library), ALLOCATION_COUNTS=str(counts)
        ).start()
        with open(counts, "rb") as file:
            self.counts = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.clients = [Client(self.gateway.url) for _ in range(CONNECTIONS)]

    def send(self, streams, count):
        for number in range(count):
            self.clients[number % CONNECTIONS].ask(self.provider, streams)

    def threads(self):
        """The kind of each thread that runs, by its number."""
        kinds = {}
        for task in pathlib.Path(f"/proc/{self.gateway.process.pid}/task").iterdir():
            name = (task / "comm").read_text()
            kind = next((kind for start, kind in THREADS.items() if name.startswith(start)), "others")
            kinds[int(task.name)] = kind
        return kinds

    def allocations(self):
        """How often each thread has asked for memory since its start: objects of Swift, and else."""
        return {
            thread: counts for thread, *counts in struct.iter_unpack("qqq", self.counts) if thread != 0
        }

    def allocations_per_request(self, streams):
        before = self.allocations()
        self.send(streams, REQUESTS)
        after, kinds = self.allocations(), self.threads()
        sums = Counter()
        for thread, (objects, others) in after.items():
            kind, was = kinds.get(thread, "others"), before.get(thread, (0, 0))
            sums[f"{kind}: objects"] += objects - was[0]
            sums[f"{kind}: C"] += others - was[1]
        return {name: sums[name] / REQUESTS for name in ALLOCATIONS}

    def calls_per_request(self, streams, folder):
        """System calls, as `kind of thread: name`."""
        trace = pathlib.Path(folder) / "trace"
        pid = self.gateway.process.pid
        if not shutil.which("strace"):
            raise NotHere("there is no strace")
        strace = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", trace, "-p", str(pid)], stderr=subprocess.PIPE, text=True
        )

        def is_attached():
            if strace.poll() is not None:
                raise NotHere(f"strace may not trace here: {strace.stderr.read().strip()}")
            tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
            return all(f"TracerPid:\t{strace.pid}\n" in (task / "status").read_text() for task in tasks)

        eventually(is_attached, "strace has not attached", interval=0.01)
        self.send(streams, TRACED)
        kinds = self.threads()
        strace.send_signal(signal.SIGINT)
        strace.wait(PATIENCE)
        sums = Counter()
        # A call that another thread's line interrupts goes on in one that begins with `<...`.
        for thread, name in re.findall(r"(?m)^(\d+) +(\w+)\(", trace.read_text(errors="replace")):
            sums[kinds.get(int(thread), "others"), name] += 1
        return {
            f"{kind}: {name}": count / TRACED
            for (kind, name), count in sorted(sums.items())
            if kind != "others"
        }

    def warm_up(self):
        for streams in KINDS.values():
            self.send(streams, WARM_UP)

    def measure(self, folder):
        """Everything, in the form of the file of limits; without system calls where none can be traced, and why."""
        reason, measured = None, {}
        for kind, streams in KINDS.items():
            measured[kind] = {"allocations": self.allocations_per_request(streams)}
        try:
            for kind, streams in KINDS.items():
                measured[kind]["system calls"] = self.calls_per_request(streams, folder)
        except NotHere as error:
            reason = str(error)
        return measured, reason

    def measure_against(self, recorded, folder):
        """The same, of as many rounds as it takes for no count to be above its limit in all of them."""
        measured, reason = self.measure(folder)
        for _ in range(ROUNDS - 1):
            if not excesses(measured, recorded):
                break
            measured = merged(min, measured, self.measure(folder)[0])
        return measured, reason

    def close(self):
        for client in self.clients:
            client.close()
        self.gateway.close()
        self.provider.close()
        shutil.rmtree(self.gateway.data, ignore_errors=True)


def limit(what, name, recorded):
    """What a count may come to."""
    least = 0
    if what == "system calls":
        least = MEETING_MARGIN if name.split(": ")[1] in MEETING else CALL_MARGIN
    return max(recorded * (1 + MARGIN), recorded + least)


def merged(choose, one, other):
    """Of each count of two rounds the lower or the higher."""

    def both(counts, others):
        return {name: choose(counts.get(name, 0), others.get(name, 0)) for name in counts | others}

    return {
        kind: {what: both(counts, other[kind][what]) for what, counts in groups.items()}
        for kind, groups in one.items()
    }


def excesses(measured, recorded):
    """What is above its limit, in words."""
    found = []
    for kind, groups in measured.items():
        for what, counts in groups.items():
            for name, count in counts.items():
                before = recorded[kind][what].get(name, 0)
                most = limit(what, name, before)
                if count > most:
                    found.append(
                        f"a {kind} makes {count:.2f} {what} of `{name}`, {count - before:.2f} more than the "
                        f"{before:.2f} that are recorded ({most:.2f} may be)"
                    )
    return found


HOW_TO_RECORD = (
    "If it is worth it, say why in the commit and record the new counts: tools/count-work --record "
    f"(writes {LIMITS.relative_to(HERE.parents[1])})"
)


def read_limits():
    return json.loads(LIMITS.read_text())


def record(measured):
    """Writes the counts down; what happens less than once in a hundred requests is none."""
    rounded = {
        kind: {
            what: {name: round(count, 2) for name, count in sorted(counts.items()) if count >= 0.01}
            for what, counts in groups.items()
        }
        for kind, groups in measured.items()
    }
    LIMITS.write_text(json.dumps(rounded, indent=2) + "\n")
