"""`fallbackProvider`: who is asked next where a provider comes first and fails."""

import pytest

from conftest import ask, id_of, openai_client, provider
from fakes.openai import error
from test_replay import check_all


@pytest.fixture
def street(fake, gateway):
    """Three providers in a row; each may name who steps in for it."""

    def start(fallbacks, chain=("first", "second", "third"), **config):
        fakes = {name: fake(text=name) for name in ("first", "second", "third")}
        providers = [
            provider(name, each, **({"fallbackProvider": fallbacks[name]} if name in fallbacks else {}))
            for name, each in fakes.items()
        ]
        made = gateway(providers, fallback_chains={"production": list(chain)}, **config)
        return made, fakes

    return start


def asked(record):
    return [attempt["provider"] for attempt in record["attempts_started"]]


def ranking(record):
    return [candidate["provider"] for candidate in record["decided"]["candidates"]]


@pytest.mark.parametrize("streamed", [False, True])
def test_it_is_asked_next_before_the_rest_of_the_chain(street, streamed):
    made, fakes = street({"first": "third"})
    fakes["first"].will(error(500, "oops"))
    response = ask(openai_client(made), stream=streamed)
    answer = response.parse()
    text = (
        "".join(c.choices[0].delta.content or "" for c in answer if c.choices)
        if streamed
        else answer.choices[0].message.content
    )
    assert text and response.headers["x-logway-provider"] == "third"
    record = made.completed(id_of(response))
    assert asked(record) == ["first", "third"]
    assert ranking(record) == ["first", "third", "second"]
    assert not fakes["second"].requests
    page = made.explain_page(id_of(response))
    assert "failover after" in page
    assert page.index("third") < page.index("second")
    check_all(made)


def test_where_it_fails_as_well_the_rest_is_asked(street):
    made, fakes = street({"first": "third"})
    fakes["first"].will(error(500, "oops"))
    fakes["third"].will(error(503, "busy"))
    response = ask(openai_client(made))
    assert response.headers["x-logway-provider"] == "second"
    assert asked(made.completed(id_of(response))) == ["first", "third", "second"]
    check_all(made)


def test_it_needs_no_place_in_the_chain_and_may_have_one_of_its_own(street):
    made, fakes = street({"first": "third", "third": "second"}, chain=["first"])
    response = ask(openai_client(made))
    assert response.headers["x-logway-provider"] == "first"
    fakes["first"].will(error(500, "oops"))
    fakes["third"].will(error(500, "oops"))
    response = ask(openai_client(made))
    assert response.headers["x-logway-provider"] == "second"
    assert asked(made.completed(id_of(response))) == ["first", "third", "second"]
    check_all(made)


def test_of_a_provider_that_is_not_first_it_waits_for_its_turn(street):
    made, _ = street({"second": "third"}, chain=["first", "third", "second"])
    response = ask(openai_client(made))
    assert ranking(made.completed(id_of(response))) == ["first", "third", "second"]
    check_all(made)


def test_it_steps_in_where_the_first_is_held_back_and_after_a_restart(street):
    """A provider that asked to wait comes first no more, so the chain decides who does."""
    made, fakes = street({"first": "third"})
    fakes["first"].will(error(429, "slow down", headers={"retry-after": "60"}))
    response = ask(openai_client(made))
    assert response.headers["x-logway-provider"] == "third"
    for _ in range(2):
        record = made.completed(id_of(ask(openai_client(made))))
        assert asked(record) == ["second"]
        held = {e["provider"]: e["reason"] for e in record["decided"]["excluded"]}
        assert held == {"first": "rate limited"}
        assert made.stop() == 0
        made.start()
    check_all(made)


def test_a_tenants_rule_holds_for_who_steps_in(street):
    made, fakes = street(
        {"first": "third"}, tenants={"acme": {"allowedModels": ["first", "second"]}}
    )
    fakes["first"].will(error(500, "oops"))
    response = ask(openai_client(made), extra_headers={"x-logway-tenant": "acme"})
    assert response.headers["x-logway-provider"] == "second"
    record = made.completed(id_of(response))
    assert asked(record) == ["first", "second"]
    assert [(e["provider"], e["reason"]) for e in record["decided"]["excluded"]] == [
        ("third", "not allowed")
    ]
    check_all(made)


def test_a_name_that_is_no_provider_stops_the_start(gateway, fake):
    made = gateway([provider("first", fake(), fallbackProvider="thrid")], start=False)
    result = made.run("serve", "--config", str(made.config), "--port", "0")
    assert result.returncode == 1
    assert "fallbackProvider" in result.stderr
    assert "thrid" in result.stderr
