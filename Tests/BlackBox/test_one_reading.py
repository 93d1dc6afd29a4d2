"""What a request is decided by and what its provider reads are one, however the client writes it."""

import json

import pytest

from conftest import http_client, id_of, provider
from fakes.ollama import OllamaProvider
from test_openai_client import user
from test_replay import check_all

TENANT = {"x-logway-tenant": "acme"}


@pytest.fixture
def ollama(fake, gateway):
    """An Ollama with two models, of which a tenant may use the small one."""
    one = fake(OllamaProvider)
    one.models = ["small", "big"]
    made = gateway(
        [provider("l", one, "ollama", models=["small", "big"], defaultModel="small")],
        tenants={"acme": {"allowedModels": ["small"]}},
    )
    return made, one


def asked(one):
    return [json.loads(seen.body) for seen in one.requests if seen.method == "POST"]


@pytest.mark.parametrize(
    "more, named",
    [
        ('"Model": "big"', "model"),
        ('"MODEL": "big"', "model"),
        ('"mod\\u0045l": "big"', "model"),
        ('"me\u017f\u017fages": []', "messages"),
        ('"Options": {"num_predict": 9}', "options"),
        ('"options": {"Num_Predict": 9, "num_predict": 1}', "options.num_predict"),
        ('"\\u212aeep_alive": -1', "keep_alive"),
    ],
)
def test_a_name_in_other_letters_is_refused_before_anybody_is_asked(ollama, more, named):
    made, one = ollama
    body = '{"model": "small", "stream": false, "messages": [{"role": "user", "content": "a"}], %s}'
    with http_client(made) as http:
        answer = http.post("/api/chat", content=(body % more).encode(), headers=TENANT)
        assert answer.status_code == 400, answer.text
        assert f"'{named.rsplit('.')[-1]}'" in answer.json()["error"]
        assert made.explain(id_of(answer))["completed"]["outcome"] == "refused"
        assert asked(one) == []
        answer = http.post("/api/chat", content=(body % '"x": 1').encode(), headers=TENANT)
    assert answer.status_code == 200
    assert [body["model"] for body in asked(one)] == ["small"]


def test_a_provider_is_not_told_of_models_that_it_may_go_on_to(house):
    """OpenRouter and LiteLLM would answer with one that nobody decided for, or may use."""
    body = {"model": "gpt-x", "messages": user(), "seed": 7}
    others = {"models": ["claude-x"], "route": "fallback", "fallbacks": [{"gpt-x": ["claude-x"]}]}
    with http_client(house.gateway) as http:
        answer = http.post("/v1/chat/completions", json=body | others)
    assert answer.status_code == 200
    assert json.loads(house.openai.last.body) == body
    told = {name.strip() for name in answer.headers["x-logway-dropped"].split(",")}
    assert told == set(others)
    received = house.gateway.completed(id_of(answer))["received"]
    dropped = {d["family"]: set(d["fields"]) for d in received["dropped_hints"]}
    assert dropped["openai"] == set(others)


BEYOND = {
    "service_tier": "priority",
    "web_search_options": {"search_context_size": "high"},
    "modalities": ["text", "audio"],
    "audio": {"voice": "alloy", "format": "wav"},
    "plugins": [{"id": "web"}],
}


@pytest.mark.parametrize("field", BEYOND)
def test_what_prices_do_not_cover_is_not_asked_for_under_a_budget(fake, gateway, field):
    one = fake()
    made = gateway([provider("o", one)], budgets={"daily": 10})
    body = {"model": "gpt-x", "messages": user(), "max_tokens": 5}
    with http_client(made) as http:
        answer = http.post("/v1/chat/completions", json=body | {field: BEYOND[field]})
        assert answer.status_code == 429, answer.text
        assert field in answer.json()["error"]["message"]
        assert [seen for seen in one.requests if seen.method == "POST"] == []
        record = made.explain(id_of(answer))
        assert record["received"]["surcharges"] == [field]
        assert field in made.explain_page(id_of(answer))
        assert http.post("/v1/chat/completions", json=body).status_code == 200
    check_all(made)


@pytest.mark.parametrize("budgets", [None, {"daily": 10, "allowUnpriced": True}])
def test_without_a_budget_or_with_leave_it_passes_as_it_came(fake, gateway, budgets):
    one = fake()
    made = gateway([provider("o", one)], **({"budgets": budgets} if budgets else {}))
    body = {"model": "gpt-x", "messages": user(), "max_tokens": 5} | BEYOND
    with http_client(made) as http:
        answer = http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert json.loads(one.last.body) == body
