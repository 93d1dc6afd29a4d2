"""A scripted HTTP/1.1 server over real sockets.

It answers each chat request with the next reply of its script, byte by byte as the script says, and
keeps the exact bytes of every request. It speaks HTTP itself, since a library would repair what the
tests want broken.
"""

import json
import select
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field

LONGEST_HOLD = 240.0
"""Seconds that a held answer waits when nobody opens its gate: a test that fails must still end. Not so few that a busy
machine's test is still on its way to the gate."""


@dataclass
class Pause:
    """A step of a reply: nothing is sent for so long."""

    seconds: float


@dataclass
class Hold:
    """A step of a reply: nothing is sent until the gate is opened or the caller hangs up."""

    gate: threading.Event


class Cut:
    """A step of a reply: the connection is closed without the end that HTTP asks for."""


CUT = Cut()


class HalfClose:
    """A step of a reply: FIN is sent, nothing more is written, and the connection is read on until the
    caller closes it."""


HALF_CLOSE = HalfClose()


class Deaf:
    """A step of a reply: the reading side is closed, and the answer is written on."""


DEAF = Deaf()


@dataclass
class Reply:
    """What is answered to one request."""

    steps: list
    """Bytes to send, and what happens between them."""
    status: int = 200
    headers: dict = field(default_factory=dict)
    chunked: bool = False
    """Whether the length is unknown beforehand, as for a stream."""
    until_close: bool = False
    """Whether nothing tells the length, so that the body ends with the connection."""

    def head(self):
        headers = dict(self.headers)
        if self.chunked:
            headers["transfer-encoding"] = "chunked"
        elif self.until_close:
            headers["connection"] = "close"
        else:
            length = sum(len(step) for step in self.steps if isinstance(step, bytes))
            headers.setdefault("content-length", str(length))
        lines = [f"HTTP/1.1 {self.status} Scripted"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def whole(value, status=200, headers=None):
    """A JSON answer, or the given bytes as they are."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply([body], status, {"content-type": "application/json", **(headers or {})})


def html(status=200):
    """What a proxy in front of a provider sends when it is confused."""
    page = b"<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>"
    return Reply([page], status, {"content-type": "text/html"})


def stream(steps, content_type="text/event-stream", status=200):
    """A streamed answer."""
    return Reply(list(steps), status, {"content-type": content_type}, chunked=True)


@dataclass
class Seen:
    """A request as it came over the wire."""

    method: str
    path: str
    headers: dict
    body: bytes
    abandoned: threading.Event = field(default_factory=threading.Event)
    """Set when the caller hung up before its answer was whole."""
    answered: threading.Event = field(default_factory=threading.Event)
    """Set when the whole answer was sent."""
    let_go: threading.Event = field(default_factory=threading.Event)
    """Set when the caller closed a connection that was half closed."""

    @property
    def json(self):
        return json.loads(self.body)


class _Gone(Exception):
    """The caller hung up."""


class FakeProvider:
    """A provider on a free port of this machine."""

    def __init__(self, models):
        self.models = list(models)
        self.script = deque()
        self.standing = None
        self.models_reply = None
        self.pages = {}
        """Replies to a GET by path, before the model list."""
        self.requests = []
        self.listings = []
        self.connections = 0
        self.arrived = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._connections = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    # What a family fills in.

    def model_list(self, request):
        """The body of the model list, or of the page of it that is asked for."""
        raise NotImplementedError

    def answer(self, request):
        """The reply to a request that the script says nothing about."""
        raise NotImplementedError

    def look_up(self, request):
        """The reply to a GET."""
        return whole(self.model_list(request))

    # What a test says and asks.

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self._listener.getsockname()[1]

    def will(self, *replies):
        """Answers the next requests so, one each."""
        self.script.extend(replies)

    def always(self, reply):
        """Answers every request so that the script says nothing about, or as a function says."""
        self.standing = reply

    def reset(self):
        """Forgets script and requests."""
        self.script.clear()
        self.standing = None
        self.requests.clear()

    @property
    def last(self):
        """The last chat request."""
        return self.requests[-1]

    def wait_for_request(self, count=1, timeout=240):
        """The request of that number, as soon as it is there."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(f"{len(self.requests)} requests arrived, not {count}")
        return self.requests[count - 1]

    def close(self):
        # A blocked accept would keep the port open, so that the next caller would hang.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        """Closes every connection."""
        with self._lock:
            for connection in list(self._connections):
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # Closed by the caller already.

    # How it does that.

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            buffer = b""
            while True:
                request, buffer = self._read(connection, buffer)
                if not self._respond(connection, request):
                    return
        except (_Gone, OSError):
            pass
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    @staticmethod
    def _read(connection, buffer):
        def more():
            data = connection.recv(1 << 16)
            if not data:
                raise _Gone
            return data

        while b"\r\n\r\n" not in buffer:
            buffer += more()
        head, buffer = buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, value = line.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        if "100-continue" in headers.get("expect", "").lower():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(headers.get("content-length", "0"))
        while len(buffer) < length:
            buffer += more()
        return Seen(method, path, headers, buffer[:length]), buffer[length:]

    def _choose(self, request):
        """The reply to a request, which is kept."""
        if request.method == "GET":
            self.listings.append(request)
            path = request.path.partition("?")[0]
            reply = self.pages.get(path) or self.models_reply or self.look_up(request)
        else:
            with self.arrived:
                self.requests.append(request)
                reply = self.script.popleft() if self.script else None
                self.arrived.notify_all()
            reply = reply or self.standing or self.answer
        if callable(reply):
            reply = reply(request)
        return reply

    def _respond(self, connection, request):
        reply = self._choose(request)
        try:
            return self._send(connection, reply, request)
        except (_Gone, OSError):
            request.abandoned.set()
            raise _Gone from None

    def _send(self, connection, reply, request):
        connection.sendall(reply.head())
        for step in reply.steps:
            if isinstance(step, Pause):
                self._watch(connection, time.monotonic() + step.seconds, None)
            elif isinstance(step, Hold):
                self._watch(connection, time.monotonic() + LONGEST_HOLD, step.gate)
            elif step is CUT:
                return False
            elif step is HALF_CLOSE:
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(LONGEST_HOLD)
                while connection.recv(1 << 16):
                    pass
                request.let_go.set()
                return False
            elif step is DEAF:
                connection.shutdown(socket.SHUT_RD)
            elif reply.chunked:
                connection.sendall(b"%x\r\n%s\r\n" % (len(step), step))
            else:
                connection.sendall(step)
        if reply.chunked:
            connection.sendall(b"0\r\n\r\n")
        request.answered.set()
        return not reply.until_close

    @staticmethod
    def _watch(connection, deadline, gate):
        """Waits, and notices when the caller hangs up."""
        while (left := deadline - time.monotonic()) > 0:
            if gate is not None and gate.is_set():
                return
            readable, _, _ = select.select([connection], [], [], min(left, 0.02))
            if readable and not connection.recv(1 << 16, socket.MSG_PEEK):
                raise _Gone


class Refusing:
    """An address where nobody listens, and nobody else can start to."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self._socket.getsockname()[1]

    def close(self):
        self._socket.close()
