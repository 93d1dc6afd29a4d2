"""The model catalogue: what is known of models, and prices that change between two starts."""

import json
import subprocess

import openai
import pytest

from conftest import ask, id_of, openai_client, provider
from fakes.openai import completion
from gateway import PATIENCE, binary, environment

FAILED, WRONG_USAGE = 1, 2

LITELLM = {
    "sample_spec": {"litellm_provider": "one of many", "max_input_tokens": "as it says"},
    "gpt-4.1": {
        "input_cost_per_token": 1.5e-06,
        "output_cost_per_token": 8e-06,
        "cache_read_input_token_cost": 5e-07,
        "litellm_provider": "openai",
        "mode": "chat",
    },
    "gemini/gemini-9": {
        "input_cost_per_token": 1.25e-07,
        "output_cost_per_token": 1e-05,
        "litellm_provider": "gemini",
        "max_input_tokens": 1048576,
        "mode": "chat",
        "supports_vision": True,
    },
    "bedrock/some": {
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 1e-06,
        "litellm_provider": "bedrock",
    },
    "groq/nothing": {
        "input_cost_per_token": 0.0,
        "output_cost_per_token": 0.0,
        "litellm_provider": "groq",
    },
}


class Desk:
    """A home folder from which commands are run."""

    def __init__(self, folder):
        self.folder = folder
        self.usual = folder / ".config" / "logway" / "models.json"

    def run(self, *arguments):
        return subprocess.run(
            [binary(), "models", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment(self.folder),
            cwd=self.folder,
            timeout=PATIENCE,
        )

    def ask(self, *arguments):
        result = self.run(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def lines(self, *arguments):
        return [json.loads(line) for line in self.ask(*arguments, "--json").splitlines()]

    def file(self, content, name="prices.json"):
        file = self.folder / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_the_list_has_the_shipped_models(desk):
    models = desk.lines("list")
    assert len(models) >= 20
    assert len({(m["provider"], m["model"]) for m in models}) == len(models)
    services = {m["provider"] for m in models}
    assert {"openai", "claude", "google", "groq", "together", "openrouter", "ollama"} <= services
    table = desk.ask("list").splitlines()
    assert table[0].split()[:3] == ["MODEL", "PROVIDER", "CONTEXT"]
    assert len(table) == len(models) + 1


def test_the_list_is_narrowed_by_provider_and_capability(desk):
    groq = desk.lines("list", "--provider", "groq")
    assert groq and {m["provider"] for m in groq} == {"groq"}
    seeing = desk.lines("list", "--provider", "groq", "--capability", "vision")
    assert 0 < len(seeing) < len(groq)
    assert all("vision" in m["capabilities"] for m in seeing)
    assert desk.lines("list", "--provider", "anthropic")[0]["provider"] == "claude"
    for option in (["--provider", "acme"], ["--capability", "telepathy"]):
        result = desk.run("list", *option)
        assert result.returncode == WRONG_USAGE
        assert "must be one of" in result.stderr


def test_a_page_tells_where_each_value_comes_from(desk):
    page = desk.ask("show", "groq:openai/gpt-oss-20b")
    assert page.startswith("groq:openai/gpt-oss-20b\n")
    for words in ("21B (3.6B active)", "0.075", "GPQA Diamond", "16000000000 bytes", "shipped"):
        assert words in page
    (card,) = desk.lines("show", "groq:openai/gpt-oss-20b")
    assert card["prices"]["input_nanodollars_per_1m"] == 75_000_000
    assert card["parameters"]["total"] == 21_000_000_000
    assert card["origins"]["prices"] == "shipped"
    assert card["benchmarks"][0]["source"] and card["benchmarks"][0]["as_of"]
    names = {m["provider"] for m in desk.lines("show", "openai/gpt-oss-120b")}
    assert names == {"groq", "together", "openrouter"}


def test_an_unknown_model_is_a_failure_with_neighbours(desk):
    result = desk.run("show", "gpt-41")
    assert result.returncode == FAILED
    assert "openai:gpt-4.1" in result.stderr
    assert "models list" in desk.run("show", "zzzzzz").stderr


def test_an_import_is_shown_before_it_is_done(desk):
    file = desk.file(LITELLM)
    text = desk.ask("import", file, "--dry-run")
    assert "2 → 1.5" in text and "google:gemini-9" in text and "provider bedrock" in text
    assert "1 new, 1 changed, 0 unchanged, 3 skipped" in text
    assert not desk.usual.exists()

    report = json.loads(desk.ask("import", file, "--json"))
    assert report["written"] and report["file"] == str(desk.usual)
    assert {s["name"]: s["reason"] for s in report["skipped"]} == {
        "sample_spec": "provider one of many",
        "bedrock/some": "provider bedrock",
        "groq/nothing": "a price of 0, which may mean unknown",
    }
    (card,) = desk.lines("show", "openai:gpt-4.1")
    assert card["prices"]["input_nanodollars_per_1m"] == 1_500_000_000
    assert card["origins"]["prices"] == "imported"
    assert card["origins"]["context"] == "shipped"
    assert "imported" in desk.ask("show", "google:gemini-9")
    assert desk.lines("list", "--provider", "google")[-1]["context_tokens"] == 1048576

    written = desk.usual.read_bytes()
    assert "nothing to write" in desk.ask("import", file)
    assert desk.usual.read_bytes() == written


def test_an_import_leaves_what_people_wrote(desk):
    own = {
        "provider": "openai",
        "id": "gpt-4.1",
        "usdPer1M": {"input": "1", "output": "2"},
        "asOf": "2026-11-01",
    }
    target = desk.file({"version": 1, "models": [own]}, "mine.json")
    assert "your own price goes first" in desk.ask("import", desk.file(LITELLM), "--to", target)
    assert json.loads(target.read_text())["models"] == [own]
    config = desk.file({"catalog": str(target), "providers": [{"type": "ollama"}]}, "logway.yaml")
    (card,) = desk.lines("show", "openai:gpt-4.1", "--config", config)
    assert card["prices"]["input_nanodollars_per_1m"] == 1_000_000_000
    assert card["origins"]["prices"] == "overridden"


@pytest.mark.parametrize(
    "content, words",
    [
        ('{"version": 1,\n  "models": [}', ":2:14: this is not JSON"),
        ('{"version": 1, "models": [{"provider": "openai"}]}', "`id` is missing at models[0]"),
        ('{"version": 1, "modles": []}', "unknown key `modles`"),
        (
            '{"version": 1, "models": [{"provider": "openai", "id": "m", "context": -1}]}',
            "model openai:m in the catalogue: context can't be `-1`",
        ),
    ],
)
def test_a_catalogue_with_a_mistake_stops_everything_with_the_place(desk, gateway, content, words):
    catalogue = desk.file(content, "broken.json")
    config = {"catalog": str(catalogue)}
    made = gateway([{"type": "ollama"}], start=False, **config)
    started = subprocess.run(
        made.serve_command(), capture_output=True, text=True, env=made.environment, timeout=PATIENCE
    )
    shown = desk.run("list", "--config", made.config)
    for result in (started, shown):
        assert result.returncode == FAILED
        assert str(catalogue) in result.stderr and words in result.stderr


def test_a_catalogue_that_is_named_must_exist(desk, gateway):
    made = gateway([{"type": "ollama"}], start=False, catalog="nosuch.json")
    result = desk.run("list", "--config", made.config)
    assert result.returncode == FAILED and "nosuch.json" in result.stderr


def test_a_price_file_that_is_none_is_a_failure(desk):
    assert desk.run("import", "nosuch.json").returncode == FAILED
    for content in ("[]", "{", "7"):
        result = desk.run("import", desk.file(content))
        assert result.returncode == FAILED and "prices.json" in result.stderr
    assert "no price file" in result.stderr
    assert not desk.usual.exists()


def test_a_request_keeps_the_price_that_it_had(gateway, fake):
    shop = fake(models=["m-shop"])
    entry = provider("shop", shop, "groq")
    del entry["costPer1MTokens"]
    made = gateway([entry])
    desk = Desk(made.folder)

    def one_request():
        shop.will(completion(usage=(1000, 500)))
        return id_of(ask(openai_client(made), model="m-shop"))

    def price(input, output):
        model = {"input_cost_per_token": input, "output_cost_per_token": output}
        file = desk.file({"groq/m-shop": {**model, "litellm_provider": "groq", "mode": "chat"}})
        assert made.stop() == 0
        desk.ask("import", file)
        made.start()

    ids = [one_request()]
    assert "cost_nanodollars" not in made.completed(ids[0])["completed"]
    price(1e-06, 2e-06)
    ids.append(one_request())
    assert made.completed(ids[1])["completed"]["cost_nanodollars"] == 2_000_000
    price(1.5e-07, 6e-07)
    ids.append(one_request())
    assert made.completed(ids[2])["completed"]["cost_nanodollars"] == 450_000

    costs = [made.explain(id)["completed"].get("cost_nanodollars") for id in ids]
    assert costs == [None, 2_000_000, 450_000]
    total = made.report()["total"]
    assert total["cost_nanodollars"] == 2_450_000
    assert total["attempts_of_unknown_cost"] == 1
    prices = [e for e in made.events() if e["type"] == "PricesApplied"]
    assert len([e for e in prices if "imported 20" in json.dumps(e)]) == 2
    assert f"models: {desk.usual} over the shipped catalogue" in made.errors()
    # A start with the same prices records none.
    assert made.stop() == 0
    made.start()
    assert len([e for e in made.events() if e["type"] == "PricesApplied"]) == len(prices)


def test_a_model_without_a_price_is_refused_under_a_budget_until_it_has_one(gateway, fake):
    shop = fake(models=["m-shop"])
    entry = provider("shop", shop, "groq")
    del entry["costPer1MTokens"]
    made = gateway([entry], budgets={"monthly": 1})
    with pytest.raises(openai.APIStatusError):
        ask(openai_client(made), model="m-shop")
    assert not shop.requests
    assert made.stop() == 0
    prices = {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
    desk = Desk(made.folder)
    desk.ask("import", desk.file({"groq/m-shop": {**prices, "litellm_provider": "groq"}}))
    made.start()
    shop.will(completion(usage=(1000, 500)))
    id = id_of(ask(openai_client(made), model="m-shop"))
    assert made.completed(id)["completed"]["cost_nanodollars"] == 2_000_000
