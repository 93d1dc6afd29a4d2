"""How long a provider that says 429 is left alone: each provider's own way to say it."""

import datetime
import email.utils
import time

import openai
import pytest

from conftest import ask, openai_client, provider
from fakes import anthropic as fake_anthropic
from fakes import gemini as fake_gemini
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
from fakes.gemini import GeminiProvider
from fakes.openai import OpenAIProvider
from fakes.server import stream, whole


def openai_429(**headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return fake_openai.error(429, "slow down", "rate_limit_error", headers=headers)


def anthropic_429(**headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return fake_anthropic.error(429, "rate_limit_error", "slow down", headers=headers)


def in_rfc3339(seconds):
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return then.isoformat(timespec="seconds").replace("+00:00", "Z")


CASES = {
    # case: (the provider's type, its reply when asked, the seconds that it is left alone)
    "seconds": ("openai", lambda: openai_429(retry_after="33"), 33),
    "date": (
        "openai",
        lambda: openai_429(retry_after=email.utils.formatdate(time.time() + 41, usegmt=True)),
        40,
    ),
    "milliseconds": (
        "openai",
        lambda: openai_429(retry_after_ms="20500", retry_after="99"),
        20,
    ),
    "openai-requests": (
        "openai",
        lambda: openai_429(
            x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="1m30.5s",
            x_ratelimit_remaining_tokens="9", x_ratelimit_reset_tokens="200s",
        ),
        90,
    ),
    "groq-tokens": (
        "groq",
        lambda: openai_429(
            x_ratelimit_remaining_tokens="0", x_ratelimit_reset_tokens="27.66s",
            x_ratelimit_remaining_requests="14000", x_ratelimit_reset_requests="2h",
        ),
        27,
    ),
    "together": (
        "together",
        lambda: openai_429(x_ratelimit_remaining="0", x_ratelimit_reset="22"),
        22,
    ),
    "openrouter": (
        "openrouter",
        lambda: openai_429(
            x_ratelimit_remaining="0", x_ratelimit_reset=str(int((time.time() + 61) * 1000)),
        ),
        60,
    ),
    "anthropic": (
        "claude",
        lambda: anthropic_429(
            anthropic_ratelimit_requests_remaining="0",
            anthropic_ratelimit_requests_reset=in_rfc3339(51),
            anthropic_ratelimit_tokens_remaining="4000",
            anthropic_ratelimit_tokens_reset=in_rfc3339(500),
        ),
        50,
    ),
    "anthropic-retry-after": ("claude", lambda: anthropic_429(retry_after="17"), 17),
    "google": (
        "google",
        lambda: fake_gemini.error(
            429, "RESOURCE_EXHAUSTED", "quota", [fake_gemini.retry_info("34.07s")]
        ),
        34,
    ),
    "inside-200": (
        "openrouter",
        lambda: whole({"error": {"code": 429, "message": "upstream rate limit"}}),
        10,
    ),
    "inside-stream": (
        "openrouter",
        lambda: stream(
            [
                b": OPENROUTER PROCESSING\n\n",
                fake_openai.event({"error": {"code": 429, "message": "upstream rate limit"}}),
            ]
        ),
        10,
    ),
    "nothing": ("openai", lambda: openai_429(), 10),
    "nonsense": ("openai", lambda: openai_429(retry_after="soon"), 10),
}  # fmt: skip
FAKES = {"claude": AnthropicProvider, "google": GeminiProvider}


@pytest.fixture(scope="module")
def crowd(launched):
    """A gateway in front of a provider for each case."""
    from gateway import Gateway

    fakes = {name: launched(FAKES.get(case[0], OpenAIProvider)) for name, case in CASES.items()}
    entries = [provider(name, fake, CASES[name][0], baseUrl=fake.url + version(CASES[name][0]))
               for name, fake in fakes.items()]  # fmt: skip
    return launched(Gateway, {"providers": entries}), fakes


def version(type):
    """What a base URL of the type ends in."""
    return {"claude": "", "google": "/v1beta"}.get(type, "/v1")


@pytest.mark.parametrize("case", list(CASES))
def test_the_model_is_left_alone_for_as_long_as_the_provider_says(crowd, case):
    made, fakes = crowd
    _, reply, seconds = CASES[case]
    before = time.time()
    fakes[case].will(reply())
    with pytest.raises(openai.RateLimitError):
        ask(
            openai_client(made),
            model=f"{case}:{fakes[case].models[0]}",
            stream=case == "inside-stream",
        )
    after = time.time()
    (held,) = made.status()[case]["held_models"]
    until = datetime.datetime.fromisoformat(held["until"].replace("Z", "+00:00")).timestamp()
    # Dates have whole seconds, and it counts from some time between sending and having it.
    assert before + seconds - 1 <= until <= after + seconds + 1.5
