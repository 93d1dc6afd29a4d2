"""What every test starts from: fake providers, and real gateways in front of them."""

import itertools
import os
import shutil

import anthropic
import httpx
import ollama
import openai
import pytest
from google import genai

from clock import Clock
from fakes.anthropic import AnthropicProvider
from fakes.gemini import GeminiProvider
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from fakes.server import Refusing
from gateway import PATIENCE, Gateway

PRICES = {"input": 3, "output": 15, "cachedInput": 0.3, "cacheWrite": 3.75}
"""Dollars per million tokens: a read of the cache is a tenth of the input price, a write a quarter more."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The long ones, which have a limit of their own, first in each process's row: at the end, one process would be
    alone with them. The rows are those of `--dist worksteal`."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.get_closest_marker("timeout")]
    short = [item for item in items if not item.get_closest_marker("timeout")]
    ordered = []
    for process in range(processes):
        first = long[process::processes]
        count = max(0, (len(items) - len(ordered)) // (processes - process) - len(first))
        ordered += first + short[:count]
        short = short[count:]
    items[:] = ordered


@pytest.fixture
def clock(tmp_path):
    """A clock that a test sets, for gateways that are given its variables."""
    made = Clock(tmp_path)
    yield made
    made.close()


def provider(name, fake, type="openai", **settings):
    """A provider's entry in a configuration."""
    entry = {"type": type, "name": name, "baseUrl": fake.url}
    if type not in ("ollama", "lmstudio", "ruvllm"):
        entry |= {"apiKey": f"sk-secret-of-{name}", "costPer1MTokens": PRICES}
    if getattr(fake, "models", None):
        entry["defaultModel"] = fake.models[0]
    return entry | settings


def openai_client(gateway, **options):
    return openai.OpenAI(
        base_url=gateway.url + "/v1", api_key="any", max_retries=0, timeout=PATIENCE, **options
    )


def anthropic_client(gateway, **options):
    return anthropic.Anthropic(
        base_url=gateway.url, api_key="any", max_retries=0, timeout=PATIENCE, **options
    )


def ollama_client(gateway):
    return ollama.Client(host=gateway.url, timeout=PATIENCE)


def gemini_client(gateway):
    # Google's client closes its connections when nobody holds it, so the gateway does.
    gateway.gemini = genai.Client(
        api_key="any", http_options={"base_url": gateway.url, "timeout": int(PATIENCE * 1000)}
    )
    return gateway.gemini


def http_client(gateway):
    return httpx.Client(base_url=gateway.url, timeout=PATIENCE)


def ask(client, text="What is 2+2?", model="auto", **options):
    """A chat completion with its headers."""
    return client.chat.completions.with_raw_response.create(
        model=model, messages=[{"role": "user", "content": text}], **options
    )


def steady(house, models):
    """A shared house with no failure in a row: five would open a breaker."""
    client = openai_client(house.gateway)
    for model in models:
        ask(client, model=model)
    house.reset()
    return house


def id_of(response):
    return response.headers["x-logway-request-id"]


@pytest.fixture(scope="module")
def launched(tmp_path_factory):
    """Starts things that end with the module."""
    things, numbers = [], itertools.count()

    def launch(thing, *arguments, **options):
        if thing is Gateway:
            folder = tmp_path_factory.mktemp(f"gateway{next(numbers)}")
            made = Gateway(folder, *arguments, **options)
            things.append(made)
            return made.start()
        made = thing(*arguments, **options)
        things.append(made)
        return made

    yield launch
    _end(things)


@pytest.fixture
def fake():
    """Makes fake providers that end with the test."""
    things = []

    def make(type=OpenAIProvider, *arguments, **options):
        things.append(type(*arguments, **options))
        return things[-1]

    yield make
    _end(things)


@pytest.fixture
def gateway(tmp_path):
    """Starts gateways that end with the test."""
    things, numbers = [], itertools.count()

    def start(providers=None, start=True, **config):
        config = {"providers": providers or [], **config}
        made = Gateway(tmp_path / f"gateway{next(numbers)}", config)
        things.append(made)
        return made.start() if start else made

    yield start
    _end(things)


@pytest.fixture
def pair(fake, gateway):
    """Two fakes of the OpenAI family behind a gateway, the first one preferred."""
    first, second = fake(), fake(text="second")
    made = gateway([provider("first", first), provider("second", second)])
    return made, first, second


@pytest.fixture
def refusing(fake):
    return fake(Refusing)


class House:
    """A gateway in front of one fake of each family, shared by tests that break nothing."""

    def __init__(self, launched):
        self.openai = launched(OpenAIProvider)
        self.anthropic = launched(AnthropicProvider)
        self.ollama = launched(OllamaProvider)
        self.gemini = launched(GeminiProvider)
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

    def reset(self):
        for fake in (self.openai, self.anthropic, self.ollama, self.gemini):
            fake.reset()
        self.gateway.begin()


@pytest.fixture(scope="module")
def shared_house(launched):
    return House(launched)


@pytest.fixture
def house(shared_house):
    shared_house.reset()
    return shared_house


def _end(things):
    for thing in reversed(things):
        thing.close()
        if isinstance(thing, Gateway):
            # Each log begins with a segment of 64 MiB.
            shutil.rmtree(thing.data, ignore_errors=True)
