"""Commands that change something: which provider is the first, which models are loaded."""

import datetime
import json
import time

import pytest

from conftest import ask, openai_client, provider
from fakes import openai as fake_openai
from fakes.lmstudio import LMStudioProvider
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from fakes.server import whole

YAML = """\
# My providers.
providers:
  - type: ollama          # at home
    name: home
    baseUrl: http://localhost:1
  - {type: openai, name: work, apiKey: k, priority: 7}   # paid
  - name: spare
    type: openai
    apiKey: k
fallback_chains:
  production: [home, "work:gpt-x", spare]
"""


def order(made):
    """The providers in the order of the state that a server starts with."""
    made.start()
    try:
        rows = made.status()
        return [name for name, row in sorted(rows.items(), key=lambda r: r[1]["priority"])]
    finally:
        made.stop()


@pytest.mark.parametrize("name, chain", [
    ("work", 'production: ["work:gpt-x", home, spare]'),
    ("spare", 'production: [spare, home, "work:gpt-x"]'),
])  # fmt: skip
def test_set_default_changes_only_what_it_must(gateway, name, chain):
    made = gateway(start=False)
    made.configure(YAML)
    made.config.chmod(0o600)
    result = made.command("providers", "set-default", name)
    assert result.returncode == 0, result.stderr
    text = made.config.read_text()
    assert chain in text
    assert "# My providers." in text and "# at home" in text and "# paid" in text
    assert made.config.stat().st_mode & 0o777 == 0o600
    assert order(made)[0] == name
    again = made.command("providers", "set-default", name, "--json")
    assert json.loads(again.stdout)["default"] == name
    assert made.config.read_text() == text


def test_set_default_is_what_auto_goes_to(gateway, fake):
    first, second = fake(), fake(text="second")
    made = gateway([provider("first", first), provider("second", second)], start=False)
    assert made.command("providers", "set-default", "second").returncode == 0
    made.start()
    assert ask(openai_client(made)).parse().choices[0].message.content == "second"
    assert json.loads(made.config.read_text())["providers"][1]["priority"] == 1


def test_disabled_provider_does_not_become_the_default(gateway, fake):
    made = gateway(
        [provider("on", fake()), provider("off", fake(), enabled=False)], start=False
    )
    result = made.command("providers", "set-default", "off")
    assert result.returncode == 1
    assert "enabled: true" in result.stderr


def test_models_are_loaded_and_unloaded_at_ollama(gateway, fake):
    local = fake(OllamaProvider)
    made = gateway([provider("home", local, "ollama", keepAlive="10m")], start=False)
    result = made.command("models", "load", "home:llama-x")
    assert (result.returncode, result.stdout) == (0, "home: llama-x is loaded\n")
    assert local.last.path == "/api/generate"
    assert local.last.json["keep_alive"] == "10m"
    result = made.command("models", "unload", "llama-x", "--json")
    assert json.loads(result.stdout) == {
        "provider": "home", "model": "llama-x", "state": "unloaded",
    }  # fmt: skip
    assert local.last.json["keep_alive"] == 0


def test_models_are_loaded_and_every_instance_unloaded_at_lm_studio(gateway, fake):
    studio = fake(LMStudioProvider)
    entry = provider("studio", studio, "lmstudio", baseUrl=studio.url + "/v1")
    made = gateway([entry], start=False)

    def models(*arguments):
        return made.command("models", *arguments)

    assert models("load", "studio:qwen3-8b").returncode == 0
    assert models("load", "studio:qwen3-8b").returncode == 0
    assert studio.loaded == {"qwen3-8b": ["qwen3-8b", "qwen3-8b:2"]}
    unloaded = models("unload", "studio:qwen3-8b")
    assert unloaded.stdout == "studio: qwen3-8b is unloaded\n", unloaded.stderr
    assert studio.loaded == {"qwen3-8b": []}
    assert models("unload", "studio:qwen3-8b").stdout == "studio: qwen3-8b is not loaded\n"
    missing = models("load", "studio:nosuch")
    assert (missing.returncode, "no such model" in missing.stderr) == (1, True)


def test_hosted_provider_loads_nothing(gateway, fake):
    made = gateway([provider("hosted", fake())], start=False)
    result = made.command("models", "load", "hosted:gpt-x")
    assert result.returncode == 1
    assert "ollama and lmstudio" in result.stderr


def test_ollama_is_asked_for_a_context_that_the_prompt_fits(gateway, fake):
    local = fake(OllamaProvider)
    made = gateway([provider("home", local, "ollama", keepAlive="-1")])
    client = openai_client(made)

    def context(text, **options):
        ask(client, text, **options)
        assert local.last.json["keep_alive"] == -1
        return local.last.json["options"]["num_ctx"]

    assert context("short") == 8192
    assert context("word " * 10_000) == 32768
    assert context("short", max_tokens=40_000) == 65536
    # A smaller one would make Ollama load the model anew.
    assert context("short") == 65536


def test_ollama_s_context_stops_at_the_model_s_window(gateway, fake):
    local = fake(OllamaProvider, ["phi4"])
    made = gateway([provider("home", local, "ollama")])
    ask(openai_client(made), "word " * 5_000, max_tokens=10_000)
    assert local.last.json["options"]["num_ctx"] == 16384
    assert "keep_alive" not in local.last.json


def test_keep_alive_is_ollama_s(gateway, fake):
    for entry in (
        provider("o", fake(), keepAlive="5m"),
        provider("l", fake(OllamaProvider), "ollama", keepAlive="soon"),
    ):
        made = gateway([entry], start=False)
        result = made.command("providers", "test", entry["name"])
        assert result.returncode == 1 and "keepAlive" in result.stderr


def test_github_models_are_listed_in_their_catalogue(gateway, fake):
    github = fake(OpenAIProvider, ["openai/gpt-x"])
    github.pages["/catalog/models"] = whole([{"id": "openai/gpt-x", "publisher": "OpenAI"}])
    entry = provider("hub", github, "github-models", baseUrl=github.url + "/inference")
    made = gateway([entry])
    assert ask(openai_client(made)).parse().choices[0].message.content == "four"
    assert github.last.path == "/inference/chat/completions"
    assert github.last.headers["x-github-api-version"] == "2022-11-28"
    assert github.last.headers["authorization"] == "Bearer sk-secret-of-hub"
    assert {request.path for request in github.listings} == {"/catalog/models"}


def test_openrouter_s_reset_in_the_body_is_kept_to(gateway, fake):
    router, other = fake(), fake(text="second")
    made = gateway([provider("r", router, "openrouter", baseUrl=router.url + "/v1"),
                    provider("second", other)])  # fmt: skip
    reset = str(int((time.time() + 3600) * 1000))
    router.always(
        whole(
            {
                "error": {
                    "code": 429,
                    "message": "Rate limit exceeded: free-models-per-day",
                    "metadata": {
                        "headers": {
                            "X-RateLimit-Limit": "50",
                            "X-RateLimit-Remaining": "0",
                            "X-RateLimit-Reset": reset,
                        }
                    },
                }
            },
            429,
        )
    )
    ask(openai_client(made))
    (held,) = made.status()["r"]["held_models"]
    until = datetime.datetime.fromisoformat(held["until"].replace("Z", "+00:00")).timestamp()
    assert abs(until - int(reset) / 1000) < 5
