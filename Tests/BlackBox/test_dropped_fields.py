"""What a family of providers is not told is counted once a kind."""

import json

from conftest import ask, openai_client, provider
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
