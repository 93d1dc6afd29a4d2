"""`logway providers test`: what it finds, what it costs, and how it ends."""

import json

import pytest

from conftest import provider
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
from fakes.gemini import GeminiProvider, wrong_key
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from fakes.server import Refusing, html, stream, whole


@pytest.fixture
def check(gateway):
    """Checks a provider without a server and returns the exit code and its steps by name."""

    def run(entry, *options):
        made = gateway([entry], start=False)
        result = made.command("providers", "test", entry["name"], "--json", *options)
        document = json.loads(result.stdout)
        assert document["provider"] == entry["name"]
        assert document["passed"] == (result.returncode == 0)
        return result.returncode, {step["name"]: step for step in document["steps"]}

    return run


def results(steps):
    return {name: step["result"] for name, step in steps.items()}


def test_local_provider_is_asked_for_a_completion(check, fake):
    local = fake(OllamaProvider)
    code, steps = check(provider("local", local, "ollama"))
    assert code == 0
    assert list(steps) == ["connection", "key", "models", "completion", "usage", "limits"]
    assert set(results(steps).values()) == {"passed"}
    assert "26 tokens in, 5 out" in steps["usage"]["detail"]
    assert local.last.json["stream"] is True


@pytest.mark.parametrize(
    "type, make",
    [("openai", OpenAIProvider), ("claude", AnthropicProvider), ("google", GeminiProvider)],
)
def test_what_costs_money_is_asked_only_when_told_to(check, fake, type, make):
    paid = fake(make)
    code, steps = check(provider("paid", paid, type))
    assert (code, steps["completion"]["result"]) == (0, "skipped")
    assert "--paid" in steps["completion"]["detail"]
    assert paid.requests == []
    code, steps = check(provider("paid", paid, type), "--paid")
    assert (code, steps["completion"]["result"]) == (0, "passed")
    assert "1000 tokens in, 500 out" in steps["usage"]["detail"]
    assert len(paid.requests) == 1


def test_unknown_price_is_not_taken_for_free(check, fake):
    entry = provider("x", fake(), "groq")
    del entry["costPer1MTokens"]
    _, steps = check(entry)
    assert "unknown price" in steps["completion"]["detail"]


def test_free_model_of_a_hosted_provider_is_asked(check, fake):
    router = fake(OpenAIProvider, ["qwen/qwen3:free"])
    router.pages["/v1/key"] = whole({"data": {"label": "sk-or", "limit": None}})
    entry = provider("r", router, "openrouter", baseUrl=router.url + "/v1")
    code, steps = check(entry)
    assert (code, steps["key"]["result"], steps["completion"]["result"]) == (0, "passed", "passed")


def test_wrong_key_is_found_although_the_list_is_open_to_anybody(check, fake):
    router = fake(OpenAIProvider)
    router.pages["/v1/key"] = fake_openai.error(401, "No cookie auth credentials found")
    code, steps = check(provider("r", router, "openrouter", baseUrl=router.url + "/v1"))
    assert (code, steps["key"]["result"], steps["models"]["result"]) == (3, "failed", "passed")


@pytest.mark.parametrize("type, reply", [
    ("openai", fake_openai.error(401, "Incorrect API key provided: sk-secret-of-x")),
    ("google", wrong_key()),
])  # fmt: skip
def test_wrong_key_fails_its_step_and_is_not_printed(check, fake, type, reply):
    wrong = fake(OpenAIProvider if type == "openai" else GeminiProvider)
    wrong.models_reply = reply
    code, steps = check(provider("x", wrong, type))
    assert (code, steps["key"]["result"]) == (3, "failed")
    assert "sk-secret" not in json.dumps(steps)
    assert wrong.requests == []


def test_nobody_there(check, fake):
    code, steps = check(provider("gone", fake(Refusing)))
    assert code == 3
    assert results(steps) == {
        "connection": "failed", "key": "skipped", "models": "skipped", "completion": "skipped",
    }  # fmt: skip
    assert "refused the connection" in steps["connection"]["detail"]


def test_page_in_place_of_a_list(check, fake):
    odd = fake()
    odd.models_reply = html()
    code, steps = check(provider("odd", odd))
    assert (code, steps["models"]["result"]) == (3, "failed")


def test_stream_that_breaks_off_fails(check, fake):
    broken = fake()
    broken.will(stream(fake_openai.pieces(["fo"])[:2]))
    code, steps = check(provider("broken", broken), "--paid")
    assert (code, steps["completion"]["result"]) == (3, "failed")
    assert "before the answer was complete" in steps["completion"]["detail"]


def test_missing_usage_and_limits_are_told(check, fake):
    quiet = fake()
    quiet.will(fake_openai.streamed(usage=None))
    code, steps = check(provider("quiet", quiet), "--paid")
    assert (code, steps["usage"]["result"]) == (0, "noted")
    loud = fake()
    reply = fake_openai.streamed()
    reply.headers |= {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59"}
    loud.will(reply)
    _, steps = check(provider("loud", loud), "--paid")
    assert "59 of 60 left" in steps["limits"]["detail"]


def test_model_that_is_not_listed_is_noted(check, fake):
    _, steps = check(provider("x", fake()), "--model", "gpt-nosuch")
    assert steps["models"]["result"] == "noted"


def test_simulated_provider_is_checked_too(check):
    code, steps = check({"type": "simulated", "name": "sim"})
    assert (code, steps["completion"]["result"]) == (0, "skipped")


def test_unknown_name_is_a_mistake(gateway, fake):
    made = gateway([provider("x", fake())], start=False)
    result = made.command("providers", "test", "y")
    assert result.returncode == 1
    assert "there are x" in result.stderr
