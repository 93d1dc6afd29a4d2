"""Requests that are themselves at fault: one clear error in the client's shape, and a record."""

import json
from datetime import datetime, timedelta, timezone

import anthropic
import openai
import pytest

from conftest import anthropic_client, http_client, id_of, openai_client, provider
from fakes.openai import OpenAIProvider
from gateway import Gateway
from test_openai_client import user

PATHS = ["/v1/chat/completions", "/v1/messages"]


@pytest.fixture
def http(house):
    with http_client(house.gateway) as client:
        yield client


def check_shape(path, answer, type="invalid_request_error"):
    """The error of the family, with the request's id; returns its message."""
    value = answer.json()
    if path == "/v1/messages":
        assert value["type"] == "error"
        assert value["request_id"] == id_of(answer)
    else:
        assert value["error"]["request_id"] == id_of(answer)
    assert value["error"]["type"] == type
    told = datetime.fromisoformat(value["error"]["time"])
    assert abs(datetime.now(timezone.utc) - told) < timedelta(hours=1)
    return value["error"]["message"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"model":"auto","messages":[}',
        b'{"model":"auto"} trailing',
        b"\xff\xfe",
        b'{"model":"a\nb"}',
        b"[" * 5000,
    ],
)
def test_a_body_that_is_not_json_is_refused(house, http, path, body):
    answer = http.post(path, content=body)
    assert answer.status_code == 400
    assert "JSON" in check_shape(path, answer)
    record = house.gateway.explain(id_of(answer))
    assert record["completed"]["outcome"] == "refused"
    assert record["completed"]["cost_nanodollars"] == 0
    assert "decided" not in record


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body, named",
    [
        ({"messages": user()}, "model"),
        ({"model": 7, "messages": user()}, "model"),
        ({"model": "auto"}, "messages"),
        ({"model": "auto", "messages": "hello"}, "messages"),
        ({"model": "auto", "messages": user(), "stream": "yes"}, "stream"),
    ],
)
def test_a_field_of_the_wrong_form_is_named(http, path, body, named):
    answer = http.post(path, json={"max_tokens": 5, **body})
    assert answer.status_code == 400
    assert named in check_shape(path, answer)
    assert answer.json()["error"]["param"] == named


@pytest.mark.parametrize("path", PATHS)
def test_a_member_that_stands_twice_is_refused(house, http, path):
    body = b'{"model":"gpt-x","max_tokens":5,"messages":[],"model":"claude-x"}'
    answer = http.post(path, content=body)
    assert answer.status_code == 400
    assert "model" in check_shape(path, answer)
    assert house.openai.requests == house.anthropic.requests == []


def test_an_unknown_model_is_a_404_that_lists_what_there_is(house):
    with pytest.raises(openai.NotFoundError) as caught:
        openai_client(house.gateway).chat.completions.create(model="gpt-9", messages=user())
    error = caught.value
    assert error.code == "model_not_found"
    assert error.param == "model"
    assert "gpt-9" in error.message
    for model in ("gpt-x", "claude-x", "llama-x"):
        assert model in error.message, f"{model} is not listed"


def test_an_unknown_model_is_a_404_for_anthropic_clients_too(house):
    client = anthropic_client(house.gateway)
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.messages.create(model="claude-9", max_tokens=5, messages=user())
    assert caught.value.body["error"]["type"] == "not_found_error"
    assert "claude-x" in caught.value.message, "claude-x is not listed"


def test_a_named_provider_is_asked_whatever_it_lists(house):
    client = openai_client(house.gateway).chat.completions.with_raw_response
    answer = client.create(model="o:claude-x", messages=user())
    assert answer.headers["x-logway-provider"] == "o"


@pytest.fixture(scope="module")
def narrow(launched):
    """A gateway that takes bodies of a kilobyte."""
    fake = launched(OpenAIProvider)
    config = {"providers": [provider("o", fake)], "server": {"maxBodyBytes": 1024}}
    return launched(Gateway, config)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [1025, 400_000])
def test_a_body_over_the_limit_is_a_413(narrow, path, size):
    type = "invalid_request_error" if "chat" in path else "request_too_large"
    with http_client(narrow) as http:
        answer = http.post(path, content=b"x" * size)
        assert answer.status_code == 413
        assert "1024" in check_shape(path, answer, type)
        assert http.get("/healthz").status_code == 200
    assert narrow.explain(id_of(answer))["completed"]["status"] == 413


def test_a_body_of_unknown_length_over_the_limit_is_a_413(narrow):
    with http_client(narrow) as http:
        answer = http.post("/v1/chat/completions", content=iter([b"x" * 600] * 4))
    assert answer.status_code == 413


def test_a_body_at_the_limit_is_taken(narrow):
    body = json.dumps({"model": "auto", "messages": user()}).encode()
    with http_client(narrow) as http:
        answer = http.post("/v1/chat/completions", content=body.ljust(1024))
    assert answer.status_code == 200


def test_no_prompt_text_is_kept(house, http):
    secret = "the-launch-code-is-0000"
    body = {"model": "gpt-x", "messages": user(secret)}
    http.post("/v1/chat/completions", json=body)
    http.post("/v1/chat/completions", content=b'{"model": "' + secret.encode())
    assert secret not in json.dumps(house.gateway.events())
    assert secret not in house.gateway.errors()
    for file in house.gateway.data.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file
