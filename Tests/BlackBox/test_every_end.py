"""Every end of a request, however it comes, gives back what it held.

One gateway and one evil provider, both real processes' worth of sockets. Requests end in every way there
is, thousands of them mixed; then it is counted, from outside (descriptors, sockets by their state, threads,
memory) and from inside (`/healthz?detailed`), what is left: nothing.
"""

import asyncio
import collections
import json
import os
import pathlib
import random
import socket
import struct

import httpx
import pytest

from conftest import provider
from fakes.evil import FIRST, EvilProvider
from gateway import eventually

ENDS = int(os.environ.get("LOGWAY_ENDS", "10000"))
AT_ONCE = 48
LONGEST = 60
"""Seconds that one end may take on a busy machine."""
MEMORY = 16 << 10
"""KiB that memory may grow by from the first half to the second, while each leaked connection took 47."""
POOLED = 8
"""Threads that the pools of the process may have begun or ended meanwhile, as the load is. If one kind of end kept a
thread each time, the second half would leave more: there are some forty of the rarest one."""
TENANTS = 40

MODELS = ("m", "c", "l", "g")
FAILING = {
    "end_provider_fails", "end_provider_cuts_the_head", "end_provider_cuts", "end_failed_over",
    "end_provider_says_nonsense", "end_nothing_in_time", "end_hedged", "end_reset_before_the_head",
}  # fmt: skip
"""The ends that count against a provider, or take its whole time."""


def prompt(way):
    return f"do:{way} please"


def chat(way, model, streamed, **more):
    body = {"model": model, "stream": streamed, **more}
    return "/v1/chat/completions", body | {"messages": [{"role": "user", "content": prompt(way)}]}


def messages(way, model, streamed):
    body = {"model": model, "stream": streamed, "max_tokens": 64}
    return "/v1/messages", body | {"messages": [{"role": "user", "content": prompt(way)}]}


def ollama(way, model, streamed):
    body = {"model": model, "stream": streamed}
    return "/api/chat", body | {"messages": [{"role": "user", "content": prompt(way)}]}


def responses(way, model, streamed):
    return "/v1/responses", {"model": model, "stream": streamed, "input": prompt(way)}


def gemini(way, model, streamed):
    path = f"/v1beta/models/{model}:" + ("streamGenerateContent?alt=sse" if streamed else "generateContent")
    return path, {"contents": [{"role": "user", "parts": [{"text": prompt(way)}]}]}


CLIENTS = (chat, messages, ollama, responses, gemini)


def encoded(path, body, method="POST", headers="", cut=0):
    """The bytes of a request; `cut` of them are never sent."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    head += f"content-length: {len(data)}\r\n{headers}\r\n"
    return (head.encode() + data)[: -cut or None]


class Client:
    """A client's connection, and the ways to use it up."""

    def __init__(self, port):
        self.port = port
        self.reader = None

    async def send(self, data):
        if self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self):
        """One answer: its status and its body; the connection goes where it says so or breaks off."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split()[1])
        lower = head.lower()
        body = b""
        if "transfer-encoding: chunked" in lower:
            while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
                body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
        elif "content-length:" in lower:
            length = int(lower.split("content-length:")[1].split("\r\n")[0])
            body = await self.reader.readexactly(length)
        if "connection: close" in lower:
            self.close()
        return status, body

    async def first(self):
        """The head and something of the body."""
        await self.reader.readuntil(b"\r\n\r\n")
        await self.reader.read(64)

    async def rest(self):
        """Everything up to the server's end of the connection."""
        while await self.reader.read(1 << 16):
            pass
        self.close()

    def close(self, reset=False):
        if self.reader is None:
            return
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.close()
        self.reader = None


class Ends:
    """The kinds of ends; each is one request, or two where they are sent at once."""

    def __init__(self, port, seed):
        self.port = port
        self.draw = random.Random(seed)
        self.seen = collections.Counter()
        self.kinds = [name for name in dir(self) if name.startswith("end_")]
        # A provider that failed five times in a row is left alone for a while; here it is to go on.
        self.weights = [1 if name in FAILING else 4 for name in self.kinds]

    def any(self, way, streamed, models=MODELS):
        return self.draw.choice(CLIENTS)(way, self.draw.choice(models), streamed)

    async def answered(self, client, request, *expected):
        await client.send(request)
        status, body = await client.answer()
        assert not expected or status in expected, (status, body[:300])
        return status, body

    # Whole ones.

    async def end_answered(self, client):
        await self.answered(client, encoded(*self.any("whole", False)))

    async def end_answered_and_closed(self, client):
        await self.answered(client, encoded(*self.any("whole", False), headers="connection: close\r\n"))

    async def end_streamed(self, client):
        await self.answered(client, encoded(*self.any("whole", True)))

    async def end_pipelined(self, client):
        first, second = (encoded(*self.any("whole", streamed)) for streamed in (False, True))
        await self.answered(client, first + second)
        await client.answer()

    async def end_embedded(self, client):
        body = {"model": "m", "input": ["a", "b"]}
        await self.answered(client, encoded("/v1/embeddings", body))

    async def end_file(self, client):
        await self.answered(client, encoded("/v1/files/file-1", b"", method="GET"))

    async def end_models(self, client):
        await self.answered(client, encoded("/v1/models", b"", method="GET"), 200)

    # The client goes.

    async def end_gone_before_the_head(self, client):
        await client.send(encoded(*self.any("drip", self.draw.random() < 0.5)))
        await asyncio.sleep(self.draw.random() * 0.02)
        client.close()

    async def end_reset_before_the_head(self, client):
        await client.send(encoded(*self.any("silent", True)))
        await asyncio.sleep(self.draw.random() * 0.02)
        client.close(reset=True)

    async def end_gone_in_the_stream(self, client):
        await client.send(encoded(*self.any("drip", True)))
        await client.first()
        client.close()

    async def end_gone_with_bytes_unread(self, client):
        await client.send(encoded(*self.any("drip", True)))
        await asyncio.sleep(0.05)
        client.close()

    async def end_reset_in_the_stream(self, client):
        await client.send(encoded(*self.any("drip", True)))
        await client.first()
        client.close(reset=True)

    async def end_half_closed(self, client):
        await client.send(encoded(*self.any("drip", True)))
        await client.first()
        client.writer.write_eof()
        await client.rest()

    async def end_gone_after_the_stream(self, client):
        await client.send(encoded(*self.any("whole", True)))
        await client.first()
        client.close()

    # The provider ends it.

    async def end_provider_fails(self, client):
        await self.answered(client, encoded(*self.any("broken", self.draw.random() < 0.5)))

    async def end_provider_refuses(self, client):
        await self.answered(client, encoded(*self.any("refused", self.draw.random() < 0.5)))

    async def end_provider_cuts_the_head(self, client):
        await self.answered(client, encoded(*self.any("cut-head", self.draw.random() < 0.5)))

    async def end_provider_cuts(self, client):
        way = self.draw.choice(["cut", "reset"])
        await client.send(encoded(*self.any(way, self.draw.random() < 0.7)))
        await self.broken_off(client)

    async def end_provider_says_nonsense(self, client):
        await self.answered(client, encoded(*self.any("garbage", self.draw.random() < 0.5)))

    async def end_nothing_in_time(self, client):
        await self.answered(client, encoded(*self.any("silent", self.draw.random() < 0.5)))

    async def broken_off(self, client):
        try:
            await client.answer()
        except asyncio.IncompleteReadError:
            client.close()

    # Another one answers.

    async def end_failed_over(self, client):
        await self.answered(client, encoded(*self.any("over", self.draw.random() < 0.5, ["m"])))

    async def end_hedged(self, client):
        await self.answered(client, encoded(*self.any("late", True, ["m"])))

    # It is refused here.

    async def end_unknown_model(self, client):
        await self.answered(client, encoded(*self.any("whole", True, ["nobody-has-it"])), 404)

    async def end_no_budget(self, client):
        # What runs on one's own hardware is free.
        request = encoded(*self.any("whole", True, "mcg"), headers="x-logway-tenant: poor\r\n")
        # Or a breaker is open, which is another refusal.
        await self.answered(client, request, 429, 503)

    async def end_budget_cut(self, client):
        tenant = f"small-{self.draw.randrange(TENANTS)}"
        request = encoded(
            *chat("long", "m", True, max_tokens=128_000), headers=f"x-logway-tenant: {tenant}\r\n"
        )
        await client.send(request)
        await self.broken_off(client)

    async def end_bad_body(self, client):
        path, _ = self.any("whole", True)
        await self.answered(client, encoded(path, b'{"model": nothing}'), 400)

    async def end_no_such_path(self, client):
        await self.answered(client, encoded("/v1/nothing", b"{}"), 404)

    async def end_too_long(self, client):
        path, _ = self.any("whole", True)
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999\r\n\r\n".replace("x\r", "127.0.0.1\r")
        await client.send(head.encode())
        status, _ = await client.answer()
        assert status == 413
        client.close()

    async def end_no_http(self, client):
        await client.send(b"this is no request\r\n\r\n")
        await client.rest()

    async def end_body_cut(self, client):
        await client.send(encoded(*self.any("whole", True), cut=20))
        await asyncio.sleep(self.draw.random() * 0.02)
        client.close(reset=self.draw.random() < 0.5)

    async def end_body_half_closed(self, client):
        await client.send(encoded(*self.any("whole", True), cut=20))
        client.writer.write_eof()
        await client.rest()

    async def end_large_body(self, client):
        path, body = chat("whole", self.draw.choice(MODELS), self.draw.random() < 0.5)
        body["messages"].insert(0, {"role": "system", "content": "x" * (300 << 10)})
        await self.answered(client, encoded(path, body))

    async def end_large_body_gone(self, client):
        path, body = chat("drip", self.draw.choice(MODELS), True)
        body["messages"].insert(0, {"role": "system", "content": "x" * (300 << 10)})
        await client.send(encoded(path, body))
        await asyncio.sleep(self.draw.random() * 0.02)
        client.close()

    # All of them.

    async def run(self, count):
        left = iter(range(count))

        async def work():
            client = Client(self.port)
            for _ in left:
                kind = self.draw.choices(self.kinds, self.weights)[0]
                if kind in ("end_bad_body", "end_body_cut", "end_body_half_closed") or client.reader is None:
                    client.close()
                    client = Client(self.port)
                try:
                    await asyncio.wait_for(getattr(self, kind)(client), LONGEST)
                except (asyncio.IncompleteReadError, OSError) as error:
                    # The server closed what it had served often enough, or what broke off.
                    self.seen["broken"] += 1
                    client.close()
                    self.last = (kind, error)
                self.seen[kind] += 1
            client.close()

        await asyncio.gather(*[work() for _ in range(AT_ONCE)])


class Outside:
    """What the system says of the gateway's process."""

    def __init__(self, gateway):
        self.process = pathlib.Path(f"/proc/{gateway.process.pid}")
        self.port = int(gateway.url.rsplit(":", 1)[1])

    def descriptors(self):
        kinds = collections.Counter()
        for entry in (self.process / "fd").iterdir():
            try:
                kinds[os.readlink(entry).split(":")[0]] += 1
            except FileNotFoundError:
                continue
        return kinds

    def sockets(self):
        """The sockets of the server's end by their state, without the one that listens."""
        names = {"01": "established", "08": "close-wait", "04": "fin-wait", "05": "fin-wait"}
        states = collections.Counter()
        for line in (self.process / "net" / "tcp").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if int(local.split(":")[1], 16) == self.port and state in names:
                states[names[state]] += 1
        return states

    def status(self, key):
        for line in (self.process / "status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])


@pytest.fixture
def evil():
    made = EvilProvider()
    yield made
    made.close()


@pytest.fixture
def served(evil, gateway):
    def at(path, name, type="openai", model="m", **settings):
        made = provider(name, evil, type, defaultModel=model, models=[model], **settings)
        return made | {"baseUrl": evil.url + path}

    tenants = {f"small-{number}": 0.05 for number in range(TENANTS)}
    return gateway(
        [
            at(FIRST + "v1", "first"),
            at("/two/v1", "second"),
            at("/c", "claude", "claude", "c"),
            at("/l", "ollama", "ollama", "l"),
            at("/g", "google", "google", "g"),
        ],
        routing={
            "timeouts": {"firstTokenMs": 400, "slowFirstTokenMs": 400, "idleMs": 2_000, "totalMs": 20_000},
            "retry": {"times": 0},
            "hedge": {"afterMs": 100, "maxShare": 1},
            "keepAliveMs": 50,
        },
        budgets={"perTenant": {"poor": 0.000001, **tenants}, "expectedOutputTokens": 100},
        server={"maxBodyBytes": 4 << 20},
    )


def holds(gateway):
    return httpx.get(gateway.url + "/healthz?detailed", headers={"connection": "close"}).json()["holds"]


def at_rest(gateway, evil, outside):
    """Waits until nothing is held any more, and says what the process has then."""

    def look():
        held = holds(gateway)
        # The one that asks is a connection itself.
        idle = held.pop("connections") <= 1 and held.pop("watches") <= 1
        held.pop("upstreamConnections")
        return idle and not any(held.values()) and evil.open == 0 and not outside.sockets()["close-wait"]

    try:
        eventually(look, "something is held still")
        eventually(lambda: not outside.sockets(), "sockets are left")
    except AssertionError as error:
        raise AssertionError(f"{error}: {holds(gateway)}, {evil.open}, {outside.sockets()}") from None
    return outside.descriptors(), outside.status("Threads"), outside.status("VmRSS")


@pytest.mark.timeout(1800)
def test_every_end_gives_back_what_it_held(served, evil):
    outside = Outside(served)
    port = outside.port
    seen = collections.Counter()
    marks = []
    for part, count in enumerate([ENDS // 10, ENDS * 4 // 10, ENDS // 2]):
        ends = Ends(port, seed=part)
        asyncio.run(ends.run(count))
        seen += ends.seen
        marks.append(at_rest(served, evil, outside))
    _, (descriptors, threads, memory), last = marks
    assert sum(seen[kind] for kind in ends.kinds) == ENDS
    assert all(seen[kind] for kind in ends.kinds), seen
    # Connections of providers that are kept for the next request come and go.
    kept = holds(served)["upstreamConnections"]
    assert last[0]["socket"] <= descriptors["socket"] + kept, (descriptors, last[0])
    assert sum(last[0].values()) - last[0]["socket"] <= sum(descriptors.values()) - descriptors["socket"] + 2
    assert last[1] <= threads + POOLED, (threads, last[1])
    assert last[2] <= memory + MEMORY, (memory, last[2], seen)

    outcomes = collections.Counter(
        event["outcome"] for event in served.events() if event["type"] == "RequestCompleted"
    )
    assert {"answered", "cancelled", "cut", "refused", "failed"} <= set(outcomes), outcomes
    budgets = json.loads(served.ask("budget", "--json"))["budgets"]
    assert [one for one in budgets if one.get("reserved_nanodollars")] == []
    assert served.stop() == 0
    served.ask("replay", "--check")
    served.ask("log", "verify")
