"""A provider of the OpenAI family that streams thousands of answers at once, in steps.

One event loop in a thread of its own: a thread for each connection, as the other fakes have, would be
thousands. All streams write their next chunk when the test says so.
"""

import asyncio
import json
import ssl
import threading

from . import openai as fake_openai
from .http2 import RequestStreams, server_context
from .openai import OpenAIProvider

MODEL_LIST = json.dumps({"object": "list", "data": [{"id": "slow"}, {"id": "short"}]}).encode()


class SlowProvider:
    """Answers the model `slow` chunk by chunk as the test says, `short` at once."""

    models = ["slow", "short"]
    scheme = "http"
    context = None
    """How TLS is spoken, if it is."""

    def __init__(self):
        self.streams = 0
        """Streams that run."""
        self.most = 0
        """The most that ran at once."""
        self.connections = 0
        self._round = 0
        self._is_ended = False
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self._ready.wait(240)

    def step(self):
        """Lets each stream write one chunk more."""
        asyncio.run_coroutine_threadsafe(self._change(1, False), self._loop).result(60)

    def end(self):
        """Lets each stream end well."""
        asyncio.run_coroutine_threadsafe(self._change(0, True), self._loop).result(60)

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self._port}"

    def close(self):
        asyncio.run_coroutine_threadsafe(self._cancel(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)

    @staticmethod
    async def _cancel():
        """Ends what waits, or the loop would complain of it."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._changed = asyncio.Condition()
        start = asyncio.start_server(
            self._serve, "127.0.0.1", 0, backlog=4096, ssl=self.context,
            ssl_handshake_timeout=self.context and 120,
        )  # fmt: skip
        server = self._loop.run_until_complete(start)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _change(self, steps, ends):
        async with self._changed:
            self._round += steps
            self._is_ended = self._is_ended or ends
            self._changed.notify_all()

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = 0
                for line in head.split("\r\n"):
                    if line.startswith("content-length:"):
                        length = int(line.split(":")[1])
                body = await reader.readexactly(length)
                await self._answer(head, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, head, body, writer):
        if head.startswith("get "):
            return self._whole(writer, MODEL_LIST)
        if json.loads(body)["model"] == "short":
            return self._whole(writer, fake_openai.completion(model="short").steps[0])
        self.streams += 1
        self.most = max(self.most, self.streams)
        try:
            await self._stream(writer)
        finally:
            self.streams -= 1

    @staticmethod
    def _whole(writer, body):
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        writer.write((head % len(body)).encode() + body)

    async def _stream(self, writer):
        def send(event):
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))

        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        await self._tell(send, writer.drain)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _tell(self, send, drain):
        """Sends the events of a slow stream, chunk by chunk as the test says."""
        first, *_, finish, usage, done = fake_openai.pieces([], model="slow")
        send(first)
        send(fake_openai.chunk({"content": "begin "}, model="slow"))
        at = self._round
        while not self._is_ended:
            async with self._changed:
                await self._changed.wait_for(lambda: self._round > at or self._is_ended)
            while at < self._round:
                send(fake_openai.chunk({"content": "word " * 50}, model="slow"))
                at += 1
            await drain()
        for event in (finish, usage, done):
            send(event)


class SlowHTTP2Provider(SlowProvider):
    """The same over TLS and HTTP/2."""

    scheme = "https"

    def __init__(self, certificate, key):
        self.context = server_context(certificate, key, ["h2"])
        self.versions = set()
        """The protocols that were agreed on."""
        super().__init__()

    async def _serve(self, reader, writer):
        self.connections += 1
        self.versions.add(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        streams, answers = RequestStreams(), set()
        state = streams.state
        try:
            writer.write(state.data_to_send())
            while data := await reader.read(1 << 16):
                for id, head, body in streams.take(data):
                    answer = self._answer_stream(state, id, head, body, writer)
                    answers.add(asyncio.ensure_future(answer))
                writer.write(state.data_to_send())
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            for answer in answers:
                answer.cancel()
            writer.close()

    async def _answer_stream(self, state, id, head, body, writer):
        def send(data, content_type=None):
            if content_type:
                state.send_headers(id, [(":status", "200"), ("content-type", content_type)])
            # Every chunk here fits into the client's window, which is of megabytes.
            state.send_data(id, data)
            writer.write(state.data_to_send())

        def whole(data):
            send(data, "application/json")

        if head[":method"] == "GET":
            whole(MODEL_LIST)
        elif json.loads(body)["model"] == "short":
            whole(fake_openai.completion(model="short").steps[0])
        else:
            self.streams += 1
            self.most = max(self.most, self.streams)
            try:
                send(b": begin\n\n", "text/event-stream")
                await self._tell(send, writer.drain)
            finally:
                self.streams -= 1
        state.end_stream(id)
        writer.write(state.data_to_send())
