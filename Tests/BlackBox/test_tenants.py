"""Tenants' rules: which models a tenant may use, by header and by the body, whatever fails."""

import anthropic
import openai
import pytest

from conftest import anthropic_client, ask, http_client, id_of, openai_client, provider
from fakes.anthropic import AnthropicProvider
from fakes.openai import error
from test_replay import check_all

RULES = {
    "by-provider": ["second"],
    "by-model": ["small"],
    "by-both": ["first:large"],
    "by-two": ["first:large", "second"],
    "claude-only": ["claude"],
    "nothing-there": ["gone"],
}


class Town:
    """Two providers that have the same two models, and one of another family behind them."""

    def __init__(self, fake, gateway):
        self.first, self.second, self.claude = fake(), fake(text="second"), fake(AnthropicProvider)
        for each in (self.first, self.second):
            each.models = ["large", "small"]
        self.gateway = gateway(
            [
                provider("first", self.first),
                provider("second", self.second),
                provider("claude", self.claude, "claude"),
            ],
            fallback_chains={
                "production": ["first", "second", "first:small", "second:small", "claude"]
            },
            tenants={name: {"allowedModels": models} for name, models in RULES.items()},
        )
        self.client = openai_client(self.gateway)

    def ask(self, tenant, **options):
        return ask(self.client, extra_headers={"x-logway-tenant": tenant}, **options)

    def record(self, response):
        return self.gateway.completed(id_of(response))


@pytest.fixture
def town(fake, gateway):
    return Town(fake, gateway)


def chosen(response):
    return f"{response.headers['x-logway-provider']}:{response.headers['x-logway-model']}"


def candidates(record):
    return [f"{c['provider']}:{c['model']}" for c in record["decided"]["candidates"]]


def test_a_rule_is_by_provider_by_model_or_by_both(town):
    claude = f"claude:{town.claude.models[0]}"
    everything = ["first:large", "second:large", "first:small", "second:small", claude]
    for tenant, allowed in {
        "by-provider": ["second:large", "second:small"],
        "by-model": ["first:small", "second:small"],
        "by-both": ["first:large"],
        "by-two": ["first:large", "second:large", "second:small"],
        "claude-only": [claude],
        "without-a-rule": everything,
    }.items():
        response = town.ask(tenant)
        assert chosen(response) == allowed[0], tenant
        record = town.record(response)
        assert candidates(record) == allowed, tenant
        assert record["received"]["tenant"] == tenant
        out = record["decided"].get("excluded", [])
        assert {e["reason"] for e in out} <= {"not allowed"}
        assert len(out) == len(everything) - len(allowed)
    # Nobody's request is under nobody's rule.
    assert candidates(town.record(ask(town.client))) == everything
    check_all(town.gateway)


def test_the_body_names_the_tenant_as_well(town):
    response = ask(town.client, metadata={"tenant": "by-model"})
    assert chosen(response) == "first:small"
    assert "tenant" not in town.first.last.json.get("metadata", {})
    check_all(town.gateway)


def test_what_a_tenant_may_not_use_is_refused_by_name_in_each_familys_shape(town):
    """A name of the client's does not go past the rule, and no provider hears of it."""
    with pytest.raises(openai.BadRequestError) as refused:
        town.ask("by-provider", model="first:large")
    answer = refused.value
    assert (answer.status_code, answer.code) == (400, "no_provider_fits")
    assert "first:large skipped, not allowed" in answer.message
    record = town.gateway.explain(answer.response.headers["x-logway-request-id"])
    assert record["completed"]["outcome"] == "refused"
    assert record["completed"]["cost_nanodollars"] == 0
    assert record["decided"]["refusal"] == "unsatisfiable"
    assert [e["reason"] for e in record["decided"]["excluded"]] == ["not allowed"]
    page = town.gateway.explain_page(record["request"])
    assert "not allowed" in page

    with pytest.raises(anthropic.BadRequestError) as refused:
        anthropic_client(town.gateway).messages.create(
            model="first:large",
            max_tokens=10,
            messages=[{"role": "user", "content": "Hi"}],
            extra_headers={"x-logway-tenant": "by-provider"},
        )
    assert refused.value.body["type"] == "error"
    assert "first:large skipped, not allowed" in str(refused.value)
    assert not town.first.requests
    check_all(town.gateway)


def test_a_tenant_with_nothing_left_is_refused(town):
    with pytest.raises(openai.BadRequestError) as refused:
        town.ask("nothing-there")
    assert refused.value.code == "no_provider_fits"
    id = refused.value.response.headers["x-logway-request-id"]
    out = town.gateway.explain(id)["decided"]["excluded"]
    assert [e["reason"] for e in out] == ["not allowed"] * 5
    assert not town.first.requests and not town.second.requests and not town.claude.requests
    check_all(town.gateway)


def test_a_failure_is_no_way_out_of_the_rule(town):
    town.first.always(error(500, "oops"))
    with pytest.raises(openai.InternalServerError):
        town.ask("by-both")
    assert not town.second.requests
    # Another one fails over within its rule.
    response = town.ask("by-two")
    assert chosen(response) == "second:large"
    assert len(town.record(response)["attempts_finished"]) == 2
    check_all(town.gateway)


def test_a_star_stands_for_everyone_else_and_new_rules_hold_after_a_restart(fake, gateway):
    first, second = fake(), fake(text="second")
    providers = [provider("first", first), provider("second", second)]
    rules = {"acme": {"allowedModels": ["first"]}, "*": {"allowedModels": ["second"]}}
    made = gateway(providers, tenants=rules)

    def names(tenant=None):
        headers = {"x-logway-tenant": tenant} if tenant else {}
        response = ask(openai_client(made), extra_headers=headers)
        return response.headers["x-logway-provider"]

    assert (names("acme"), names("other"), names()) == ("first", "second", "second")
    made.stop()
    made.configure({"providers": providers, "tenants": {"acme": {"allowedModels": ["second"]}}})
    made.start()
    assert (names("acme"), names("other"), names()) == ("second", "first", "first")
    check_all(made)


def test_a_wish_and_a_list_of_models_keep_to_the_rule(town):
    """`auto:cheap` looks beyond the chain; what it finds must be allowed all the same."""
    response = town.ask("by-model", model="auto:cheap")
    assert chosen(response).endswith(":small")
    assert {c.split(":")[1] for c in candidates(town.record(response))} == {"small"}
    check_all(town.gateway)


def test_a_rule_without_models_stops_the_start(gateway):
    made = gateway([], start=False, tenants={"acme": {"allowed": ["first"]}})
    result = made.run("serve", "--config", str(made.config), "--port", "0")
    assert result.returncode == 1
    assert "tenants.acme.allowed: unknown key `allowed`" in result.stderr
    assert "allowedModels" in result.stderr


def test_a_tenants_name_is_bounded(town):
    body = {"model": "auto", "messages": [{"role": "user", "content": "Hi"}]}
    with http_client(town.gateway) as http:
        answer = http.post(
            "/v1/chat/completions", json=body, headers={"x-logway-tenant": "x" * 65}
        )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "x-logway-tenant"
