"""Mutated requests of clients: a corpus of every API, and changes of bodies, heads and framing."""

import gzip
import json
import zlib

from client_corpus import GETS, MODELS, RECORDED, bodies
from jsontext import JSONText
from mutations import DEEP, TEXTS, mutated, mutated_bytes, pieces
from wire import family_of

HINTS = [b"x-logway-" + name for name in (
    b"task", b"complexity", b"max-cost", b"max-latency", b"local-only", b"tenant", b"tags", b"require",
    b"cache-key", b"odd", b"",
    b"provider", b"request-id",
)]  # fmt: skip
HEADERS = [
    (b"host", [b"127.0.0.1", b"localhost:1", b"evil.example", b"", b"[::1]", b"127.0.0.1, evil.example",
        b"a@b",
               b"LOCALHOST.", b"xn--", b"1.1.1.1:99999", b"127.0.0.1 x", b"[evil.com]"]),
    (b"origin", [b"null", b"http://localhost:3000", b"HTTPS://EVIL.EXAMPLE", b"https://evil.example",
        b"file://", b"",
                 b"vscode-webview://x", b"http://localhost.evil.example"]),
    (b"content-type", [b"text/plain", b"application/json; charset=utf-16",
        b"multipart/form-data; boundary=x", b"",
                       b"application/x-www-form-urlencoded", b"APPLICATION/JSON"]),
    (b"content-encoding", [b"gzip", b"deflate", b"br", b"gzip, gzip", b"identity", b"GZIP", b"", b"zstd"]),
    (b"accept", [b"text/event-stream", b"*/*;q=0", b"", b"application/json" + b", */*" * 500]),
    (b"accept-encoding", [b"gzip", b"br;q=1.0, *;q=0", b"identity;q=0"]),
    (b"authorization", [b"Bearer sk-client", b"Bearer " + b"k" * 5_000, b"Basic Og==", b"",
        b"Bearer \xff\xfe"]),
    (b"x-api-key", [b"sk-client", b""]), (b"x-goog-api-key", [b"AIza" + b"x" * 35]),
    (b"anthropic-version", [b"2023-06-01", b"", b"x" * 3_000]), (b"anthropic-beta", [b"a,b,c", b"\t",
        b"x," * 900]),
    (b"expect", [b"100-continue", b"200-maybe", b"100-Continue, x"]),
    (b"connection", [b"close", b"keep-alive", b"upgrade", b"close, keep-alive", b"host", b"content-length"]),
    (b"upgrade", [b"h2c", b"websocket", b"TLS/1.0"]), (b"http2-settings", [b"AAMAAABkAAQCAAAAAAIAAAAA"]),
    (b"cookie", [b"a=b", b"c" * 9_000]), (b"range", [b"bytes=0-1"]), (b"if-none-match", [b"*"]),
    (b"x-forwarded-host", [b"evil.example"]), (b"forwarded", [b"for=1.1.1.1;host=evil"]), (b"te",
        [b"trailers"]),
    (b"x-http-method-override", [b"DELETE"]), (b"x-stainless-retry-count", [b"9" * 40]), (b"trailer",
        [b"host"]),
    (b"idempotency-key", [b"k" * 300]), (b"user-agent", [b"", b"codex_exec/0.163.0", b"\xf0\x9f\x91\x8d"]),
    (b"session-id", [b"01a20000-0000-7000-8000-000000000001", b"", b"s" * 4_000]),
    (b"date", [b"Mon, 00 Jan 0000"]), (b"max-forwards", [b"0"]), (b"via", [b"1.1 x"]), (b"proxy-connection",
        [b"close"]),
]  # fmt: skip
METHODS = [b"GET", b"HEAD", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"CONNECT", b"post", b"PRI",
    b"", b"P\x00ST",
           b"GET /x", b"POST" * 300]  # fmt: skip
VERSIONS = [b"HTTP/1.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/1.1 ", b"http/1.1", b"HTTP/1.", b"",
    b"HTTP/11", b"X"]
NAMES = [b"a", b"A-b", b"x y", b"x\x00", b"", b":", b"x\xff", b"(x)", b"x" * 4_000, b" leading",
    b"content-length ",
         b"Transfer-Encoding\x0b"]  # fmt: skip
CODINGS = [b"chunked, identity", b"identity", b"gzip, chunked", b"xchunked", b"chunked;x=1", b"CHUNKED",
    b" chunked", b"chunked\t",
           b"chunked, chunked", b"", b"\x0bchunked", b"chunked,"]  # fmt: skip
LENGTHS = [b"-1", b"+%d", b"0x%x", b"%d, %d", b"%d %d", b"", b"1e1", b"00%d", b"%d\x00",
    b"99999999999999999999999", b"%d.0", b" %d\t"]
SIZES = [b"0%x", b"%x;ext=1", b'%x;e="a;b"', b"%X", b"%x ", b" %x", b"0x%x", b"%x;" + b"e" * 3_000, b"-%x",
    b"%xg", b"", b"ffffffffffffffff%x",
         b"%x\r", b"%x\n"]  # fmt: skip
PATHS = [b"//", b"/./", b"/../", b"%2e%2e/", b"/%00", b"?", b"#x", b"%", b"%zz", b"\\", b"/v1", b";x",
    b"\xff", b"/" + b"p" * 9_000, b"*",
         b"http://evil.example/", b"//evil.example/", b"%2f", b"?x=" + b"&y" * 2_000]  # fmt: skip
BEHIND = [b"x" * 20, b"x" * 3_000, b"\r\n", b"\r\n\r\n", b"\x00" * 64, b"GET", b"GET / HTTP/1.1\r\n", b"{}",
    b"\x16\x03\x01\x02\x00\x01\x00"]

GOOD = 1 << 60
"""The number from which on cases are no mutations: they keep providers in use."""
PAUSE = object()
"""In the place of a case: there is none for a moment."""


class Case:
    """What is sent over a connection, and what must come back."""

    __slots__ = ("number", "sends", "methods", "families", "certain", "fresh", "farewell")

    def __init__(self, number, sends, methods, families, certain, fresh, farewell="fin"):
        self.number = number
        self.sends = sends
        """Bytes, each given to the socket by itself."""
        self.methods = methods
        """Of each request: its answer's framing depends on it."""
        self.families = families
        self.certain = certain
        """Whether these are whole requests, so that each must be answered, or the connection closed behind an
        answer. Otherwise anything may follow, but nothing that hangs once the client has left."""
        self.fresh = fresh
        """Whether the connection is not used again."""
        self.farewell = farewell


def _headers(draw, certain):
    """Further headers, and whether the request is still one that must be answered."""
    lines = []
    kind = draw.random()
    if kind < 0.55:
        return b"", certain
    for _ in range(draw.choice((1, 1, 2, 4))):
        if draw.random() < 0.35:
            name = draw.choice(HINTS)
            values = [b"", b"acme", b"true", b"1", b"0.000000001", b"-1", b"v" * 65, b"a,b,c", *TEXTS]
        else:
            name, values = draw.choice(HEADERS)
        value = draw.choice(values)
        if draw.random() < 0.1:
            value = mutated_bytes(value, draw)
            certain = False
        certain = certain and name not in (b"host", b"connection", b"expect", b"content-encoding",
            b"upgrade", b"trailer")
        certain = certain and not any(c < 32 or c == 127 for c in value)
        lines.append(name + b": " + value + b"\r\n")
    if draw.random() < 0.02:
        lines.append(b"".join(b"x-%d: y\r\n" % n for n in range(draw.choice((90, 900, 1_100, 5_000)))))
        certain = False
    return b"".join(lines), certain


def _odd_head(draw, method, path, version, lines):
    """A head against the rules of HTTP."""
    kind = draw.randrange(8)
    if kind == 0:
        method = draw.choice(METHODS)
    elif kind == 1:
        version = draw.choice(VERSIONS)
    elif kind == 2:
        place = draw.randrange(len(path) + 1)
        path = path[:place] + draw.choice(PATHS) + path[place:]
    elif kind == 3:
        lines += draw.choice(NAMES) + b": x\r\n"
    elif kind == 4:
        lines += b"x-folded: a\r\n b\r\n\tc\r\n"
    elif kind == 5:
        lines = lines.replace(b"\r\n", draw.choice([b"\n", b"\r", b"\r\r\n", b"\n\r"]))
    elif kind == 6:
        lines = lines.replace(b": ", draw.choice([b":", b" : ", b"=", b":\t\t", b"\x00: "]), 1)
    return mutated_bytes(b"%s %s %s\r\n%s" % (method, path, version, lines), draw) if kind == 7 else \
        b"%s %s %s\r\n%s" % (method, path, version, lines)  # fmt: skip


def _chunks(body, draw, odd):
    """The body in chunks, against the rules where `odd`."""
    out, at = [], 0
    while at < len(body):
        count = min(draw.choice((1, 7, 100, 4_096, 1 << 20)), len(body) - at)
        if count < 100 and len(out) > 200:
            count = len(body) - at
        size = b"%x" % count
        if odd and draw.random() < 0.2:
            form = draw.choice(SIZES)
            size = form % count if b"%" in form else form
        out.append(size + b"\r\n" + body[at : at + count] + (draw.choice([b"\r\n", b"\n", b"",
            b"xx"]) if odd and draw.random() < 0.1 else b"\r\n"))
        at += count
    end = b"0\r\n\r\n"
    if odd:
        end = draw.choice([b"0\r\n\r\n", b"0\r\n", b"", b"00\r\n\r\n", b"0;x\r\n\r\n", b"0\r\nx: y\r\n\r\n",
            b"0\r\nhost: evil\r\n\r\n",
                           b"0\r\n" + b"t: x\r\n" * 2_000 + b"\r\n", b"0\r\nbad\r\n\r\n", b"-1\r\n\r\n"])  # fmt: skip
    return b"".join(out) + end


class Requests:
    """Makes the case of each number; the same for the same seed."""

    def __init__(self):
        kind = b"content-type: application/json\r\n"
        good = [(path.encode(), body) for path, body in bodies()]
        self.corpus = [(path, JSONText.of(body), kind) for path, body in good]
        # Some write it for people to read.
        spread = ((path, json.dumps(body, indent=1).encode()) for path, body in good[::3])
        self.corpus += [(path, JSONText(text), kind) for path, text in spread]
        usual = len(self.corpus)
        for file in sorted(RECORDED.glob("*.json")):
            kept = json.loads(file.read_text())
            headers = "".join(f"{name}: {value}\r\n" for name, value in kept["headers"].items())
            self.corpus.append((kept["path"].encode(), JSONText.of(kept["body"]), headers.encode()))
        # A recorded request is ten times as long as the others.
        self.weights = [10] * usual + [2] * (len(self.corpus) - usual)
        self.places = range(len(self.corpus))

    def one(self, draw):
        """A request: its bytes, method, family, whether it must be answered and whether it ends its connection."""
        certain, ends = True, False
        if draw.random() < 0.06:
            path, method, body, headers = draw.choice(GETS).encode(), b"GET", None, b""
            # Whose shape an error has that is of no API says a header.
            family = None
        else:
            path, document, headers = self.corpus[draw.choices(self.places, self.weights)[0]]
            method, body = b"POST", document.text
            other = self.corpus[draw.randrange(len(self.corpus))][1]
            if draw.random() < 0.93:
                body = mutated(document, other, draw)
            if draw.random() < 0.5:
                body = body.replace(b"gpt-x", draw.choice(MODELS).encode(), 1)
            family = family_of(path.decode())
        more, certain = _headers(draw, certain)
        headers += more
        kind = draw.random()
        if body is not None and kind < 0.04:
            # Compressed: whole, cut, or of another kind than is said.
            packed = gzip.compress(body, 1, mtime=0) if draw.random() < 0.7 else zlib.compress(body, 1)
            if draw.random() < 0.3:
                packed = mutated_bytes(packed, draw)
            if draw.random() < 0.1:
                packed = gzip.compress(b" " * draw.choice((1 << 16, 1 << 22)) + body, 9, mtime=0)
            body, headers = packed, headers + b"content-encoding: " + draw.choice([b"gzip", b"gzip",
                b"deflate"]) + b"\r\n"
        elif body is not None and kind < 0.05:
            body = draw.choice([b"\xef\xbb\xbf" + body, body.decode("utf-8", "replace").encode("utf-16"),
                b"", body + body, b"[" * draw.choice(DEEP)])
        version = b"HTTP/1.1"
        host = b"" if b"\r\nhost:" in headers or headers.startswith(b"host:") else b"host: 127.0.0.1\r\n"
        framing, sent = b"", b""
        odd_framing = draw.random()
        if body is not None and odd_framing < 0.12:
            odd = odd_framing < 0.06
            framing, sent = b"transfer-encoding: chunked\r\n", _chunks(body, draw, odd)
            if odd:
                certain = False
                if draw.random() < 0.3:
                    framing = b"transfer-encoding: " + draw.choice(CODINGS) + b"\r\n"
                if draw.random() < 0.2:
                    framing += b"content-length: %d\r\n" % len(body)
        elif body is not None and odd_framing < 0.16:
            certain = False
            form = draw.choice(LENGTHS)
            length = form % ((len(body),) * form.count(b"%")) if b"%" in form else form
            framing = b"content-length: " + length + b"\r\n"
            if draw.random() < 0.3:
                framing = b"content-length: %d\r\ncontent-length: %d\r\n" % (len(body),
                    len(body) + draw.choice((0, 1)))
            sent = body
        elif body is not None and odd_framing < 0.19:
            certain = False
            framing = b"content-length: %d\r\n" % max(0, len(body) + draw.choice((-9, -1, 1, 9, 5_000,
                1 << 40)))
            sent = body
        elif body is not None:
            framing, sent = b"content-length: %d\r\n" % len(body), body
        lines = host + headers + framing
        if draw.random() < 0.06:
            certain = False
            head = _odd_head(draw, method, path, version, lines)
        else:
            head = b"%s %s %s\r\n%s" % (method, path, version, lines)
        ends = not certain
        data = head + b"\r\n" + sent
        if draw.random() < 0.02:
            certain, ends = False, True
            data = data[: draw.randrange(len(data) + 1)]
        name = head.split(b" ", 1)[0]
        # The family is that of the path as it was sent, if it was changed nobody's.
        known = head.startswith(method + b" " + path + b" ")
        return data, name.decode("latin-1"), family if known else None, certain, ends

    def make(self, number, draw):
        parts = [self.one(draw)]
        while not parts[-1][4] and draw.random() < 0.04 and len(parts) < 6:
            parts.append(self.one(draw))
        data = b"".join(part[0] for part in parts)
        certain = all(part[3] for part in parts)
        fresh = not certain
        if certain and draw.random() < 0.01:
            data += draw.choice(BEHIND)
            fresh = True
        return Case(
            number, pieces(data, draw), [part[1] for part in parts], [part[2] for part in parts], certain,
            fresh,
            "rst" if draw.random() < 0.3 else "fin",
        )  # fmt: skip
