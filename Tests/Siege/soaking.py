"""What a soak asks, who answers, and what is seen."""

import re
import time
from collections import Counter, defaultdict

import wire
from fuzzing import draw_of
from loop import close
from process import Process
from provider_answers import Answers
from upstream import Script
from visits import KEPT, Visit

NANODOLLARS = 1_000_000_000
COST = re.compile(rb"x-logway-cost-usd: ?([0-9.]+)", re.I)
TIMES_KEPT = 200_000
"""Durations of a kind that are kept for its percentiles: enough of an hour's, and no memory without bound."""


def configuration(port):
    def entry(name, type="openai", path="/v1", model="gpt-x", **more):
        made = {
            "type": type, "name": name, "baseUrl": f"http://127.0.0.1:{port}/{name}{path}",
            "defaultModel": model,
            "models": [model], "costPer1MTokens": {"input": 3, "output": 15}, **more,
        }  # fmt: skip
        return made if type == "ollama" else made | {"apiKey": f"sk-secret-of-{name}"}

    quiet = {"healthCheck": {"enabled": False}}
    providers = [
        entry("o"), entry("c", "claude", "", "claude-x"), entry("l", "ollama", "", "llama-x"),
        entry("g", "google", "/v1beta", "gemini-x"), entry("failing"), entry("slow"), entry("long"),
        entry("drip"),
        entry("scarce", limits={"requestsPerMinute": 20}), *(entry(f"evil{n}", **quiet) for n in range(4)),
    ]  # fmt: skip
    return {
        "providers": providers,
        "fallback_chains": {"production": ["o", "c", "l"], "failing": ["failing", "o"], "slow": ["slow",
            "o"]},
        "budgets": {"daily": 1_000_000, "perTenant": {"poor": 0.01}},
        "log": {"snapshotEvery": 50_000},
        "routing": {
            "hedge": {"afterMs": 100, "maxShare": 0.1},
            "timeouts": {"connectMs": 5000, "firstTokenMs": 5000, "slowFirstTokenMs": 5000, "idleMs": 5000},
        },
    }


class Providers:
    """Answers by the provider's name in the path."""

    def __init__(self, seed):
        self.answers = Answers()
        self.seed = seed
        self.number = 0
        chunk = self.answers.good["openai", "stream"][0].steps
        text = next(step for step in chunk if b'"fo"' in step)
        middle = [text.replace(b'"fo"', b'"' + b"word " * 200 + b'"')] * 200
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        first, *_, finish, usage, done = chunk
        chunked = [b"%x\r\n%s\r\n" % (len(step), step) for step in (first, *middle, finish, usage, done)]
        self.long = [head, *chunked, b"0\r\n\r\n"]
        drips = [b"%x\r\n%s\r\n" % (len(text), text)] * 10
        self.drip = [head, chunked[0]]
        for drip in drips:
            self.drip += [drip, 0.05]
        self.drip += [*chunked[-3:], b"0\r\n\r\n"]

    def choose(self, method, path, body):
        self.number += 1
        name, _, rest = path[1:].partition(b"/")
        rest = b"/" + rest
        if method == b"GET":
            return self.answers.honest(rest, body, self.number)
        if name == b"failing":
            return Script([self.answers.good["openai", "plain"][3].bytes])
        if name == b"long" and rest.endswith(b"/chat/completions"):
            return Script(self.long)
        if name == b"drip" and rest.endswith(b"/chat/completions"):
            return Script(self.drip)
        if name == b"slow":
            return Script([0.3, *self.answers.honest(rest, body, self.number).sends])
        if name.startswith(b"evil"):
            return self.answers.mutated(rest, body, draw_of(self.seed, self.number))
        return self.answers.honest(rest, body, self.number)


class Soak:
    """The visits under way, and what they saw."""

    def __init__(self, loop, gateway, folder):
        self.loop = loop
        self.gateway = gateway
        self.folder = folder
        self.port = int(gateway.url.rpartition(":")[2])
        self.process = Process(gateway.process.pid)
        self.idle = []
        self.under_way = 0
        self.kinds = Counter()
        self.statuses = defaultdict(Counter)
        self.seconds = defaultdict(list)
        self.told = {}
        """The cost that a client was told, by the request's id, in nano-dollars."""
        self.findings = []
        self.rows = []
        self.commands = Counter()
        self.when_ended = None

    # Connections that are kept.

    def kept_connection(self):
        while self.idle:
            connection = self.idle.pop()
            self.loop.forget(connection)
            return connection
        return None

    def keep(self, connection):
        if len(self.idle) >= KEPT:
            return close(self.loop, connection)
        self.idle.append(connection)
        self.loop.watch(connection, _Idle(self, connection))

    # Visits.

    def visit(self, plan):
        self.under_way += 1
        self.kinds[plan.kind] += 1
        Visit(self, plan)

    def ended(self, visit, answer, wrong):
        self.under_way -= 1
        kind = visit.plan.kind
        if wrong:
            self.find(f"{kind}: {wrong}")
        if answer:
            self.statuses[kind][answer.status] += 1
            if len(self.seconds[kind]) < TIMES_KEPT:
                self.seconds[kind].append(time.monotonic() - visit.begun)
            self.note_cost(answer)
        if self.when_ended:
            self.when_ended()

    def note_cost(self, answer):
        id = answer.header(b"x-logway-request-id")
        if answer.status != 200 or not id or wire.errored(answer):
            return
        cost = answer.header(b"x-logway-cost-usd")
        if cost is None:
            found = COST.search(answer.body, max(0, len(answer.body) - 4_000))
            cost = found and found[1]
        if cost and cost != b"unknown":
            whole, _, fraction = cost.decode().partition(".")
            self.told[id.decode()] = int(whole) * NANODOLLARS + int(fraction.ljust(9, "0") or 0)

    def find(self, what):
        if len(self.findings) < 50:
            print(f"  FOUND {what[:600]}", flush=True)
        self.findings.append(what[:2_000])

    # Samples.

    def sample(self, begin):
        clients, others = self.process.sockets(self.port)
        size = sum(file.stat().st_blocks for file in (self.gateway.data / "log").glob("*")) * 512
        self.rows.append({
            "second": round(time.monotonic() - begin, 1), "resident": self.process.memory(),
            "descriptors": self.process.descriptors(), "threads": self.process.threads(),
            "processor": round(self.process.processor_seconds(), 1), "under_way": self.under_way,
            "requests": sum(self.kinds.values()), "log_bytes": size,
            **{f"client_{state}": n for state, n in clients.items()},
            **{f"provider_{state}": n for state, n in others.items()},
        })  # fmt: skip


class _Idle:
    """A kept connection that the server may close."""

    def __init__(self, soak, connection):
        self.soak = soak
        self.connection = connection

    def ready(self, events):
        if self.connection in self.soak.idle:
            self.soak.idle.remove(self.connection)
        close(self.soak.loop, self.connection)
