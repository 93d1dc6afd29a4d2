"""Two days of failures: before the first byte and after it, breakers, clients that leave, times that are used up, and a
process that is killed."""

import threading

from conftest import provider
from fakes import anthropic, openai
from fakes.anthropic import AnthropicProvider
from fakes.openai import OpenAIProvider
from fakes.server import CUT, Hold, Pause, Refusing, Reply, html, stream, whole
from gateway import eventually
from test_cancellation import post, read_until, reset
from town import Deaf, silent

from .parts import HOUR, LIMIT, QUIET, never, user


def failures(town):
    alpha, beta = town.fake(OpenAIProvider), town.fake(OpenAIProvider, text="second")
    claude, hasty = town.fake(AnthropicProvider), town.fake(OpenAIProvider)
    full, gone, bare = town.fake(OpenAIProvider), town.fake(Refusing), town.fake(OpenAIProvider, [])
    providers = [
        provider("alpha", alpha, models=["gpt-x", "bad-model"]),
        provider("beta", beta),
        provider("claude", claude, "claude"),
        provider("hasty", hasty, timeouts={"firstTokenMs": 500, "slowFirstTokenMs": 500, "idleMs": 1_000}),
        provider("full", full, maxConcurrent=1, maxQueued=0),
        provider("gone", gone, defaultModel="gpt-x", fallbackProvider="beta"),
        provider("bare", bare, healthCheck=QUIET),
        provider("off", beta, enabled=False),
    ]
    chains = {
        "production": ["alpha", "beta"],
        "alone": ["alpha"],
        "long": ["alpha", "beta", "claude", "hasty"],
        "hasty": ["hasty", "beta"],
        "full": ["full", "beta"],
        "gone": ["gone", "claude"],
        "odd": ["off", "bare", "beta"],
        "translated": ["claude", "beta"],
    }
    town.begin("2026-08-29T08:00", providers, fallback_chains=chains, aliases={"busy-*": "auto:full"})
    before_the_first_byte(town, alpha)
    town.chat("auto:gone", max_tokens=1)
    town.chat("auto:odd")
    claude.will(anthropic.error(400, "invalid_request_error", "bad tools"))
    town.chat("auto:translated")
    hasty.will(Reply([never()], headers={"content-length": "9"}), silent(openai.pieces(["never"])))
    town.chat("auto:hasty", max_tokens=1)
    town.chat("auto:hasty", stream=True)
    town.pass_time(20 * 60)
    after_the_first_byte(town, hasty, beta, claude)
    nobody_left(town, alpha, beta, claude, hasty)
    breakers(town, alpha)
    clients_that_leave(town, alpha)
    a_full_provider(town, full)
    town.end()


BEFORE = (
    # What the provider does, and for how long it is left alone.
    (lambda: openai.error(500, "out of cheese, by sk-secret-of-alpha"), 0),
    (lambda: openai.error(503, "busy"), 0),
    (lambda: openai.completion(), 0),
    (lambda: openai.error(408, "too slow"), 0),
    (lambda: openai.error(529, "busy"), 0),
    (lambda: openai.completion(), 0),
    (html, 0),
    (lambda: html(502), 0),
    (lambda: openai.completion(), 0),
    (lambda: whole({"error": {"message": "upstream is down", "code": 502}}), 0),
    (lambda: whole(b'{"id":"x","choices":[{"ind'), 0),
    (lambda: openai.completion(), 0),
    (lambda: Reply([CUT], headers={"content-length": "100"}), 0),
    (lambda: Reply([b""], 307, {"location": "http://127.0.0.1:9/v1/chat/completions"}), 0),
    (lambda: openai.completion(), 0),
    (lambda: openai.error(400, "no", "invalid_request_error", "tool_use_failed"), 0),
    (lambda: openai.error(429, "slow down", headers={"retry-after": "33"}), 40),
    (lambda: openai.error(429, "slow down"), 15),
    (lambda: openai.error(401, "bad key"), HOUR + 60),
    (lambda: openai.error(402, "pay first"), HOUR + 60),
    (lambda: openai.error(402, "requires fewer max_tokens"), 5),
    (lambda: openai.error(403, "not you"), HOUR + 60),
    (lambda: openai.error(404, "no model"), HOUR + 60),
    (lambda: openai.error(405, "not here"), HOUR + 60),
)


def before_the_first_byte(town, alpha):
    """Each failure is followed by a request while the provider is left alone, and by the time that this takes."""
    for number, (reply, rest) in enumerate(BEFORE):
        alpha.will(reply())
        town.chat("auto", f"Failure {number}", max_tokens=LIMIT)
        if rest:
            town.chat("auto", f"After failure {number}", max_tokens=LIMIT)
            town.chat("auto:alone", f"Without {number}", max_tokens=LIMIT)
            town.pass_time(rest)
    # What is the request's own fault is asked of nobody else.
    alpha.will(
        openai.error(400, "temperature must be a number", "invalid_request_error"),
        openai.error(400, "too long", code="context_length_exceeded"),
    )
    town.chat("auto")
    town.chat("auto", stream=True)


def after_the_first_byte(town, hasty, beta, claude):
    first, second, *_ = openai.pieces(["fo"])
    overloaded = {"error": {"message": "out of cheese", "type": "server_error", "code": 502}}
    for end in (CUT, openai.event(overloaded), never()):
        hasty.will(stream([first, second, end]))
        town.chat("auto:hasty", stream=True)
    claude.will(stream([anthropic.start(), *anthropic.text_events(["fo"])[:2], CUT]))
    town.chat("auto:translated", stream=True)
    beta.will(stream([first, CUT]))
    town.chat("beta:gpt-x", stream=True)
    town.pass_time(20 * 60)


def nobody_left(town, alpha, beta, claude, hasty):
    """All fail, some are asked again, and there are more than may be asked."""
    alpha.will(openai.error(503, "busy"))
    town.chat("auto:alone")
    alpha.will(openai.error(429, "slow down", headers={"retry-after": "1"}))
    town.chat("auto:alone")
    alpha.will(openai.error(500, "no"), openai.error(500, "no"))
    town.chat("auto:alone", stream=True)
    alpha.will(openai.error(500, "no"))
    beta.will(openai.error(500, "no"))
    claude.will(anthropic.error(500))
    town.chat("auto:long")
    town.pass_time(20 * 60)
    # While the first is asked, the second is told to wait.
    gate = threading.Event()
    late = openai.error(500, "late")
    alpha.will(Reply([Hold(gate), *late.steps], 500, late.headers | {"content-length": str(len(late.steps[0]))}))
    count = len(alpha.requests)
    beside = town.beside(lambda: town.chat("auto:long"))
    alpha.wait_for_request(count + 1)
    beta.will(openai.error(429, "slow down", headers={"retry-after": "60"}))
    town.chat("beta:gpt-x")
    gate.set()
    for thread in beside:
        thread.join()
    town.pass_time(20 * 60)
    alpha.will(openai.error(429, "slow down", headers={"retry-after": "60"}))
    beta.will(openai.error(429, "slow down", headers={"retry-after": "90"}))
    town.chat("auto", max_tokens=LIMIT)
    town.chat("auto", max_tokens=LIMIT)
    town.pass_time(20 * 60)


def breakers(town, alpha):
    """A provider's breaker opens, is tried out twice and closes; then a model's."""
    alpha.script.clear()
    town.chat("alpha:gpt-x")
    alpha.will(*[openai.error(500, "oops") for _ in range(5)])
    for _ in range(6):
        town.chat("auto")
    town.pass_time(31)
    alpha.will(openai.error(500, "still"))
    town.chat("auto")
    town.chat("auto:alone")
    alpha.script.clear()
    town.pass_time(65)
    tried_out(town, alpha, "auto")
    town.chat("auto")
    alpha.always(lambda request: openai.error(500) if request.json["model"] == "bad-model" else openai.completion())
    for _ in range(3):
        town.chat("alpha:bad-model", max_tokens=1)
        town.chat("alpha:gpt-x")
    town.chat("alpha:bad-model")
    town.chat("auto")
    town.pass_time(31)
    alpha.always(None)
    tried_out(town, alpha, "alpha:bad-model")
    town.chat("alpha:bad-model")


def tried_out(town, alpha, model):
    """One request is let through, and another one comes beside it."""
    gate = threading.Event()
    answer = openai.completion()
    alpha.will(Reply([Hold(gate), *answer.steps], 200, answer.headers | {"content-length": str(len(answer.steps[0]))}))
    count = len(alpha.requests)
    beside = town.beside(lambda: town.chat(model))
    alpha.wait_for_request(count + 1)
    town.chat(model)
    gate.set()
    for thread in beside:
        thread.join()


def clients_that_leave(town, alpha):
    begun = openai.pieces(["fo"])[:2]
    for reply, streamed, leave in (
        (stream([*begun, never()]), True, "close"),
        (stream([never()]), True, "close"),
        (Reply([never()], headers={"content-length": "9"}), False, "close"),
        (stream([never()]), False, "reset"),
    ):
        alpha.will(reply)
        count = len(alpha.requests)
        connection = post(town.gateway, {"model": "auto", "stream": streamed})
        seen = alpha.wait_for_request(count + 1)
        if b"fo" in b"".join(step for step in reply.steps if isinstance(step, bytes)):
            read_until(connection, b'"fo"')
        reset(connection) if leave == "reset" else connection.close()
        assert seen.abandoned.wait(60)


def a_full_provider(town, full):
    """Two more requests for a provider that takes one: the first goes elsewhere, the second has nowhere to go."""
    gate = threading.Event()
    first, *rest = openai.pieces(["four"])
    full.will(stream([first, rest[0], Hold(gate), *rest[1:]]))
    beside = town.beside(lambda: town.chat("busy-one", stream=True))
    full.wait_for_request(1)
    town.chat("busy-two")
    town.chat("full:gpt-x", max_tokens=1)
    gate.set()
    for thread in beside:
        thread.join()


def deadlines(town):
    """A request's whole time, used up by one provider or by two; and a process that is killed."""
    alpha, beta = town.fake(OpenAIProvider), town.fake(OpenAIProvider)
    claude, deaf = town.fake(AnthropicProvider), town.fake(Deaf)
    timeouts = {"totalMs": 8_000, "firstTokenMs": 60_000, "slowFirstTokenMs": 60_000}
    nobody = provider("deaf", deaf, defaultModel="gpt-x", timeouts={"connectMs": 500}, healthCheck=QUIET)
    town.begin(
        "2026-08-30T08:00",
        [provider("alpha", alpha), provider("beta", beta), provider("claude", claude, "claude"), nobody],
        routing={"timeouts": timeouts, "retry": {"times": 0}}, server={"maxBodiesBytes": 1 << 20},
        fallback_chains={"production": ["alpha", "beta"], "deaf": ["deaf", "beta"], "parts": ["claude", "beta"]},
    )  # fmt: skip
    town.chat("auto:deaf")
    no_room(town, claude)
    alpha.will(silent(openai.pieces(["never"])))
    town.chat("auto", stream=True)
    late = openai.error(500, "late")
    alpha.will(Reply([Pause(3), *late.steps], 500, late.headers))
    beta.will(silent(openai.pieces(["never"])))
    town.chat("auto", stream=True)
    # Requests that no process ends: one whole, one in the middle of its answer.
    first, second, *_ = openai.pieces(["fo"])
    alpha.will(stream([first, second, never()]), Reply([never()], headers={"content-length": "9"}))
    count = len(alpha.requests)
    streamed = post(town.gateway, {"model": "auto", "stream": True})
    alpha.wait_for_request(count + 1)
    read_until(streamed, b'"fo"')
    unstreamed = post(town.gateway, {"model": "auto"})
    alpha.wait_for_request(count + 2)
    eventually(lambda: len([r for r in town.gateway.requests() if "completed" not in r]) == 2, "two are under way")
    town.crash()
    streamed.close()
    unstreamed.close()


def no_room(town, claude):
    """Requests that are too large to be translated: one for its parts, one beside others."""
    town.post("/v1/chat/completions", {"model": "auto:parts", "messages": user("Go on.") * 2_500})
    gate = threading.Event()
    answer = anthropic.message()
    head = answer.headers | {"content-length": str(len(answer.steps[0]))}
    claude.will(*[Reply([Hold(gate), *answer.steps], 200, head)] * 3)
    large = {"model": "auto:parts", "messages": user("x" * 200) * 300}
    beside = town.beside(*[lambda: town.post("/v1/chat/completions", large)] * 3)
    claude.wait_for_request(3)
    town.post("/v1/chat/completions", large)
    gate.set()
    for thread in beside:
        thread.join()
