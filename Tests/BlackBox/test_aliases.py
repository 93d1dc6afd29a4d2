"""Names that clients use for something else."""

import openai
import pytest
from conftest import anthropic_client, ask, http_client, id_of, openai_client, provider
from test_replay import check_all

ALIASES = {
    "claude-*": "auto",
    "claude-haiku-*": "auto:cheap",
    "claude-auto": "auto",
    "fast": "quick",
    "quick": "second:gpt-y",
    "*-mini": "gpt-y",
}


@pytest.fixture(scope="module")
def made(launched):
    from fakes.openai import OpenAIProvider
    from gateway import Gateway

    first = launched(OpenAIProvider, ["gpt-x"])
    second = launched(OpenAIProvider, ["gpt-y"])
    cheap = provider("second", second, costPer1MTokens={"input": 0.1, "output": 0.1})
    return launched(
        Gateway, {"providers": [provider("first", first), cheap], "aliases": ALIASES}
    )


@pytest.mark.parametrize(
    "name, model, alias",
    [
        ("claude-opus-5-5", "gpt-x", "auto"),
        ("claude-opus-5-5[1m]", "gpt-x", "auto"),
        ("claude-haiku-4-5-20251001", "gpt-y", "auto:cheap"),
        ("fast", "gpt-y", "second:gpt-y"),
        ("quick", "gpt-y", "second:gpt-y"),
        ("gpt-5-mini", "gpt-y", "gpt-y"),
        ("gpt-x", "gpt-x", None),
        ("auto", "gpt-x", None),
    ],
)
def test_an_alias_goes_where_it_leads(made, name, model, alias):
    response = ask(openai_client(made), model=name)
    assert response.headers["x-logway-model"] == model
    record = made.completed(id_of(response))
    assert record["received"]["requested_model"] == name
    assert record["decided"].get("alias") == alias
    page = made.explain_page(id_of(response))
    assert (f"'{name}' is an alias of '{alias}'" in page) == (alias is not None)


def test_lists_have_the_aliases_of_single_names(made):
    ids = [model.id for model in openai_client(made).models.list()]
    assert {"claude-auto", "fast", "quick", "auto", "gpt-x"} <= set(ids)
    assert not any("*" in id for id in ids)
    shown = {m.id: m.display_name for m in anthropic_client(made).models.list(limit=1000)}
    assert shown["claude-auto"] == "claude-auto (auto)"
    with http_client(made) as http:
        names = [m["name"] for m in http.get("/api/tags").json()["models"]]
    assert "claude-auto" in names


@pytest.mark.parametrize(
    "name", ["fast", "claude-opus-5-5", "second:gpt-y", "first:new", "auto:cheap", "gpt-x"]
)
def test_every_name_that_is_served_can_be_asked_about(made, name):
    assert openai_client(made).models.retrieve(name).id == name
    assert anthropic_client(made).models.retrieve(name).id == name
    with http_client(made) as http:
        assert http.post("/api/show", json={"model": name}).status_code == 200


def test_other_names_are_not_there(made):
    with pytest.raises(openai.NotFoundError):
        openai_client(made).models.retrieve("nosuch")


def test_it_replays(made):
    check_all(made)


@pytest.mark.parametrize(
    "aliases, line, words",
    [
        ({"a": "b", "b": "a"}, 3, "leads back to itself: a → b → a"),
        ({"a": "a"}, 3, "leads back to itself: a → a"),
        ({"auto": "gpt-x"}, 3, "can't be an alias"),
        ({"a": "auto:nosuch"}, 3, "there is no chain"),
        ({"a": "gpt-*"}, 3, "must be one name"),
    ],
)
def test_a_mistake_is_told_with_its_line(gateway, fake, aliases, line, words):
    only = fake()
    made = gateway([provider("only", only)], start=False)
    lines = "\n".join(f'  "{name}": "{target}"' for name, target in aliases.items())
    made.configure(
        f'providers: [{{type: openai, name: only, baseUrl: "{only.url}"}}]\naliases:\n{lines}\n'
    )
    result = made.command("serve", "--port", "0")
    assert result.returncode != 0
    assert f"logway.yaml:{line}:" in result.stderr
    assert words in result.stderr
