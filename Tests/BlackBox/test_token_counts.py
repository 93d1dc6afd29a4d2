"""Anthropic's count_tokens: counted by its own provider, else estimated and marked."""

import anthropic
import pytest

from conftest import anthropic_client, provider
from fakes import anthropic as fake_anthropic
from fakes.anthropic import AnthropicProvider
from fakes.server import whole
from test_anthropic_client import ADD
from test_openai_client import user


@pytest.fixture
def client(house):
    return anthropic_client(house.gateway)


def count(client, model="claude-x", **options):
    return client.messages.with_raw_response.count_tokens(
        **({"model": model, "messages": user()} | options)
    )


def test_the_provider_counts(house, client):
    house.anthropic.will(whole({"input_tokens": 2095}))
    answer = count(client, tools=[ADD], system="Be terse.")
    assert answer.parse().input_tokens == 2095
    assert "x-logway-estimate" not in answer.headers
    seen = house.anthropic.last
    assert seen.path == "/v1/messages/count_tokens"
    assert seen.headers["x-api-key"] == "sk-secret-of-c"
    assert (seen.json["tools"], seen.json["system"]) == ([ADD], "Be terse.")
    assert "max_tokens" not in seen.json


def test_the_model_may_be_named_with_its_provider(house, client):
    house.anthropic.will(whole({"input_tokens": 7}))
    assert count(client, "c:claude-x").parse().input_tokens == 7
    assert house.anthropic.last.json["model"] == "claude-x"


@pytest.mark.parametrize("model", ["gpt-x", "llama-x", "auto", "nobody-has-it"])
def test_other_models_are_estimated(house, client, model):
    answer = count(client, model, messages=user("x" * 400))
    assert answer.headers["x-logway-estimate"] == "true"
    assert answer.parse().input_tokens == 100
    assert house.anthropic.requests == []


@pytest.mark.parametrize("status", [401, 404, 429, 500, 529])
def test_a_provider_that_can_not_count_is_stood_in_for(house, client, status):
    house.anthropic.will(fake_anthropic.error(status))
    answer = count(client, messages=user("x" * 40))
    assert answer.headers["x-logway-estimate"] == "true"
    assert answer.parse().input_tokens == 10


def test_a_text_that_is_to_stay_here_is_not_sent_away_to_be_counted(fake, gateway):
    counting = fake(AnthropicProvider)
    counting.always(whole({"input_tokens": 3}))
    local = {"x-logway-local-only": "true"}
    # An address that leads here, though nobody would take it for one of this machine.
    far = provider("c", counting, "claude", baseUrl=counting.url.replace("127.0.0.1", "0.0.0.0"))
    client = anthropic_client(gateway([far]))
    assert count(client).parse().input_tokens == 3
    assert count(client, extra_headers=local).headers["x-logway-estimate"] == "true"
    assert len(counting.requests) == 1
    here = anthropic_client(gateway([provider("c", counting, "claude")]))
    assert count(here, extra_headers=local).parse().input_tokens == 3


def test_a_request_that_the_provider_refuses_is_refused(house, client):
    house.anthropic.will(
        fake_anthropic.error(400, "invalid_request_error", "messages: roles must alternate")
    )
    with pytest.raises(anthropic.BadRequestError, match="roles must alternate"):
        count(client)
    with pytest.raises(anthropic.BadRequestError, match="messages"):
        client.post("/v1/messages/count_tokens", cast_to=object, body={"model": "claude-x"})


def test_counting_costs_nothing_and_is_not_recorded(fake, gateway):
    counting = fake(AnthropicProvider)
    made = gateway([provider("c", counting, "claude")])
    client = anthropic_client(made)
    counting.will(*[whole({"input_tokens": 3})] * 3)
    for _ in range(3):
        assert count(client).parse().input_tokens == 3
    client.messages.create(model="claude-x", max_tokens=9, messages=user())
    # What came before the answer is in the log as well, if it is ever to be.
    kinds = [event["type"] for event in made.events()]
    assert kinds.count("RequestReceived") == kinds.count("AttemptStarted") == 1
