"""Mutations of bytes and of JSON texts, drawn from a seeded source.

Structure first: types, sizes, names, nesting, doubled and lost members, odd Unicode; then the bytes of
what came out.
"""

import re

DEEP = (8, 127, 128, 129, 1_000, 20_000)
"""Depths of nesting: below, at and over the reader's limit of 128."""
LONG = (63, 64, 65, 255, 256, 257, 4_096, 65_536)
"""Lengths of texts at the limits of names, and beyond."""
OFTEN = (2, 3, 17, 300)
"""How often an element is repeated."""

SCALARS = [
    b"null", b"true", b"false", b"0", b"-0", b"-1", b"1", b"0.5", b"1e308", b"1e309", b"-1e309", b"1e-400",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809", b"18446744073709551616",
    b"1" * 400, b"0." + b"3" * 400, b"01", b"+1", b".5", b"1.", b"0x10", b"NaN", b"Infinity", b"-Infinity",
    b"undefined", b"None", b"tru", b"[]", b"{}", b"[[]]", b"[{}]", b"[null]", b'{"":""}', b'""', b'" "',
    b"", b"]", b"}", b",", b":", b'"', b"'x'", b"/* x */ 1", b'"auto"', b'"user"', b'"assistant"',
    b'"system"', b'"tool"', b'"text"', b'"image_url"', b'"none"', b'"required"', b'"high"',
]  # fmt: skip

TEXTS = [
    b"\\u0000", b"\\ud800", b"\\udc00\\ud800", b"\\uD83D\\uDE00", b"\\u12", b"\\x41", b"\\", b"\n", b"\r\n",
    b"\x00", b"\x1f", b"\x7f", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf",
    b"\xe2\x80\xa8", b"\xe2\x80\xae", b"e" + b"\xcc\x81" * 80, "👩‍👩‍👧‍👦".encode(), "İıſẞ".encode(),
    b"../../etc/passwd",
    b"<script>", b"'; drop table requests; --", b"%s%n%d", b"${HOME}", b"__proto__", b"constructor",
    b"data: [DONE]\\n\\n", b"event: error\\n", b"\\r\\nx-injected: yes", b"sk-" + b"a" * 48, b":", b"*",
    b"auto:",
    b"\\u006dodel", b"data:image/png;base64,AAAA", b"http://127.0.0.1:1/", b"file:///etc/passwd",
]  # fmt: skip

KEYS = [
    b"model", b"Model", b"MODEL", b"messages", b"stream", b"Stream", b"max_tokens", b"MAX_TOKENS", b"n",
    b"tools",
    b"tool_choice", b"response_format", b"stop", b"temperature", b"metadata", b"user", b"role", b"content",
    b"type",
    b"text", b"input", b"instructions", b"system", b"contents", b"parts", b"generationConfig", b"options",
    b"format",
    b"keep_alive", b"prompt", b"suffix", b"logprobs", b"stream_options", b"service_tier", b"thinking",
    b"reasoning",
    b"previous_response_id", b"store", b"id", b"name", b"arguments", b"usage", b"choices", b"delta", b"index",
    b"finish_reason", b"error", b"candidates", b"message", b"done", b"", b"x" * 300, b"\\u0000", b"__proto__",
]  # fmt: skip

ESCAPE = [rb"\u%04x", rb"\u%04X"]
_LETTERS = re.compile(rb"[A-Za-z]")


def nested(draw):
    """A value that is deep, closed or not."""
    depth = draw.choice(DEEP)
    opening, closing = draw.choice([(b"[", b"]"), (b'{"a":', b"}")])
    inner = b"1" if opening != b"[" or draw.random() < 0.5 else b""
    return opening * depth + inner + (closing * depth if draw.random() < 0.8 else b"")


def long_text(draw):
    """A string at or over a limit of its length."""
    unit = draw.choice([b"a", b"a", "ü".encode(), b"e\xcc\x81", b"\\n", b"\\u00e9", "👍".encode(), b" "])
    return b'"' + unit * draw.choice(LONG) + b'"'


def odd_value(draw, other):
    """A value that hardly anybody sends; `other` is a text whose values may come instead."""
    kind = draw.random()
    if kind < 0.5:
        return draw.choice(SCALARS)
    if kind < 0.7:
        return b'"' + draw.choice(TEXTS) + b'"'
    if kind < 0.78:
        return long_text(draw)
    if kind < 0.82:
        return nested(draw)
    start, end = draw.choice(other.values)
    return other.text[start:end]


def odd_key(draw, key):
    """Another form of a key, or another key, with quotation marks."""
    kind = draw.random()
    if kind < 0.2:
        return key.swapcase() if draw.random() < 0.5 else key.title()
    if kind < 0.4 and _LETTERS.search(key):
        place = _LETTERS.search(key).start()
        return key[:place] + draw.choice(ESCAPE) % key[place] + key[place + 1 :]
    if kind < 0.5:
        return key[:-1] + draw.choice([b" ", b"\\u0000", b"_", b"\xc2\xa0"]) + b'"'
    return b'"' + draw.choice(KEYS) + b'"'


def _edit(document, other, draw):
    """One change of the structure: (start, end, instead)."""
    text = document.text
    kind = draw.randrange(14)
    if kind < 4 or not document.members:
        start, end = draw.choice(document.values)
        return start, end, odd_value(draw, other)
    if kind == 4 and document.strings:
        start, end = draw.choice(document.strings)
        place = draw.randrange(start + 1, end)
        return place, place, draw.choice(TEXTS)
    if kind == 5:
        start, end = draw.choice(document.keys)
        return start, end, odd_key(draw, text[start:end])
    if kind == 6:
        # Twice, the second with another value, name or both.
        start, end = draw.choice(document.members)
        key = text[start : document.key_ends[start]]
        key = odd_key(draw, key) if draw.random() < 0.5 else key
        return end, end, b"," + key + b":" + odd_value(draw, other)
    if kind == 7:
        # Lost, with its comma where one follows.
        start, end = draw.choice(document.members + document.elements)
        end += text[end : end + 1] == b","
        return start, end, b""
    if kind == 8 and document.elements:
        start, end = draw.choice(document.elements)
        times = draw.choice(OFTEN)
        if (end - start) * times > 200_000:
            times = 2
        return start, end, b",".join([text[start:end]] * times)
    if kind == 9:
        start, end = draw.choice(document.values)
        before, after = draw.choice([(b"[", b"]"), (b'{"x":', b"}"), (b'"', b'"'), (b"[[", b"]]"), (b" ",
            b"\t\r\n")])
        return start, end, before + text[start:end] + after
    if kind == 10:
        start, end = draw.choice(document.values)
        first, last = draw.choice(other.values)
        return start, end, other.text[first:last]
    if kind == 11:
        start, end = draw.choice(document.members + document.elements)
        return start, start, draw.choice([b",", b"//x\n", b"null,", b'"x":1,', b" " * 5_000, b"\xef\xbb\xbf"])
    if kind == 12:
        start, end = draw.choice(document.members)
        key = b'"' + draw.choice(KEYS) + b'":'
        return start, start, key + odd_value(draw, other) + b","
    start, end = draw.choice(document.values)
    first, last = draw.choice(document.values)
    return start, end, text[first:last]


def mutated_json(document, other, draw):
    """The text with one to four changes of its structure."""
    text = document.text
    edits = [_edit(document, other, draw) for _ in range(draw.choice((1, 1, 1, 2, 2, 4)))]
    last = len(text) + 1
    for start, end, instead in sorted(edits, reverse=True):
        if end <= last:
            text = text[:start] + instead + text[end:]
            last = start
    return text


def mutated_bytes(text, draw):
    """The bytes with a few flipped, lost, doubled, put in or cut off."""
    for _ in range(draw.choice((1, 1, 2, 5))):
        if not text:
            return text
        place = draw.randrange(len(text))
        kind = draw.randrange(7)
        if kind == 0:
            text = text[:place] + bytes([text[place] ^ 1 << draw.randrange(8)]) + text[place + 1 :]
        elif kind == 1:
            text = text[:place] + text[place + draw.choice((1, 1, 2, 9, 400)) :]
        elif kind == 2:
            end = place + draw.choice((1, 2, 9, 100))
            text = text[:end] + text[place:]
        elif kind == 3:
            text = text[:place] + draw.choice(TEXTS) + text[place:]
        elif kind == 4:
            text = text[:place] + bytes([draw.randrange(256)]) + text[place:]
        elif kind == 5:
            text = text[:place]
        else:
            other = draw.randrange(len(text))
            text = text[:place] + text[other : other + draw.choice((1, 8, 64))] + text[place:]
    return text


def mutated(document, other, draw):
    """A JSON text changed in its structure, its bytes or both."""
    kind = draw.random()
    if kind < 0.75:
        return mutated_json(document, other, draw)
    if kind < 0.9:
        return mutated_bytes(document.text, draw)
    return mutated_bytes(mutated_json(document, other, draw), draw)


def pieces(data, draw):
    """The bytes as they are given to the socket, in one piece or in a few."""
    if draw.random() < 0.8 or len(data) < 2:
        return [data]
    if draw.random() < 0.1:
        # Byte by byte, as far as that is bearable.
        head = min(len(data), 200)
        return [data[n : n + 1] for n in range(head)] + ([data[head:]] if len(data) > head else [])
    places = sorted(draw.randrange(len(data)) for _ in range(draw.randrange(1, 6)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)]) if b > a]
