"""Providers of every family behind one port, which end their answers in every way.

How an answer ends stands in the prompt, `do:WAY`, since it goes through every translation; which family is
asked is seen by the path. It counts the calls that are open, and drops whatever its caller drops.
"""

import asyncio
import json
import re
import socket
import struct
import threading

WAYS = (
    "whole", "drip", "refused", "busy", "broken", "cut-head", "cut", "reset", "silent", "garbage",
    "over", "late", "long",
)  # fmt: skip
FIRST = "/one/"
"""The path of the provider that fails where another is to answer (`over`), or is slow (`late`)."""


def _event(value):
    return f"data: {json.dumps(value)}\n\n".encode()


def _line(value):
    return json.dumps(value).encode() + b"\n"


def _openai(streamed, texts):
    usage = {"prompt_tokens": 3, "completion_tokens": len(texts), "total_tokens": 9}
    if not streamed:
        message = {"role": "assistant", "content": "".join(texts)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return [json.dumps({"id": "c", "model": "m", "choices": [choice], "usage": usage}).encode()]
    chunks = [
        _event({"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]})
        for text in texts
    ]
    last = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return [*chunks, _event(last), _event({"id": "c", "choices": [], "usage": usage}) + b"data: [DONE]\n\n"]


def _anthropic(streamed, texts):
    usage = {"input_tokens": 3, "output_tokens": len(texts)}
    message = {"id": "msg", "type": "message", "role": "assistant", "model": "c", "usage": usage}
    if not streamed:
        content = [{"type": "text", "text": "".join(texts)}]
        return [json.dumps({**message, "content": content, "stop_reason": "end_turn"}).encode()]
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        for text in texts
    ]
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}
    return [
        _event({"type": "message_start", "message": {**message, "content": []}}) + _event(start)
        + _event(deltas[0]),
        *[_event(delta) for delta in deltas[1:]],
        _event({"type": "content_block_stop", "index": 0}) + _event(end)
        + _event({"type": "message_stop"}),
    ]  # fmt: skip


def _ollama(streamed, texts):
    counts = {"prompt_eval_count": 3, "eval_count": len(texts)}
    end = {"model": "l", "done": True, "done_reason": "stop", **counts}
    if not streamed:
        return [json.dumps({**end, "message": {"role": "assistant", "content": "".join(texts)}}).encode()]
    lines = [
        _line({"model": "l", "message": {"role": "assistant", "content": text}, "done": False})
        for text in texts
    ]
    return [*lines, _line({**end, "message": {"role": "assistant", "content": ""}})]


def _gemini(streamed, texts):
    def said(text, **more):
        content = {"role": "model", "parts": [{"text": text}]}
        return {"candidates": [{"content": content, **more}], "usageMetadata": {"promptTokenCount": 3}}

    if not streamed:
        return [json.dumps(said("".join(texts), finishReason="STOP")).encode()]
    return [*[_event(said(text)) for text in texts], _event(said(".", finishReason="STOP"))]


def _embeddings(count):
    data = [{"object": "embedding", "index": index, "embedding": [0.5, 1.0]} for index in range(count)]
    return [json.dumps({"object": "list", "model": "m", "data": data, "usage": {"prompt_tokens": 3}}).encode()]


class EvilProvider:
    """The server, on a loop of its own."""

    models = ["m"]

    def __init__(self):
        self.open = 0
        self.calls = 0
        self._loop = asyncio.new_event_loop()
        self._server = self._run(self._start())
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def _run(self, coroutine):
        if not self._loop.is_running():
            threading.Thread(target=self._loop.run_forever, daemon=True).start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _start(self):
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024, limit=1 << 22)

    def close(self):
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.open += 1
                self.calls += 1
                try:
                    await self._answer(head.split(" ", 2)[1], body, reader, writer)
                finally:
                    self.open -= 1
        except (asyncio.IncompleteReadError, OSError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(self, path, body, reader, writer):
        if "/files" in path:
            return await self._send(writer, 200, [b'{"id":"file-1","object":"file","data":[]}'])
        if not body or "/api/show" in path:
            # Lists of models, which the configuration names.
            return await self._send(writer, 404, [b"{}"])
        text = body.decode(errors="replace")
        found = re.search(r"do:([a-z-]+)", text)
        way = found[1] if found else "whole"
        asked = json.loads(text)
        if "/embeddings" in path:
            steps = _embeddings(len(asked["input"]) if isinstance(asked["input"], list) else 1)
        else:
            streamed = asked.get("stream", "/api/" in path) or "streamGenerateContent" in path
            texts = ["word "] * (4 if way != "drip" else 200)
            if way == "long":
                texts = ["begin"] + ["x" * 20_000] * 4
            of = (
                _anthropic if path.endswith("/messages")
                else _ollama if "/api/chat" in path
                else _gemini if "Content" in path
                else _openai
            )  # fmt: skip
            steps = of(streamed, texts)
        if way == "over" and FIRST in path or way == "broken":
            return await self._send(writer, 500, [b'{"error":{"message":"broken"}}'])
        if way == "refused":
            return await self._send(writer, 400, [b'{"error":{"message":"refused"}}'])
        if way == "busy":
            return await self._send(writer, 429, [b'{"error":{"message":"busy"}}'], b"retry-after: 0\r\n")
        if way == "garbage":
            return await self._send(writer, 200, [b"<html>no answer</html>"])
        if way == "silent" or way == "late" and FIRST in path:
            # Until the caller hangs up.
            await reader.read(1)
            raise ConnectionError
        if way == "cut-head":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-ty")
            await writer.drain()
            raise ConnectionError
        if way in ("cut", "reset"):
            await self._send(writer, 200, steps[: max(1, len(steps) // 2)], end=False)
            await asyncio.sleep(0.01)
            if way == "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            raise ConnectionError
        await self._send(writer, 200, steps, pause=0.02 if way in ("drip", "long") else 0)

    @staticmethod
    async def _send(writer, status, steps, more=b"", end=True, pause=0):
        kind = b"text/event-stream" if steps[0].startswith((b"data:", b"event:")) else b"application/json"
        writer.write(b"HTTP/1.1 %d X\r\ncontent-type: %s\r\n" % (status, kind) + more)
        writer.write(b"transfer-encoding: chunked\r\n\r\n")
        for step in steps:
            writer.write(b"%x\r\n%s\r\n" % (len(step), step))
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        if end:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
