"""What Claude Code and Codex really send, recorded, over every family.

The files in data/agents are requests of the unmodified agents, shortened; `tools/test-agents --record`
renews them. The fakes refuse what their vendors refuse.
"""

import json
import pathlib

import pytest

from conftest import http_client, provider
from fakes.scripted import CHATS, scripted
from fakes.strict import sent
from gateway import Gateway

FOLDER = pathlib.Path(__file__).with_name("data") / "agents"
RECORDED = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
MODELS = {
    "openai": "gpt-x",
    "anthropic": "claude-opus-5-5",
    "ollama": "llama-x",
    "gemini": "gemini-3-pro",
}
TYPES = {"openai": "groq", "anthropic": "claude", "ollama": "ollama", "gemini": "google"}
ANSWER = "nothing more to do"
NOT_SAID = [
    "context_management",
    "defer_loading",
    "x-anthropic-billing-header",
    "tool_reference",
    "encrypted-by-openai",
    "additional_tools",
    "client_metadata",
    "web_search",
]
"""What has a meaning for the agent's own vendor only."""


class Strict:
    """A gateway in front of a strict model of each family."""

    def __init__(self, launched):
        self.fakes = {
            family: launched(scripted, family, {}, [model]) for family, model in MODELS.items()
        }
        providers = [
            provider(family, fake, TYPES[family]) for family, fake in self.fakes.items()
        ]
        self.gateway = launched(Gateway, {"providers": providers})


@pytest.fixture(scope="module")
def strict_house(launched):
    return Strict(launched)


def replayed(house, name, family):
    """Sends a recorded request to that family: the answer, and what arrived there."""
    recorded, fake = RECORDED[name], house.fakes[family]
    fake.requests.clear()
    fake.refused.clear()
    body = {**recorded["body"], "model": f"{family}:{MODELS[family]}"}
    headers = {key: value for key, value in recorded["headers"].items() if key != "accept"}
    with http_client(house.gateway) as client:
        answer = client.post(recorded["path"], json=body, headers=headers)
    assert fake.refused == []
    assert answer.status_code == 200, answer.text
    return answer, fake.requests


def texts_of(body):
    """The texts in a recorded body that the model must get, shortened ones by their beginnings."""
    items = body.get("messages") or body["input"]
    for item in [*items, *({"content": block["text"]} for block in body.get("system", []))]:
        content = item.get("content") or item.get("output") or []
        parts = [{"text": content}] if isinstance(content, str) else content
        for part in parts:
            text = part.get("text") or part.get("content")
            if isinstance(text, str) and text.strip() and "billing-header" not in text:
                yield text.rstrip("…").strip()


def names_of(body):
    """The tools that a model of any family can be offered."""
    items = body["input"] if isinstance(body.get("input"), list) else []
    owners = [body, *items]
    for owner in owners:
        for tool in owner.get("tools") or []:
            for member in tool.get("tools", [tool]):
                if member.get("type", "function") in ("function", "custom"):
                    yield member["name"]


TURNS = [name for name in RECORDED if name != "claude-code-count-tokens"]


@pytest.mark.parametrize("family", MODELS)
@pytest.mark.parametrize("name", TURNS)
def test_a_recorded_request_is_answered(strict_house, name, family):
    answer, requests = replayed(strict_house, name, family)
    assert ANSWER in spoken(answer.text), answer.text
    (request,) = [r for r in requests if r.path.partition("?")[0].endswith(CHATS[family])]
    arrived = json.loads(sent(request))
    said = "\n".join(strings_of(arrived))
    recorded = RECORDED[name]["body"]
    for text in texts_of(recorded):
        assert text in said, text
    for tool in names_of(recorded):
        assert any(word.endswith(tool) for word in strings_of(arrived)), tool
    if not (family == "anthropic" and name.startswith("claude")):
        for word in NOT_SAID:
            assert word not in members_of(arrived), word
        assert "x-anthropic-billing-header" not in said


@pytest.mark.parametrize("name", ["claude-code-picture", "codex-picture"])
@pytest.mark.parametrize("family", MODELS)
def test_a_picture_arrives(strict_house, name, family):
    _, requests = replayed(strict_house, name, family)
    recorded = "".join(strings_of(RECORDED[name]["body"]))
    pixels = recorded[recorded.index("iVBOR") :][:80]
    assert pixels in sent(requests[-1])


@pytest.mark.parametrize("family", MODELS)
def test_the_tokens_of_a_recorded_request_are_counted(strict_house, family):
    answer, _ = replayed(strict_house, "claude-code-count-tokens", family)
    assert answer.json()["input_tokens"] > 0


def spoken(stream):
    """The text in the deltas of a stream, in the client's own form."""
    text = ""
    for line in stream.splitlines():
        if line.startswith("data: {"):
            event = json.loads(line.removeprefix("data: "))
            delta = event.get("delta")
            if event["type"] == "response.output_text.delta":
                text += delta
            elif event["type"] == "content_block_delta":
                text += delta.get("text", "")
    return text


def strings_of(value):
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from strings_of(member)


def members_of(value):
    """The names of every object's members, and what types and names say."""
    if isinstance(value, list):
        return {name for member in value for name in members_of(member)}
    if not isinstance(value, dict):
        return set()
    found = set(value) | {v for k, v in value.items() if k in ("type", "name") and isinstance(v, str)}
    return found.union(*(members_of(member) for member in value.values()))
