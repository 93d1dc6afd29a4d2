"""How the router chooses, asked over HTTP and read back from the log."""

import json

import pytest

from conftest import anthropic_client, ask, http_client, id_of, openai_client, provider
from fakes.anthropic import AnthropicProvider


def model(name, price, quality, **settings):
    return {
        "name": name,
        "quality": quality,
        "latencyMs": {"mean": 0, "deviation": 0},
        "tokensPerSecond": 0,
        "costPer1MTokens": {"input": price, "output": price},
        **settings,
    }


def simulated(name, *models, local=False, **settings):
    """A simulated provider that answers at once and never fails, unless told so."""
    simulation = {
        "local": local,
        "latencyMs": {"mean": 0, "deviation": 0},
        "tokensPerSecond": 0,
        "models": list(models),
    }
    simulation |= settings.pop("simulation", {})
    return {"type": "simulated", "name": name, "simulation": simulation, **settings}


HOME = simulated("home", model("home-small", 0, 0.5, contextWindow=4_000), local=True)
CLOUD = simulated(
    "cloud",
    model("cloud-mini", 1, 0.75, capabilities=["tools"]),
    model("cloud-max", 20, 0.97, capabilities=["tools", "vision"], contextWindow=1_000_000),
)


@pytest.fixture
def town(gateway):
    """A small local provider first, then a hosted one with two models."""

    def start(**config):
        return gateway([HOME, CLOUD], **config)

    return start


def chosen(response):
    return f"{response.headers['x-logway-provider']}:{response.headers['x-logway-model']}"


def decision(gateway, response):
    return gateway.completed(id_of(response))["decided"]


def test_a_task_has_its_own_chain_given_or_inferred(town):
    made = town(task_fallback_overrides={"code-review": ["cloud:cloud-max"]})
    client = openai_client(made)
    assert chosen(ask(client)) == "home:home-small"
    given = ask(client, extra_headers={"x-logway-task": "code-review"})
    member = ask(client, metadata={"task": "code-review"})
    inferred = ask(client, "Review this pull request for code quality and best practices")
    for response in (given, member, inferred):
        assert chosen(response) == "cloud:cloud-max"
        decided = decision(made, response)
        assert decided["strategy"] == "task based"
        assert decided["classification"]["task"] == "code-review"
    assert decision(made, given)["classification"]["task_given"]
    assert not decision(made, inferred)["classification"]["task_given"]
    page = made.explain_page(id_of(inferred))
    assert "task code-review (inferred)" in page
    assert "task-based ranked: the chain of code-review" in page


def test_a_provider_has_a_model_for_a_task(gateway):
    made = gateway([{**CLOUD, "modelOverrides": {"planning": "cloud-max"}}])
    client = openai_client(made)
    assert chosen(ask(client)) == "cloud:cloud-mini"
    assert chosen(ask(client, "Plan the milestones of the quarter")) == "cloud:cloud-max"


@pytest.mark.parametrize(
    "name, expected",
    [
        ("auto:cheap", "home:home-small"),
        ("auto:best", "cloud:cloud-max"),
        ("auto:fast", "home:home-small"),
        ("auto:local", "home:home-small"),
        ("auto:free", "home:home-small"),
    ],
)
def test_a_wish_is_a_model_name(town, name, expected):
    made = town()
    assert chosen(ask(openai_client(made), model=name)) == expected
    names = [entry["id"] for entry in http_client(made).get("/v1/models").json()["data"]]
    assert name in names


def test_complexity_picks_the_tier_and_is_explained(town):
    made = town(routing={"strategies": ["complexity"]})
    client = openai_client(made)
    simple = ask(client, "What is 2+2?")
    hard = ask(client, "Prove the theorem rigorously, by induction, for all primes")
    assert chosen(simple) == "home:home-small"
    assert chosen(hard) == "cloud:cloud-max"
    decided = decision(made, hard)
    parts = decided["classification"]["contributions"]
    assert sum(part["points"] for part in parts) == decided["classification"]["points"]
    page = made.explain_page(id_of(hard))
    assert "complexity very complex" in page
    assert "keywords +" in page
    assert "tier " in page


def test_a_need_finds_the_model_that_can(town):
    made = town(fallback_chains={"production": ["cloud", "home"]})
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    message = {"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}
    client = openai_client(made)
    response = client.chat.completions.with_raw_response.create(model="auto", messages=[message])
    assert chosen(response) == "cloud:cloud-max"
    excluded = decision(made, response)["excluded"]
    assert [(e["model"], e["reason"], e["lacks"]) for e in excluded] == [
        ("cloud-mini", "lacks capability", "vision")
    ]
    assert "lacks capability: vision" in made.explain_page(id_of(response))
    required = ask(client, extra_headers={"x-logway-require": "vision"})
    assert chosen(required) == "cloud:cloud-max"


def test_a_long_prompt_goes_where_it_fits(town):
    made = town()
    response = ask(openai_client(made), "word " * 8_000)
    assert chosen(response) == "cloud:cloud-mini"
    excluded = decision(made, response)["excluded"][0]
    assert excluded["reason"] == "context too small"
    assert excluded["limit"] == 4_000
    assert excluded["actual"] > 9_000


def test_a_price_ceiling_is_hard(town):
    made = town()
    free = ask(openai_client(made), extra_headers={"x-logway-max-cost": "0.0000001"})
    assert chosen(free) == "home:home-small"
    refused = http_client(made).post(
        "/v1/chat/completions",
        headers={"x-logway-max-cost": "0.0000001"},
        json={"model": "cloud:cloud-max", "messages": [{"role": "user", "content": "Hi"}]},
    )
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "no_provider_fits"
    assert "above cost limit" in refused.json()["error"]["message"]


def test_local_only_never_leaves_the_machine_whatever_fails(gateway):
    broken = simulated(
        "home", model("home-small", 0, 0.5), local=True, simulation={"failureRate": 1}
    )
    away = simulated("away", model("away-model", 0, 0.9))
    made = gateway([broken, away])
    body = {"model": "auto", "messages": [{"role": "user", "content": "Hi"}]}
    http = http_client(made)
    ways = [
        ({"x-logway-local-only": "true"}, body),
        ({}, body | {"metadata": {"local_only": "true"}}),
        ({}, body | {"metadata": {"x-logway-local-only": True}}),
        ({}, body | {"model": "auto:local"}),
    ]
    assert http.post("/v1/chat/completions", json=body).status_code == 200
    for headers, asked in ways:
        for _ in range(3):
            response = http.post("/v1/chat/completions", headers=headers, json=asked)
            assert response.status_code >= 500
            record = made.completed(response.headers["x-logway-request-id"])
            assert {a["provider"] for a in record["attempts_started"]} <= {"home"}
            assert "away" not in {c["provider"] for c in record["decided"].get("candidates", [])}
            assert {e["provider"] for e in record["decided"]["excluded"]} >= {"away"}
    refused = http.post(
        "/v1/chat/completions",
        headers={"x-logway-local-only": "true"},
        json=body | {"model": "away:away-model"},
    )
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "name, value",
    [
        ("task", "nonsense"),
        ("complexity", "huge"),
        ("max-cost", "-1"),
        ("max-cost", "cheap"),
        ("max-latency", "1.5"),
        ("max-latency", "0"),
        ("local-only", "perhaps"),
        ("tenant", "x" * 65),
        ("tags", ",".join("abcdefghijklmnopq")),
        ("require", "telepathy"),
    ],
)
def test_a_malformed_hint_is_named(town, name, value):
    made = town()
    body = {"model": "auto", "messages": [{"role": "user", "content": "Hi"}]}
    http = http_client(made)
    header = http.post(
        "/v1/chat/completions", headers={"x-logway-" + name: value}, json=body
    )
    assert header.status_code == 400
    assert header.json()["error"]["param"] == "x-logway-" + name
    member = name.replace("-", "_")
    inside = http.post("/v1/chat/completions", json=body | {"metadata": {member: value}})
    assert inside.status_code == 400
    assert inside.json()["error"]["param"] == "metadata." + member
    anthropic = http.post(
        "/v1/messages", headers={"x-logway-" + name: value}, json=body | {"max_tokens": 5}
    )
    assert anthropic.status_code == 400
    assert "x-logway-" + name in anthropic.json()["error"]["message"]


def test_hints_are_recorded_and_not_sent_on(gateway, fake):
    openai, anthropic = fake(), fake(AnthropicProvider)
    made = gateway([provider("o", openai), provider("c", anthropic, "claude")])
    ask(
        openai_client(made),
        metadata={"max_latency": "5000", "tenant": "red", "own": "kept"},
        extra_headers={"x-logway-tags": "team=red, user=7", "x-logway-complexity": "complex"},
    )
    assert openai.requests[-1].json["metadata"] == {"own": "kept"}
    received = made.newest()["received"]
    assert received["hints"]["max_latency_us"] == 5_000_000
    assert received["tenant"] == "red"
    assert received["hints"]["complexity"] == "complex"
    assert received["tags"] == ["team=red", "user=7"]
    client = anthropic_client(made)
    client.messages.create(
        model="c:" + anthropic.models[0],
        max_tokens=50,
        messages=[{"role": "user", "content": "Hi"}],
        metadata={"user_id": "u", "task": "planning"},
    )
    assert anthropic.requests[-1].json["metadata"] == {"user_id": "u"}
    client.messages.create(
        model="c:" + anthropic.models[0],
        max_tokens=50,
        messages=[{"role": "user", "content": "Hi"}],
        metadata={"task": "planning"},
    )
    assert "metadata" not in anthropic.requests[-1].json
    assert made.newest()["received"]["task"] == "planning"


def test_exploration_is_drawn_and_recorded(town):
    made = town(
        routing={"exploration": {"floor": 0.4, "arms": 2}},
        fallback_chains={"production": ["home", "cloud:cloud-mini", "cloud:cloud-max"]},
    )
    client = openai_client(made)
    seen = set()
    for _ in range(40):
        response = ask(client)
        seen.add(chosen(response))
        decided = decision(made, response)
        assert [c["probability_ppm"] for c in decided["candidates"]] == [600_000, 400_000, 0]
        assert decided["floor_ppm"] == 400_000
    # Forty draws of 0.4 miss one of the two once in 700 million.
    assert seen == {"home:home-small", "cloud:cloud-mini"}
    assert "explored with at least 40" in made.explain_page(id_of(response))


def test_feedback_makes_the_best(town):
    made = town()
    client, http = openai_client(made), http_client(made)
    for _ in range(5):
        response = ask(client, model="home:home-small")
        made.completed(id_of(response))
        body = {"request_id": id_of(response), "score": 1}
        assert http.post("/v1/feedback", json=body).status_code == 200
    for _ in range(5):
        response = ask(client, model="cloud:cloud-max")
        made.completed(id_of(response))
        body = {"request_id": id_of(response), "score": 0.1}
        assert http.post("/v1/feedback", json=body).status_code == 200
    best = ask(client, model="auto:best")
    candidates = decision(made, best)["candidates"]
    assert chosen(best) == "home:home-small"
    quality = {c["model"]: c["predicted_quality_ppm"] for c in candidates}
    assert quality["home-small"] == 1_000_000
    assert quality["cloud-max"] == 100_000


def test_an_unknown_strategy_stops_the_start(gateway):
    made = gateway([HOME], start=False, routing={"strategies": ["nosuch"]})
    result = made.run("serve", "--config", str(made.config), "--port", "0")
    assert result.returncode == 1
    assert "routing.strategies names 'nosuch'" in result.stderr
    assert "task-based" in result.stderr


def test_the_record_can_be_read_as_json(town):
    made = town()
    response = ask(openai_client(made))
    line = json.loads(made.ask("explain", id_of(response), "--json"))
    names = [verdict["name"] for verdict in line["decided"]["verdicts"]]
    assert names == ["explicit", "task-based", "capability", "fallback"]
    assert line["decided"]["decider_version"] == 7
