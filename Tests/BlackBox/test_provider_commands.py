"""Commands that change something: which provider is the first, which models are loaded."""

import datetime
import json
import time

import openai
import pytest

from conftest import anthropic_client, ask, openai_client, provider
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
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
    # A smaller one would make Ollama load the model again.
    assert context("short") == 32768
    # What a client allows for an answer is not what it takes.
    assert context("word " * 10_000, max_tokens=40_000) == 32768


def test_ollama_s_context_is_capped_by_a_key(gateway, fake):
    local = fake(OllamaProvider)
    made = gateway([provider("home", local, "ollama", maxContextTokens=16_000)])
    ask(openai_client(made), "word " * 10_000)
    assert local.last.json["options"]["num_ctx"] == 16_000
    # What Ollama would cut without a word is not sent there.
    with pytest.raises(openai.BadRequestError, match="the prompt is too long"):
        ask(openai_client(made), "word " * 20_000)


def test_ollama_s_context_stops_at_the_model_s_window(gateway, fake):
    local = fake(OllamaProvider, ["phi4"])
    made = gateway([provider("home", local, "ollama")])
    ask(openai_client(made), "word " * 6_000, max_tokens=1_000)
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


def test_headers_of_the_configuration_go_with_every_request(gateway, fake):
    router, other = fake(), fake(text="second")
    router.always(fake_openai.error(500, "who is team-token-12345?"))
    entry = provider("r", router, "openrouter", baseUrl=router.url + "/v1", headers={
        "HTTP-Referer": "https://agents.example", "X-Title": "My agents",
        "X-Team": "${TEAM_TOKEN}",
    })  # fmt: skip
    made = gateway([entry, provider("second", other)], start=False)
    made.variables["TEAM_TOKEN"] = "team-token-12345"
    made.start()
    answer = ask(openai_client(made), "is it team-token-12345?")
    assert answer.parse().choices[0].message.content == "second"
    for seen in [router.last, router.listings[0]]:
        assert seen.headers["http-referer"] == "https://agents.example"
        assert seen.headers["x-title"] == "My agents"
        assert seen.headers["x-team"] == "team-token-12345"
        assert seen.headers["authorization"] == "Bearer sk-secret-of-r"
    assert "x-team" not in other.last.headers
    # The configuration is recorded without them, and nobody is told of them.
    texts = made.ask("log", "dump") + made.ask("providers", "status", "--detailed")
    assert "who is [key]?" in texts
    assert "team-token" not in texts + made.errors()
    (configured,) = [e for e in made.events() if e["type"] == "ConfigurationApplied"]
    assert "providers.r.headers.X-Team: set" in json.dumps(configured)
    assert "agents.example" not in json.dumps(configured)
    # What asks beside the gateway sends them too.
    assert made.command("providers", "test", "r").returncode == 0
    assert router.listings[-1].headers["x-title"] == "My agents"


def test_anthropic_s_version_may_be_set_and_goes_before_the_client_s(gateway, fake):
    claude = fake(AnthropicProvider)
    made = gateway([provider("c", claude, "claude", headers={"Anthropic-Version": "2099-01-01"})])
    ask(openai_client(made))
    assert claude.last.headers["anthropic-version"] == "2099-01-01"
    anthropic_client(made).messages.create(
        model="claude-x", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
    )
    assert claude.last.headers["anthropic-version"] == "2099-01-01"


def test_header_that_would_override_the_key_stops_the_start(gateway, fake):
    made = gateway([provider("r", fake(), headers={"Authorization": "Bearer other"})], start=False)
    result = made.command("providers", "test", "r")
    assert result.returncode == 1
    assert "providers[0].headers.Authorization: stands beside the provider's key" in result.stderr
