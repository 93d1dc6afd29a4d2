"""What an answer cost, to the nano-dollar, and where the figure comes from."""

import pytest

from conftest import anthropic_client, ask, id_of, openai_client, provider
from fakes import anthropic as fake_anthropic
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider, chunk, completion, error, streamed
from fakes.server import stream
from gateway import Gateway
from test_openai_client import user


class Shop:
    """A gateway with providers of several prices."""

    def __init__(self, launched):
        self.fakes = {
            name: launched(OpenAIProvider, [f"m-{name}"])
            for name in ("dear", "mini", "mystery", "router")
        }
        self.claude = launched(AnthropicProvider, ["m-claude"])
        self.local = launched(OllamaProvider, ["m-local"])
        providers = [
            provider("dear", self.fakes["dear"], costPer1MTokens={"input": 5, "output": 15}),
            provider("mini", self.fakes["mini"], costPer1MTokens={"input": 0.15, "output": 0.60}),
            provider("claude", self.claude, "claude"),
            provider("local", self.local, "ollama"),
            provider("router", self.fakes["router"], "openrouter"),
            # Another Groq than the known one: nobody can say what it costs.
            provider("mystery", self.fakes["mystery"], "groq"),
        ]
        del providers[-1]["costPer1MTokens"]
        self.gateway = launched(Gateway, {"providers": providers})

    def ask(self, name, **options):
        response = ask(openai_client(self.gateway), model=f"m-{name}", **options)
        if options.get("stream"):
            list(response.parse())
        return response, self.gateway.completed(id_of(response))


@pytest.fixture(scope="module")
def shop(launched):
    return Shop(launched)


@pytest.mark.parametrize(
    "name, usage, dollars",
    [
        ("dear", (1000, 500), "0.0125"),
        ("mini", (1_000_000, 1_000_000), "0.75"),
        ("mini", (1, 0), "0.00000015"),
        ("dear", (0, 0), "0"),
    ],
)
@pytest.mark.parametrize("is_streamed", [False, True])
def test_the_cost_is_exact(shop, name, usage, dollars, is_streamed):
    reply = streamed(usage=usage) if is_streamed else completion(usage=usage)
    shop.fakes[name].will(reply)
    response, record = shop.ask(name, stream=is_streamed)
    nanodollars = round(float(dollars) * 1e9)
    assert record["completed"]["cost_nanodollars"] == nanodollars
    (attempt,) = record["attempts_finished"]
    assert attempt["cost_origin"] == "priced"
    assert attempt["usage"]["origin"] == "provider"
    if not is_streamed:
        assert response.headers["x-logway-cost-usd"] == dollars


@pytest.mark.parametrize("is_streamed", [False, True])
def test_anthropic_s_cache_tokens_are_billed_at_their_own_prices(shop, is_streamed):
    counts = {"cache_write": 500, "cache_read": 200}
    usage = fake_anthropic.usage_object((1000, 500), **counts)
    if is_streamed:
        start = fake_anthropic.start(model="m-claude", **counts)
        texts = fake_anthropic.text_events(["four"])
        shop.claude.will(stream([start, *texts, *fake_anthropic.end()]))
    else:
        shop.claude.will(fake_anthropic.message(model="m-claude", usage=usage))
    client = anthropic_client(shop.gateway)
    response = client.messages.with_raw_response.create(
        model="m-claude", max_tokens=64, messages=user(), stream=is_streamed
    )
    if is_streamed:
        list(response.parse())
    record = shop.gateway.completed(id_of(response))
    assert record["completed"]["cost_nanodollars"] == 12_435_000
    settled = record["attempts_finished"][0]["usage"]
    assert (settled["input"], settled["output"]) == (1000, 500)


def test_cached_input_of_openai_is_part_of_the_prompt_and_cheaper(shop):
    usage = fake_openai.usage_object((1000, 500), cached=200)
    shop.fakes["dear"].will(completion(usage=usage))
    _, record = shop.ask("dear")
    settled = record["attempts_finished"][0]["usage"]
    assert (settled["input"], settled["cached_input"]) == (800, 200)


def test_local_answers_cost_nothing(shop):
    response, record = shop.ask("local")
    assert response.headers["x-logway-cost-usd"] == "0"
    assert record["completed"]["cost_nanodollars"] == 0


@pytest.mark.parametrize("is_streamed", [False, True])
def test_missing_counts_are_estimated_and_marked(shop, is_streamed):
    text = "x" * 400
    pieces = [text[:200], text[200:]]
    reply = streamed(pieces, usage=None) if is_streamed else completion(text, usage=None)
    shop.fakes["dear"].will(reply)
    response, record = shop.ask("dear", stream=is_streamed)
    (attempt,) = record["attempts_finished"]
    assert attempt["usage"]["origin"] == "estimated"
    assert attempt["usage"]["output"] == 100
    assert attempt["cost_origin"] == "estimated"
    assert attempt["cost_nanodollars"] > 0
    assert shop.gateway.report()["total"]["estimated_nanodollars"] >= attempt["cost_nanodollars"]


@pytest.mark.parametrize("place", ["own", "last", "x_groq"])
def test_counts_are_taken_from_whichever_chunk_has_them(shop, place):
    shop.fakes["dear"].will(streamed(usage_in=place))
    _, record = shop.ask("dear", stream=True)
    assert record["completed"]["cost_nanodollars"] == 12_500_000


def test_the_last_counts_win(shop):
    early = chunk({"content": ""}, usage=fake_openai.usage_object((1, 1)))
    shop.fakes["dear"].will(stream([early, *fake_openai.pieces(["four"])]))
    _, record = shop.ask("dear", stream=True)
    assert record["completed"]["cost_nanodollars"] == 12_500_000


@pytest.mark.parametrize("is_streamed", [False, True])
def test_the_provider_s_receipt_wins(shop, is_streamed):
    usage = {**fake_openai.usage_object((1000, 500)), "cost": 0.00123}
    if is_streamed:
        reply = streamed(usage=usage)
    else:
        reply = completion(usage=usage)
    shop.fakes["router"].will(reply)
    _, record = shop.ask("router", stream=is_streamed)
    (attempt,) = record["attempts_finished"]
    assert attempt["cost_origin"] == "receipt"
    assert attempt["cost_nanodollars"] == 1_230_000


def test_an_unknown_price_is_unknown_and_never_nothing(shop):
    before = shop.gateway.report()["total"]
    response, record = shop.ask("mystery")
    assert response.headers["x-logway-cost-usd"] == "unknown"
    assert "cost_nanodollars" not in record["completed"]
    after = shop.gateway.report()["total"]
    assert after["attempts_of_unknown_cost"] == before["attempts_of_unknown_cost"] + 1
    assert after["cost_nanodollars"] == before["cost_nanodollars"]


def test_the_report_is_the_sum_of_the_events(shop):
    shop.fakes["dear"].will(error(500, "oops"))
    try:
        shop.ask("dear")
    except Exception:
        pass  # Only its record counts here.
    finished = [e for e in shop.gateway.events() if e["type"] == "AttemptFinished"]
    report = shop.gateway.report()
    total = report["total"]
    assert total["attempts"] == len(finished)
    assert total["cost_nanodollars"] == sum(e.get("cost_nanodollars", 0) for e in finished)
    assert total["output_tokens"] == sum(e["usage"].get("output", 0) for e in finished)
    for group in ("by_provider", "by_model"):
        rows = report[group]
        assert sum(r["cost_nanodollars"] for r in rows) == total["cost_nanodollars"]
    text = shop.gateway.ask("report")
    assert total["cost_usd"] in text


def test_a_refused_attempt_costs_nothing(pair):
    gateway, first, _ = pair
    first.will(error(500, "oops"))
    record = gateway.explain(id_of(ask(openai_client(gateway))))
    first_attempt, second_attempt = record["attempts_finished"]
    assert first_attempt["cost_nanodollars"] == 0
    assert record["completed"]["cost_nanodollars"] == second_attempt["cost_nanodollars"]
