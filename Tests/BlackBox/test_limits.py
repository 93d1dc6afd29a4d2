"""Quotas and budgets: through the vendors' clients, the commands, a restart and a crash."""

import concurrent.futures
import json

import anthropic
import openai
import pytest

from conftest import anthropic_client, ask, http_client, id_of, openai_client, provider
from fakes.openai import completion
from gateway import eventually

LIMIT = 10
USAGE = (20, 5)
"""Prompt and completion tokens of each answer, within what the gateway reserves: $0.000135."""


@pytest.fixture
def limited(fake, gateway):
    """Starts a gateway with limits in front of a fake."""

    def start(budgets=None, **settings):
        first = fake()
        first.always(completion(usage=USAGE))
        config = {"budgets": budgets} if budgets else {}
        return gateway([provider("first", first, **settings)], **config), first

    return start


def refusal(client, **options):
    """The error that a request gets for a limit."""
    with pytest.raises(openai.RateLimitError) as refused:
        ask(client, **options)
    return refused.value


def test_ten_of_a_hundred_at_once_are_admitted(limited):
    server, fake = limited(limits={"requestsPerDay": LIMIT})
    client = openai_client(server)

    def one(_):
        try:
            ask(client)
            return None
        except openai.RateLimitError as error:
            return error

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        errors = [error for error in pool.map(one, range(100)) if error]
    assert len(errors) == 100 - LIMIT
    assert len(fake.requests) == LIMIT
    assert {error.code for error in errors} == {"quota_exceeded"}
    assert int(errors[0].response.headers["retry-after"]) > 0

    def quota():
        return json.loads(server.ask("providers", "quota", "--json"))["quotas"][0]

    eventually(lambda: quota()["used"] == LIMIT, "ten are used")
    assert quota()["remaining"] == 0
    assert quota()["warned_percent"] == 90
    table = server.ask("providers", "quota")
    assert "Daily Limit" in table and "is used up until" in table
    assert server.errors().count("QuotaWarned") == 2

    # The count is of the log: neither a good end nor a crash loses it.
    server.stop()
    server.start()
    refusal(openai_client(server))
    server.kill()
    server.start()
    error = refusal(openai_client(server))
    page = server.ask("explain", error.response.headers["x-logway-request-id"])
    assert "quota exhausted: requests per day limit 10, used 10, reserved 0" in page
    assert "QuotaWarned" in server.ask("log", "tail", "--type", "QuotaWarned", "-n", "5")


def test_a_budget_is_told_in_each_familys_way_and_by_the_commands(limited):
    # 100 tokens out are bound to 0.0015 dollars.
    server, fake = limited(budgets={"daily": 0.002, "maxOutputTokens": 100})
    page = server.ask("explain", id_of(ask(openai_client(server))))
    assert " tokens in, 100 out, cost up to $0.00" in page
    assert fake.last.json["max_tokens"] == 100
    status = json.loads(server.ask("budget", "--json"))["budgets"][0]
    report = json.loads(server.ask("report", "--json"))
    assert status["spent_nanodollars"] == 135_000
    assert report["total"]["cost_nanodollars"] == 135_000
    assert status["reserved_nanodollars"] == 0

    error = refusal(openai_client(server), max_tokens=200)
    assert error.code == "budget_exceeded"
    assert error.type == "insufficient_quota"
    assert error.response.headers["x-should-retry"] == "false"
    with pytest.raises(anthropic.RateLimitError) as refused:
        anthropic_client(server).messages.create(
            model="auto", max_tokens=200, messages=[{"role": "user", "content": "Hi"}]
        )
    assert refused.value.body["error"]["code"] == "budget_exceeded"
    assert len(fake.requests) == 1
    assert "daily" in server.ask("budget")
    id = refused.value.response.headers["x-logway-request-id"]
    assert "budget exceeded: daily limit $0.002, used $0.000135" in server.ask("explain", id)


def test_a_tenants_budget_is_its_own(limited):
    server, _ = limited(budgets={"perTenant": {"acme": 0}})
    body = {"model": "auto", "messages": [{"role": "user", "content": "Hi"}]}
    named = body | {"metadata": {"tenant": "acme"}}
    with http_client(server) as http:
        for sent, headers, status in [
            (body, {}, 200),
            (named, {}, 429),
            (body, {"x-logway-tenant": "acme"}, 429),
            (body, {"x-logway-tenant": "other"}, 200),
        ]:
            answer = http.post("/v1/chat/completions", json=sent, headers=headers)
            assert answer.status_code == status


def test_a_tasks_budget_counts_what_is_inferred_and_a_client_may_say_otherwise(limited):
    server, _ = limited(budgets={"perTask": {"simple-query": 0}})
    body = {"model": "auto", "messages": [{"role": "user", "content": "Hi"}]}
    with http_client(server) as http:
        for headers, status in [
            ({}, 429),
            ({"x-logway-task": "simple-query"}, 429),
            ({"x-logway-task": "planning"}, 200),
        ]:
            answer = http.post("/v1/chat/completions", json=body, headers=headers)
            assert answer.status_code == status
            page = server.ask("explain", answer.headers["x-logway-request-id"])
            assert ("budget exceeded: task:simple-query limit $0" in page) == (status == 429)


def test_a_budget_refuses_for_the_best_ranked_model_only(fake, gateway):
    """The dear model stands first in the chain, and behind the cheap one where price decides."""
    fakes = [fake(), fake()]
    for each in fakes:
        each.always(completion(usage=USAGE))
    dear = provider("dear", fakes[0], costPer1MTokens={"input": 100, "output": 500})
    cheap = provider("cheap", fakes[1], costPer1MTokens={"input": 1, "output": 2})
    server = gateway([dear, cheap], budgets={"daily": 0.01, "maxOutputTokens": 100})
    client = openai_client(server)
    error = refusal(client, model="auto")
    assert error.code == "budget_exceeded"
    page = server.ask("explain", error.response.headers["x-logway-request-id"])
    assert "not downgraded" in page
    ask(client, model="auto:cheap")
    assert (len(fakes[0].requests), len(fakes[1].requests)) == (0, 1)
