"""What the days have in common."""

import json
import threading

from fakes.server import Hold

FREE = {"input": 0, "output": 0}
CHEAP = {"input": 0.1, "output": 0.4}
DEAR = {"input": 100, "output": 500}
QUIET = {"enabled": False}
HOUR = 3_600
LIMIT = 64
"""An output limit, by which what an attempt may cost has a bound."""


def user(words):
    return [{"role": "user", "content": words}]


def never():
    return Hold(threading.Event())


def simulated(name, *models, local=False, **settings):
    """A simulated provider that answers at once and never fails."""
    simulation = {"seed": 7, "local": local, "models": list(models)}
    simulation |= {"latencyMs": {"mean": 0, "deviation": 0}, "tokensPerSecond": 0}
    return {"type": "simulated", "name": name, "simulation": simulation, **settings}


def model(name, price, quality, **settings):
    return {"name": name, "quality": quality, "costPer1MTokens": {"input": price, "output": price}, **settings}


def chat(model, streamed, words):
    return "/v1/chat/completions", {"model": model, "stream": streamed, "messages": user(words)}


def prompt(model, streamed, words):
    return "/v1/completions", {"model": model, "stream": streamed, "prompt": words}


def response(model, streamed, words):
    return "/v1/responses", {"model": model, "stream": streamed, "input": words}


def messages(model, streamed, words):
    return "/v1/messages", {"model": model, "stream": streamed, "max_tokens": 200, "messages": user(words)}


def ollama_chat(model, streamed, words):
    return "/api/chat", {"model": model, "stream": streamed, "messages": user(words)}


def generate(model, streamed, words):
    return "/api/generate", {"model": model, "stream": streamed, "prompt": words}


def contents(model, streamed, words):
    method = "streamGenerateContent?alt=sse" if streamed else "generateContent"
    body = {"contents": [{"role": "user", "parts": [{"text": words}]}]}
    return f"/v1beta/models/{model}:{method}", body


APIS = (chat, prompt, response, messages, ollama_chat, generate, contents)
CATALOG = {
    "version": 1,
    "models": [
        {"provider": "openai", "id": "gpt-x", "context": 128_000,
         "capabilities": ["tools", "streaming", "vision", "structured output", "embeddings", "general"]},
        {"provider": "openai", "id": "gpt-y", "context": 2_000, "capabilities": ["streaming"]},
        {"provider": "claude", "id": "claude-x", "parameters": "70B", "quality": {"planning": 0.9},
         "capabilities": ["tools", "streaming", "vision", "reasoning"]},
        {"provider": "ollama", "id": "llama-x", "parameters": "8B",
         "capabilities": ["streaming", "embeddings", "general"]},
        {"provider": "openai", "id": "thinker", "capabilities": ["streaming", "reasoning"]},
        {"provider": "openai", "id": "gpt-c", "usdPer1M": {"input": "1", "output": "2"}, "longPromptFrom": 1_000,
         "asOf": "2026-08-01", "source": "a contract"},
        {"provider": "openai", "id": "gpt-dear", "usdPer1M": {"input": "100", "output": "200"},
         "asOf": "2026-08-01", "source": "a contract"},
    ],
}  # fmt: skip


def catalog(town):
    file = town.folder / "models.json"
    file.write_text(json.dumps(CATALOG))
    return str(file)


HOME = simulated("home", model("home-small", 0, 0.5, contextWindow=4_000), local=True)
CLOUD = simulated(
    "cloud",
    model("cloud-mini", 1, 0.75, capabilities=["tools"]),
    model("cloud-max", 20, 0.97, capabilities=["tools", "vision"], contextWindow=1_000_000),
    modelOverrides={"planning": "cloud-max"},
)
