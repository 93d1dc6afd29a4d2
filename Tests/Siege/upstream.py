"""A provider of every dialect over raw sockets, which answers exactly the bytes that it is told to."""

import re
import select
import socket

from loop import close

_LENGTH = re.compile(rb"^content-length: *(\d+)\r$", re.I | re.M)
_CHUNKED = re.compile(rb"^transfer-encoding: *chunked\r$", re.I | re.M)
_EXPECT = re.compile(rb"^expect: *100-continue\r$", re.I | re.M)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Script:
    """An answer: bytes, each given to the socket by itself, pauses between them in seconds, and what becomes of
    the connection then."""

    __slots__ = ("sends", "end")

    def __init__(self, sends, end="keep"):
        self.sends = sends
        self.end = end
        """`keep`, `fin`, `rst`, or `hold`: nothing more comes until the caller leaves."""


class Upstream:
    """Listens on a free port; `choose(method, path, body)` gives the script of each request."""

    def __init__(self, loop, choose):
        self.loop = loop
        self.choose = choose
        self.asked = 0
        self.open = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        loop.watch(self._listener, self)

    def ready(self, events):
        while True:
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open.add(_Connection(self, connection))

    def close(self):
        for connection in list(self.open):
            connection.end()
        close(self.loop, self._listener)


class _Connection:
    def __init__(self, upstream, connection):
        self.upstream = upstream
        self.socket = connection
        self.buffer = bytearray()
        self.sends = []
        self.then = "keep"
        self.continued = False
        self.waits = False
        upstream.loop.watch(connection, self)

    def end(self, reset=False):
        if self in self.upstream.open:
            self.upstream.open.discard(self)
            close(self.upstream.loop, self.socket, reset)

    def ready(self, events):
        try:
            if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                data = self.socket.recv(1 << 18)
                if not data:
                    return self.end()
                self.buffer += data
            if events & select.EPOLLOUT:
                self.write()
            if not self.sends:
                self.read()
        except BlockingIOError:
            pass
        except OSError:
            self.end()

    def read(self):
        """Takes a whole request and begins its answer."""
        stop = self.buffer.find(b"\r\n\r\n")
        if stop < 0 or self.then == "hold":
            return
        head = bytes(self.buffer[: stop + 2])
        start = stop + 4
        if _EXPECT.search(head) and not self.continued:
            self.continued = True
            self.socket.send(CONTINUE)
        if _CHUNKED.search(head):
            last = self.buffer.find(b"0\r\n\r\n", start)
            if last < 0:
                return
            end = last + 5
        else:
            length = _LENGTH.search(head)
            end = start + (int(length[1]) if length else 0)
        if len(self.buffer) < end:
            return
        method, path, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
        body = bytes(self.buffer[start:end])
        del self.buffer[:end]
        self.continued = False
        self.upstream.asked += 1
        script = self.upstream.choose(method, path, body)
        self.sends, self.then = [send for send in script.sends if send], script.end
        self.write()

    def go_on(self):
        """A pause is over."""
        if self in self.upstream.open:
            self.waits = False
            self.sends.pop(0)
            try:
                self.write()
            except OSError:
                self.end()

    def write(self):
        while self.sends:
            data = self.sends[0]
            if isinstance(data, float):
                self.upstream.loop.watch(self.socket, self)
                if not self.waits:
                    self.waits = True
                    self.upstream.loop.at(data, self.go_on)
                return
            try:
                count = self.socket.send(data)
            except BlockingIOError:
                count = 0
            if count < len(data):
                self.sends[0] = data[count:]
                self.upstream.loop.watch(self.socket, self, writing=True)
                return
            self.sends.pop(0)
        if self.then in ("fin", "rst"):
            return self.end(self.then == "rst")
        self.upstream.loop.watch(self.socket, self)
