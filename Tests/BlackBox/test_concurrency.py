"""Many at once: everyone gets their own answer, and connections are kept."""

import concurrent.futures
import json
import socket
from urllib.parse import urlsplit

from conftest import ask, id_of, openai_client, provider
from fakes import openai as fake_openai
from gateway import PATIENCE

CLIENTS = 12
REQUESTS = 10


def echo(request):
    """The prompt itself, so that a mix-up shows."""
    body = request.json
    text = body["messages"][0]["content"]
    if body.get("stream"):
        return fake_openai.streamed([text[: len(text) // 2], text[len(text) // 2 :]])
    return fake_openai.completion(text, usage=(len(text), 1))


def test_everyone_gets_their_own_answer(house):
    house.openai.always(echo)
    client = openai_client(house.gateway)

    def one(number):
        costs = {}
        for turn in range(REQUESTS):
            prompt = f"client {number} asks {turn} " + "x" * (number * 37)
            response = ask(client, prompt, model="gpt-x", stream=turn % 2 == 1)
            answer = response.parse()
            if turn % 2:
                text = "".join(c.choices[0].delta.content or "" for c in answer if c.choices)
            else:
                text = answer.choices[0].message.content
                costs[id_of(response)] = response.headers["x-logway-cost-usd"]
            assert text == prompt
        return costs

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        costs = {}
        for found in pool.map(one, range(CLIENTS)):
            costs |= found
    assert len(costs) == CLIENTS * REQUESTS // 2
    recorded = {r["request"]: r["completed"] for r in house.gateway.requests()}
    for id, cost in costs.items():
        assert round(float(cost) * 1e9) == recorded[id]["cost_nanodollars"]
    assert house.gateway.verify()["whole"]


def test_requests_sent_ahead_on_one_connection_are_answered_in_order(house):
    house.openai.always(echo)
    address = urlsplit(house.gateway.url)
    requests = b""
    for number in range(3):
        message = {"role": "user", "content": f"number {number}"}
        body = json.dumps({"model": "gpt-x", "stream": number == 1, "messages": [message]}).encode()
        head = "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        requests += f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(requests)
        data = b""
        while b"number 2" not in data:
            piece = connection.recv(1 << 16)
            assert piece, data
            data += piece
    assert data.count(b"HTTP/1.1 200 OK") == 3
    assert data.index(b"number 0") < data.index(b"[DONE]") < data.index(b"number 2")


def test_connections_to_a_provider_are_kept(pair):
    gateway, first, _ = pair
    client = openai_client(gateway)
    for turn in range(10):
        response = ask(client, stream=turn % 2 == 1)
        if turn % 2:
            list(response.parse())
    # One for the model list, and one more if that was still busy.
    assert first.connections <= 2


def test_each_durability_answers_and_records(fake, gateway):
    for durability in ("strict", "group", "async"):
        made = gateway([provider("o", fake())], log={"durability": durability})
        client = openai_client(made)
        ids = [id_of(ask(client)) for _ in range(3)]
        response = ask(client, stream=True)
        list(response.parse())
        ids.append(id_of(response))
        assert made.stop() == 0
        assert {r["request"] for r in made.requests("--outcome", "answered")} == set(ids)
        started = [e for e in made.events() if e["type"] == "NodeStarted"]
        assert durability in json.dumps(started)
