"""What the whole process may take: memory of bodies and answers, connections, descriptors."""

import contextlib
import gzip
import itertools
import json
import os
import pathlib
import re
import resource
import socket
import threading
import time

import pytest

from conftest import http_client, provider
from fakes.anthropic import AnthropicProvider, text_events
from fakes.anthropic import end as anthropic_end
from fakes.anthropic import start as anthropic_start
from fakes.openai import chunk, completion, pieces
from fakes.server import Hold, Reply, stream, whole
from gateway import eventually

MIB = 1 << 20
SLACK = 160 * MIB
"""What a debug build and its allocator take beside what is counted."""


def memory(gateway, name="VmHWM"):
    """The most memory that the gateway had, or has now, in bytes."""
    with open(f"/proc/{gateway.process.pid}/status") as status:
        return int(re.search(rf"{name}:\s+(\d+) kB", status.read())[1]) << 10


def chat(size=0, model="gpt-x", **members):
    """A chat request with so many bytes of text."""
    text = "What is 2+2? " + "x" * size
    body = {"model": model, "messages": [{"role": "user", "content": text}], **members}
    return json.dumps(body).encode()


def post(body, extra=""):
    head = "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def connect(gateway, timeout=60):
    port = int(gateway.url.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout)


def answer(connection):
    """Status, headers and body of one answer with a length."""
    first, body = head(connection).split(b"\r\n\r\n", 1)
    first, *lines = first.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    while len(body) < int(headers["content-length"]):
        data = connection.recv(1 << 16)
        assert data, "the answer was cut"
        body += data
    return int(first.split()[1]), headers, body


def head(connection):
    """The head of an answer, and what comes with it."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(1 << 16)
        assert data, f"no answer came: {received[:200]}"
        received += data
    return received


def in_threads(works):
    """What functions return that all run at once."""
    results = [None] * len(works)

    def run(index):
        try:
            results[index] = works[index]()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert None not in results, "a request was never answered"
    failures = [result for result in results if isinstance(result, Exception)]
    assert not failures, failures[0]
    return results


def ask_in_threads(gateway, bodies):
    """The answers to requests that are all sent at once."""

    def ask(body):
        with connect(gateway) as connection:
            try:
                connection.sendall(post(body))
            except OSError:
                pass  # Refused before it was read; the answer is there.
            return answer(connection)

    return in_threads([lambda body=body: ask(body) for body in bodies])


# Answers of providers.


@pytest.mark.parametrize(
    "noise",
    [b": waiting\n\n", chunk({})],
    ids=["comments", "empty deltas"],
)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_a_stream_that_never_says_anything_is_given_up(pair, noise, path):
    gateway, first, second = pair
    before = memory(gateway)
    piece = noise * (MIB // len(noise))
    first.will(stream([piece] * 200))
    with http_client(gateway) as client:
        body = json.loads(chat(model="auto", stream=True, max_tokens=10))
        got = client.post(path, json=body, headers={"anthropic-version": "2023-06-01"})
    assert got.status_code == 200
    assert len(second.requests) == 1, "the other provider was not asked"
    record = gateway.newest()
    failure = record["attempts_finished"][0]
    assert failure["failure"] == "invalid response"
    assert "before any content" in failure["message"]
    assert memory(gateway) < before + SLACK


def test_thinking_that_is_hidden_behind_empty_deltas_is_waited_for(pair):
    gateway, first, second = pair
    hidden = [chunk({"role": "assistant", "content": ""}, system_fingerprint="f" * 100)] * 20_000
    assert sum(map(len, hidden)) > 4 * MIB
    first.will(stream([b"".join(hidden), *pieces(["fo", "ur"])]))
    with http_client(gateway) as client:
        body = chat(model="auto", stream=True, max_tokens=32_000)
        got = client.post("/v1/chat/completions", content=body)
    assert '"fo"' in got.text and "[DONE]" in got.text
    assert second.requests == []
    assert [each.get("failure") for each in gateway.newest()["attempts_finished"]] == [None]


def test_several_answers_that_come_mixed_are_no_fault(pair):
    gateway, first, second = pair
    mixed = [
        chunk(choices=[{"index": 0, "delta": {"reasoning_content": "a "}, "finish_reason": None}])
        + chunk(choices=[{"index": 1, "delta": {"content": "b "}, "finish_reason": None}])
    ] * 5_000
    first.will(stream([b"".join(mixed), *pieces(["fo", "ur"])]))
    with http_client(gateway) as client:
        body = chat(model="auto", stream=True, max_tokens=32_000, n=2)
        got = client.post("/v1/chat/completions", content=body)
    assert got.text.count('"b "') == 5_000 and "[DONE]" in got.text
    assert second.requests == []


def test_a_comment_that_never_ends_is_given_up(pair):
    gateway, first, second = pair
    before = memory(gateway)
    first.will(stream([b": "] + [b"x" * MIB] * 200))
    with http_client(gateway) as client:
        got = client.post("/v1/chat/completions", content=chat(model="auto", stream=True))
    assert got.status_code == 200
    assert len(second.requests) == 1
    assert memory(gateway) < before + SLACK


def test_answers_that_nobody_reads_take_what_they_may_together(fake, gateway):
    size = 20 * MIB
    upstream = fake_large(fake, size)
    made = gateway([provider("o", upstream)], server={"maxAnswersBytes": 128 * MIB})
    with http_client(made) as client:
        assert client.post("/v1/chat/completions", content=chat()).status_code == 200
    before = memory(made)
    connections = [connect(made) for _ in range(12)]
    for connection in connections:
        connection.sendall(post(chat()))
    upstream.wait_for_request(13)
    eventually(lambda: memory(made, "VmRSS") > before, "some are read")
    # Those that found room wait for their clients, and others for them.
    answers = in_threads([lambda c=connection: answer(c) for connection in connections])
    statuses = [status for status, _, _ in answers]
    assert set(statuses) <= {200, 503} and statuses.count(200) >= 2, statuses
    assert all(len(body) > size for status, _, body in answers if status == 200)
    assert all(h["retry-after"] == "2" for status, h, _ in answers if status == 503)
    # Of 12 × 20 MiB × 3 there was never more than 128 MiB at once.
    assert memory(made) < before + 128 * MIB + SLACK
    assert made.status()["o"]["status"] == "healthy"
    with http_client(made) as client:
        assert client.post("/v1/chat/completions", content=chat()).status_code == 200


def test_counts_of_tokens_are_in_the_room_of_all_answers(fake, gateway):
    """What a provider says to a question passes as it came, up to megabytes of it."""
    counting = fake(AnthropicProvider)
    # More than the kernel takes for a client that does not read.
    counting.always(whole({"input_tokens": 7, "more": "x" * (4 * MIB - 1_000)}))
    made = gateway([provider("c", counting, "anthropic")], server={"maxAnswersBytes": 16 * MIB})
    question = {"model": counting.models[0], "messages": [{"role": "user", "content": "Hi"}]}
    asked = post(json.dumps(question).encode(), "anthropic-version: 2023-06-01\r\n")
    asked = asked.replace(b"/v1/chat/completions", b"/v1/messages/count_tokens")
    connections = [connect(made) for _ in range(8)]
    for connection in connections:
        # Less, and the kernels would send the head in pieces with long pauses.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        connection.sendall(asked)

    def lacking():
        with http_client(made) as client:
            return "server.maxAnswersBytes" in client.get("/readyz").json().get("reason", "")

    eventually(lacking, "there is room for all of them")
    # Who finds no room gets an estimate, as where a provider can't count.
    heads = [head(connection) for connection in connections]
    assert all(first.startswith(b"HTTP/1.1 200") for first in heads)
    estimated = [b"x-logway-estimate" in first.lower() for first in heads]
    assert any(estimated) and not all(estimated)
    for connection in connections:
        connection.close()


def fake_large(fake, size):
    made = fake()
    made.always(completion("x" * size))
    return made


# Bodies of requests.


def test_bodies_that_do_not_fit_together_wait_or_are_told_to_come_again(fake, gateway):
    upstream = fake()
    made = gateway([provider("o", upstream)], server={"maxBodiesBytes": 48 * MIB})
    before = memory(made)
    answers = ask_in_threads(made, [chat(7 * MIB) for _ in range(12)])
    statuses = [status for status, _, _ in answers]
    assert statuses.count(200) >= 2, statuses
    for status, headers, body in answers:
        if status == 200:
            continue
        assert status == 503, body
        assert headers["retry-after"] == "2"
        assert headers["connection"] == "close"
        error = json.loads(body)["error"]
        assert error["code"] == "overloaded"
        assert "server.maxBodiesBytes" in error["message"]
    assert memory(made) < before + 48 * MIB + SLACK
    # What was refused is recorded like any other refusal, and nothing is held any more.
    assert len(made.requests()) == 12
    assert len(upstream.requests) == statuses.count(200)
    assert [a[0] for a in ask_in_threads(made, [chat(7 * MIB)])] == [200]


def exactly(count):
    """A chat request whose body has so many bytes."""
    return chat(count - len(chat()))


def in_parts(count, **members):
    """A chat request whose text comes in so many parts."""
    parts = [{"type": "text", "text": "a"}] * count
    body = {"model": "auto", "messages": [{"role": "user", "content": parts}], **members}
    return json.dumps(body).encode()


def held_back(upstream, gate, count):
    """Has an upstream answer so many requests once a gate is open."""
    reply = completion("held")
    length = {"content-length": str(len(reply.steps[0]))}
    for _ in range(count):
        upstream.will(Reply([Hold(gate), *reply.steps], 200, reply.headers | length))


@contextlib.contextmanager
def filled(fake, gateway, room, body):
    """A gateway with so many mebibytes for bodies, of which two requests hold theirs until the gate is opened, as it
    is at the end."""
    upstream, gate = fake(), threading.Event()
    held_back(upstream, gate, 2)
    made = gateway([provider("o", upstream)], server={"maxBodiesBytes": room * MIB})
    with connect(made) as first, connect(made) as second:
        for connection in (first, second):
            connection.sendall(post(body))
        upstream.wait_for_request(2)
        yield made, upstream, gate
        gate.set()
        assert [answer(connection)[0] for connection in (first, second)] == [200, 200]


def chunked(body, extra=""):
    head = "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    head += f"content-type: application/json\r\ntransfer-encoding: chunked\r\n{extra}\r\n"
    return head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def test_a_large_body_waits_until_there_is_room_and_a_small_one_does_not(fake, gateway):
    with filled(fake, gateway, 30, chat(4 * MIB)) as (made, upstream, gate):
        with connect(made) as late, connect(made) as small:
            sender = threading.Thread(target=late.sendall, args=(post(chat(4 * MIB)),))
            sender.start()
            small.sendall(post(chat()))
            assert answer(small)[0] == 200
            assert len(upstream.requests) == 3, "the third large one was not to be sent yet"
            gate.set()
            assert answer(late)[0] == 200
            sender.join(60)


def test_small_requests_are_served_however_full_the_room_is(fake, gateway):
    with filled(fake, gateway, 48, exactly(8 * MIB)) as (made, _, _):
        # Not a byte is left.
        squeezed = gzip.compress(chat())
        for request in [post(chat()), post(chat(60_000)), chunked(chat()), chunked(chat(60_000)),
                        post(squeezed, "content-encoding: gzip\r\n"),
                        chunked(squeezed, "content-encoding: gzip\r\n")]:  # fmt: skip
            with connect(made) as client:
                client.sendall(request)
                assert answer(client)[0] == 200
        with connect(made) as client:
            client.sendall(post(chat(70_000)))
            assert answer(client)[0] == 503


def test_no_body_has_more_than_half_of_the_room(fake, gateway):
    upstream = fake()
    made = gateway([provider("o", upstream)], server={"maxBodiesBytes": 48 * MIB})
    too_long = exactly(8 * MIB + 1)
    squeezed = gzip.compress(too_long[:-1] + b" " * 100 + too_long[-1:], 0)
    for request in [post(too_long), chunked(too_long),
                    post(squeezed, "content-encoding: gzip\r\n")]:  # fmt: skip
        with connect(made) as client:
            try:
                client.sendall(request)
            except OSError:
                pass  # Refused before it was read; the answer is there.
            status, _, body = answer(client)
            assert status == 413
            assert "1/6 of server.maxBodiesBytes" in json.loads(body)["error"]["message"]
    assert len(upstream.requests) == 0
    with connect(made) as client:
        client.sendall(post(exactly(8 * MIB)))
        assert answer(client)[0] == 200


def test_a_compressed_body_waits_for_room_like_any_other(fake, gateway):
    with filled(fake, gateway, 48, exactly(8 * MIB)) as (made, _, gate):
        with connect(made) as client:
            # So small that it needs no room before it is inflated.
            client.sendall(post(gzip.compress(chat(100_000)), "content-encoding: gzip\r\n"))
            time.sleep(1)  # So that it is there before the room is; whenever it comes, it is served.
            gate.set()
            assert answer(client)[0] == 200


def test_a_stream_keeps_no_room_for_the_translation_that_it_began_with(fake, gateway):
    claude = fake(AnthropicProvider)
    gate = threading.Event()
    claude.always(stream([anthropic_start(), *text_events(["four"]), Hold(gate), *anthropic_end()]))
    made = gateway([provider("c", claude, "claude")], server={"maxBodiesBytes": 48 * MIB})
    # Each takes 20 MB while it is translated and 2 MB after it.
    streams = []
    for _ in range(6):
        streams.append(connect(made))
        streams[-1].sendall(post(in_parts(20_000, model="claude-x", stream=True, max_tokens=10)))
        assert streams[-1].recv(12) == b"HTTP/1.1 200"
    assert len(claude.requests) == 6
    gate.set()
    for connection in streams:
        connection.close()


def test_a_lack_of_room_to_translate_is_not_one_of_who_needs_no_translation(fake, gateway):
    claude, other = fake(AnthropicProvider), fake()
    gate = threading.Event()
    held_back(other, gate, 2)
    made = gateway(
        [provider("c", claude, "claude"), provider("o", other)],
        server={"maxBodiesBytes": 48 * MIB},
    )
    busy = [connect(made) for _ in range(2)]
    for connection, size in zip(busy, [8 * MIB, 7 * MIB]):
        connection.sendall(post(exactly(size)))
    other.wait_for_request(2)
    # 0.3 MB as it is, of the 3 MB that are left; 4 MB more to translate it.
    with connect(made) as client:
        client.sendall(post(in_parts(4_000)))
        assert answer(client)[0] == 200
        record = made.newest()
        assert [a["failure"] for a in record["attempts_finished"][:1]] == ["own shortage"]
        assert record["completed"]["provider"] == "o"
        client.sendall(post(in_parts(4_000, model="claude-x")))
        status, headers, body = answer(client)
        assert status == 503
        assert headers["retry-after"] == "2"
        assert json.loads(body)["error"]["code"] == "overloaded"
    assert len(claude.requests) == 0
    assert made.status()["c"]["status"] == "healthy"
    gate.set()
    assert [answer(connection)[0] for connection in busy] == [200, 200]
    for connection in busy:
        connection.close()
    assert made.run("replay", "--check").returncode == 0


def test_what_takes_too_much_to_translate_is_refused_or_goes_elsewhere(fake, gateway):
    claude, other = fake(AnthropicProvider), fake()
    made = gateway(
        [provider("c", claude, "claude"), provider("o", other)],
        server={"maxBodiesBytes": 48 * MIB},
    )
    with connect(made) as client:
        client.sendall(post(in_parts(30_000)))
        assert answer(client)[0] == 200
        assert made.newest()["completed"]["provider"] == "o"
        client.sendall(post(in_parts(30_000, model="claude-x")))
        status, _, body = answer(client)
    assert status == 413, body
    error = json.loads(body)["error"]
    assert error["code"] == "request_too_large"
    assert "1/2 of server.maxBodiesBytes" in error["message"]
    assert len(claude.requests) == 0
    assert made.status()["c"]["status"] == "healthy"


def test_an_overloaded_gateway_says_so_in_the_family_of_its_client(fake, gateway):
    with filled(fake, gateway, 30, chat(4 * MIB)) as (made, _, _):
        body = chat(4 * MIB, max_tokens=10)
        with http_client(made) as client:
            for path, kind in [("/v1/messages", "overloaded_error"),
                               ("/v1/messages/count_tokens", "overloaded_error"),
                               ("/v1/chat/completions", "server_error")]:  # fmt: skip
                got = client.post(path, content=body)
                assert got.status_code == 503, got.text[:300]
                assert got.headers["retry-after"] == "2"
                assert got.json()["error"]["type"] == kind
            # Who sends too much does not take the gateway from everybody else.
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (200, "ready")
            assert "maxBodiesBytes" in ready.json()["reason"]
    assert made.errors().count("server.maxBodiesBytes") <= 3, "it is told once in a while"


# Connections and descriptors.


def limited(files):
    """Starts of gateways with so many open files at most."""
    def change(gateway):
        command = gateway.serve_command
        gateway.serve_command = lambda port=0: [
            "prlimit", f"--nofile={files}:{files}", *command(port)
        ]  # fmt: skip
        return gateway.start()

    return change


def test_idle_clients_give_way_where_descriptors_are_few(fake, gateway):
    upstream = fake()
    made = limited(80)(gateway([provider("o", upstream)], start=False))
    idle = [connect(made) for _ in range(100)]
    with http_client(made) as client:
        for _ in range(20):
            got = client.post("/v1/chat/completions", content=chat())
            assert got.status_code == 200, got.text
    assert len(upstream.requests) == 20
    for connection in idle:
        connection.close()
    assert all(record["completed"]["outcome"] == "answered" for record in made.requests())
    assert made.status()["o"]["status"] == "healthy"
    assert "clients may be connected" in made.errors()
    assert made.stop() == 0


def test_many_clients_at_once_are_served_with_few_descriptors(fake, gateway):
    upstream = fake()
    made = limited(80)(gateway([provider("o", upstream)], start=False))
    answers = ask_in_threads(made, [chat() for _ in range(150)])
    # Who is turned away is told to come again; no provider is blamed.
    assert {status for status, _, _ in answers} <= {200, 503}
    assert all(h["retry-after"] == "2" for status, h, _ in answers if status == 503)
    assert made.status()["o"]["status"] == "healthy"
    assert [status for status, _, _ in ask_in_threads(made, [chat()])] == [200]


def test_a_lack_of_descriptors_is_no_fault_of_the_provider(fake, gateway):
    first, second = fake(), fake()
    made = gateway([provider("a", first), provider("b", second)])
    pid = made.process.pid
    with connect(made) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        assert answer(client)[0] == 200
        # The probes' connections would serve the request without a new descriptor.
        first.hang_up()
        second.hang_up()
        usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        open_files = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, usual[1]))
        for _ in range(6):
            client.sendall(post(chat(model="auto")))
            status, headers, body = answer(client)
            error = json.loads(body)["error"]
            assert status == 503, body
            assert error["code"] == "overloaded"
            assert "too many open files" in error["message"]
            assert headers["retry-after"] == "2"
            client.close()
            resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
            client = connect(made)
            client.sendall(b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            status, _, body = answer(client)
            assert (status, json.loads(body)["status"]) == (503, "overloaded")
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, usual[1]))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
        assert open_files < usual[0]
        client.sendall(post(chat(model="auto")))
        assert answer(client)[0] == 200, "the provider was asked as soon as it could be"
        client.close()
    failed = [record for record in made.requests() if record["completed"]["status"] == 503]
    assert len(failed) == 6
    for record in failed:
        assert record["completed"]["attempts"] == 1, "another provider would lack the same"
    assert len(second.requests) == 0
    assert made.status()["a"]["status"] == "healthy"
    assert made.run("replay", "--check").returncode == 0
    assert 1 <= made.errors().count("too many open files") <= 2, "it is told once in a while"


def targets(pid):
    """What the descriptors of a process are."""
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            yield os.readlink(link)


def test_the_last_descriptors_go_to_no_provider(fake, gateway):
    """libdispatch ends the process where it can open no file."""
    upstream = fake()
    made = gateway([provider("o", upstream)])
    pid = made.process.pid
    with connect(made) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        assert answer(client)[0] == 200
        upstream.hang_up()
        usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        # From then on it opens no more files.
        eventually(
            lambda: any("read.db-shm" in target for target in targets(pid)), "the read model is not open"
        )

        def kept(free):
            """With so many free: what is open stays open, and the lowest numbers are given first."""
            taken = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
            limit = next(n for n in itertools.count() if n - len([t for t in taken if t < n]) == free)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, usual[1]))

        def asked(free):
            kept(free)
            with connect(made) if free > 1 else contextlib.nullcontext(client) as asking:
                asking.sendall(post(chat()))
                return answer(asking)

        # The first also closes what the provider has closed, whose descriptors are free then.
        for free in (0, 4):
            status, _, body = asked(free)
            assert status == 503 and "too many open files" in json.loads(body)["error"]["message"], body
            resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
    assert asked(8)[0] == 200
    resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)


def test_accepting_goes_on_after_a_lack_of_descriptors(fake, gateway):
    made = gateway([provider("o", fake())])
    pid = made.process.pid
    usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, usual[1]))
    waiting = [connect(made) for _ in range(20)]  # In the kernel's queue.
    for connection in waiting:
        connection.sendall(post(chat()))
    eventually(lambda: "no descriptor for a new connection" in made.errors(), "it is told")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
    for connection in waiting:
        assert answer(connection)[0] == 200
        connection.close()
