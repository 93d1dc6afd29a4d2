"""A client that hangs up: the provider is let go soon, and the record says so, with a cost."""

import asyncio
import json
import socket
import struct
import threading
from urllib.parse import urlsplit

import openai
import pytest

from conftest import openai_client, provider
from fakes import anthropic as fake_anthropic
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.openai import OpenAIProvider
from fakes.server import Hold, Reply, stream
from gateway import SOON, Gateway, eventually
from test_openai_client import user


def post(gateway, body, path="/v1/chat/completions"):
    """A request on a socket of its own, which the test closes."""
    address = urlsplit(gateway.url)
    connection = socket.create_connection((address.hostname, address.port))
    content = json.dumps({"max_tokens": 64, "messages": user(), **body}).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(content)}\r\n\r\n"
    connection.sendall(head.encode() + content)
    return connection


def reset(connection):
    """Goes as a machine does that lost the connection: no end of the stream, just a reset."""
    lingers_for_nothing = struct.pack("ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingers_for_nothing)
    connection.close()


def read_until(connection, text):
    data = b""
    while text not in data:
        piece = connection.recv(1 << 16)
        assert piece, f"closed after {data}"
        data += piece
    return data


def hold():
    return Hold(threading.Event())


def check(house, seen, provider_name, priced=True):
    """The provider's connection was closed, and the request ended as cancelled."""
    assert seen.abandoned.wait(SOON), "the provider is still being asked"
    record = house.gateway.newest()
    completed = record["completed"]
    assert completed["outcome"] == "cancelled"
    assert completed["failure"] == "client gone"
    assert completed["total_us"] < SOON * 1_000_000
    (attempt,) = record["attempts_finished"]
    assert (attempt["provider"], attempt["failure"]) == (provider_name, "client gone")
    assert attempt["cost_origin"] == ("estimated" if priced else "unknown")
    assert completed["cost_nanodollars"] == attempt["cost_nanodollars"]
    return record


STARTED = {
    "gpt-x": ("openai", "o", lambda: stream([*fake_openai.pieces(["fo"])[:2], hold()])),
    "claude-x": (
        "anthropic",
        "c",
        lambda: stream(
            [fake_anthropic.start(), *fake_anthropic.text_events(["fo"])[:2], hold()]
        ),
    ),
    "llama-x": (
        "ollama",
        "l",
        lambda: stream([fake_ollama.line(fake_ollama.part("fo")), hold()]),
    ),
}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("model", list(STARTED))
def test_hanging_up_in_mid_stream_lets_the_provider_go(house, model, path):
    family, name, reply = STARTED[model]
    fake = getattr(house, family)
    fake.will(reply())
    connection = post(house.gateway, {"model": model, "stream": True}, path)
    read_until(connection, b'"fo"')
    connection.close()
    record = check(house, fake.wait_for_request(), name)
    assert record["attempts_finished"][0]["usage"]["output"] >= 1
    assert (record["completed"]["cost_nanodollars"] > 0) == (model != "llama-x")


@pytest.mark.parametrize("model", list(STARTED))
def test_hanging_up_before_the_first_byte_lets_the_provider_go(house, model):
    family, name, _ = STARTED[model]
    fake = getattr(house, family)
    fake.will(stream([hold()]))
    connection = post(house.gateway, {"model": model, "stream": True})
    seen = fake.wait_for_request()
    connection.close()
    check(house, seen, name)


@pytest.mark.parametrize("model", list(STARTED))
def test_hanging_up_while_a_whole_answer_is_made_lets_the_provider_go(house, model):
    family, name, _ = STARTED[model]
    fake = getattr(house, family)
    fake.will(Reply([hold()], headers={"content-length": "9"}))
    connection = post(house.gateway, {"model": model})
    seen = fake.wait_for_request()
    connection.close()
    record = check(house, seen, name)
    # The provider may have worked on the prompt.
    assert record["attempts_finished"][0]["usage"]["input"] > 0


@pytest.mark.parametrize("streamed", [False, True])
def test_a_reset_connection_lets_the_provider_go_too(house, streamed):
    house.openai.will(STARTED["gpt-x"][2]() if streamed else stream([hold()]))
    connection = post(house.gateway, {"model": "gpt-x", "stream": streamed})
    seen = house.openai.wait_for_request()
    if streamed:
        read_until(connection, b'"fo"')
    reset(connection)
    check(house, seen, "o")


def test_hanging_up_before_the_provider_s_head_lets_it_go(house):
    class Silent(Reply):
        def head(self):
            return b""

    house.openai.will(Silent([hold()]))
    connection = post(house.gateway, {"model": "gpt-x"})
    seen = house.openai.wait_for_request()
    connection.close()
    check(house, seen, "o")


def test_a_cancelled_request_is_not_tried_elsewhere(pair):
    gateway, first, second = pair
    first.will(Reply([hold()], headers={"content-length": "9"}))
    connection = post(gateway, {"model": "auto"})
    seen = first.wait_for_request()
    connection.close()
    assert seen.abandoned.wait(SOON)
    assert gateway.newest()["completed"]["outcome"] == "cancelled"
    assert second.requests == []
    status = gateway.status()["first"]
    assert (status["consecutive_failures"], status["status"]) == (0, "healthy")


def test_the_sdk_s_own_close_cancels(house):
    house.openai.will(STARTED["gpt-x"][2]())
    with openai_client(house.gateway) as client:
        with client.chat.completions.create(
            model="gpt-x", messages=user(), stream=True
        ) as chunks:
            for chunk in chunks:
                if chunk.choices and chunk.choices[0].delta.content:
                    break
    check(house, house.openai.last, "o")


def test_a_cancelled_async_task_cancels(house):
    house.openai.will(Reply([hold()], headers={"content-length": "9"}))

    async def main():
        async with openai.AsyncOpenAI(
            base_url=house.gateway.url + "/v1", api_key="any", max_retries=0
        ) as client:
            asking = asyncio.create_task(
                client.chat.completions.create(model="gpt-x", messages=user())
            )
            await asyncio.to_thread(house.openai.wait_for_request)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    asyncio.run(main())
    check(house, house.openai.last, "o")


def test_the_sdk_s_timeout_cancels(house):
    house.openai.will(Reply([hold()], headers={"content-length": "9"}))
    client = openai_client(house.gateway).with_options(timeout=5)
    with pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(model="gpt-x", messages=user())
    check(house, house.openai.last, "o")


def test_hanging_up_while_sending_the_body_harms_nobody(house):
    address = urlsplit(house.gateway.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 999\r\n\r\n{"
        )
    answer = openai_client(house.gateway).chat.completions.create(
        model="gpt-x", messages=user()
    )
    assert answer.choices[0].message.content == "four"


def test_one_client_that_hangs_up_does_not_disturb_another(house):
    gate = threading.Event()
    pieces = fake_openai.pieces(["fo", "ur"])
    house.openai.will(
        STARTED["gpt-x"][2](), stream([*pieces[:2], Hold(gate), *pieces[2:]])
    )
    leaving = post(house.gateway, {"model": "gpt-x", "stream": True})
    read_until(leaving, b'"fo"')
    staying = post(house.gateway, {"model": "gpt-x", "stream": True})
    read_until(staying, b'"fo"')
    leaving.close()
    assert house.openai.requests[0].abandoned.wait(SOON)
    gate.set()
    assert b'"ur"' in read_until(staying, b"[DONE]")
    staying.close()


def half_closed(gateway):
    """How many connections the gateway keeps that their clients have closed (CLOSE-WAIT)."""
    port = f":{urlsplit(gateway.url).port:04X}"
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table]
    return sum(row[1].endswith(port) and row[3] == "08" for row in rows)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
def test_a_stream_that_was_hung_up_leaves_no_connection_behind(launched, path):
    """One for each client that stops would use up the gateway's descriptors within a day."""
    fake = launched(OpenAIProvider)
    # A ping to who is gone would end the connection as well, but only where there are pings.
    quiet = {"providers": [provider("o", fake)], "routing": {"keepAliveMs": 0}}
    made = launched(Gateway, quiet)
    content = {"input": "2+2?"} if path.endswith("responses") else {}
    for _ in range(5):
        fake.will(STARTED["gpt-x"][2]())
        connection = post(made, {"model": "gpt-x", "stream": True, **content}, path)
        # What has come is read, or the close would be a reset.
        read_until(connection, b'"fo"')
        connection.close()
    eventually(
        lambda: len([r for r in made.requests() if "completed" in r]) == 5,
        "the record does not say that the clients are gone",
    )
    eventually(
        lambda: half_closed(made) == 0,
        "connections that their clients closed are still open",
        timeout=SOON,
    )


def test_a_client_that_reads_nothing_does_not_fill_the_memory(launched):
    """Back-pressure: what the client does not take is not read from the provider either."""
    fake = launched(OpenAIProvider)
    made = launched(Gateway, {"providers": [provider("o", fake)]})
    sent = threading.Event()

    class Endless(list):
        def __iter__(self):
            for step in fake_openai.pieces([])[:1]:
                yield step
            big = fake_openai.chunk({"content": "x" * 60_000})
            for _ in range(1_500):  # 90 MB
                yield big
            sent.set()

    reply = stream([])
    reply.steps = Endless()
    fake.will(reply)
    # Within what was asked for: it is not cut for that.
    connection = post(made, {"model": "auto", "stream": True, "max_tokens": 1_000_000})
    seen = fake.wait_for_request()
    try:
        assert not sent.wait(2), "90 MB were read for a client that reads nothing"
        assert _resident_mib(made.process.pid) < 300
    finally:
        connection.close()
    assert seen.abandoned.wait(SOON)
    assert made.newest()["completed"]["outcome"] == "cancelled"


def _resident_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024
