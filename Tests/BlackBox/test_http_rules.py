"""What RFC 9110 and RFC 9112 demand of a server, rule by rule, byte by byte on a plain socket.

docs/security.md ("HTTP's rules") has the list; `RULES` has those that one request shows.
"""

import json
import re
import socket
from dataclasses import dataclass

import pytest

from conftest import http_client
from gateway import eventually
from test_openai_client import user

HOST = b"Host: 127.0.0.1\r\n"
CHAT = json.dumps({"model": "gpt-x", "messages": user()}).encode()


def get(path=b"/healthz", headers=HOST, version=b"HTTP/1.1", method=b"GET"):
    return method + b" " + path + b" " + version + b"\r\n" + headers + b"\r\n"


def post(body=CHAT, headers=HOST, length=None, version=b"HTTP/1.1"):
    length = len(body) if length is None else length
    head = headers + b"Content-Type: application/json\r\nContent-Length: %d\r\n" % length
    return get(b"/v1/chat/completions", head, version, b"POST") + body


def chunked(*chunks, coding=b"chunked", trailers=b"", headers=HOST):
    head = headers + b"Transfer-Encoding: " + coding + b"\r\n"
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    last = b"0\r\n" + trailers + b"\r\n"
    return get(b"/v1/chat/completions", head, method=b"POST") + body + last


@dataclass
class Answer:
    status: int
    version: str
    headers: dict
    body: bytes


class Wire:
    """A connection of a client that says exactly what it is told to."""

    def __init__(self, gateway):
        port = int(gateway.url.rsplit(":", 1)[1])
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def more(self):
        """Takes what comes; false at the connection's end."""
        data = self.socket.recv(1 << 16)
        self.buffer += data
        return bool(data)

    def take(self, count):
        while len(self.buffer) < count:
            assert self.more(), f"the connection ended in {self.buffer[-200:]}"
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def line(self):
        while b"\r\n" not in self.buffer:
            assert self.more(), f"the connection ended in {self.buffer[-200:]}"
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def answer(self, to_head=False):
        version, status, _ = self.line().decode().split(" ", 2)
        headers = {}
        while line := self.line().decode("latin-1"):
            name, value = line.split(":", 1)
            assert name.lower() not in headers, f"{name} comes twice"
            headers[name.lower()] = value.strip()
        status, body = int(status), b""
        if to_head or status < 200 or status in (204, 304):
            pass
        elif "content-length" in headers:
            assert "transfer-encoding" not in headers
            body = self.take(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            while count := int(self.line(), 16):
                body += self.take(count)
                assert self.line() == b""
            assert self.line() == b""
        else:
            assert headers["connection"] == "close"
            body = self.rest()
        return Answer(status, version, headers, body)

    def rest(self):
        """All that comes up to the connection's end; a reset is no end."""
        while self.more():
            pass
        taken, self.buffer = self.buffer, b""
        return taken

    def is_in_step(self):
        """Whether the next request on the connection gets its own answer."""
        answer = self.send(get()).answer()
        return (answer.status, answer.body) == (200, b'{"status":"ok"}')


@pytest.fixture
def wire(house):
    with Wire(house.gateway) as made:
        yield made


# One request, one rule: where it stands, what it says, the request, the status, and whether the connection ends.
ENDS, GOES_ON = True, False
RULES = [
    # RFC 9112, section 2: messages.
    ("9112 2.2 an empty line before a request is ignored", b"\r\n" + get(), 200, GOES_ON),
    ("9112 2.2 white space before the first field", get(headers=b" " + HOST), 400, ENDS),
    ("9112 2.2 a bare CR in a field", get(headers=HOST + b"A: b\rc\r\n"), 400, ENDS),
    ("9112 2.2 a bare CR in the first line", get(b"/heal\rthz"), 400, ENDS),
    ("9112 2.3 the version's case counts", get(version=b"http/1.1"), 400, ENDS),
    ("9110 15.6.6 another major version", get(version=b"HTTP/3.0"), 505, ENDS),
    ("9110 15.6.6 a minor version that is not known", get(version=b"HTTP/1.2"), 505, ENDS),
    # RFC 9112, section 3: the first line.
    ("9110 15.6.6 a version before all others", b"GET /healthz\r\n" + HOST + b"\r\n", 505, ENDS),
    ("9112 3 white space in the target", get(b"/heal thz"), 400, ENDS),
    ("9112 3 a target of 8,000 bytes is looked at", get(b"/" + b"a" * 8000), 404, GOES_ON),
    ("9112 3 a target longer than any", get(b"/" + b"a" * 17_000), 414, ENDS),
    ("9112 3 a target longer than all headers", get(b"/" + b"a" * 100_000), 414, ENDS),
    ("6585 5 a header longer than all", get(headers=HOST + b"A: " + b"a" * 100_000 + b"\r\n"), 431, ENDS),
    ("9112 3.2 no Host", get(headers=b""), 400, ENDS),
    ("9112 3.2 two Hosts", get(headers=HOST + b"Host: evil.example\r\n"), 400, ENDS),
    ("9112 3.2 the same Host twice", get(headers=HOST + HOST), 400, ENDS),
    ("9112 3.2 a Host that is a list", get(headers=b"Host: 127.0.0.1, evil.example\r\n"), 400, ENDS),
    ("9112 3.2 a Host with a space", get(headers=b"Host: evil.example 127.0.0.1\r\n"), 400, ENDS),
    ("9112 3.2 a name in brackets", get(headers=b"Host: [evil.example]\r\n"), 400, ENDS),
    ("9112 3.2 a Host with a user", get(headers=b"Host: localhost@evil.example\r\n"), 400, ENDS),
    ("9112 3.2 a Host with a path", get(headers=b"Host: 127.0.0.1/evil\r\n"), 400, ENDS),
    ("9112 3.2 a port that is none", get(headers=b"Host: 127.0.0.1:80a\r\n"), 400, ENDS),
    ("9112 3.2 a port past the last", get(headers=b"Host: 127.0.0.1:65536\r\n"), 400, ENDS),
    ("9112 3.2 an empty Host is one", get(headers=b"Host:\r\n"), 200, GOES_ON),
    ("9110 4.2.3 a host's case and escapes", get(headers=b"Host: LOC%41LHOST:1\r\n"), 200, GOES_ON),
    ("9110 7.4 another machine's Host", get(headers=b"Host: evil.example\r\n"), 403, GOES_ON),
    ("9110 7.4 the same, escaped", get(headers=b"Host: %65vil.example\r\n"), 403, GOES_ON),
    ("9112 3.2.1 a target that is no path", get(b"healthz"), 400, ENDS),
    ("9112 3.2.2 a URL is served", get(b"http://127.0.0.1/healthz"), 200, GOES_ON),
    ("9112 3.2.2 its path may be missing", get(b"HTTP://localhost:9"), 200, GOES_ON),
    ("9112 3.2.2 its query may follow at once", get(b"http://localhost?a"), 200, GOES_ON),
    ("9112 3.2.2 its host counts, not Host", get(b"http://evil.example/healthz"), 403, GOES_ON),
    ("9112 3.2.2 for better too", get(b"http://localhost/healthz", b"Host: evil.example\r\n"), 200, GOES_ON),
    ("9112 3.2.2 it takes no Host's place", get(b"http://127.0.0.1/healthz", b""), 400, ENDS),
    ("9110 4.2.4 a URL with a user", get(b"http://localhost@evil.example/healthz"), 400, ENDS),
    ("9110 7.4 a URL of another scheme", get(b"ftp://127.0.0.1/healthz"), 400, ENDS),
    ("9112 3.2.4 the server itself", get(b"*", method=b"OPTIONS"), 204, GOES_ON),
    ("9112 3.2.4 for OPTIONS alone", get(b"*"), 400, ENDS),
    ("9110 9.3.6 a tunnel", get(b"127.0.0.1:443", method=b"CONNECT"), 501, ENDS),
    # RFC 9112, section 5: fields.
    ("9112 5.1 white space before a colon", get(headers=HOST + b"A : b\r\n"), 400, ENDS),
    ("9112 5.2 a folded line", get(headers=HOST + b"A: b\r\n c\r\n"), 400, ENDS),
    ("9110 5.5 NUL in a value", get(headers=HOST + b"A: b\0c\r\n"), 400, ENDS),
    ("9110 5.1 a name that is none", get(headers=HOST + b"A(b): c\r\n"), 400, ENDS),
    ("9110 5.1 an empty name", get(headers=HOST + b": c\r\n"), 400, ENDS),
    ("9110 5.1 a name's case does not count", get(headers=b"hOsT: 127.0.0.1\r\n"), 200, GOES_ON),
    # RFC 9112, sections 6 and 7: bodies.
    ("9112 6.1 an unknown coding", chunked(CHAT, coding=b"gzip, chunked"), 501, ENDS),
    ("9112 6.1 an unknown coding of a name alone", chunked(CHAT, coding=b"x-rot13, chunked"), 501, ENDS),
    ("9112 6.1 chunked is not the last", chunked(CHAT, coding=b"chunked, gzip"), 400, ENDS),
    ("9112 6.1 chunked twice", chunked(CHAT, coding=b"chunked, chunked"), 400, ENDS),
    ("9112 6.1 a length beside chunks", chunked(CHAT, headers=HOST + b"Content-Length: 3\r\n"), 400, ENDS),
    ("9112 6.1 chunks of HTTP/1.0", chunked(CHAT).replace(b"HTTP/1.1", b"HTTP/1.0", 1), 400, ENDS),
    ("9112 7 a coding's case does not count", chunked(CHAT, coding=b"Chunked"), 200, GOES_ON),
    ("9112 6.3 a length that is none", post(headers=HOST + b"Content-Length: 0x10\r\n"), 400, ENDS),
    ("9112 6.3 a length with a sign", get(headers=HOST + b"Content-Length: +2\r\n") + b"{}", 400, ENDS),
    ("9112 6.3 two lengths", post(headers=HOST + b"Content-Length: 5\r\n"), 400, ENDS),
    ("9110 8.6 a length past all numbers", get(headers=HOST + b"Content-Length: " + b"9" * 40 + b"\r\n"), 400, ENDS),
    ("9112 6.3 no length is no body", get(b"/v1/chat/completions", method=b"POST"), 400, GOES_ON),
    ("9112 7.1 chunks are put together", chunked(CHAT[:7], CHAT[7:8], CHAT[8:]), 200, GOES_ON),
    ("9112 7.1 a size that is none", chunked(CHAT).replace(b"\r\n\r\n", b"\r\n\r\nx", 1), 400, ENDS),
    ("9112 7.1 a size past all numbers", chunked() [:-5] + b"f" * 30 + b"\r\n", 400, ENDS),
    ("9112 7.1.1 unknown extensions are ignored", chunked(CHAT).replace(b"0\r\n\r\n", b'0;a=b;c="d"\r\n\r\n'), 200, GOES_ON),
    ("9110 6.5 trailers are no headers", chunked(CHAT, trailers=b"x-logway-colour: red\r\n"), 200, GOES_ON),
    ("9110 8.4 an unknown content coding", post(headers=HOST + b"Content-Encoding: br\r\n"), 415, GOES_ON),
    # RFC 9112, section 9: connections.
    ("9112 9.3 a connection is kept", get(), 200, GOES_ON),
    ("9112 9.3 not after `close`", get(headers=HOST + b"Connection: close\r\n"), 200, ENDS),
    ("9110 7.6.1 nor where that is one of several", get(headers=HOST + b"Connection: TE, Close\r\n"), 200, ENDS),
    ("9112 9.3 nor in HTTP/1.0", get(version=b"HTTP/1.0", headers=b""), 200, ENDS),
    ("9110 7.8 another protocol is not taken up", get(headers=HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n"), 200, ENDS),
    ("9110 7.8 nor in HTTP/1.0", get(version=b"HTTP/1.0", headers=HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n"), 200, ENDS),
    # RFC 9110, sections 9 and 10: methods and expectations.
    ("9110 9.1 a method of another path", get(b"/v1/messages"), 405, GOES_ON),
    ("9110 9.1 a method that no path has", get(method=b"PROPFIND"), 405, GOES_ON),
    ("9110 9.1 a method's case counts", get(method=b"get"), 400, ENDS),
    ("9110 9.3.8 a loop back is not served", get(method=b"TRACE"), 405, GOES_ON),
    ("9110 10.1.1 an unknown expectation is ignored", get(headers=HOST + b"Expect: miracles\r\n"), 200, GOES_ON),
]  # fmt: skip


@pytest.mark.parametrize("sent, status, ends", [r[1:] for r in RULES], ids=[r[0] for r in RULES])
def test_each_request_is_answered_as_its_rule_demands(wire, sent, status, ends):
    answer = wire.send(sent).answer()
    assert answer.status == status, answer.body
    assert (answer.headers.get("connection") == "close") == ends
    if ends:
        assert wire.rest() == b"", "nothing follows the last answer"
    else:
        assert wire.is_in_step()


# Who asks: origins, compared as the URL standard does.


@pytest.mark.parametrize(
    "origin, status",
    [
        (b"http://localhost:3000", 200), (b"HTTP://LocalHost.", 200), (b"http://127.1", 200),
        (b"http://0x7f000001:80", 200), (b"http://[0:0::1]", 200), (b"http://a.LOCALHOST", 200),
        (b"http://[::ffff:127.0.0.1]", 200), (b"vscode-webview://1a2b", 200),
        (b"http://evil.example", 403), (b"HTTP://EVIL.EXAMPLE", 403), (b"null", 403),
        (b"ftp://evil.example", 403), (b"ftp://localhost", 403), (b"gopher://localhost", 403),
        (b"x-unknown://localhost", 403), (b"http://localhost.evil.example", 403), (b"", 403),
        (b"http://localhost@evil.example", 403), (b"http://[localhost]", 403),
        (b"http://localhost, http://evil.example", 403), (b"http://128.0.0.1", 403),
        (b"http://local%68ost.evil.example", 403), (b"http://localhost:99999", 403),
        ("http://b\u00fccher.example".encode(), 403), (b"//localhost", 403), (b"*", 403),
    ],
)  # fmt: skip
def test_a_page_is_let_in_by_where_it_is_from_however_that_is_spelled(wire, origin, status):
    answer = wire.send(get(headers=HOST + b"Origin: " + origin + b"\r\n")).answer()
    assert answer.status == status, answer.body
    assert ("access-control-allow-origin" in answer.headers) == (status == 200)
    assert wire.is_in_step()


def test_two_origins_are_none(wire):
    page = b"Origin: http://localhost\r\n"
    assert wire.send(get(headers=HOST + page + page)).answer().status == 403
    assert wire.is_in_step()


# More than one request, or more than its status.

BEHIND = {
    "a line break": b"\r\n",
    "20 bytes": b"x" * 20,
    "2,000 bytes": b"x" * 2_000,
    "3 MB": b"x" * 3_000_000,
    "a request that is none": b"GET /healthz HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
    "half a request": b"GET /healthz HTT",
}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND.keys())
def test_a_whole_request_is_answered_whatever_follows_it(house, behind, streamed):
    body = json.dumps({"model": "gpt-x", "messages": user(), "stream": streamed}).encode()
    for _ in range(5):
        with Wire(house.gateway) as wire:
            # The answer is read when all is sent, by when a server that reset has lost it.
            wire.send(post(body) + behind)
            answer = wire.answer()
            assert answer.status == 200
            assert (b"data: [DONE]" if streamed else b"four") in answer.body
            record = house.gateway.completed(answer.headers["x-logway-request-id"])
            assert record["completed"]["outcome"] == "answered"
            if behind == BEHIND["a line break"]:
                assert wire.is_in_step()
            elif behind != BEHIND["half a request"]:
                assert wire.rest() == b"", "nothing follows the last answer"
    assert len(house.openai.requests) == 5


def test_a_body_that_is_longer_than_its_length_is_a_400_of_its_first_part(house):
    text = "\u00e9" * 2_000
    body = json.dumps({"model": "gpt-x", "messages": user(text)}, ensure_ascii=False)
    with Wire(house.gateway) as wire:
        # Counted in characters, as clients do that have it wrong.
        answer = wire.send(post(body.encode(), length=len(body))).answer()
        assert answer.status == 400 and b"invalid_json" in answer.body
        assert wire.rest() == b""
    assert house.openai.requests == []


def test_a_body_that_breaks_off_in_bad_chunks_is_answered_and_drained(house):
    with Wire(house.gateway) as wire:
        wire.send(chunked(CHAT)[:-7])
        wire.send(b"zz\r\n" + b"x" * 3_000_000)
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (400, "close")
        assert wire.rest() == b""


def test_pipelined_requests_are_answered_in_order_up_to_what_is_none(house):
    with Wire(house.gateway) as wire:
        wire.send(post() + get() + post() + get(headers=b"") + get())
        bodies = [wire.answer() for _ in range(4)]
        assert [a.status for a in bodies] == [200, 200, 200, 400]
        assert wire.rest() == b"", "what follows a broken rule is not trusted"
    with Wire(house.gateway) as wire:
        wire.send(post() + get() + post() + b"no request" + get())
        assert [wire.answer().status for _ in range(3)] == [200, 200, 200]
        assert wire.rest() == b""
    assert len(house.openai.requests) == 4


def test_nothing_is_read_behind_the_last_request(house):
    for last in (b"Connection: close\r\n", b"Connection: Upgrade\r\nUpgrade: h2c\r\n"):
        with Wire(house.gateway) as wire:
            wire.send(get(headers=HOST + last) + post() + b"x" * 3_000_000)
            assert wire.answer().status == 200
            assert wire.rest() == b""
    assert house.openai.requests == []


def test_an_upgrade_with_a_body_is_answered_as_if_there_were_none(house):
    h2c = HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n"
    with Wire(house.gateway) as wire:
        answer = wire.send(post(headers=h2c)).answer()
        assert answer.status == 200 and b"four" in answer.body
        assert wire.rest() == b"", "the client knows that it must connect again"


def test_an_answer_that_wants_another_protocol_names_it(wire):
    asks = HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    answer = wire.send(get(b"/v1/responses", asks)).answer()
    assert (answer.status, answer.headers["upgrade"]) == (426, "HTTP/1.1")
    options = {o.strip() for o in answer.headers["connection"].split(",")}
    assert options == {"upgrade", "close"}
    assert wire.rest() == b""


@pytest.mark.parametrize("path", [b"/healthz", b"/v1/models", b"/nothing", b"/v1/messages"])
def test_head_is_get_without_a_body(wire, path):
    head = wire.send(get(path, method=b"HEAD")).answer(to_head=True)
    assert wire.is_in_step(), "no byte of a body came"
    if path in (b"/healthz", b"/v1/models"):
        got = wire.send(get(path)).answer()
        assert head.status == got.status == 200
        assert head.headers["content-length"] == got.headers["content-length"]
        assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    "headers", [HOST + b"Origin: http://evil.example\r\n", b"Host: evil.example\r\n", b""]
)
def test_a_refusal_of_head_has_no_body(wire, headers):
    head = wire.send(get(headers=headers, method=b"HEAD")).answer(to_head=True)
    assert head.status in (400, 403)
    assert wire.rest() == b"" if head.status == 400 else wire.is_in_step()


def test_no_content_has_no_length_and_no_coding(wire):
    answer = wire.send(get(method=b"OPTIONS")).answer()
    assert answer.status == 204
    assert not {"content-length", "transfer-encoding"} & answer.headers.keys()
    assert wire.is_in_step()


def test_a_method_that_a_path_has_not_is_answered_with_those_that_it_has(wire):
    answer = wire.send(get(b"/v1/files", method=b"PUT")).answer()
    assert answer.status == 405
    assert {m.strip() for m in answer.headers["allow"].split(",")} == {"GET", "POST"}


DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


@pytest.mark.parametrize(
    "sent",
    [get(), get(b"/nothing"), get(headers=b""), b"\x16\x03\x01\r\n\r\n", get(b"/" + b"a" * 99_999),
     get(method=b"OPTIONS"), get(headers=b"Host: evil.example\r\n"), post(), post(b"{"),
     get(version=b"HTTP/9.9")],
)  # fmt: skip
def test_every_answer_has_the_date(wire, sent):
    assert DATE.fullmatch(wire.send(sent).answer().headers["date"])


def test_a_client_that_waits_for_100_gets_it_and_others_do_not(house):
    expects = HOST + b"Expect: 100-continue\r\n"
    with Wire(house.gateway) as wire:
        head, body = post(headers=expects)[: -len(CHAT)], CHAT
        assert wire.send(head).answer().status == 100
        assert wire.send(body).answer().status == 200
        assert wire.is_in_step()
    with Wire(house.gateway) as wire:
        answer = wire.send(post(headers=expects, version=b"HTTP/1.0")).answer()
        assert (answer.status, answer.version) == (200, "HTTP/1.0"), "1.0 knows no 1xx"
    for broken in (b"Expect: 100-continue\r\n", expects + HOST):
        with Wire(house.gateway) as wire:
            answer = wire.send(post(headers=broken)[: -len(CHAT)]).answer()
            assert answer.status == 400, "a body that is not wanted is not asked for"
            assert wire.rest() == b""


def test_a_stream_to_http_1_0_has_no_chunks(house):
    body = json.dumps({"model": "gpt-x", "messages": user(), "stream": True}).encode()
    with Wire(house.gateway) as wire:
        answer = wire.send(post(body, version=b"HTTP/1.0")).answer()
        assert (answer.status, answer.version) == (200, "HTTP/1.0")
        assert "transfer-encoding" not in answer.headers
        assert answer.body.endswith(b"data: [DONE]\n\n")


def test_a_request_that_breaks_off_is_not_served(house):
    before = len(house.openai.requests)
    with Wire(house.gateway) as wire:
        wire.send(post()[:-1])
        wire.socket.shutdown(socket.SHUT_WR)
        rest = wire.rest()
        assert not rest or rest.startswith(b"HTTP/1.1 400")
    with http_client(house.gateway) as http:
        assert http.get("/healthz").status_code == 200
    assert len(house.openai.requests) == before


def test_what_a_client_still_sends_is_read_while_its_answer_is_on_its_way(house):
    """A client that sends without end and never reads is let go; others don't notice."""
    with Wire(house.gateway) as wire:
        wire.send(get(headers=b""))
        sent = 0

        def is_let_go():
            nonlocal sent
            try:
                sent += wire.socket.send(b"x" * 65_536)
            except OSError:
                return True
            return False

        eventually(is_let_go, "a client that never stops is kept for ever", interval=0.01)
    with http_client(house.gateway) as http:
        assert http.get("/healthz").status_code == 200


EARLY = [
    ("a first line that is none", b"what is this\r\n\r\n", 400, "malformed_request"),
    ("TLS", b"\x16\x03\x01\x02\x00\x01", 400, "malformed_request"),
    ("a path that is none", get(b"no-path"), 400, "malformed_request"),
    ("no host", get(headers=b""), 400, "malformed_request"),
    ("two hosts", get(headers=HOST * 2), 400, "malformed_request"),
    ("two lengths", post(headers=HOST + b"Content-Length: 1\r\n"), 400, "malformed_request"),
    ("headers without end", get(headers=HOST + b"A: " + b"a" * 100_000 + b"\r\n"), 431, "headers_too_large"),
    ("a target without end", get(b"/" + b"a" * 17_000), 414, "target_too_long"),
    ("another version", get(version=b"HTTP/3.0"), 505, "unknown_version"),
    ("another coding", chunked(CHAT, coding=b"x-rot13, chunked"), 501, "unknown_transfer_coding"),
    ("a tunnel", get(b"127.0.0.1:443", method=b"CONNECT"), 501, "not_implemented"),
    ("another machine's name", get(headers=b"Host: example.com\r\n"), 403, "foreign_host"),
]


@pytest.mark.parametrize("request_, status, code", [e[1:] for e in EARLY], ids=[e[0] for e in EARLY])
def test_what_has_no_path_that_is_known_is_refused_with_a_code(wire, request_, status, code):
    """The codes of docs/errors.md, for programs; nobody knows by which family's shape else."""
    answer = wire.send(request_).answer()
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (status, code)
    assert error["message"] and error["request_id"]
