"""Answers of providers in every dialect: as they should be, and mutated."""

import gzip
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "BlackBox"))

from fakes import anthropic, gemini, ollama, openai  # noqa: E402
from jsontext import JSONText  # noqa: E402
from mutations import TEXTS, mutated, mutated_bytes, mutated_json, pieces  # noqa: E402
from upstream import Script  # noqa: E402

_JSON = re.compile(rb"^(.*?)(\{.*\})(.*)$", re.S)
PLAIN, STREAM = "plain", "stream"


def _list(dialect):
    if dialect == "gemini":
        listed = {"name": "models/gemini-x", "supportedGenerationMethods": ["generateContent"],
            "inputTokenLimit": 9}
        return openai.whole({"models": [listed], "nextPageToken": "1"})
    if dialect == "ollama":
        return openai.whole({"models": [{"name": "llama-x", "model": "llama-x", "size": 1,
            "details": {"family": "f"}}]})
    if dialect == "anthropic":
        return openai.whole({"data": [{"type": "model", "id": "claude-x", "display_name": "X"}],
            "has_more": False,
                             "first_id": "claude-x", "last_id": "claude-x"})  # fmt: skip
    return openai.whole({"object": "list", "data": [{"id": "gpt-x", "object": "model", "owned_by": "fake"}]})


def _replies():
    """Good answers by dialect and kind."""
    call = [openai.tool_call("add", {"a": 2})]
    yield "openai", PLAIN, openai.completion()
    yield "openai", PLAIN, openai.completion(tool_calls=call)
    yield "openai", PLAIN, openai.whole_thought("hm")
    yield "openai", PLAIN, openai.error(500, headers={"retry-after": "1",
        "x-ratelimit-remaining-requests": "5"})
    yield "openai", STREAM, openai.streamed()
    yield "openai", STREAM, openai.streamed_tool_call()
    yield "openai", STREAM, openai.streamed_thought(["h", "m"])
    yield "openai", STREAM, openai.stream(openai.pieces(["a"], usage_in="x_groq"))
    yield "anthropic", PLAIN, anthropic.message()
    yield "anthropic", PLAIN, anthropic.message(tool=("add", {"a": 2}))
    yield "anthropic", PLAIN, anthropic.message(thinking="hm")
    yield "anthropic", PLAIN, anthropic.error(529, "overloaded_error")
    yield "anthropic", STREAM, anthropic.streamed()
    yield "anthropic", STREAM, anthropic.streamed_tool_use()
    yield "anthropic", STREAM, anthropic.streamed_thought(["h", "m"])
    yield "ollama", PLAIN, openai.whole(ollama.last("four"))
    yield "ollama", PLAIN, openai.whole(ollama.last("", tool_calls=ollama.tool_calls()))
    yield "ollama", PLAIN, ollama.error()
    yield "ollama", STREAM, ollama.streamed()
    yield "ollama", STREAM, ollama.streamed_thought(["h"])
    yield "ollama", STREAM, ollama.lines([ollama.part("", tool_calls=ollama.tool_calls()), ollama.last()])
    yield "gemini", PLAIN, gemini.answer()
    yield "gemini", PLAIN, openai.whole(gemini.value([gemini.thought("h"), gemini.call()], "STOP"))
    yield "gemini", PLAIN, gemini.blocked()
    yield "gemini", PLAIN, gemini.error(503, "UNAVAILABLE", details=[gemini.retry_info("1s"),
        gemini.quota_failure()])
    yield "gemini", STREAM, gemini.streamed()
    yield "gemini", STREAM, gemini.streamed_thought(["h"])
    yield "gemini", STREAM, gemini.stream([gemini.event(gemini.value([gemini.call()])),
        *gemini.pieces(["x"])])
    yield "responses", PLAIN, openai.response()
    yield "responses", PLAIN, openai.response([openai.sealed(), openai.output_text()])
    yield "responses", STREAM, openai.streamed_response()
    yield "responses", STREAM, openai.streamed_response([openai.sealed(), openai.output_text()])
    yield "completions", PLAIN, openai.text_completion()
    yield "completions", STREAM, openai.streamed_text()
    yield "embeddings", PLAIN, openai.embeddings(2)
    yield "ollama-embeddings", PLAIN, openai.whole({"model": "llama-x", "embeddings": [[0.5, -1.25]],
        "prompt_eval_count": 3})
    yield "gemini-embeddings", PLAIN, openai.whole({"embeddings": [{"values": [0.5, -1.25]}]})
    yield "anthropic-count", PLAIN, openai.whole({"input_tokens": 21})
    for dialect in ("openai", "anthropic", "ollama", "gemini"):
        yield dialect + "-list", PLAIN, _list(dialect)


def operation(path, body):
    """The dialect and kind that a request of the gateway asks for."""
    path = path.partition(b"?")[0]
    streams = STREAM if re.search(rb'"stream": *true', body) else PLAIN
    for end, dialect in (
        (b"/chat/completions", "openai"), (b"/responses", "responses"), (b"/embeddings", "embeddings"),
        (b"/messages", "anthropic"), (b"/completions", "completions"),
        (b":generateContent", "gemini"), (b":embedContent", "gemini-embeddings"),
        (b":batchEmbedContents", "gemini-embeddings"), (b"/count_tokens", "anthropic-count"),
        (b"/api/embed", "ollama-embeddings"), (b"/api/tags", "ollama-list"),
    ):  # fmt: skip
        if path.endswith(end):
            return dialect, streams if dialect in ("openai", "responses", "anthropic",
                "completions") else PLAIN
    if path.endswith(b":streamGenerateContent"):
        return "gemini", STREAM
    if path.endswith((b"/api/chat", b"/api/generate")):
        return "ollama", PLAIN if re.search(rb'"stream": *false', body) else STREAM
    if path.endswith(b"/models"):
        return (path.split(b"/")[1].decode() if path.count(b"/") > 2 else "openai") + "-list", PLAIN
    return "openai", PLAIN


def _framed(head_lines, body_steps, chunked):
    head = b"\r\n".join(head_lines)
    if chunked:
        body = b"".join(b"%x\r\n%s\r\n" % (len(step), step) for step in body_steps if step) + b"0\r\n\r\n"
        return head + b"\r\ntransfer-encoding: chunked\r\n\r\n" + body
    body = b"".join(body_steps)
    return head + b"\r\ncontent-length: %d\r\n\r\n" % len(body) + body


class _Good:
    """An answer in parts that can be changed."""

    def __init__(self, reply):
        self.chunked = reply.chunked
        self.lines = [b"HTTP/1.1 %d Scripted" % reply.status]
        self.lines += [f"{name}: {value}".encode() for name, value in reply.headers.items()]
        self.steps = [step for step in reply.steps if isinstance(step, bytes)]
        self.texts = []
        """Of each step what stands before its JSON, the JSON, and what stands behind."""
        for step in self.steps:
            found = _JSON.match(step)
            self.texts.append(found and (found[1], JSONText(found[2]), found[3]))
        self.documents = [text[1] for text in self.texts if text]
        self.bytes = _framed(self.lines, self.steps, self.chunked)


STATUSES = [200, 200, 200, 201, 204, 206, 301, 304, 400, 408, 409, 422, 500, 502, 503, 504, 529, 599, 999,
    100, 101, 103, 0, 99]
FATAL_STATUSES = [401, 402, 403, 404, 405, 410, 429, 501]
"""Those after which the gateway leaves a key, a model or an operation alone for a while or for an hour: drawn
seldom, since they end what can be tried."""
FATAL_SHARE = 0.002
REASONS = [b"OK", b"", b"\xff\xfe", b"x" * 5_000, b"OK\x00", b"a\tb"]
HEADERS = [
    b"content-type: text/html", b"content-type:", b"content-type: application/json; charset=utf-16",
    b"content-encoding: gzip",
    b"content-encoding: br", b"content-encoding: identity", b"set-cookie: a=b", b"x-logway-provider: forged",
    b"retry-after: 1",
    b"retry-after: -5", b"retry-after: 99999999999999999999", b"retry-after: Wed, 21 Oct 2065 07:28:00 GMT",
    b"location: http://127.0.0.1:1/",
    b"x-ratelimit-limit-requests: 1e9", b"x-ratelimit-remaining-requests: 18446744073709551616",
    b"x-ratelimit-reset-requests: 1h9999999m",
    b"anthropic-ratelimit-tokens-remaining: -1", b"x-ratelimit-remaining-tokens: \xff", b"connection: close",
    b"connection: upgrade",
    b"upgrade: h2c", b"trailer: x", b"date: x", b"x-request-id: " + b"r" * 9_000, b"openai-processing-ms: x",
    b"content-length: 3",
    b"content-length: 99999999999", b"content-length: -1", b"content-length: 5, 5",
    b"transfer-encoding: chunked", b"transfer-encoding: gzip",
    b"transfer-encoding: gzip, chunked", b"keep-alive: timeout=0", b"no colon", b": x", b"x y: z",
    b" folded", b"x: \x00", b"alt-svc: h3=\":1\"",
    b"strict-transport-security: max-age=1", b"x-should-retry: true", b"", b"x: " + b"v" * 70_000,
]  # fmt: skip
SIZES = [b"0%x", b"%X", b"%x;ext", b" %x", b"%x ", b"0x%x", b"-%x", b"+%x", b"zz", b"", b"ffffffffffffffff",
    b"7fffffffffffffff", b"%x;" + b"e" * 9_000]
EVENTS = [
    b": comment\n\n", b"\n", b"data:\n\n", b"data: \n\n", b"data: [DONE]\n\n", b"data: [DONE]",
    b"event: error\ndata: {}\n\n", b"event: ping\ndata: {\"type\": \"ping\"}\n\n",
    b"id: 1\nretry: 0\n\n", b"data: {\ndata: }\n\n", b"data: null\n\n", b"data: []\n\n",
    b"data: {\"error\": \"no\"}\n\n", b"data: {\"error\": {\"message\": \"no\"}}\n\n",
    b"\xef\xbb\xbf", b"event: message_stop\ndata: {\"type\": \"message_stop\"}\n\n", b"{}\n",
    b"{\"done\": true}\n", b"{\"error\": \"no\"}\n", b"null\n", b"\x00", b"\r", b"data",
    b"data: {\"type\": \"response.failed\", \"response\": {\"error\": {\"code\": \"x\", \"message\": \"y\"}}}\n\n", b"data: " + b"x" * 70_000 + b"\n\n",
    b"event: message_start\n",
    b"data: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"no\"}}\n\n",
]  # fmt: skip


class Answers:
    """The good answers, and the mutated one of each number."""

    def __init__(self):
        self.good = {}
        for dialect, kind, reply in _replies():
            self.good.setdefault((dialect, kind), []).append(_Good(reply))
        self.documents = [d for goods in self.good.values() for good in goods for d in good.documents]

    def honest(self, path, body, number=0):
        goods = self.good.get(operation(path, body)) or self.good["openai", PLAIN]
        whole = [good for good in goods if good.lines[0].startswith(b"HTTP/1.1 200")]
        return Script([whole[number % len(whole)].bytes])

    def mutated(self, path, body, draw):
        goods = self.good.get(operation(path, body)) or self.good["openai", PLAIN]
        good = draw.choice(goods)
        if draw.random() < 0.02:
            # What another dialect would say.
            good = draw.choice(self.good[draw.choice(list(self.good))])
        lines, steps, chunked = list(good.lines), list(good.steps), good.chunked
        kind = draw.random()
        if kind < 0.75:
            self._change_texts(good, steps, draw)
        if kind > 0.65 and (len(steps) > 1 or draw.random() < 0.1):
            self._change_events(steps, draw)
        if draw.random() < 0.15:
            self._change_head(lines, draw)
        if draw.random() < 0.1:
            chunked = not chunked
        if chunked and draw.random() < 0.3:
            whole = b"".join(steps)
            steps = pieces(whole, draw)
            if len(whole) > 3 and draw.random() < 0.3:
                steps = [whole[n : n + 1] for n in range(min(len(whole), 800))] + [whole[800:]]
        data, end = self._frame(lines, steps, chunked, draw)
        return Script(pieces(data, draw), end)

    def _change_texts(self, good, steps, draw):
        for _ in range(draw.choice((1, 1, 2, 3))):
            place = draw.randrange(len(good.steps))
            if not good.texts[place]:
                steps[place] = mutated_bytes(good.steps[place], draw)
                continue
            before, document, behind = good.texts[place]
            other = draw.choice(self.documents)
            change = mutated if draw.random() < 0.5 else mutated_json
            steps[place] = before + change(document, other, draw) + behind

    def _change_events(self, steps, draw):
        for _ in range(draw.choice((1, 1, 2))):
            place = draw.randrange(len(steps) + 1)
            kind = draw.randrange(8)
            if kind < 3 or place == len(steps):
                steps.insert(place, draw.choice(EVENTS))
            elif kind == 3:
                steps[place] = steps[place].replace(b"\n", draw.choice([b"\r\n", b"\r", b"\n\n", b""]))
            elif kind == 4:
                steps[place:place] = [steps[place]] * draw.choice((1, 2, 50))
            elif kind == 5:
                del steps[place]
            elif kind == 6:
                other = draw.randrange(len(steps))
                steps[place], steps[other] = steps[other], steps[place]
            else:
                steps[place] = steps[place].replace(b"data: ", draw.choice([b"data:", b"data:  ", b"Data: ",
                    b"data\n", b"datum: ", draw.choice(TEXTS)]))
            if not steps:
                return

    def _change_head(self, lines, draw):
        kind = draw.random()
        if kind < 0.4:
            status = draw.choice(FATAL_STATUSES) if draw.random() < FATAL_SHARE / 0.06 else draw.choice(STATUSES)
            version = draw.choice([b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2", b"ICY",
                b"HTTP/1.1\x00"])
            lines[0] = b"%s %d %s" % (version, status, draw.choice(REASONS))
        elif kind < 0.9:
            for _ in range(draw.choice((1, 1, 2, 300))):
                lines.insert(draw.randrange(1, len(lines) + 1), draw.choice(HEADERS))
        else:
            place = draw.randrange(len(lines))
            lines[place] = mutated_bytes(lines[place], draw)

    def _frame(self, lines, steps, chunked, draw):
        """The bytes of the answer, and what becomes of the connection."""
        data, end = _framed(lines, steps, chunked), "keep"
        kind = draw.random()
        if kind < 0.80:
            pass
        elif kind < 0.84:
            # The size of a chunk, or the length, is another.
            form = draw.choice(SIZES)
            size = form % 37 if b"%" in form else form
            data = data.replace(b"\r\n\r\n", b"\r\n\r\n" + size + b"\r\n", 1) if chunked else re.sub(
                rb"content-length: (\d+)", lambda m: b"content-length: %d" % max(0,
                    int(m[1]) + draw.choice((-7, -1, 1, 99))), data
            )  # fmt: skip
        elif kind < 0.86:
            data = draw.choice([b"HTTP/1.1 100 Continue\r\n\r\n",
                b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" * 40, b"\r\n", b"\r\n\r\n", b"SSH-2.0-x\r\n"]) + data
        elif kind < 0.88:
            data += draw.choice([b"x", b"\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                b"\x00" * 5_000])
        elif kind < 0.90:
            # The body is compressed, as nobody asked for.
            packed = gzip.compress(b"".join(steps), 1, mtime=0)
            data = _framed([*lines, b"content-encoding: gzip"], [packed], chunked)
        elif kind < 0.92:
            # As long as the connection lasts.
            data = b"\r\n".join([*lines, b"connection: close"]) + b"\r\n\r\n" + b"".join(steps)
            return data, draw.choice(["fin", "fin", "rst"])
        elif kind < 0.94:
            data = mutated_bytes(data, draw)
        else:
            data = data[: draw.randrange(len(data) + 1)]
            end = "hold" if draw.random() < 0.02 else draw.choice(["fin", "fin", "rst"])
            return data, end
        if draw.random() < 0.1:
            end = draw.choice(["fin", "rst"])
        elif kind >= 0.80:
            end = "fin"
        return data, end
