"""Bodies of requests that are compressed."""

import gzip
import json
import zlib

import pytest

from conftest import http_client, id_of, provider
from test_openai_client import user

BODY = json.dumps({"model": "gpt-x", "messages": user("What is 2+2? \u00e9")}).encode()
PATH = "/v1/chat/completions"


def raw_deflate(data):
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeezer.compress(data) + squeezer.flush()


@pytest.fixture
def http(house):
    with http_client(house.gateway) as client:
        yield client


def post(http, content, coding="gzip", path=PATH):
    headers = {"content-encoding": coding, "content-type": "application/json"}
    return http.post(path, content=content, headers=headers)


@pytest.mark.parametrize(
    "coding, squeeze",
    [
        ("gzip", gzip.compress), ("GZip", gzip.compress), ("x-gzip", gzip.compress),
        ("gzip, identity", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate),
        ("gzip", lambda data: gzip.compress(data[:40]) + gzip.compress(data[40:])),
    ],
)  # fmt: skip
def test_a_compressed_body_is_read(house, http, coding, squeeze):
    answer = post(http, squeeze(BODY), coding)
    assert answer.status_code == 200, answer.text
    assert house.openai.last.json["messages"] == json.loads(BODY)["messages"]
    assert "content-encoding" not in house.openai.last.headers
    record = house.gateway.explain(id_of(answer))
    assert record["received"]["features"]["body_bytes"] == len(BODY)


def test_every_endpoint_reads_compressed_bodies(http):
    bodies = {
        "/v1/messages": {"model": "claude-x", "max_tokens": 9, "messages": user()},
        "/v1/messages/count_tokens": {"model": "gpt-x", "messages": user()},
        "/v1/responses": {"model": "gpt-x", "input": "2+2"},
        "/v1/embeddings": {"model": "gpt-x", "input": "2+2"},
        "/api/chat": {"model": "llama-x", "messages": user()},
        "/api/show": {"model": "llama-x"},
    }
    for path, body in bodies.items():
        answer = post(http, gzip.compress(json.dumps(body).encode()), path=path)
        assert answer.status_code == 200, (path, answer.text)


def test_a_chunked_body_is_read(http):
    squeezed = gzip.compress(BODY + b" " * 200_000)
    answer = post(http, (squeezed[at : at + 50] for at in range(0, len(squeezed), 50)))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "coding, content",
    [
        ("gzip", BODY), ("gzip", gzip.compress(BODY, mtime=0)[:-9]), ("gzip", gzip.compress(BODY, mtime=0) + b"more"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-8] + b"12345678"), ("gzip", zlib.compress(BODY)),
        ("deflate", BODY), ("deflate", gzip.compress(BODY, mtime=0)), ("deflate", zlib.compress(BODY)[:-1]),
        ("deflate", zlib.compress(BODY) + b"\0"),
    ],
)  # fmt: skip
def test_what_is_not_what_it_says_is_refused_in_words(house, http, coding, content):
    answer = post(http, content, coding)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_encoding"
    assert coding in answer.json()["error"]["message"]
    assert house.gateway.explain(id_of(answer))["completed"]["outcome"] == "refused"
    assert http.get("/healthz").status_code == 200


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br"])
def test_other_codings_are_refused_with_those_that_are_taken(http, coding):
    answer = post(http, BODY, coding)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_encoding")
    assert answer.headers["accept-encoding"] == "gzip, deflate, identity"


def test_the_limit_is_of_what_comes_out(fake, gateway):
    made = gateway([provider("o", fake())], server={"maxBodyBytes": 50_000})
    text = "".join(chr(97 + n * n % 26) for n in range(60_000))
    with http_client(made) as http:
        large = json.dumps({"model": "auto", "messages": user(text)}).encode()
        answer = post(http, gzip.compress(large))
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")
        assert "50000 bytes (server.maxBodyBytes)" in answer.json()["error"]["message"]
        small = json.dumps({"model": "auto", "messages": user(text[:40_000])}).encode()
        assert post(http, gzip.compress(small)).status_code == 200


def test_a_bomb_is_not_blown_up(fake, gateway):
    made = gateway([provider("o", fake())], server={"maxBodyBytes": 1 << 30})
    head = b'{"model":"auto","messages":[{"role":"user","content":"'
    with http_client(made) as http:
        # A megabyte of the same is no attack.
        harmless = gzip.compress(head + b"a" * 900_000 + b'"}]}')
        assert post(http, harmless).status_code == 200
        bomb = gzip.compress(head + b"a" * 100_000_000 + b'"}]}')
        answer = post(http, bomb)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")
        assert "250 times" in answer.json()["error"]["message"]


def test_an_empty_body_is_no_json_whatever_its_coding(http):
    answer = post(http, b"")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")
