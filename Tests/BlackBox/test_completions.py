"""OpenAI's older completions of a prompt, which providers are asked for as chats."""

import openai
import pytest

from conftest import id_of, openai_client
from fakes import anthropic as fake_anthropic
from fakes import openai as fake_openai

MODELS = ["gpt-x", "claude-x", "llama-x"]


@pytest.fixture
def client(house):
    return openai_client(house.gateway)


@pytest.mark.parametrize("model", MODELS)
def test_a_prompt_is_completed(house, client, model):
    answer = client.completions.create(model=model, prompt="2+2=", max_tokens=9)
    assert (answer.object, answer.choices[0].text) == ("text_completion", "four")
    assert (answer.choices[0].index, answer.choices[0].finish_reason) == (0, "stop")
    assert answer.usage.completion_tokens in (500, 5)
    assert answer.model == model


@pytest.mark.parametrize("model", MODELS)
def test_a_completion_is_streamed(house, client, model):
    chunks = list(
        client.completions.create(
            model=model, prompt="2+2=", stream=True, stream_options={"include_usage": True}
        )
    )
    assert [c.choices[0].text for c in chunks if c.choices and c.choices[0].text] == ["fo", "ur"]
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage.completion_tokens in (500, 5)


def test_what_a_chat_can_say_reaches_it(house, client):
    client.completions.create(
        model="gpt-x", prompt=["2+2="], temperature=0.5, top_p=0.9, stop=["\n"], seed=3, n=1,
        presence_penalty=0.1, user="me",
    )  # fmt: skip
    sent = house.openai.last.json
    assert house.openai.last.path == "/v1/chat/completions"
    assert sent["messages"] == [{"role": "user", "content": "2+2="}]
    assert (sent["temperature"], sent["top_p"], sent["stop"]) == (0.5, 0.9, ["\n"])
    assert (sent["seed"], sent["presence_penalty"], sent["user"]) == (3, 0.1, "me")
    # The limit of a request that sets none, as the reference says.
    assert sent["max_tokens"] == 16


@pytest.mark.parametrize(
    "options, field",
    [
        ({"echo": True}, "echo"),
        ({"suffix": "!"}, "suffix"),
        ({"logprobs": 2}, "logprobs"),
        ({"n": 2}, "n"),
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
    ],
)
def test_what_a_chat_can_not_say_is_named(client, options, field):
    with pytest.raises(openai.BadRequestError) as error:
        client.completions.create(**({"model": "gpt-x", "prompt": "2+2="} | options))
    assert error.value.param == field


def test_a_failure_is_passed_over_and_recorded(pair):
    made, first, _ = pair
    first.will(fake_openai.error(500))
    response = openai_client(made).completions.with_raw_response.create(
        model="gpt-x", prompt="2+2="
    )
    assert response.parse().choices[0].text == "second"
    record = made.completed(id_of(response))
    assert record["received"]["endpoint"] == "/v1/completions"


def test_a_limit_that_was_reached_is_told(house, client):
    house.anthropic.will(fake_anthropic.message("fo", stop="max_tokens"))
    answer = client.completions.create(model="claude-x", prompt="2+2=", max_tokens=1)
    assert answer.choices[0].finish_reason == "length"
