"""OpenAI's older completions of a prompt: as they are where a provider has them, else as chats."""

import json
import threading

import httpx
import openai
import pytest

from conftest import http_client, id_of, openai_client, provider
from fakes import anthropic as fake_anthropic
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
from fakes.server import Hold, stream
from gateway import PATIENCE, SOON

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


# Where a provider has the API.


@pytest.fixture
def able(fake, gateway):
    """A provider that goes on with prompts, behind one of its family that has chats only."""
    chats, prompts = fake(text="chat"), fake(models=("davinci-x", "other"))
    made = gateway(
        [provider("chats", chats), provider("prompts", prompts, completions=["davinci-x"])]
    )
    return made, chats, prompts


ALL = {
    "best_of": 3, "echo": True, "logit_bias": {"50256": -100}, "logprobs": 2, "n": 2,
    "suffix": "!", "max_tokens": 9, "stop": ["\n"], "temperature": 1.5, "user": "me",
    "x_vendor": {"list": [1, 2.50, "ü"], "off": None},
}  # fmt: skip


def test_every_byte_of_a_prompt_passes_where_the_provider_has_completions(able):
    made, chats, prompts = able
    body = json.dumps({"model": "davinci-x", "prompt": ["2+2=", "3+3="], **ALL}, indent=1)
    prompts.will(
        fake_openai.text_completion(
            ["four", "4", "six", "6"], logprobs={"tokens": ["four"], "token_logprobs": [-0.5]}
        )
    )
    with http_client(made) as http:
        answer = http.post("/v1/completions", content=body)
    assert prompts.last.path == "/v1/completions"
    assert prompts.last.body == body.encode()
    assert [c["text"] for c in answer.json()["choices"]] == ["four", "4", "six", "6"]
    assert answer.json()["choices"][0]["logprobs"]["token_logprobs"] == [-0.5]
    assert chats.requests == []
    record = made.completed(id_of(answer))
    assert record["received"]["operation"] == "completion"
    # Two prompts, three candidates for each.
    assert record["received"]["choices"] == 6
    usage = record["attempts_finished"][0]["usage"]
    assert (usage["input"], usage["output"]) == (1000, 500)
    assert record["completed"]["cost_nanodollars"] > 0


def test_a_stream_of_a_prompt_passes_and_its_usage_is_counted(able):
    made, _, prompts = able
    response = openai_client(made).completions.with_raw_response.create(
        model="davinci-x", prompt="2+2=", stream=True
    )
    chunks = list(response.parse())
    assert "".join(c.choices[0].text for c in chunks) == "four"
    # The client did not ask for the counts, so they are for the log alone.
    assert all(c.choices for c in chunks)
    assert prompts.last.json["stream_options"] == {"include_usage": True}
    record = made.completed(id_of(response))
    assert record["attempts_finished"][0]["usage"]["output"] == 500
    assert record["attempts_finished"][0]["finish_reason"] == "stop"


def test_only_candidates_that_can_not_say_a_prompt_are_left_out(able):
    made, chats, prompts = able
    client = openai_client(made)
    response = client.completions.with_raw_response.create(
        model="auto", prompt="2+2=", echo=True, suffix="!"
    )
    assert response.headers["x-logway-provider"] == "prompts"
    excluded = made.explain(id_of(response))["decided"]["excluded"]
    fields = {e["provider"]: e.get("fields") for e in excluded}
    assert fields["chats"] == ["echo", "suffix"]
    # A prompt that a chat can say goes to the first of both.
    answer = client.completions.create(model="auto", prompt="2+2=")
    assert (answer.choices[0].text, chats.last.path) == ("chat", "/v1/chat/completions")


def test_without_a_candidate_that_can_say_it_the_field_is_named(able):
    made, *_ = able
    with pytest.raises(openai.BadRequestError) as error:
        # The provider has completions, but not for this model.
        openai_client(made).completions.create(model="other", prompt="2+2=", echo=True)
    assert (error.value.code, error.value.param) == ("unsupported_parameter", "echo")


def test_a_failure_goes_on_to_a_chat_where_the_prompt_can_be_one(fake, gateway):
    prompts, claude = fake(), fake(AnthropicProvider)
    made = gateway(
        [provider("prompts", prompts, completions=True), provider("claude", claude, "claude")]
    )
    prompts.will(fake_openai.error(500))
    client = openai_client(made)
    answer = client.completions.create(model="auto", prompt="2+2=")
    assert answer.choices[0].text == "four"
    assert claude.last.json["messages"] == [{"role": "user", "content": "2+2="}]
    prompts.will(fake_openai.error(400, "no such thing", "invalid_request_error"))
    with pytest.raises(openai.BadRequestError, match="no such thing"):
        client.completions.create(model="gpt-x", prompt="2+2=", echo=True)


def test_a_cancelled_prompt_is_cancelled_at_the_provider(able):
    made, _, prompts = able
    first = fake_openai.event(fake_openai.text_object([{"text": "fo", "index": 0}]))
    prompts.will(stream([first, Hold(threading.Event())]))
    body = {"model": "davinci-x", "prompt": "2+2=", "stream": True, "echo": True}
    url = made.url + "/v1/completions"
    with httpx.stream("POST", url, json=body, timeout=PATIENCE) as answer:
        assert any(b"fo" in piece for piece in answer.iter_bytes())
    assert prompts.last.abandoned.wait(SOON)
    assert made.newest()["completed"]["outcome"] == "cancelled"


def test_lm_studio_has_completions_unless_the_file_says_otherwise(fake, gateway):
    studio, told = fake(), fake(models=("gpt-y",))
    made = gateway(
        [
            provider("studio", studio, "lmstudio"),
            provider("told", told, "lmstudio", completions=False),
        ]
    )
    client = openai_client(made)
    client.completions.create(model="gpt-x", prompt="2+2=")
    assert studio.last.path == "/v1/completions"
    client.completions.create(model="gpt-y", prompt="2+2=")
    assert told.last.path == "/v1/chat/completions"


@pytest.mark.parametrize(
    "type, value, words",
    [("claude", True, "OpenAI's API only"), ("openai", "sometimes", "completions")],
)
def test_a_setting_that_makes_no_sense_is_refused(fake, gateway, type, value, words):
    made = gateway([provider("p", fake(), type, completions=value)], start=False)
    result = made.command("models", "list")
    assert result.returncode != 0
    assert words in result.stderr and "providers[0].completions" in result.stderr
