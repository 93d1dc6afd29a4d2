"""A day of second attempts beside slow ones."""

import threading
import time

from conftest import provider
from fakes import openai
from fakes.openai import OpenAIProvider
from fakes.server import Hold, stream
from test_cancellation import post
from town import silent

from .parts import LIMIT


def hedges(town):
    slow, quick = town.fake(OpenAIProvider, ["gpt-x", "gpt-y"]), town.fake(OpenAIProvider, text="quick")
    third, one = town.fake(OpenAIProvider, text="third"), town.fake(OpenAIProvider)
    providers = [
        provider("slow", slow), provider("quick", quick), provider("third", third),
        provider("one", one, maxConcurrent=1),
    ]  # fmt: skip
    chains = {
        "busy": ["slow", "one", "quick"], "twice": ["slow:gpt-x", "slow:gpt-y", "quick"],
        "three": ["slow", "quick", "third"],
    }  # fmt: skip
    town.begin(
        "2026-08-31T08:00", providers, fallback_chains=chains | {"production": ["slow", "quick"]},
        routing={"hedge": {"afterMs": 800, "maxShare": 0.6}},
    )  # fmt: skip

    def ask(model="auto", key=None):
        # Whole requests in between keep the share of the hedged ones below its limit.
        town.chat("third:gpt-x")
        return town.chat(model, stream=True, max_tokens=LIMIT, headers={"x-logway-cache-key": key or model})

    slow.will(silent(openai.pieces(["slow"])))
    ask()
    gate, held = threading.Event(), threading.Event()
    slow.will(silent(openai.pieces(["slow"]), gate))
    quick.will(silent(openai.pieces(["quick"]), held))
    count = len(quick.requests)
    threading.Thread(target=lambda: (quick.wait_for_request(count + 1), gate.set()), daemon=True).start()
    ask(key="won by the first")
    for model, last in (("auto", None), ("auto:three", openai.error(503, "full"))):
        count = len(quick.requests)
        slow.will(lambda request, count=count: (quick.wait_for_request(count + 1), openai.error(500, "oops"))[1])
        if last:
            quick.will(lambda request, last=last: (time.sleep(0.5), last)[1])
        ask(model, key=f"fails at {model}")
    slow.will(lambda request: (time.sleep(2), openai.error(400, "no", "invalid_request_error"))[1])
    quick.will(silent(openai.pieces(["quick"])))
    ask(key="at fault")
    slow.will(silent(openai.pieces(["slow"])))
    ask("auto:twice")
    # Between the first attempt and its hedge another provider becomes full.
    slow.will(silent(openai.pieces(["slow"])))
    count = len(slow.requests)
    beside = town.beside(lambda: ask("auto:busy"))
    slow.wait_for_request(count + 1)
    gate = threading.Event()
    first, *rest = openai.pieces(["one"])
    one.will(stream([first, rest[0], Hold(gate), *rest[1:]]))
    beside += town.beside(lambda: town.chat("one:gpt-x", stream=True))
    beside[0].join()
    gate.set()
    beside[1].join()
    # A client that leaves ends both.
    slow.will(silent(openai.pieces(["slow"])))
    quick.will(silent(openai.pieces(["quick"])))
    town.chat("third:gpt-x")
    count = len(quick.requests)
    connection = post(town.gateway, {"model": "auto", "stream": True})
    quick.wait_for_request(count + 1)
    connection.close()
    town.settle()
    town.end()
