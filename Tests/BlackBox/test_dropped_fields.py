"""What a family of providers is not told is counted once a kind."""

import json

from conftest import ask, http_client, openai_client, provider
from fakes.anthropic import AnthropicProvider


def test_fields_left_out_are_counted_by_family_and_kind(fake, gateway):
    claude = fake(AnthropicProvider, ["claude-x"])
    made = gateway([provider("claude", claude, "claude")])
    client = openai_client(made)
    for name in ("ann", "bob"):
        client.chat.completions.create(
            model="claude-x",
            messages=[
                {"role": "user", "content": "Hi", "name": name},
                {"role": "assistant", "content": "Hi"},
                {"role": "user", "content": "Who am I?", "name": name},
            ],
        )
    ask(client, model="claude-x")
    found = json.loads(made.ask("providers", "status", "--json"))["fields_left_out"]
    assert found == [{"family": "anthropic", "field": "messages[].name", "requests": 2}]
    page = made.ask("providers", "status", "--detailed")
    assert "Fields left out" in page and "messages[].name" in page
    # The count is of the log.
    assert made.stop() == 0
    made.start()
    again = json.loads(made.ask("providers", "status", "--json"))["fields_left_out"]
    assert again == found


def test_a_field_s_name_takes_few_bytes_of_the_log(house):
    # One character to a reader, kilobytes to a log.
    name = "e" + "\u0301" * 4_000
    body = {"model": "claude-x", "messages": [{"role": "user", "content": "Hi"}], name: 1}
    with http_client(house.gateway) as http:
        assert http.post("/v1/chat/completions", json=body).status_code == 200
    (line,) = [
        line
        for line in house.gateway.newest()["received"]["dropped_hints"]
        if line["family"] == "anthropic"
    ]
    assert [len(field.encode()) <= 128 for field in line["fields"]] == [True]
