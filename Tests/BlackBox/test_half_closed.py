"""Providers that close one side of a connection: what was cut is a failure, what is whole an answer."""

import json
from dataclasses import replace

import pytest

from conftest import ask, http_client, id_of, openai_client, provider, steady
from fakes import anthropic as fake_anthropic
from fakes import gemini as fake_gemini
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.openai import OpenAIProvider, completion
from fakes.server import CUT, DEAF, HALF_CLOSE, Reply, Seen, stream
from gateway import SOON, eventually

MODELS = {
    "openai": "gpt-x", "anthropic": "claude-x", "ollama": "llama-x", "gemini": "gemini-x",
}  # fmt: skip
WHOLE = {
    "openai": lambda: fake_openai.pieces(["fo", "ur"]),
    "anthropic": lambda: fake_anthropic.streamed(["fo", "ur"]).steps,
    "ollama": lambda: fake_ollama.streamed(("fo", "ur")).steps,
    "gemini": lambda: fake_gemini.pieces(["fo", "ur"]),
}


def begun(family):
    """A stream that breaks off in the event behind the first text."""
    pieces = WHOLE[family]()
    texts = [number for number, piece in enumerate(pieces) if b'"fo"' in piece]
    return [*pieces[: texts[0] + 1], pieces[texts[0] + 1][:9]]


def content_type(family):
    return "application/x-ndjson" if family == "ollama" else "text/event-stream"


def framed(steps, framing, family="openai"):
    """A stream of that framing: in chunks, or as long as the connection lasts."""
    chunked = stream(steps, content_type(family))
    return chunked if framing == "chunked" else replace(chunked, chunked=False, until_close=True)


def streamed_text(gateway, model):
    """What a client of a stream gets: its texts, and everything as it came."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "2+2?"}]}
    with http_client(gateway) as http:
        answer = http.post("/v1/chat/completions", json=body)
    texts = []
    for line in answer.text.splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:]).get("choices", []):
                texts.append(choice["delta"].get("content") or "")
    return "".join(texts), answer


@pytest.fixture
def house(house):
    return steady(house, MODELS.values())


@pytest.mark.parametrize("framing", ["chunked", "until close"])
@pytest.mark.parametrize("family", MODELS)
def test_stream_that_ends_in_a_half_close_was_cut(house, family, framing):
    fake = getattr(house, family)
    fake.will(framed([*begun(family), HALF_CLOSE], framing, family))
    text, answer = streamed_text(house.gateway, MODELS[family])
    assert text == "fo"
    assert "[DONE]" not in answer.text and "upstream_interrupted" in answer.text
    record = house.gateway.completed(id_of(answer))
    assert record["completed"]["outcome"] == "cut"
    # The other half of the connection is not left open.
    assert fake.last.let_go.wait(SOON)


@pytest.mark.parametrize("family", MODELS)
def test_whole_stream_before_a_half_close_is_an_answer(house, family):
    fake = getattr(house, family)
    fake.will(framed([*WHOLE[family](), HALF_CLOSE], "until close", family))
    text, answer = streamed_text(house.gateway, MODELS[family])
    assert text == "four"
    assert answer.text.rstrip().endswith("data: [DONE]")
    assert house.gateway.completed(id_of(answer))["completed"]["outcome"] == "answered"
    assert fake.last.let_go.wait(SOON)
    # The connection is not taken for the next request.
    assert ask(openai_client(house.gateway), model=MODELS[family]).parse().choices


def test_whole_answer_before_a_half_close_is_one_and_the_next_goes_elsewhere(gateway, fake):
    one = fake()
    made = gateway([provider("o", one)])
    client = openai_client(made)
    whole = completion("four")
    for _ in range(3):
        one.will(replace(whole, steps=[*whole.steps, HALF_CLOSE]))
        assert ask(client).parse().choices[0].message.content == "four"
    # libcurl looks for such connections when it wants one, once a second at most.
    eventually(lambda: ask(client) and all(seen.let_go.is_set() for seen in one.requests[:3]),
               "half-closed connections are kept")  # fmt: skip
    assert {attempt.get("failure") for r in made.requests() for attempt in
            made.explain(r["received"]["request"])["attempts_finished"]} == {None}  # fmt: skip


@pytest.mark.parametrize("framing", ["length", "until close"])
def test_answer_that_is_cut_by_a_half_close_is_asked_for_elsewhere(pair, framing):
    made, first, second = pair
    whole = completion("first")
    (body,) = whole.steps
    headers = {**whole.headers, "content-length": str(len(body))}
    first.will(
        Reply([body[: len(body) // 2], HALF_CLOSE], 200, headers)
        if framing == "length"
        else replace(whole, steps=[body[: len(body) // 2], HALF_CLOSE], until_close=True)
    )
    answer = ask(openai_client(made))
    assert answer.parse().choices[0].message.content == "second"
    attempts = made.completed(id_of(answer))["attempts_finished"]
    assert [a.get("failure") for a in attempts] == ["cut", None]
    assert first.last.let_go.wait(SOON)


def test_half_close_before_any_answer_is_asked_for_elsewhere(pair):
    made, first, second = pair
    # libcurl asks again where a connection that was kept ends so, as it may have been too old.
    first.always(_Silent())
    answer = ask(openai_client(made))
    assert answer.parse().choices[0].message.content == "second"
    attempts = made.completed(id_of(answer))["attempts_finished"]
    assert [a.get("failure") for a in attempts] == ["connection failed", None]


class _Silent(Reply):
    """Not even a head."""

    def __init__(self):
        super().__init__([HALF_CLOSE])

    def head(self):
        return b""


@pytest.mark.parametrize("family", MODELS)
@pytest.mark.parametrize("framing", ["chunked", "until close"])
def test_provider_that_closes_its_reading_side_still_answers(house, family, framing):
    fake = getattr(house, family)
    pieces = WHOLE[family]()
    fake.will(framed([pieces[0], DEAF, *pieces[1:]], framing, family))
    text, answer = streamed_text(house.gateway, MODELS[family])
    assert text == "four"
    assert house.gateway.completed(id_of(answer))["completed"]["outcome"] == "answered"


@pytest.mark.parametrize("family", MODELS)
def test_provider_that_reads_no_more_and_stops_writing_was_cut(house, family):
    fake = getattr(house, family)
    fake.will(framed([DEAF, *begun(family), CUT], "chunked", family))
    _, answer = streamed_text(house.gateway, MODELS[family])
    assert "upstream_interrupted" in answer.text
    assert house.gateway.completed(id_of(answer))["completed"]["outcome"] == "cut"


class Hasty(OpenAIProvider):
    """Refuses a POST after its head, reads nothing of the body until it has said so, and says no more."""

    def _read(self, connection, buffer):
        while b"\r\n\r\n" not in buffer:
            buffer += connection.recv(1 << 12)
        head = buffer.split(b"\r\n\r\n", 1)[0].decode()
        method, path, _ = head.split(" ", 2)
        return Seen(method, path, {}, b""), b""


def test_large_body_that_is_refused_before_it_is_read_goes_elsewhere(gateway, fake):
    first, second = fake(Hasty), fake(text="second")
    made = gateway([provider("first", first), provider("second", second)])
    refusal = fake_openai.error(503, "busy")
    first.will(replace(refusal, steps=[*refusal.steps, HALF_CLOSE]))
    answer = ask(openai_client(made), "word " * 1_000_000)
    assert answer.parse().choices[0].message.content == "second"
    attempts = made.completed(id_of(answer))["attempts_finished"]
    assert [a.get("failure") for a in attempts] == ["overloaded", None]
    assert first.last.let_go.wait(SOON)
