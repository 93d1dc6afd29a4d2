"""What a client hears while its stream is silent: pings of its own protocol, also before anybody has
answered, and what follows them on the same connection."""

import json
import threading

import pytest
from conftest import anthropic_client, ask, http_client, openai_client, provider
from fakes.openai import chunk, completion, pieces
from fakes.server import CUT, Hold, Reply, stream

# So short that every test hears some; the rule is the same.
OFTEN = {"keepAliveMs": 40}
MESSAGES = {"model": "auto", "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}
ANTHROPIC_PING = 'event: ping\ndata: {"type": "ping"}\n\n'
OPENAI_PING = ": keep-alive\n\n"

APIS = [
    ("/v1/chat/completions", OPENAI_PING),
    ("/v1/messages", ANTHROPIC_PING),
    ("/v1/responses", OPENAI_PING),
    ("/v1/completions", OPENAI_PING),
]


def body_for(path):
    if path == "/v1/responses":
        return {"model": "auto", "input": "Hi", "stream": True}
    if path == "/v1/completions":
        return {"model": "auto", "prompt": "Hi", "stream": True}
    return MESSAGES | {"stream": True}


def read_until_ping(lines, ping):
    """Reads up to a ping; what came before it is returned."""
    text = ""
    for piece in lines:
        text += piece
        if ping in text:
            return text
    raise AssertionError(f"no ping in {text!r}")


@pytest.mark.parametrize("path,ping", APIS)
def test_a_ping_comes_before_anybody_has_answered(fake, gateway, path, ping):
    gate = threading.Event()
    first = fake()
    made = gateway([provider("first", first)], routing=OFTEN)
    with http_client(made) as http:
        first.will(stream([Hold(gate), *pieces(["fo", "ur"])]))
        with http.stream("POST", path, json=body_for(path)) as response:
            lines = response.iter_text()
            assert response.status_code == 200
            assert response.headers["content-type"] == "text/event-stream"
            id = response.headers["x-logway-request-id"]
            text = read_until_ping(lines, ping)
            gate.set()
            text += "".join(lines)
        assert text.startswith(ping)
        rest = text.replace(ping, "")
        assert "fo" in rest and "ur" in rest and "x-logway-cost-usd" in rest
        record = made.completed(id)["completed"]
        assert (record["outcome"], record["status"]) == ("answered", 200)
        # The connection serves the next request, in which no ping gets lost.
        first.will(completion("next"))
        assert http.post("/v1/chat/completions", json=MESSAGES).json()["choices"][0]["message"][
            "content"
        ] == "next"


def test_failover_goes_on_behind_a_ping(fake, gateway):
    gate = threading.Event()
    first, second = fake(), fake(text="second")
    made = gateway([provider("first", first), provider("second", second)], routing=OFTEN)
    first.will(stream([chunk({"role": "assistant", "content": ""}), Hold(gate), CUT]))
    with http_client(made) as http:
        body = MESSAGES | {"stream": True}
        with http.stream("POST", "/v1/messages", json=body) as response:
            lines = response.iter_text()
            text = read_until_ping(lines, ANTHROPIC_PING)
            gate.set()
            text += "".join(lines)
            id = response.headers["x-logway-request-id"]
    assert "event: message_stop" in text and "event: error" not in text
    record = made.completed(id)
    assert record["completed"]["provider"] == "second"
    assert [attempt.get("failure") for attempt in record["attempts_finished"]] == ["cut", None]
    assert made.stop() == 0
    made.ask("replay", "--check")


@pytest.mark.parametrize("path,ping", APIS[:2])
def test_an_error_behind_a_ping_is_a_frame_and_the_end(fake, gateway, path, ping):
    gate = threading.Event()
    first = fake()
    made = gateway(
        [provider("first", first)], routing=OFTEN | {"retry": {"times": 0}}
    )
    first.will(Reply([Hold(gate), CUT], chunked=True))
    with http_client(made) as http:
        with http.stream("POST", path, json=body_for(path)) as response:
            lines = response.iter_text()
            text = read_until_ping(lines, ping)
            gate.set()
            text += "".join(lines)
            id = response.headers["x-logway-request-id"]
        frame = json.loads(text.replace(ping, "").split("data: ", 1)[1])
        assert "every provider failed" in frame["error"]["message"]
        assert "[DONE]" not in text and "message_stop" not in text
        record = made.completed(id)["completed"]
        assert (record["outcome"], record["status"]) == ("failed", 200)
        assert http.post("/v1/chat/completions", json=MESSAGES).status_code == 200


def test_a_silence_within_the_answer_is_pinged_too(fake, gateway):
    gate = threading.Event()
    first = fake()
    made = gateway([provider("first", first)], routing=OFTEN)
    begin, *rest = pieces(["fo", "ur"])
    first.will(stream([begin, rest[0], Hold(gate), *rest[1:]]))
    with http_client(made) as http:
        body = MESSAGES | {"stream": True}
        with http.stream("POST", "/v1/chat/completions", json=body) as response:
            lines = response.iter_text()
            text = ""
            # Only a ping behind the first content is one within the answer.
            while OPENAI_PING not in text.partition("fo")[2]:
                text += next(lines)
            gate.set()
            text += "".join(lines)
    # A head that a ping sent, as on a busy machine, knows nobody yet.
    assert response.headers.get("x-logway-provider") == "first" or text.startswith(OPENAI_PING)
    record = made.completed(response.headers["x-logway-request-id"])
    assert record["completed"]["provider"] == "first"
    passed = "".join(text.split(OPENAI_PING))
    told = [line for line in passed.split("\n\n") if line and not line.startswith(":")]
    sent = [event.decode().strip() for event in [begin, *rest]]
    assert told == [event for event in sent if '"choices": []' not in event]


def test_the_sdks_take_pings_wherever_they_come(fake, gateway):
    gate, later = threading.Event(), threading.Event()
    first = fake()
    made = gateway([provider("first", first)], routing=OFTEN)

    def held():
        begin, *rest = pieces(["fo", "ur"])
        return stream([Hold(gate), begin, rest[0], Hold(later), *rest[1:]])

    timers = [threading.Timer(0.3, gate.set), threading.Timer(0.6, later.set)]
    for timer in timers:
        timer.start()
    first.will(held())
    with anthropic_client(made).messages.stream(**MESSAGES) as sent:
        assert sent.get_final_text() == "four"
    gate.clear(), later.clear()
    for timer in [threading.Timer(0.3, gate.set), threading.Timer(0.6, later.set)]:
        timer.start()
    first.will(held())
    chunks = list(ask(openai_client(made), stream=True).parse())
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "four"


def test_lines_of_json_and_whole_answers_hear_nothing(fake, gateway):
    gate = threading.Event()
    first = fake()
    made = gateway([provider("first", first)], routing=OFTEN)
    threading.Timer(0.4, gate.set).start()
    first.will(stream([Hold(gate), *pieces(["fo", "ur"])]))
    with http_client(made) as http:
        body = {"model": "auto", "messages": MESSAGES["messages"]}
        lines = http.post("/api/chat", json=body).text.splitlines()
        assert all(json.loads(line) for line in lines)
        gate.clear()
        threading.Timer(0.4, gate.set).start()
        whole = completion("four").steps[0]
        first.will(Reply([Hold(gate), whole], headers={"content-length": str(len(whole))}))
        assert http.post("/v1/messages", json=MESSAGES).json()["content"][0]["text"] == "four"


def test_a_client_that_leaves_a_pinged_stream_is_recorded(fake, gateway):
    gate = threading.Event()
    first = fake()
    made = gateway([provider("first", first)], routing=OFTEN)
    first.will(stream([Hold(gate), *pieces(["four"])]))
    with http_client(made) as http:
        body = MESSAGES | {"stream": True}
        with http.stream("POST", "/v1/messages", json=body) as response:
            read_until_ping(response.iter_text(), ANTHROPIC_PING)
            id = response.headers["x-logway-request-id"]
    gate.set()
    assert made.completed(id)["completed"]["outcome"] == "cancelled"


def test_zero_is_never(fake, gateway):
    gate = threading.Event()
    first = fake()
    made = gateway([provider("first", first)], routing={"keepAliveMs": 0})
    threading.Timer(0.3, gate.set).start()
    first.will(stream([Hold(gate), *pieces(["four"])]))
    with http_client(made) as http:
        text = http.post("/v1/messages", json=MESSAGES | {"stream": True}).text
    assert "event: ping" not in text and "message_stop" in text


def test_a_page_may_read_a_stream_that_a_ping_began(fake, gateway):
    gate = threading.Event()
    first = fake()
    made = gateway([provider("first", first)], routing=OFTEN)
    first.will(stream([Hold(gate), *pieces(["four"])]))
    page = "http://localhost:3000"
    with http_client(made) as http:
        body = MESSAGES | {"stream": True}
        with http.stream(
            "POST", "/v1/chat/completions", json=body, headers={"origin": page}
        ) as response:
            read_until_ping(response.iter_text(), OPENAI_PING)
            gate.set()
    assert response.headers["access-control-allow-origin"] == page
