"""Sends cases over many connections at once, and judges what comes back and what the server holds."""

import base64
import json
import pathlib
import random
import select
import socket
import time
from collections import Counter

import wire
from client_cases import GOOD, PAUSE, Case
from loop import close

SLOTS = 32
"""Connections at once: more than a debug build can work on, fewer than would only wait."""
ANSWER_SECONDS = 120.0
"""The longest wait for a whole answer. The gateway's own limits are far below in these runs (`TIMEOUTS`), so that
what takes longer hangs, also on a machine that is busy with other things."""
QUIET_SECONDS = 0.05
"""How long is waited for an answer to what is no whole request: it may be waited for, and need not come."""
SETTLE_SECONDS = 30.0
"""How long the server has to give back what it held, once everybody has left."""
MEMORY_GROWTH = 384 << 20
"""The most resident memory above the start's. The cases are below 1 MiB each and 32 at once; a debug build's
allocator keeps what it had, so this is a bound against growth, not a measure."""
DESCRIPTORS_ABOVE = 4 * SLOTS + 64
"""The most descriptors above the start's: one of a client and one of a provider for each slot, what is being
closed, and what the log and the read model open for a moment."""
BATCH = 1_000
TIMEOUTS = {"connectMs": 2000, "firstTokenMs": 2000, "slowFirstTokenMs": 2000, "idleMs": 2000,
    "totalMs": 8000}


class Finding(Exception):
    """Something that must not be."""


class Slot:
    """One client: a connection after the other, on each a case after the other."""

    def __init__(self, run):
        self.run = run
        self.socket = None
        self.case = None
        self.turn = 0

    def begin(self, case):
        self.case = case
        self.turn += 1
        self.seen = []
        self.at = 0
        self.buffer = bytearray()
        self.begun = time.monotonic()
        self.sends = [send for send in case.sends if send]
        fresh = self.socket is None
        if fresh:
            self.socket = socket.socket()
            self.socket.setblocking(False)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.connect_ex(("127.0.0.1", self.run.port))
        # A connection that was kept may have been closed by the server before it saw this.
        self.kept = not fresh
        self.run.loop.watch(self.socket, self, writing=True)
        turn = self.turn
        self.run.loop.at(ANSWER_SECONDS, lambda: self.late(turn))

    def late(self, turn):
        if turn == self.turn and self.case:
            self.fail(f"no whole answer within {ANSWER_SECONDS:.0f} s, {len(self.seen)} answers before")

    def ready(self, events):
        ended = False
        try:
            if events & select.EPOLLIN or events & (select.EPOLLHUP | select.EPOLLERR):
                data = self.socket.recv(1 << 18)
                ended = not data
                self.buffer += data
        except BlockingIOError:
            pass
        except OSError:
            ended = True
        if not ended and events & select.EPOLLOUT:
            try:
                self.write()
            except OSError:
                self.sends = []  # Closed by the server; what it said is still there.
        if self.case is None:
            # The server has closed a connection that waits for its next case.
            return self.leave()
        self.read(ended)

    def write(self):
        while self.sends:
            data = self.sends[0]
            try:
                count = self.socket.send(data)
            except BlockingIOError:
                return
            if count < len(data):
                self.sends[0] = data[count:]
                return
            self.sends.pop(0)
        self.run.loop.watch(self.socket, self)
        if not self.case.certain:
            turn = self.turn
            self.run.loop.at(QUIET_SECONDS, lambda: self.quiet(turn))

    def quiet(self, turn):
        if turn == self.turn and self.case:
            self.finish(True)

    def read(self, ended):
        case = self.case
        while self.at < len(self.buffer) or ended:
            place = len(self.seen)
            method = case.methods[place] if place < len(case.methods) else "GET"
            try:
                answer = wire.parse(self.buffer, self.at, method, ended)
            except wire.Broken as broken:
                # After a RST, or to what is no method, the framing can't be known.
                if case.certain and not ended:
                    return self.fail(str(broken))
                return self.finish(True)
            if answer is None:
                break
            self.at = answer.end
            self.seen.append(answer)
            if not self.judge(answer, place, method):
                return
            if answer.closes:
                return self.finish(True)
        if case.certain and len(self.seen) == len(case.methods) and not ended:
            return self.finish(case.fresh)
        if ended:
            if case.certain and not self.seen and not self.kept:
                return self.fail("the connection was closed without an answer")
            if case.certain and not self.seen:
                # Once more, on a connection of its own.
                self.leave()
                return self.begin(case)
            return self.finish(True)

    def judge(self, answer, place, method):
        families = self.case.families
        family = families[place] if place < len(families) else None
        wrong = wire.fault(answer, family, method)
        if place >= len(families) and self.case.certain and not self.case.fresh:
            wrong = "one answer too many"
        self.run.count(answer)
        if wrong:
            self.fail(wrong)
        return not wrong

    def finish(self, leaving):
        case, self.case = self.case, None
        self.turn += 1
        if leaving:
            self.leave(case.farewell == "rst")
        self.run.done(self, case)

    def fail(self, reason):
        case, self.case = self.case, None
        self.turn += 1
        self.leave(True)
        self.run.found(case, reason)
        self.run.done(self, case)

    def leave(self, reset=False):
        if self.socket is not None:
            close(self.run.loop, self.socket, reset)
            self.socket = None


class Run:
    """Some cases against one gateway."""

    enough = 5
    """Findings after which a run ends: the rest is likely the same."""
    end = float("inf")
    """When no new case is begun any more, by the monotonic clock."""

    def __init__(self, loop, gateway, process, make, folder, name, seed):
        self.loop = loop
        self.look_at(gateway, process)
        self.most_memory = self.memory
        self.most_descriptors = self.descriptors
        self.make = make
        self.folder = folder
        self.name = name
        self.seed = seed
        self.statuses = Counter()
        self.codes = Counter()
        self.findings = []
        self.finished = 0
        """Cases that are over, with those that only keep providers in use."""
        self.mutated = 0
        """Those without them."""
        self.seconds = 0.0
        self.processor_seconds = 0.0
        self.after = None
        """Called with each case when it is over, with its answers."""

    def look_at(self, gateway, process):
        """Goes on with a server that was just started."""
        self.gateway = gateway
        self.process = process
        self.port = int(self.gateway.url.rpartition(":")[2])
        self.memory = process.memory()
        self.descriptors = process.descriptors()

    def count(self, answer):
        self.statuses[answer.status] += 1
        if answer.status >= 500:
            try:
                self.codes[f"{answer.status} {wire.code_of(json.loads(answer.body))}"] += 1
            except ValueError:
                self.codes[str(answer.status)] += 1

    def run(self, numbers):
        self.numbers = iter(numbers)
        self.working = 0
        begin = time.monotonic()
        slots = [Slot(self) for _ in range(SLOTS)]
        self.idle = list(slots)
        self.exhausted = False
        while True:
            while self.idle and not self.exhausted:
                case = next(self.numbers, None) if time.monotonic() < self.end else None
                if case is None or len(self.findings) >= self.enough:
                    self.exhausted = True
                    break
                if case is PAUSE:
                    break
                self.working += 1
                self.idle.pop().begin(self.make(case) if isinstance(case, int) else case)
            if self.exhausted and not self.working:
                break
            self.loop.turn()
            if self.gateway.process.poll() is not None:
                self.crashed(slots)
                break
        for slot in slots:
            slot.leave()
        self.seconds += time.monotonic() - begin

    def done(self, slot, case):
        self.working -= 1
        self.finished += 1
        self.mutated += case.number < GOOD
        if self.after:
            self.after(case, slot.seen)
        self.idle.append(slot)
        memory = self.process.memory() if self.gateway.process.poll() is None else 0
        self.most_memory = max(self.most_memory, memory)
        if memory > self.memory + MEMORY_GROWTH:
            self.found(case, f"{memory >> 20} MiB resident, {self.memory >> 20} at the start")
            self.memory = memory
        if self.finished % BATCH == 0 and self.gateway.process.poll() is None:
            count = self.process.descriptors()
            self.most_descriptors = max(self.most_descriptors, count)
            if count > self.descriptors + DESCRIPTORS_ABOVE:
                clients, others = self.process.sockets(self.port)
                self.found(case, f"{count} descriptors, {self.descriptors} at the start; {clients} {others}")
                self.descriptors = count

    def crashed(self, slots):
        code = self.gateway.process.poll()
        for slot in slots:
            if slot.case:
                self.found(slot.case, f"in flight when the server ended with {code}")
        self.findings.append(f"the server ended with {code}: {self.gateway.errors()[-2000:]}")

    def found(self, case, reason):
        """Keeps the case, so that it can be sent again."""
        path = self.folder / f"{self.name}-{case.number}.json"
        path.write_text(json.dumps(kept(case, self.name, self.seed, reason), indent=1))
        self.findings.append(f"{path}: {reason}")
        print(f"  FOUND {self.findings[-1]}", flush=True)


def kept(case, name, seed, reason):
    value = {slot: getattr(case, slot) for slot in Case.__slots__}
    value["sends"] = [base64.b64encode(send).decode() for send in case.sends]
    return {"run": name, "seed": seed, "reason": reason, "case": value}


def again(path):
    """A case from its file: the name of its run, the case and what else was kept."""
    value = json.loads(pathlib.Path(path).read_text())
    members = value["case"]
    members["sends"] = [base64.b64decode(send) for send in members["sends"]]
    case = Case(**members)
    return value["run"], case, value


def draw_of(seed, number):
    return random.Random(seed * 1_000_003 + number)
