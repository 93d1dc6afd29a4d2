"""Quotas and budgets, each way of meeting one with a start of its own, and a night between two months."""

import threading

from conftest import provider
from fakes import anthropic, gemini, openai
from fakes.anthropic import AnthropicProvider
from fakes.gemini import GeminiProvider
from fakes.openai import OpenAIProvider
from fakes.server import Hold, Pause, Reply, stream
from gateway import eventually
from test_cancellation import post, read_until

from .parts import CHEAP, HOUR, LIMIT, catalog, messages, model, never, simulated


def quotas(town):
    alpha, told = town.fake(OpenAIProvider), town.fake(OpenAIProvider, ["gpt-t"])
    google, day = town.fake(GeminiProvider), town.fake(OpenAIProvider, ["gpt-d"])
    claude = town.fake(AnthropicProvider)
    usage = openai.completion(usage=(20, 5))
    for fake in (alpha, day):
        fake.always(usage)
    providers = [
        provider("alpha", alpha, limits={"requestsPerMinute": 5, "tokensPerMinute": 2_000}),
        provider("told", told),
        provider("google", google, "google"),
        provider("claude", claude, "claude"),
        provider("day", day, limits={"requestsPerDay": 10}, resets="rolling",
                 modelLimits={"gpt-d": {"tokensPerDay": 4_000}}),
        provider("dawn", day, limits={"requestsPerDay": 3}, resets="08:00+01:00"),
    ]  # fmt: skip
    chains = {"production": ["alpha", "told"], "alone": ["alpha"], "day": ["day"], "dawn": ["dawn", "day"]}
    town.begin("2026-09-01T06:00", providers, fallback_chains=chains)
    for _ in range(6):
        town.chat("auto")
    town.chat("auto:alone")
    town.pass_time(61)
    town.chat("auto:alone", max_tokens=1_900)
    alpha.will(openai.completion(usage=(1_000, 900)))
    town.chat("auto:alone", max_tokens=900)
    town.chat("auto:alone", max_tokens=900)
    town.pass_time(61)
    alpha.will(openai.error(500, "no"))
    town.chat("auto", max_tokens=LIMIT)
    for remaining in (90, 40, 1, 0):
        headers = {"x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": str(remaining),
                   "x-ratelimit-reset-requests": "30s"}  # fmt: skip
        answer = openai.completion(model="gpt-t")
        told.will(Reply(answer.steps, 200, answer.headers | headers))
        town.chat("told:gpt-t")
        town.pass_time(6)
    town.chat("told:gpt-t")
    headers = {"anthropic-ratelimit-tokens-limit": "40000", "anthropic-ratelimit-tokens-remaining": "100",
               "anthropic-ratelimit-tokens-reset": "2026-09-01T06:10:00Z"}  # fmt: skip
    answer = anthropic.message()
    claude.will(Reply(answer.steps, 200, answer.headers | headers))
    town.chat("claude-x")
    town.chat("claude-x")
    google.will(gemini.error(429, "RESOURCE_EXHAUSTED", "quota", [gemini.quota_failure(), gemini.retry_info("34s")]))
    town.chat("gemini-x")
    town.chat("gemini-x")
    for _ in range(11):
        town.chat("auto:day")
    for _ in range(4):
        town.chat("auto:dawn")
    town.pass_time(HOUR + 600)
    town.chat("auto:dawn")
    town.pass_time(24 * HOUR)
    town.chat("auto:day")
    town.chat("gemini-x")
    town.end()


def budgets(town):
    dear, cheap = town.fake(OpenAIProvider, ["gpt-x", "thinker"]), town.fake(OpenAIProvider)
    mystery = town.fake(OpenAIProvider, ["m-mystery"])
    for fake in (dear, cheap):
        fake.always(lambda request: openai.streamed(usage=(20, 5)) if request.json.get("stream")
                    else openai.completion(usage=(20, 5)))  # fmt: skip
    unpriced = provider("mystery", mystery, "groq")
    del unpriced["costPer1MTokens"]
    providers = [provider("dear", dear), provider("cheap", cheap, costPer1MTokens=CHEAP), unpriced]
    free = simulated("free", model("free-small", 0, 0.4), local=True)
    refusing(town, providers)
    downgrading(town, [*providers, free])
    warning(town, dear, providers)
    expecting(town, dear, providers)


def refusing(town, providers):
    key = "2bb80d537b1d"  # The first 12 digits of the SHA-256 of "secret".
    limits = {"daily": 0.004, "monthly": 1, "alertThreshold": 0.5, "maxOutputTokens": 100,
              "perTenant": {"acme": 0}, "perTask": {"documentation": 0.0001}, "perKey": {key: 0.002}}  # fmt: skip
    town.begin("2026-09-03T08:00", providers, budgets=limits)
    for headers in ({}, {"x-logway-tenant": "acme"}, {"x-logway-task": "documentation"},
                    {"x-logway-task": "planning"}, {"authorization": "Bearer secret"},
                    {"authorization": "Bearer secret"}):  # fmt: skip
        town.chat("auto", headers=headers)
    town.chat("auto", max_tokens=2_000)
    town.chat("auto:cheap", max_tokens=2_000)
    town.post(*messages("auto", False, "Hi"))
    town.chat("m-mystery")
    for _ in range(30):
        if town.chat("auto").status_code == 429:
            break
    town.chat("dear:gpt-x")
    town.chat("auto", service_tier="priority")
    town.end()


def downgrading(town, providers):
    limits = {"daily": 0.008, "onLimit": "downgrade", "maxOutputTokens": 100, "allowUnpriced": True}
    town.begin("2026-09-03T12:00", providers, budgets=limits)
    for tokens in (50, 300, 1_000, 8_000, 100_000):
        town.chat("auto", max_tokens=tokens)
    town.chat("m-mystery", max_tokens=10)
    town.end()


def warning(town, dear, providers):
    limits = {"monthly": 0.003, "onLimit": "warn", "maxOutputTokens": 100, "alertThreshold": 0.8}
    town.begin("2026-09-04T08:00", providers, budgets=limits,
               routing={"hedge": {"afterMs": 300, "maxShare": 1}})  # fmt: skip
    for _ in range(3):
        town.chat("auto", max_tokens=100)
    town.chat("auto", max_tokens=1_000)
    # There is no hedge past a budget.
    dear.will(stream([Pause(1), *openai.pieces(["late"], usage=(20, 5))]))
    town.chat("auto", stream=True, max_tokens=LIMIT)
    town.end()


def expecting(town, dear, providers):
    """Streams that hold what is expected, hold more, and are cut where the budget ends."""
    limits = {"daily": 0.2, "expectedOutputTokens": 100}
    town.begin("2026-09-05T08:00", providers, budgets=limits, catalog=catalog(town))

    def ask(reply, gate=None, **options):
        dear.will(reply)
        seen = len(town.tail("ReservationExtended"))
        if gate:
            threading.Thread(target=lambda: (eventually(
                lambda: len(town.tail("ReservationExtended")) > seen, "nothing more is reserved"),
                gate.set()), daemon=True).start()  # fmt: skip
        return town.chat(stream=True, **options)

    agent = {"max_tokens": 9_000, "model": "dear:gpt-x"}
    gate = threading.Event()
    first, *rest = openai.pieces(["x" * 3_000, "y" * 3_000], usage=(10, 1_500))
    ask(stream([first, rest[0], Hold(gate), *rest[1:]]), gate, **agent)
    gate = threading.Event()
    first, *rest = openai.pieces(["four"], usage=(10, 700), model="thinker")
    ask(stream([first, Hold(gate), *rest]), gate, **agent | {"model": "dear:thinker"})
    first, *rest = openai.pieces(["begin", *["x" * 4_000] * 12], usage=None)
    steps = [step for piece in rest[1:-2] for step in (Pause(0.2), piece)]
    ask(stream([first, rest[0], Pause(0.5), *steps, never()]), **agent | {"max_tokens": 100_000})
    # Far past the limit that it was sent.
    town.pass_time(24 * HOUR)
    first, *rest = openai.pieces(["x" * 1_000] * 100, usage=None)
    ask(stream([first, rest[0], Pause(0.5), *rest[1:100], never()]), **agent | {"max_tokens": 10})
    # Its client leaves in the middle.
    dear.will(stream([first, rest[0], Pause(0.5), *rest[1:4], never()]))
    connection = post(town.gateway, {"model": "dear:gpt-x", "stream": True, "max_tokens": 10})
    read_until(connection, b"xxx")
    connection.close()
    town.settle()
    town.end()
    town.start(providers, budgets={"daily": 0.2, "reserve": "worst-case"})
    town.chat("dear:gpt-x", stream=True, max_tokens=128_000)
    town.chat("dear:gpt-x", stream=True, max_tokens=1_000)
    town.end()


def midnight(town):
    """Streams that run from one month's last day into the next one's first, under a budget of a day."""
    only = town.fake(OpenAIProvider)
    limits = {"daily": 0.05, "expectedOutputTokens": 200, "alertThreshold": 0.3}
    town.begin("2026-09-30T23:58:30", [provider("only", only)], budgets=limits, routing={"retry": {"times": 0}})
    gate = threading.Event()
    first, *rest = openai.pieces(["x" * 40] * 4, usage=(10, 40))
    begun = stream([first, rest[0], Hold(gate), *rest[1:]])
    only.will(*[begun] * 4)

    def ask():
        return town.chat("auto", stream=True, max_tokens=50)

    beside = town.beside(*[ask] * 4)
    only.wait_for_request(4)
    eventually(lambda: len(town.tail("AttemptStarted")) and len(only.requests) == 4, "four run")
    town.pass_time(180)
    ask()
    gate.set()
    for thread in beside:
        thread.join()
    ask()
    town.end()
