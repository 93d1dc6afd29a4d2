"""Thinking that a client asks for and what it gets of it, over every family, by names that the
catalogue knows and by such that it doesn't."""

import anthropic
import ollama
import pytest

from conftest import (
    anthropic_client,
    ask,
    http_client,
    id_of,
    ollama_client,
    openai_client,
    provider,
)
from fakes import anthropic as fake_anthropic
from fakes.anthropic import AnthropicProvider
from fakes.gemini import GeminiProvider
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from gateway import Gateway
from test_openai_client import user


class Known:
    """A gateway in front of models whose names the catalogue knows."""

    def __init__(self, launched):
        self.openai = launched(OpenAIProvider, ("gpt-5.4-mini", "gpt-4.1", "gpt-6-astra"))
        self.anthropic = launched(
            AnthropicProvider, ("claude-haiku-4-5", "claude-sonnet-5-5", "claude-opus-5-5")
        )
        self.ollama = launched(OllamaProvider, ("gpt-oss:20b", "llama3.2"))
        self.gemini = launched(GeminiProvider, ("gemini-2.5-flash", "gemini-2.5-pro"))
        self.gateway = launched(
            Gateway,
            {
                "providers": [
                    provider("o", self.openai),
                    provider("c", self.anthropic, "claude"),
                    provider("l", self.ollama, "ollama"),
                    provider("g", self.gemini, "google"),
                ]
            },
        )


@pytest.fixture(scope="module")
def known(launched):
    return Known(launched)


def enabled(budget=2048):
    return {"max_tokens": 8192, "thinking": {"type": "enabled", "budget_tokens": budget}}


def create(gateway, model, **options):
    client = anthropic_client(gateway)
    return client.messages.create(**({"max_tokens": 64, "messages": user()} | options), model=model)


def test_within_its_family_every_byte_of_it_passes(house):
    asked = {**enabled(1024), "output_config": {"effort": "max"}}
    create(house.gateway, "claude-x", **asked)
    sent = house.anthropic.last.json
    assert (sent["thinking"], sent["output_config"]) == (asked["thinking"], {"effort": "max"})
    ollama_client(house.gateway).chat("llama-x", user(), think="high")
    assert house.ollama.last.json["think"] == "high"
    ask(openai_client(house.gateway), model="gpt-x", reasoning_effort="xhigh")
    assert house.openai.last.json["reasoning_effort"] == "xhigh"


def test_signatures_survive_within_the_family_and_go_back_to_it(house):
    house.anthropic.will(fake_anthropic.message(thinking="Two and two."))
    answer = create(house.gateway, "claude-x", **enabled())
    assert answer.content[0].signature == fake_anthropic.SIGNATURE
    history = [
        *user(),
        {"role": "assistant", "content": [block.model_dump() for block in answer.content]},
        *user("Sure?"),
    ]
    create(house.gateway, "claude-x", **enabled(), messages=history)
    thought = house.anthropic.last.json["messages"][1]["content"][0]
    assert thought["signature"] == fake_anthropic.SIGNATURE

    house.anthropic.will(fake_anthropic.streamed_thought(["Two ", "and two."]))
    client = anthropic_client(house.gateway)
    with client.messages.stream(
        model="claude-x", messages=user(), **enabled()
    ) as events:
        thought = events.get_final_message().content[0]
    assert (thought.thinking, thought.signature) == ("Two and two.", fake_anthropic.SIGNATURE)


def test_a_thought_of_another_family_is_dropped_on_its_way_to_anthropic(house):
    """Nobody but Anthropic signs, and it takes nothing else: so what it gets has no thinking."""
    answered = {"role": "assistant", "content": "four", "reasoning_content": "Two and two."}
    client = openai_client(house.gateway)
    response = client.chat.completions.with_raw_response.create(
        model="claude-x", messages=[*user(), answered, *user("Sure?")], reasoning_effort="low"
    )
    sent = house.anthropic.last.json
    assert sent["messages"][1] == {"role": "assistant", "content": "four"}
    assert sent["thinking"]["type"] == "adaptive"
    hints = house.gateway.explain(id_of(response))["received"]["dropped_hints"]
    assert {"family": "anthropic", "fields": ["messages[1].reasoning_content"]} in hints


@pytest.mark.parametrize(
    "model, expected",
    [
        ("claude-haiku-4-5", {"thinking": {"type": "enabled", "budget_tokens": 8192}}),
        (
            "claude-sonnet-5-5",
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "medium"},
            },
        ),
        ("gpt-oss:20b", {"think": "medium"}),
        # A model that is known not to think is asked without.
        ("llama3.2", {}),
        (
            "gemini-2.5-flash",
            {"thinkingConfig": {"thinkingBudget": 8192, "includeThoughts": True}},
        ),
    ],
)
def test_an_effort_is_said_as_the_model_takes_it(known, model, expected):
    ask(openai_client(known.gateway), model=model, reasoning_effort="medium")
    assert thinking_sent(known, model) == expected


def thinking_sent(known, model):
    fakes = (known.openai, known.anthropic, known.ollama, known.gemini)
    (fake,) = [fake for fake in fakes if model in fake.models]
    sent = fake.last.json
    sent = sent.get("generationConfig", sent)
    names = ("reasoning_effort", "thinking", "output_config", "think", "thinkingConfig")
    return {name: sent[name] for name in names if name in sent}


@pytest.mark.parametrize(
    "model, expected",
    [
        ("claude-haiku-4-5", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}),
        # It always thinks: as little as it can.
        (
            "claude-opus-5-5",
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "low"},
            },
        ),
        ("gpt-5.4-mini", {"reasoning_effort": "none"}),
        ("gpt-6-astra", {"reasoning_effort": "low"}),
        ("gpt-4.1", {}),
        ("gemini-2.5-flash", {"thinkingConfig": {"thinkingBudget": 0}}),
        ("gemini-2.5-pro", {"thinkingConfig": {"thinkingBudget": 128}}),
    ],
)
def test_not_to_think_is_said_as_the_model_takes_it(known, model, expected):
    ollama_client(known.gateway).chat(model, user(), think=False)
    assert thinking_sent(known, model) == expected


def test_a_budget_leaves_room_to_answer(known):
    ask(openai_client(known.gateway), model="claude-haiku-4-5", reasoning_effort="high")
    sent = known.anthropic.last.json
    assert sent["thinking"]["budget_tokens"] == 24576 < sent["max_tokens"]
    ask(
        openai_client(known.gateway), model="claude-haiku-4-5", reasoning_effort="high",
        max_tokens=4096,
    )  # fmt: skip
    sent = known.anthropic.last.json
    assert (sent["thinking"]["budget_tokens"], sent["max_tokens"]) == (3072, 4096)


def test_a_model_that_is_known_not_to_think_is_no_candidate_where_it_is_demanded(known):
    with pytest.raises(anthropic.APIStatusError):
        create(known.gateway, "llama3.2", **enabled())
    excluded = {e["provider"]: e for e in known.gateway.newest()["decided"]["excluded"]}["l"]
    assert (excluded["reason"], excluded["lacks"]) == ("lacks capability", "reasoning")


def test_sampling_that_excludes_it_gives_way_to_a_demand(house):
    ollama_client(house.gateway).chat("claude-x", user(), think=True, options={"temperature": 0.5})
    sent = house.anthropic.last.json
    assert "thinking" in sent
    assert "temperature" not in sent
    hints = house.gateway.newest()["received"]["dropped_hints"]
    assert {"family": "anthropic", "fields": ["options.temperature"]} in hints


def test_a_word_for_it_that_nobody_knows_is_dropped(house):
    create(house.gateway, "gpt-x", extra_body={"thinking": {"type": "guessed"}})
    assert "reasoning_effort" not in house.openai.last.json
    hints = house.gateway.newest()["received"]["dropped_hints"]
    assert {"family": "openai", "fields": ["thinking"]} in hints


def test_what_is_lost_of_it_is_told(house):
    create(house.gateway, "llama-x", **enabled())
    assert house.ollama.last.json["think"] is True
    hints = house.gateway.newest()["received"]["dropped_hints"]
    assert {"family": "ollama", "fields": ["thinking.budget_tokens"]} in hints
