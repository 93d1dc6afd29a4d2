"""What the attacks are judged by can fail, and the same seed makes the same attack."""

import json
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "Siege"))

import wire  # noqa: E402
from answer_cases import AnswerCases  # noqa: E402
from client_cases import Requests  # noqa: E402
from fuzzing import draw_of  # noqa: E402
from jsontext import JSONText  # noqa: E402
from provider_answers import Answers  # noqa: E402
from soak_judgement import rise  # noqa: E402


def answer(status=200, body=b"{}", kind="application/json", extra=""):
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{extra}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def judged(data, family="openai", method="POST"):
    return wire.fault(wire.parse(data, 0, method, True), family, method)


TYPED = {
    "openai": {"error": {"message": "m", "type": "t", "code": None}},
    "anthropic": {"type": "error", "error": {"type": "t", "message": "m"}},
    "ollama": {"error": "m"},
    "gemini": {"error": {"code": 502, "message": "m", "status": "s"}},
}


@pytest.mark.parametrize("family", TYPED)
def test_an_error_must_have_the_shape_of_its_family(family):
    for other, error in TYPED.items():
        wrong = judged(answer(502, json.dumps(error).encode()), family)
        assert (wrong is None) == (other == family), (family, other, wrong)


@pytest.mark.parametrize("body", [b"", b"Bad gateway", b"[]", b'{"message": "m"}', b'{"error": null}'])
def test_an_untyped_error_is_a_fault(body):
    assert judged(answer(503, body))


def test_what_is_no_fault_is_none_and_a_500_always_is_one():
    assert judged(answer()) is None
    assert judged(answer(404, json.dumps(TYPED["openai"]).encode())) is None
    assert judged(answer(500, json.dumps(TYPED["openai"]).encode()))


ENDS = [
    ("openai", b'data: {"choices": []}\n\ndata: [DONE]\n\n', True),
    ("openai", b'data: {"choices": []}\n\n', False),
    ("openai", b'data: {"choices": []}\n\ndata: {"error": {"message": "m", "type": "t", "code": "c"}}\n\n', True),
    ("openai", b"", False),
    ("anthropic", b'event: message_stop\ndata: {"type": "message_stop"}\n\n', True),
    ("anthropic", b'event: ping\ndata: {"type": "ping"}\n\n', False),
    ("gemini", b'data: {"candidates": []}\r\n\r\n', True),
    ("gemini", b"data: {", False),
]


@pytest.mark.parametrize("family, body, ends", ENDS)
def test_a_stream_must_end_as_its_family_ends_one(family, body, ends):
    assert (judged(answer(body=body, kind="text/event-stream"), family) is None) == ends


@pytest.mark.parametrize("body, ends", [(b'{"done": true}\n', True), (b'{"error": "m"}\n', True),
                                        (b'{"done": false}\n', False), (b'{"a": 1}\r{"error": "m"}\n', False)])  # fmt: skip
def test_lines_of_json_must_end_as_well(body, ends):
    assert (judged(answer(body=body, kind="application/x-ndjson"), "ollama") is None) == ends


@pytest.mark.parametrize("data", [
    answer(extra="content-length: 3\r\n"), answer(extra="transfer-encoding: chunked\r\n"),
    answer(extra="x y: z\r\n"), b"HTTP/1.1 200 OK\ncontent-length: 0\n\n", b"HTTP/1.1 200 OK\r\n",
    answer()[:-1], b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{}",
])  # fmt: skip
def test_http_that_does_not_read_strictly_is_broken(data):
    with pytest.raises(wire.Broken):
        wire.parse(data, 0, "POST", True)


def test_the_same_seed_makes_the_same_cases_and_another_seed_others():
    requests, answers, cases = Requests(), Answers(), AnswerCases()

    def made(seed):
        sent = [requests.make(number, draw_of(seed, number)) for number in range(300)]
        given = [answers.mutated(b"/v1/messages", b'"stream": true', draw_of(seed, n)) for n in range(300)]
        asked = [cases.make(number, draw_of(seed, number)) for number in range(5)]
        cases.restarted()
        return (
            [(c.sends, c.methods, c.certain) for c in sent], [(g.sends, g.end) for g in given],
            [a.sends for a in asked],
        )  # fmt: skip

    assert made(1) == made(1)
    assert all(one != other for one, other in zip(made(1), made(2), strict=True))


def test_a_json_text_knows_the_places_of_its_values():
    text = JSONText(b'{"a": [1, {"b": "x\\"]"}], "c": null}')
    assert [text.text[a:b] for a, b in sorted(text.keys)] == [b'"a"', b'"b"', b'"c"']
    assert {text.text[a:b] for a, b in text.values} >= {b"1", b'"x\\"]"', b"null", b'{"b": "x\\"]"}'}
    assert [text.text[a:b] for a, b in text.elements] == [b"1", b'{"b": "x\\"]"}']


def test_a_leak_rises_and_noise_does_not():
    def rows(grows):
        return [{"second": n, "descriptors": 100 + (n * grows) + n % 3} for n in range(200)]

    assert abs(rise(rows(0), "descriptors")[0]) < 2
    assert rise(rows(1), "descriptors")[0] > 90
