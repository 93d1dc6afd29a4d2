"""Peers that are slow or never stop, on both sides: they get no more than their share, and leave nothing behind."""

import json
import pathlib
import socket
import sys
import threading

import pytest

from conftest import PRICES, http_client
from fakes.openai import OpenAIProvider, completion, pieces
from fakes.server import stream
from gateway import PATIENCE, Gateway, eventually

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "Siege"))

from process import Process  # noqa: E402
from wire import typed  # noqa: E402

PEERS = 30
"""Slow clients at once: more than the server's threads, fewer than its descriptors."""
GREED = 8 << 20
"""Bytes that a peer sends that never stops, in units of which each costs some work."""
MEMORY = 256 << 20
"""The most resident bytes above the start's: one event of a provider may be as long as an answer (64 MiB), is held while
it grows into a larger buffer, and the allocator keeps what it had."""
SHORT = {
    "connectMs": 2000, "firstTokenMs": 1500, "slowFirstTokenMs": 1500, "idleMs": 1500, "totalMs": 6000,
    "prefillTokensPerSecond": 1_000_000,
}  # fmt: skip
WELL = {
    "connectMs": 60_000, "firstTokenMs": 60_000, "slowFirstTokenMs": 60_000, "idleMs": 60_000,
    "totalMs": 60_000,
}  # fmt: skip
"""What a provider that does well has: on a busy machine it is slow too."""


def body(**more):
    return json.dumps({"model": "gpt-x", "messages": [{"role": "user", "content": "2+2?"}], **more}).encode()


def request(data=None, framing=None):
    data = body() if data is None else data
    framing = framing or b"content-length: %d\r\n" % len(data)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return head + framing + b"\r\n" + data


class House:
    """A gateway before a good provider and a raw one, and how it stood before the test."""

    def __init__(self, launched):
        self.good = launched(OpenAIProvider)
        self.raw = launched(Raw)
        entry = {"type": "openai", "apiKey": "sk-secret-of-one", "costPer1MTokens": PRICES}
        providers = [
            {**entry, "name": "good", "baseUrl": self.good.url + "/v1", "models": ["gpt-x"],
             "timeouts": WELL},
            {**entry, "name": "raw", "baseUrl": self.raw.url + "/v1", "models": ["raw"],
             "healthCheck": {"enabled": False}},
        ]  # fmt: skip
        routing = {"timeouts": SHORT, "retry": {"times": 0}, "hang": {"leastMs": 60_000}}
        self.gateway = launched(Gateway, {"providers": providers, "routing": routing})
        self.port = int(self.gateway.url.rpartition(":")[2])
        self.process = Process(self.gateway.process.pid)

    def connect(self):
        made = socket.create_connection(("127.0.0.1", self.port), 30)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def serves(self):
        with http_client(self.gateway) as client:
            answer = client.post("/v1/chat/completions", content=body())
        return answer.status_code == 200

    def connections(self):
        clients, _ = self.process.sockets(self.port)
        return sum(n for state, n in clients.items() if state not in ("listen", "time-wait"))


@pytest.fixture(scope="module")
def house(launched):
    return House(launched)


@pytest.fixture
def bounded(house):
    """The house; at the end its memory was bounded and no connection is left."""
    assert house.serves()
    eventually(lambda: house.connections() == 0, "connections from before")
    house.process.forget_peak()
    before = house.process.memory()
    yield house
    assert house.process.peak() < before + MEMORY
    eventually(lambda: house.connections() == 0, "connections are left")
    assert house.serves()


# Clients.

BEGUN = {
    "nothing": b"",
    "half a line": b"POST /v1/cha",
    "half a head": request()[:90],
    "a head without its body": request(b"", b"content-length: 5000\r\n"),
    "half a body": request()[:-20],
    "half a chunk": request(b"ff\r\n{", b"transfer-encoding: chunked\r\n"),
    "a chunk's size": request(b"f", b"transfer-encoding: chunked\r\n"),
    "half of an extension": request(b"1;extension", b"transfer-encoding: chunked\r\n"),
    "half of the trailers": request(b"2\r\n{}\r\n0\r\nx: ", b"transfer-encoding: chunked\r\n"),
}


@pytest.mark.parametrize("begun", BEGUN)
def test_clients_that_begin_and_wait_keep_nobody_else_waiting(bounded, begun):
    waiting = [bounded.connect() for _ in range(PEERS)]
    for connection in waiting:
        connection.sendall(BEGUN[begun])
    assert all(bounded.serves() for _ in range(5))
    for connection in waiting:
        connection.close()


ENDLESS = {
    "header lines": (b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", b"x-header: value\r\n"),
    "one header": (b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-header: ", b"v" * 64),
    "a header's name": (b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", b"n" * 64),
    "the path": (b"GET /", b"p" * 64),
    "the method": (b"", b"M" * 64),
    "blank lines": (b"", b"\r\n" * 32),
    "chunk extensions": (request(b"1;", b"transfer-encoding: chunked\r\n"), b"extension;" * 8),
    "trailers": (request(b"2\r\n{}\r\n0\r\n", b"transfer-encoding: chunked\r\n"), b"x-trailer: value\r\n"),
    "a chunk's size": (request(b"", b"transfer-encoding: chunked\r\n"), b"0" * 64),
    "chunks of one byte": (request(b"", b"transfer-encoding: chunked\r\n"), b"1\r\n \r\n" * 16),
    "a body": (request(b"{", b"content-length: 999999999999\r\n"), b" " * 64),
}


@pytest.mark.parametrize("endless", ENDLESS)
def test_a_client_that_never_stops_sending_fills_no_memory(bounded, endless):
    first, unit = ENDLESS[endless]
    block = unit * (65536 // len(unit))
    connection = bounded.connect()
    sent = 0
    try:
        connection.sendall(first)
        # A chunk of one byte is the dearest unit: some megabytes of them are minutes of a debug build.
        while sent < (GREED if endless != "chunks of one byte" else GREED // 16):
            connection.sendall(block)
            sent += len(block)
    except OSError:
        pass  # It was cut, as it may be.
    assert bounded.serves()
    connection.close()


def test_a_request_that_comes_byte_by_byte_is_answered(bounded):
    with bounded.connect() as connection:
        for byte in request():
            connection.send(bytes([byte]))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_is_read_byte_by_byte_is_whole(bounded):
    words = "word " * 4_000
    bounded.good.will(_streamed(words))
    with bounded.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        connection.sendall(request(body(stream=True)))
        seen = b""
        while b"[DONE]" not in seen:
            byte = connection.recv(1)
            assert byte, "the stream was cut"
            seen += byte
    assert seen.count(b"word ") == 4_000


@pytest.mark.parametrize("streamed", [True, False])
def test_clients_that_never_read_hold_what_was_buffered_and_no_more(bounded, streamed):
    waiting = []
    for _ in range(10):
        bounded.good.will(_streamed("word " * 200_000) if streamed else _whole("word " * 200_000))
        connection = bounded.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        connection.sendall(request(body(stream=streamed)))
        waiting.append(connection)
    eventually(lambda: not bounded.good.script, "not all were asked for")
    assert bounded.serves()
    for connection in waiting:
        connection.close()


def _streamed(words):
    return stream(pieces([words[n : n + 4_000] for n in range(0, len(words), 4_000)]))


def _whole(words):
    return completion(words)


# Providers.


class Raw:
    """A provider whose answer a test writes byte by byte, until the gateway lets it go."""

    def __init__(self):
        self.behave = _answer_well
        self.let_go = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self._listener.getsockname()[1]

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.settimeout(60)
        try:
            self.behave(connection)
            # Whatever comes is thrown away until the other side closes.
            while connection.recv(1 << 16):
                pass
            self.let_go += 1
        except TimeoutError:
            pass  # Nobody closed it, which the test will see.
        except OSError:
            self.let_go += 1
        finally:
            connection.close()


HEAD = b"HTTP/1.1 200 OK\r\n"
JSON = HEAD + b"content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM = HEAD + b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CONTENT = pieces(["fo"], done=False)[1]
BEGIN = STREAM + b"%x\r\n%s\r\n" % (len(CONTENT), CONTENT)
NEVER = {
    "1xx": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"),
    "header lines": (HEAD, b"x-header: value\r\n"),
    "one header": (HEAD + b"x-header: ", b"v" * 64),
    "a status line": (b"HTTP/1.1 200 ", b"O" * 64),
    "blank lines": (b"", b"\r\n" * 32),
    "chunk extensions": (JSON + b"1;", b"extension;" * 8),
    "a chunk's size": (JSON, b"0" * 64),
    "chunks of one byte": (JSON, b"1\r\n \r\n" * 16),
    "a body": (JSON, b"40\r\n" + b" " * 64 + b"\r\n"),
    "trailers": (BEGIN + b"0\r\n", b"x-trailer: value\r\n"),
    "one line of a stream": (BEGIN, b"40\r\n" + b"x" * 64 + b"\r\n"),
    "extensions within a stream": (BEGIN + b"1;", b"extension;" * 8),
}


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("never", NEVER)
def test_a_provider_that_never_stops_sending_is_cut(bounded, never, streamed):
    first, unit = NEVER[never]
    block = unit * (65536 // len(unit))

    def behave(connection):
        connection.recv(1 << 16)
        connection.sendall(first)
        while True:
            connection.sendall(block)

    _ask_raw(bounded, behave, streamed)


SLOW = {
    "says nothing": b"",
    "half a head": HEAD + b"content-",
    "a head": JSON,
    "the head of a stream": STREAM,
    "half of an event": STREAM + b"5\r\ndata:\r\n",
    "half of a chunk": JSON + b"ff\r\n{",
    "some content": BEGIN,
}


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("slow", SLOW)
def test_a_provider_that_begins_and_waits_is_given_up(bounded, slow, streamed):
    def behave(connection):
        connection.recv(1 << 16)
        connection.sendall(SLOW[slow])

    _ask_raw(bounded, behave, streamed)


def test_a_provider_that_reads_nothing_is_given_up(bounded):
    gone = threading.Event()

    def behave(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        gone.wait(PATIENCE)

    bounded.raw.behave = behave
    long = json.dumps({"model": "raw", "messages": [{"role": "user", "content": "x" * (8 << 20)}]}).encode()
    with http_client(bounded.gateway) as client:
        answer = client.post("/v1/chat/completions", content=long)
    gone.set()
    assert answer.status_code in (502, 503, 504)
    assert typed(answer.json(), "openai")
    _answers_again(bounded)


def _take_nothing(connection):
    """Keeps what came for the kernel alone."""
    threading.Event().wait(20)


def _take_a_byte_a_second(connection):
    for _ in range(20):
        connection.recv(1)
        threading.Event().wait(1)


@pytest.mark.parametrize("behave", [_take_nothing, _take_a_byte_a_second])
# What fits into the buffers of two sockets, and what doesn't.
@pytest.mark.parametrize("size", [1 << 20, 5 << 20])
def test_a_provider_that_takes_nothing_of_a_long_prompt_is_not_waited_for(launched, behave, size):
    """A long prompt has hours to be read in here, but only once the provider has it."""
    raw, good = launched(Raw), launched(OpenAIProvider)
    raw.behave = behave
    entry = {"type": "openai", "apiKey": "sk-secret-of-one", "costPer1MTokens": PRICES, "models": ["gpt-x"]}
    providers = [
        {**entry, "name": "raw", "baseUrl": raw.url + "/v1", "healthCheck": {"enabled": False}},
        {**entry, "name": "good", "baseUrl": good.url + "/v1", "timeouts": WELL},
    ]
    routing = {"timeouts": {"idleMs": 1000, "prefillTokensPerSecond": 1}, "retry": {"times": 0}}
    gateway = launched(
        Gateway, {"providers": providers, "routing": routing, "budgets": {"daily": 1000}}
    )
    prompt = {"model": "gpt-x", "messages": [{"role": "user", "content": "x" * size}]}
    with http_client(gateway) as client:
        answer = client.post("/v1/chat/completions", json=prompt)
    assert answer.status_code == 200
    record = gateway.newest()
    first, second = record["attempts_finished"]
    assert (first["provider"], first["failure"]) == ("raw", "idle timeout")
    assert "took no byte of the request" in first["message"]
    # Nobody can have worked on what is not whole; what is on its way may have come.
    assert (first["cost_nanodollars"] == 0) == (size == 5 << 20)
    assert second["provider"] == "good" and "failure" not in second
    budget = json.loads(gateway.ask("budget", "--json"))["budgets"][0]
    assert budget["reserved_nanodollars"] == 0
    assert gateway.stop() == 0
    gateway.ask("replay", "--check")


def _ask_raw(house, behave, streamed):
    """A client is told in its family's shape, and the provider is let go."""
    raw, before = house.raw, house.raw.let_go
    raw.behave = behave
    with http_client(house.gateway) as client:
        answer = client.post("/v1/chat/completions", content=body(model="raw", stream=streamed))
    if answer.status_code == 200:
        # The head was sent with the first content; the error is the last event.
        last = [line for line in answer.text.splitlines() if line.startswith("data: ")][-1]
        assert streamed and typed(json.loads(last[6:]), "openai")
    else:
        assert answer.status_code in (502, 503, 504)
        assert typed(answer.json(), "openai")
        assert answer.json()["error"]["code"] == "all_providers_failed"
    eventually(lambda: raw.let_go > before, "the provider's connection is held")
    _answers_again(house)


def _answers_again(house):
    """A good answer behind each failure, which keeps the breaker closed for the next test too."""
    house.raw.behave = _answer_well

    def answered():
        with http_client(house.gateway) as client:
            return client.post("/v1/chat/completions", content=body(model="raw")).status_code == 200

    # On a busy machine a good answer may come too late as well, by the short limits of these tests.
    eventually(answered, "a good answer is not taken")


def _answer_well(connection):
    connection.recv(1 << 16)
    whole = _whole("four")
    connection.sendall(whole.head() + whole.steps[0])


def test_what_follows_the_last_answer_of_a_connection_is_read_to_its_end(house):
    # The second request breaks a rule, so its answer is the last one; what is behind it waits by then.
    broken = b"GET /healthz HTTP/1.1\r\n\r\n"
    rest = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n" * 600_000
    house.good.will(completion("four"))
    with socket.create_connection(("127.0.0.1", house.port), 60) as client:
        failed = []

        def send():
            try:
                client.sendall(request() + broken + rest)
            except OSError as error:
                failed.append(error)

        sender = threading.Thread(target=send)
        sender.start()
        answers = b""
        while piece := client.recv(1 << 16):
            answers += piece
        sender.join(PATIENCE)
        assert failed == [], "a socket that is closed before it is read resets the connection"
    assert answers.count(b"\r\nContent-Length: ") == 2
    assert b"four" in answers and b"HTTP/1.1 400" in answers
