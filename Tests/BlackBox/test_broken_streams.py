"""What goes wrong after the first byte: the client is told, and never by a clean end."""

import json
import threading

import anthropic
import openai
import pytest

from conftest import (
    anthropic_client, ask, http_client, id_of, openai_client, provider, steady,
)  # fmt: skip
from fakes import anthropic as fake_anthropic
from fakes import gemini as fake_gemini
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.openai import OpenAIProvider
from fakes.server import CUT, Hold, Pause, stream
from gateway import SOON, Gateway
from test_openai_client import user

IN_BAND = {"error": {"message": "out of cheese", "type": "server_error", "code": 502}}


def read_until_error(pieces, gate=None):
    """The texts that came before the SDK raised, and what it raised."""
    texts = []
    with pytest.raises(Exception) as caught:
        for text in pieces:
            texts.append(text)
            if gate:
                gate.set()
    return "".join(texts), caught.value


def openai_texts(response):
    for chunk in response.parse():
        for choice in chunk.choices:
            if choice.delta.content:
                yield choice.delta.content


def sse(events, end):
    """A stream that begins well and ends so once its gate is opened."""
    return lambda gate: stream([*events, Hold(gate), end])


OPENAI = fake_openai.pieces(["fo"])[:2]
ANTHROPIC = [fake_anthropic.start(), *fake_anthropic.text_events(["fo"])[:2]]
GEMINI = fake_gemini.pieces(["fo"])[:1]
OVERLOADED = {"type": "overloaded_error", "message": "out of cheese"}
BREAKS = {
    "openai": [
        sse(OPENAI, CUT),
        sse(OPENAI, fake_openai.event(IN_BAND)),
        sse(OPENAI, b"data: {broken\n\n"),
        # A clean end of the transport, but neither a finish reason nor [DONE].
        sse(OPENAI, b": bye\n\n"),
    ],
    "anthropic": [
        sse(ANTHROPIC, CUT),
        sse(ANTHROPIC, fake_anthropic.event("error", error=OVERLOADED)),
        sse(ANTHROPIC, fake_anthropic.text_events([])[-1]),
    ],
    "ollama": [
        sse([fake_ollama.line(fake_ollama.part("fo"))], CUT),
        sse(
            [fake_ollama.line(fake_ollama.part("fo"))],
            fake_ollama.line({"error": "out of cheese"}),
        ),
    ],
    "gemini": [
        sse(GEMINI, CUT),
        sse(GEMINI, fake_gemini.event({"error": {"code": 500, "message": "out of cheese"}})),
        # It has no terminal event: without a finish reason it was cut.
        sse(GEMINI, b": bye\n\n"),
    ],
}
MODELS = {
    "openai": "gpt-x", "anthropic": "claude-x", "ollama": "llama-x", "gemini": "gemini-x",
}  # fmt: skip
CASES = [(family, n) for family, replies in BREAKS.items() for n in range(len(replies))]


@pytest.fixture
def house(house):
    return steady(house, MODELS.values())


@pytest.fixture
def broken(house):
    """Scripts a stream of a family that breaks off when the gate is opened."""

    def script(family, number=0):
        gate = threading.Event()
        getattr(house, family).will(BREAKS[family][number](gate))
        return gate

    return script


@pytest.mark.parametrize("family, number", CASES)
def test_the_openai_sdk_raises_when_a_stream_breaks_off(house, broken, family, number):
    gate = broken(family, number)
    response = ask(openai_client(house.gateway), model=MODELS[family], stream=True)
    text, error = read_until_error(openai_texts(response), gate)
    assert text == "fo"
    assert isinstance(error, openai.APIError)
    record = house.gateway.completed(id_of(response))
    _check_cut(record)


def _check_cut(record):
    assert record["completed"]["outcome"] == "cut"
    assert record["completed"]["status"] == 200
    (attempt,) = record["attempts_finished"]
    assert attempt["failure"] == record["completed"]["failure"]
    # What was written so far was paid for.
    assert attempt["usage"]["output"] > 0
    assert record["completed"]["cost_nanodollars"] == attempt["cost_nanodollars"]


@pytest.mark.parametrize("family, number", CASES)
def test_the_anthropic_sdk_raises_when_a_stream_breaks_off(house, broken, family, number):
    gate = broken(family, number)
    client = anthropic_client(house.gateway)
    with client.messages.stream(model=MODELS[family], max_tokens=64, messages=user()) as messages:
        id = id_of(messages.response)
        text, error = read_until_error(messages.text_stream, gate)
    assert text == "fo"
    assert isinstance(error, anthropic.APIStatusError)
    _check_cut(house.gateway.completed(id))


def read_raw(house, path, family, gate):
    """Everything that the client is sent; the gate is opened at the first text."""
    body = {"model": MODELS[family], "max_tokens": 64, "stream": True, "messages": user()}
    data = b""
    with http_client(house.gateway) as http:
        with http.stream("POST", path, json=body) as answer:
            for piece in answer.iter_bytes():
                data += piece
                if b'"fo"' in data:
                    gate.set()
    return data.decode()


@pytest.mark.parametrize("family, number", CASES)
def test_no_clean_end_follows_the_error_frame(house, broken, family, number):
    data = read_raw(house, "/v1/chat/completions", family, broken(family, number))
    assert "[DONE]" not in data
    frame = json.loads(data.rstrip().split("\n\n")[-1].removeprefix("data: "))
    assert frame["error"]["code"] == "upstream_interrupted"

    data = read_raw(house, "/v1/messages", family, broken(family, number))
    assert "message_stop" not in data
    assert data.rstrip().split("\n\n")[-1].startswith("event: error\ndata: ")


def test_the_provider_s_own_words_are_told(house, broken):
    gate = broken("openai", 1)
    response = ask(openai_client(house.gateway), model="gpt-x", stream=True)
    _, error = read_until_error(openai_texts(response), gate)
    assert "out of cheese" in str(error)
    assert "out of cheese" in house.gateway.explain_page(id_of(response))


@pytest.mark.parametrize(
    "event",
    [
        {"object": "error", "message": "out of cheese", "type": "BadRequestError", "code": 400},
        {"message": "out of cheese", "code": 500},
        {"detail": "out of cheese"},
    ],
)
def test_an_error_without_a_member_of_that_name_is_no_end(house, event):
    gate = threading.Event()
    steps = [*OPENAI, Hold(gate), fake_openai.event(event), fake_openai.DONE]
    house.openai.will(stream(steps))
    data = read_raw(house, "/v1/messages", "openai", gate)
    assert "out of cheese" in data and "message_stop" not in data


def test_a_cut_stream_is_not_tried_elsewhere(pair):
    gateway, first, second = pair
    gate = threading.Event()
    first.will(BREAKS["openai"][0](gate))
    response = ask(openai_client(gateway), stream=True)
    read_until_error(openai_texts(response), gate)
    assert second.requests == []
    assert gateway.completed(id_of(response))["completed"]["attempts"] == 1
    status = gateway.status()["first"]
    assert status["consecutive_failures"] == 1
    assert status["recent_failures"][0]["failure"] == "cut"


def test_a_stream_without_done_but_with_a_finish_reason_is_whole(house):
    house.openai.will(fake_openai.streamed(done=False))
    response = ask(openai_client(house.gateway), model="gpt-x", stream=True)
    assert "".join(openai_texts(response)) == "four"
    assert house.gateway.completed(id_of(response))["completed"]["outcome"] == "answered"


@pytest.mark.parametrize("family", list(BREAKS))
def test_bytes_cut_anywhere_make_the_same_answer(house, family):
    whole = {
        "openai": fake_openai.streamed(["fö", "ür"]),
        "anthropic": fake_anthropic.streamed(["fö", "ür"]),
        "ollama": fake_ollama.streamed(["fö", "ür"]),
        "gemini": fake_gemini.streamed(["fö", "ür"]),
    }[family]
    every_byte = b"".join(whole.steps)
    split = [every_byte[i : i + 3] for i in range(0, len(every_byte), 3)]
    getattr(house, family).will(stream(split, whole.headers["content-type"]))
    response = ask(openai_client(house.gateway), model=MODELS[family], stream=True)
    assert "".join(openai_texts(response)) == "föür"


def test_each_piece_arrives_before_the_next_one_is_written(house):
    gate = threading.Event()
    events = fake_openai.pieces(["one ", "two"])
    house.openai.will(stream([*events[:2], Hold(gate), *events[2:]]))
    texts = openai_texts(ask(openai_client(house.gateway), model="gpt-x", stream=True))
    assert next(texts) == "one "
    assert not house.openai.last.answered.is_set()
    gate.set()
    assert "".join(texts) == "two"


def test_a_slow_drip_is_no_failure(impatient):
    made, fake = impatient
    steps = []
    for event in fake_openai.pieces(["a"] * 8):
        steps += [event, Pause(0.3)]
    fake.will(stream(steps))
    response = ask(openai_client(made), stream=True)
    assert "".join(openai_texts(response)) == "a" * 8


def test_a_stall_is_an_error_and_closes_the_connection(impatient):
    made, fake = impatient
    fake.will(stream([*fake_openai.pieces(["fo"])[:2], Hold(threading.Event())]))
    response = ask(openai_client(made), stream=True)
    text, error = read_until_error(openai_texts(response))
    assert (text, isinstance(error, openai.APIError)) == ("fo", True)
    assert made.completed(id_of(response))["completed"]["failure"] == "idle timeout"
    assert fake.last.abandoned.wait(SOON)


@pytest.fixture(scope="module")
def impatient(launched):
    """A gateway that waits five seconds for the next byte, much longer than a drip pauses."""
    fake = launched(OpenAIProvider)
    entry = provider("o", fake, timeouts={"idleMs": 5_000})
    return launched(Gateway, {"providers": [entry]}), fake
