"""Visits of clients of every kind, each over a connection, as a soak mixes them."""

import json
import select
import socket
import time

import wire
from client_cases import Requests
from fuzzing import draw_of
from loop import close
from mutations import pieces

PATIENCE_SECONDS = 120.0
"""The longest that a whole visit may take; the slowest here are meant to take some seconds."""
SLOW_PAUSE = 0.1
"""Between what a slow reader takes, or a slow sender sends."""
SLOW_BYTES = 4_096
KEPT = 64
"""Connections that are kept for the next visit."""


class Plan:
    """What a visit does."""

    def __init__(self, kind, data, family, method="POST", **how):
        self.kind = kind
        self.data = data
        """Bytes, or a list of bytes and pauses."""
        self.family = family
        self.method = method
        self.stop_after = how.get("stop_after")
        """Bytes of the answer after which the client leaves."""
        self.reset = how.get("reset", False)
        self.slow = how.get("slow", False)
        """Whether the answer is read slowly."""
        self.certain = how.get("certain", True)
        """Whether an answer must come."""
        self.fresh = how.get("fresh", False)


class Visit:
    """One request from its first byte to the end of its answer."""

    def __init__(self, soak, plan):
        self.soak = soak
        self.plan = plan
        self.begun = time.monotonic()
        self.buffer = bytearray()
        self.sends = list(plan.data) if isinstance(plan.data, list) else [plan.data]
        self.over = False
        self.error = None
        """Why the socket was of no more use."""
        self.socket = None if plan.slow or plan.fresh else soak.kept_connection()
        self.kept = self.socket is not None
        self.connect()
        soak.loop.at(PATIENCE_SECONDS, self.late)

    def connect(self):
        if self.socket is None:
            self.socket = socket.socket()
            if self.plan.slow:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BYTES)
            self.socket.setblocking(False)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.connect_ex(("127.0.0.1", self.soak.port))
        self.soak.loop.watch(self.socket, self, writing=True)

    def late(self):
        if not self.over:
            self.end(f"not over after {PATIENCE_SECONDS:.0f} s; {bytes(self.buffer[:200])!r}")

    def ready(self, events):
        ended = False
        if events & select.EPOLLOUT:
            try:
                self.write()
            except BlockingIOError:
                pass
            except OSError as error:
                # Closed by the server; what it said is still there.
                self.sends, self.error = [], error
                events |= select.EPOLLHUP
        try:
            if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                data = self.socket.recv(SLOW_BYTES if self.plan.slow else 1 << 18)
                ended = not data
                self.buffer += data
                if self.plan.slow and not ended:
                    self.soak.loop.forget(self.socket)
                    self.soak.loop.at(SLOW_PAUSE, self.look_again)
        except BlockingIOError:
            pass
        except OSError as error:
            ended, self.error = True, error
        self.read(ended)

    def look_again(self):
        if not self.over:
            self.soak.loop.watch(self.socket, self)

    def write(self):
        while self.sends:
            data = self.sends[0]
            if isinstance(data, float):
                self.soak.loop.watch(self.socket, self)
                self.soak.loop.at(data, self.go_on)
                return
            count = self.socket.send(data)
            if count < len(data):
                self.sends[0] = data[count:]
                return
            self.sends.pop(0)
        self.soak.loop.watch(self.socket, self)

    def go_on(self):
        if self.over or not self.sends or not isinstance(self.sends[0], float):
            return
        self.sends.pop(0)
        self.soak.loop.watch(self.socket, self, writing=True)

    def read(self, ended):
        if self.over:
            return
        plan = self.plan
        if plan.stop_after is not None and len(self.buffer) >= plan.stop_after:
            return self.end(None)
        try:
            answer = wire.parse(self.buffer, 0, plan.method, ended) if self.buffer else None
        except wire.Broken as broken:
            return self.end(str(broken) if plan.certain else None)
        if answer:
            keeps = not (answer.closes or ended or plan.fresh or plan.slow)
            return self.end(wire.fault(answer, plan.family, plan.method), answer, keeps)
        if ended:
            if self.kept and not self.buffer:
                # It was kept for too long; once more on one of its own.
                self.kept = False
                close(self.soak.loop, self.socket)
                self.socket = None
                self.sends = list(plan.data) if isinstance(plan.data, list) else [plan.data]
                return self.connect()
            self.end(f"closed without an answer ({self.error})" if plan.certain else None)

    def end(self, wrong, answer=None, keeps=False):
        self.over = True
        if keeps and not self.sends:
            self.soak.keep(self.socket)
        else:
            close(self.soak.loop, self.socket, self.plan.reset)
        self.soak.ended(self, answer, wrong)


def _request(path, body, headers=b""):
    body = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n".encode()
    return head + headers + b"content-length: %d\r\n\r\n" % len(body) + body


class Plans:
    """Draws plans of every kind by their shares."""

    SHARES = {
        "plain": 30, "stream": 22, "tools": 6, "embeddings": 3, "failover": 6, "hedge": 4, "stopped": 6,
        "reset": 2,
        "slow-reader": 1, "slow-sender": 1, "evil": 6, "mutated": 6, "budget": 2, "quota": 2, "lists": 2,
        "long": 1,
    }  # fmt: skip

    def __init__(self, seed):
        self.draw = draw_of(seed, 0)
        self.cases = Requests()
        self.number = 0

    def capacity(self):
        """What the capacity is measured by: answers that are well."""
        return self._plain("plain") if self.draw.random() < 0.6 else self._plain("stream", True)

    def next(self):
        self.number += 1
        kind = self.draw.choices(list(self.SHARES), self.SHARES.values())[0]
        draw = self.draw
        if kind in ("plain", "embeddings", "tools"):
            return self._plain(kind)
        if kind == "stream":
            return self._plain(kind, True)
        if kind == "failover":
            return self._chat(kind, "auto:failing", draw.random() < 0.5)
        if kind == "hedge":
            return self._chat(kind, "auto:slow", True)
        if kind in ("stopped", "reset"):
            # Between the head and the end.
            stop = draw.choice((0, 1, 400, 2_000, 20_000))
            return self._chat(kind, draw.choice(["long:gpt-x", "drip:gpt-x"]), True, stop_after=stop,
                reset=kind == "reset")
        if kind == "slow-reader":
            return self._chat(kind, "long:gpt-x", True, slow=True)
        if kind == "long":
            return self._chat(kind, "long:gpt-x", True)
        if kind == "slow-sender":
            data = self._chat(kind, "o:gpt-x", False).data
            sends = []
            for piece in pieces(data, draw) if draw.random() < 0.5 else [data[:150], data[150:]]:
                sends += [piece, SLOW_PAUSE]
            return Plan(kind, sends[:-1], "openai", fresh=True)
        if kind == "evil":
            return self._chat(kind, f"evil{draw.randrange(4)}:gpt-x", draw.random() < 0.5)
        if kind == "budget":
            return self._chat(kind, "o:gpt-x", draw.random() < 0.5, b"x-logway-tenant: poor\r\n")
        if kind == "quota":
            return self._chat(kind, "scarce:gpt-x", draw.random() < 0.5)
        if kind == "lists":
            path = draw.choice(["/v1/models", "/api/tags", "/v1beta/models", "/healthz", "/readyz"])
            data = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()
            return Plan(kind, data, wire.family_of(path), "GET")
        case = self.cases.make(self.number, draw)
        return Plan(
            kind, b"".join(case.sends), case.families[0], case.methods[0],
            certain=False, fresh=True, stop_after=None if case.certain else 0, reset=case.farewell == "rst",
        )  # fmt: skip

    def _chat(self, kind, model, streams, headers=b"", **how):
        body = {"model": model, "stream": streams, "max_tokens": 100, "messages": self._words()}
        return Plan(kind, _request("/v1/chat/completions", body, headers), "openai", **how)

    def _words(self):
        return [{"role": "user", "content": f"Question {self.number} " + "word " * self.draw.randrange(60)}]

    def _plain(self, kind, streams=False):
        draw = self.draw
        self.number += 1
        if kind == "embeddings":
            body = {"model": "o:gpt-x", "input": ["a", f"b{self.number}"]}
            return Plan(kind, _request("/v1/embeddings", body), "openai")
        model = draw.choice(["o:gpt-x", "c:claude-x", "l:llama-x", "g:gemini-x", "auto"])
        path = draw.choice(["/v1/chat/completions", "/v1/messages", "/api/chat", "/v1/responses", "gemini"])
        if path == "gemini":
            model = "gemini-x" if model == "auto" else model
            operation = "streamGenerateContent?alt=sse" if streams else "generateContent"
            path = f"/v1beta/models/{model}:{operation}"
            body = {"contents": [{"role": "user", "parts": [{"text": self._words()[0]["content"]}]}]}
            return Plan(kind, _request(path, body), "gemini")
        body = {"model": model, "stream": streams}
        if path == "/v1/responses":
            body |= {"input": self._words(), "store": False}
        else:
            body |= {"messages": self._words()}
        if path.startswith("/v1/"):
            body["max_output_tokens" if path == "/v1/responses" else "max_tokens"] = 100
        if kind == "tools":
            parameters = {"type": "object", "properties": {"a": {"type": "integer"}}}
            function = {"name": "add", "description": "Adds", "parameters": parameters}
            body["tools"] = {
                "/v1/messages": [{"name": "add", "input_schema": parameters}],
                "/v1/responses": [{"type": "function", **function}],
            }.get(path, [{"type": "function", "function": function}])
        return Plan(kind, _request(path, body), wire.family_of(path))
