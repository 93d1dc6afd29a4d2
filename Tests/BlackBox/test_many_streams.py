"""Thousands of slow streams at once: the memory stays flat, short requests get through."""

import asyncio
import json
import re
import resource

import pytest

from conftest import ask, openai_client, provider
from fakes.http2 import make_certificate
from fakes.slow import SlowHTTP2Provider, SlowProvider
from gateway import eventually

STREAMS = 2_000
PROVIDERS = 4
"""Each hosted one has 512 connections, so all of the streams run at once."""
ROUNDS = 20
CHUNKS_OF_MEMORY = 32 << 20
"""What 2,000 streams may grow by over twenty chunks of 250 bytes each: they pass 10 MB."""


@pytest.fixture
def many_files():
    """Both ends of the streams are here, two descriptors each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= 2 * STREAMS + 1_000, (
        f"the hard limit of open files is {hard}; raise it with `ulimit -Hn`"
    )
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident(gateway):
    """The memory of the gateway in bytes."""
    with open(f"/proc/{gateway.process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) << 10


class Client:
    """A client of one stream, which counts what comes and keeps none of it."""

    def __init__(self):
        self.words = 0
        self.is_done = False
        self.tail = b""

    async def run(self, port, provider):
        body = json.dumps({
            "model": f"{provider}:slow", "stream": True,
            "messages": [{"role": "user", "content": "go on"}],
        }).encode()  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        while not self.is_done and (data := await reader.read(1 << 16)):
            self.words += data.count(b'"content": "')
            self.tail = (self.tail + data)[-64:]
            self.is_done = b"data: [DONE]" in self.tail
        writer.close()


@pytest.mark.parametrize("version", ["http/1.1", "h2"])
def test_thousands_of_slow_streams_stay_flat_and_starve_nobody(
    gateway, fake, many_files, tmp_path, version
):
    settings = {}
    if version == "h2":
        pair = make_certificate(tmp_path)
        slow = [fake(SlowHTTP2Provider, *pair) for _ in range(PROVIDERS)]
        settings["trustedCertificates"] = str(pair[0])
    else:
        slow = [fake(SlowProvider) for _ in range(PROVIDERS)]
    made = gateway([provider(f"p{n}", one, healthCheck={"intervalMs": 1000})
                    for n, one in enumerate(slow)], **settings)  # fmt: skip
    port = int(made.url.rsplit(":", 1)[1])
    clients = [Client() for _ in range(STREAMS)]

    async def drive():
        tasks = [
            asyncio.create_task(client.run(port, f"p{n % PROVIDERS}"))
            for n, client in enumerate(clients)
        ]
        # The role, and a first word.
        await reached(2)
        assert sum(one.streams for one in slow) == STREAMS
        step()
        await reached(3)
        before = await asyncio.to_thread(resident, made)
        for number in range(ROUNDS):
            step()
            # While all the streams run, others are answered.
            answer = await asyncio.to_thread(ask, sdk, "short?", f"p{number % PROVIDERS}:short")
            assert answer.parse().choices[0].message.content == "four"
            await reached(4 + number)
        after = await asyncio.to_thread(resident, made)
        status = await asyncio.to_thread(running, made)
        for one in slow:
            one.end()
        await asyncio.gather(*tasks)
        return before, after, status

    def step():
        for one in slow:
            one.step()

    async def reached(count):
        for _ in range(1_200):
            if all(client.words >= count for client in clients):
                return
            await asyncio.sleep(0.05)
        behind = sum(client.words < count for client in clients)
        raise AssertionError(f"{behind} streams have not got {count} chunks")

    def running(made):
        def all_seen():
            pools = [row["pool"] for row in made.status().values()]
            return pools if sum(pool["running"] for pool in pools) >= STREAMS else None

        return eventually(all_seen, "a probe has not seen the streams")

    sdk = openai_client(made)
    before, after, pools = asyncio.run(drive())
    assert after - before < CHUNKS_OF_MEMORY, f"{before >> 20} MiB became {after >> 20}"
    assert all(client.is_done for client in clients)
    assert {pool["connection_limit"] for pool in pools} == {512}
    assert all(pool["waiting"] == 0 and pool["refused"] == 0 for pool in pools)
    assert made.report()["total"]["attempts"] == STREAMS + ROUNDS
    if version == "h2":
        assert all(one.versions == {"h2"} for one in slow)


def test_full_queue_is_refused_in_clear_words(gateway, fake):
    one = fake(SlowProvider)
    made = gateway([provider("p", one, maxConcurrent=2, maxQueued=1,
                             healthCheck={"intervalMs": 500})])  # fmt: skip
    port = int(made.url.rsplit(":", 1)[1])

    async def drive():
        clients = [Client() for _ in range(3)]
        tasks = [asyncio.create_task(client.run(port, "p")) for client in clients]
        for _ in range(200):
            pool = (await asyncio.to_thread(made.status))["p"].get("pool", {})
            if pool.get("running") == 2 and pool.get("waiting") == 1:
                break
            await asyncio.sleep(0.1)
        refused = await asyncio.to_thread(refusal)
        one.end()
        await asyncio.gather(*tasks)
        return clients, refused

    def refusal():
        with pytest.raises(Exception) as caught:
            ask(openai_client(made), model="p:short")
        return caught.value

    clients, refused = asyncio.run(drive())
    assert refused.status_code == 503
    assert "pool p is exhausted: 2 exchanges run and 1 wait" in str(refused)
    assert all(client.is_done for client in clients)
    assert one.most == 2
    assert made.status()["p"]["pool"]["connection_limit"] == 2
    assert re.search(r"Connections\n.*\n +p .* \d/2 ", made.ask("providers", "status", "--detailed"))
