"""A provider of several keys and one of several addresses; and requests that are no chats."""

import threading
import time

from conftest import PRICES, provider
from fakes import openai
from fakes.anthropic import AnthropicProvider
from fakes.media import MediaProvider
from fakes.openai import OpenAIProvider
from fakes.server import Refusing
from gateway import eventually
from town import silent

from .parts import CHEAP, LIMIT, QUIET


def lanes(town):
    """A provider of several keys and one of several addresses."""
    keyed, here, other = town.fake(OpenAIProvider), town.fake(OpenAIProvider), town.fake(OpenAIProvider)
    gone = town.fake(Refusing)

    def answer(request):
        if request.headers["authorization"].endswith("bad-key-1"):
            return openai.error(401, "bad key")
        if request.headers["authorization"].endswith("slow-key-2"):
            return openai.error(429, "slow down", headers={"retry-after": "60"})
        return openai.completion()

    keyed.always(answer)
    groq = provider("groq", keyed, "groq", costPer1MTokens=CHEAP, limits={"requestsPerDay": 6})
    del groq["apiKey"]
    groq["apiKeys"] = ["a-bad-key-1", "a-slow-key-2", "a-good-key-3", "a-good-key-4"]
    pool = {
        "type": "openai", "name": "pool", "defaultModel": "gpt-x", "healthCheck": QUIET, "costPer1MTokens": PRICES,
        "endpoints": [{"baseUrl": gone.url}, {"baseUrl": here.url, "apiKey": "own-key-2", "weight": 2},
                      {"baseUrl": other.url, "apiKey": "own-key-3"}],
    }  # fmt: skip
    chains = {"production": ["groq", "pool"], "pool": ["pool"]}
    town.begin("2026-10-10T08:00", [groq, pool], fallback_chains=chains,
               routing={"hedge": {"afterMs": 300, "maxShare": 1}})  # fmt: skip
    for _ in range(4):
        town.chat("auto")
    for _ in range(6):
        town.chat("auto:pool")
    here.will(openai.error(500))
    other.will(openai.error(503))
    town.chat("auto:pool")
    town.pass_time(10)
    # A hedge goes to another address of the same provider: to the one that is gone, and while that rests to the other.
    for _ in range(2):
        gate = threading.Event()
        begun = len(here.requests) + len(other.requests)
        for fake in (here, other):
            fake.will(silent(openai.pieces(["slow"]), gate))
        beside = town.beside(lambda: town.chat("auto:pool", stream=True, max_tokens=LIMIT))
        eventually(lambda: len(here.requests) + len(other.requests) > begun, "nobody is asked")
        time.sleep(2)
        gate.set()
        for thread in beside:
            thread.join()
        for fake in (here, other):
            fake.script.clear()
    # At once they spread over what is left.
    town.together(*[lambda: town.chat("auto", max_tokens=LIMIT)] * 6)
    for _ in range(6):
        town.chat("auto")
    town.end()


def media(town):
    """What is no chat: files, a picture, sound, a moderation, a ranking."""
    claude, media = town.fake(AnthropicProvider), town.fake(MediaProvider)
    town.begin("2026-10-11T08:00", [provider("claude", claude, "claude"), provider("media", media)])
    answer = town.post("/v1/files", files={"file": ("a.jsonl", b'{"a": 1}')}, data={"purpose": "batch"})
    assert answer.status_code == 200, answer.text
    town.http.get(f"/v1/files/{answer.json()['id']}")
    town.post("/v1/images/generations", {"model": "image-x", "prompt": "an otter"})
    town.post("/v1/audio/speech", {"model": "tts-x", "voice": "alloy", "input": "Hello"})
    town.post("/v1/audio/transcriptions", files={"file": ("a.wav", b"RIFF")}, data={"model": "whisper-x"})
    town.post("/v1/moderations", {"model": "gpt-x", "input": "Hello"})
    town.post("/v1/rerank", {"model": "gpt-x", "query": "otters", "documents": ["a", "b"]})
    town.end()
