"""Answers as they arrive: read strictly, and judged by the family that was asked."""

import json
import re

_HEAD = re.compile(
    rb"HTTP/1\.1 (\d{3}) [\x20-\x7e]*\r\n((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*\r\n)*)\r\n"
)
_LENGTH = re.compile(rb"^content-length: *(\d+)\r$", re.I | re.M)
_CHUNKED = re.compile(rb"^transfer-encoding: *chunked\r$", re.I | re.M)
_CLOSE = re.compile(rb"^connection: *close\r$", re.I | re.M)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r\n")

EARLY = {
    "malformed_request", "headers_too_large", "foreign_host", "foreign_origin", "unknown_version",
    "unknown_transfer_coding",
}  # fmt: skip
"""Codes of what is refused before its path is looked at, in OpenAI's shape for everybody."""


class Broken(Exception):
    """What arrived is no answer."""


class Answer:
    """One answer: its head, its body, and where the next one begins."""

    def __init__(self, status, head, body, end, closes):
        self.status = status
        self.head = head
        self.body = body
        self.end = end
        self.closes = closes

    def header(self, name):
        found = re.search(rb"^%s: *([^\r\n]*)\r$" % name, self.head, re.I | re.M)
        return found and found[1]


def parse(buffer, start, method, ended):
    """The answer that begins at `start`, or `None` when it is not whole yet."""
    at = start
    while True:
        stop = buffer.find(b"\r\n\r\n", at)
        if stop < 0:
            if ended and len(buffer) > start:
                raise Broken(f"the connection ended within a head: {bytes(buffer[at:at + 200])!r}")
            return None
        head = bytes(buffer[at : stop + 4])
        found = _HEAD.fullmatch(head)
        if not found:
            raise Broken(f"no head of an answer: {head[:300]!r}")
        status, at = int(found[1]), stop + 4
        if status >= 200:
            break
    closes = bool(_CLOSE.search(head))
    length, chunked = _LENGTH.findall(head), _CHUNKED.search(head)
    if len(length) > 1 or (length and chunked):
        raise Broken(f"two lengths: {head!r}")
    if method == "HEAD" or status in (204, 304):
        return Answer(status, head, b"", at, closes)
    if chunked:
        body = []
        while True:
            size = _CHUNK.match(buffer, at)
            if not size:
                if ended or buffer.find(b"\n", at, at + 300) >= 0:
                    raise Broken(f"no size of a chunk: {bytes(buffer[at:at + 60])!r}")
                return None
            count, at = int(size[1], 16), size.end()
            if count == 0:
                stop = buffer.find(b"\r\n", at)
                # Trailers would stand here; none is sent.
                if stop < 0:
                    return None
                return Answer(status, head, b"".join(body), stop + 2, closes)
            if len(buffer) < at + count + 2:
                if ended:
                    raise Broken("the connection ended within a chunk")
                return None
            body.append(bytes(buffer[at : at + count]))
            at += count + 2
    if length:
        count = int(length[0])
        if len(buffer) < at + count:
            if ended:
                raise Broken("the connection ended within a body")
            return None
        return Answer(status, head, bytes(buffer[at : at + count]), at + count, closes)
    if not ended:
        return None
    return Answer(status, head, bytes(buffer[at:]), len(buffer), True)


def family_of(path):
    """The API family of a path as it was asked; `None` where it belongs to none."""
    path = path.partition("?")[0]
    if path.startswith("/v1beta/"):
        return "gemini"
    if path.startswith("/api/"):
        return "ollama"
    if path.startswith("/v1/messages"):
        return "anthropic"
    return "openai" if path.startswith("/v1/") else None


def typed(error, family):
    """Whether an error's JSON has the family's shape; of any family where none is known."""
    if not isinstance(error, dict):
        return False
    inner = error.get("error")
    shapes = {
        "openai": lambda: isinstance(inner, dict)
        and all(isinstance(inner.get(k), str) for k in ("message", "type"))
        and "code" in inner,
        "anthropic": lambda: error.get("type") == "error"
        and isinstance(inner, dict)
        and all(isinstance(inner.get(k), str) for k in ("message", "type")),
        "ollama": lambda: isinstance(inner, str),
        "gemini": lambda: isinstance(inner, dict)
        and isinstance(inner.get("code"), int)
        and all(isinstance(inner.get(k), str) for k in ("message", "status")),
    }
    return shapes[family]() if family else any(shape() for shape in shapes.values())


def code_of(error):
    """The code of an error, whatever its shape."""
    inner = error.get("error") if isinstance(error, dict) else None
    if isinstance(inner, dict):
        details = inner.get("details")
        reason = next((d.get("reason") for d in details if isinstance(d, dict) and d.get("reason")), None) \
            if isinstance(details, list) else None  # fmt: skip
        return str(reason or inner.get("code") or inner.get("type"))
    return str(error.get("code")) if isinstance(error, dict) else "none"


def fault(answer, family, method):
    """What is wrong with an answer; `None` for nothing."""
    if answer.status == 500:
        return f"500: {answer.body[:300]!r}"
    if answer.status >= 400 and method != "HEAD":
        try:
            error = json.loads(answer.body)
        except ValueError:
            return f"{answer.status} without JSON: {answer.body[:300]!r}"
        # Before its path is known a request belongs to no family.
        early = code_of(error).lower() in EARLY or b"server.maxConnections" in answer.body
        if not typed(error, None if early else family):
            return f"{answer.status} that is not of the family {family}: {answer.body[:300]!r}"
    kind = answer.header(b"content-type") or b""
    if answer.status == 200 and kind.startswith((b"text/event-stream", b"application/x-ndjson")):
        return unended(answer.body, family, kind)
    return None


def errored(answer):
    """Whether a stream ended with an error."""
    return b'"error"' in answer.body[-4_000:] and b"upstream_interrupted" in answer.body[-4_000:]


def unended(body, family, kind):
    """What is missing at the end of a stream: each ends with its family's end or with an error."""
    if kind.startswith(b"application/x-ndjson"):
        lines = [line for line in body.split(b"\n") if line.strip()]
        try:
            last = json.loads(lines[-1]) if lines else {}
        except ValueError:
            return f"a last line that is no JSON: {lines[-1][-3000:]!r}"
        last = last if isinstance(last, dict) else {}
        done = last.get("done") or last.get("status") == "success" or "error" in last
        return None if done else f"no end of lines: {body[-200:]!r}"
    # A line ends with any of three (the HTML standard, server-sent events).
    events = [part for part in body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n") if b"data:" in part]
    last = events[-1] if events else b""
    lines = [line[5:].strip() for line in last.split(b"\n") if line.startswith(b"data:")]
    data = b"\n".join(lines)
    # A path that only the gateway reads as one of OpenAI's has no family here.
    if data == b"[DONE]" and family in ("openai", None):
        return None
    try:
        value = json.loads(data)
    except ValueError:
        return f"a last event that is no JSON: {last[-3000:]!r}"
    if family == "gemini" and isinstance(value, list) and value:
        value = value[-1]  # An array of responses is a stream of Gemini's too.
    value = value if isinstance(value, dict) else {}
    if "error" in value and (family is None or typed(value, family) or value.get("type") == "error"):
        return None
    ends = {
        "anthropic": value.get("type") in ("message_stop", "error"),
        "openai": str(value.get("type", "")).startswith(("response.", "error")),
        "gemini": "candidates" in value or "promptFeedback" in value,
        None: True,
    }
    return None if ends.get(family) else f"no end of events: {body[-300:]!r}"
