"""Others are served while something large is worked on."""

import http.client
import json
import socket
import threading

import pytest

from conftest import provider
from fakes.anthropic import AnthropicProvider
from fakes.openai import completion, pieces
from fakes.server import stream
from gateway import eventually

CALLS = 20_000
"""Some seconds of work in a debug build, more than half of one in a release."""
OTHERS = 8
"""Connections of others, which are spread over all loops."""

ANSWERED_CALLS = 4_000
"""Nearly as many as an answer may have."""


def large_request():
    calls = [
        {"id": f"call_{n}", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
        for n in range(CALLS)
    ]
    results = [{"role": "tool", "tool_call_id": f"call_{n}", "content": "r"} for n in range(CALLS)]
    return {
        "model": "auto",
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": None, "tool_calls": calls},
            *results,
        ],
    }


def large_calls():
    function = {"name": "f", "arguments": json.dumps({"text": "x" * 2_000})}
    return [
        {"index": n, "id": f"c{n}", "type": "function", "function": function}
        for n in range(ANSWERED_CALLS)
    ]


def large_answer():
    answer = json.loads(completion("four").steps[0])
    answer["choices"][0]["message"]["tool_calls"] = large_calls()
    reply = completion("four")
    reply.steps = [json.dumps(answer).encode()]
    return reply


def large_event():
    first, *rest = pieces(["four"])
    delta = {"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": large_calls()}}]}
    return stream([first, b"data: " + json.dumps(delta).encode() + b"\n\n", *rest])


@pytest.mark.parametrize("kind", ["request", "answer", "event"])
def test_others_are_served_while_something_large_is_worked_on(fake, gateway, kind):
    if kind == "request":
        only = fake(AnthropicProvider)
        made = gateway([provider("c", only, "claude")])
        path, body = "/v1/chat/completions", large_request()
    else:
        only = fake()
        made = gateway([provider("o", only)])
        only.will(large_answer() if kind == "answer" else large_event())
        messages = [{"role": "user", "content": "Hi"}]
        body = {"model": "auto", "max_tokens": 100_000, "stream": kind == "event"}
        body["messages"] = messages
        path = "/v1/messages"
    sent, done, answers = threading.Event(), threading.Event(), []

    def ask():
        data = json.dumps(body).encode()
        port = int(made.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
            head += f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
            connection.sendall(head.encode() + data)
            sent.set()
            answer = b""
            # The first of the answer comes when most of the work is done.
            while piece := connection.recv(1 << 16):
                done.set()
                answer += piece
            answers.append(answer)

    # Connected before, so that what they ask is a matter of a millisecond.
    others = [http.client.HTTPConnection(made.url.removeprefix("http://"), timeout=60) for _ in range(OTHERS)]
    for other in others:
        other.connect()
    asker = threading.Thread(target=ask)
    asker.start()
    sent.wait()
    if kind != "request":
        eventually(lambda: only.requests, "the provider was not asked")
    for other in others:
        other.request("GET", "/healthz")
        response = other.getresponse()
        assert response.status == 200
        response.read()
    if kind != "event":
        assert not done.is_set(), "others had to wait for it"
    asker.join()
    for other in others:
        other.close()
    assert b" 200 OK" in answers[0].split(b"\r\n", 1)[0]
    assert len(answers[0]) > (1_000 * ANSWERED_CALLS if kind != "request" else 100)
