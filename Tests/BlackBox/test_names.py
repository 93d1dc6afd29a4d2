"""Names, labels and texts that are recorded: their limits are bytes, and what is over one is a 400 that names it."""

import json

import pytest

from conftest import http_client, id_of
from test_openai_client import user

MARKED = "e" + "\u0301" * 2_000_000
"""One character to people, four megabytes to a disk: more than a record of the log holds."""
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
"""One character too, of 18 bytes."""
FIELDS = {
    "x-logway-tenant": 64, "x-logway-tags": 64, "x-logway-cache-key": 256,
}  # fmt: skip


def chat(house, **more):
    body = {"model": "gpt-x", "messages": user()} | more
    with http_client(house.gateway) as http:
        return http.post("/v1/chat/completions", json=body)


def refused(house, answer, field):
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == field
    record = house.gateway.completed(id_of(answer))
    assert record["completed"]["outcome"] == "refused"
    assert len(json.dumps(record)) < 8_192, "nothing of it is kept"


@pytest.mark.parametrize("letter", ["a", "\u00e9", FAMILY, "e\u0301\u0302"])
@pytest.mark.parametrize("name, limit", FIELDS.items())
def test_a_name_has_so_many_bytes_and_no_more(house, name, limit, letter):
    size = len(letter.encode())
    fits = letter * (limit // size) + "x" * (limit % size)
    assert chat(house, metadata={name: fits}).status_code == 200
    refused(house, chat(house, metadata={name: fits + "x"}), f"metadata.{name}")


@pytest.mark.parametrize("name", FIELDS)
def test_a_character_without_end_is_refused(house, name):
    refused(house, chat(house, metadata={name: MARKED}), f"metadata.{name}")


def test_a_model_s_name_without_end_is_refused(house):
    refused(house, chat(house, model=MARKED), "model")


@pytest.mark.parametrize(
    "metadata",
    ['{"%s": 1, "%s": 2}' % (MARKED, MARKED), '{"x-logway-%s": 1}' % MARKED],
    ids=["twice", "no hint"],
)
def test_a_client_s_own_name_is_quoted_in_part(house, metadata):
    body = '{"model": "gpt-x", "messages": [], "metadata": %s}' % metadata
    with http_client(house.gateway) as http:
        answer = http.post("/v1/chat/completions", content=body.encode())
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"].startswith("metadata.")
    assert len(answer.content) < 8_192
    record = house.gateway.completed(id_of(answer))
    assert len(json.dumps(record)) < 8_192


def test_a_field_that_nobody_knows_is_told_in_part(house):
    """To another family it is left out, and its name stands in the log."""
    body = {"model": "claude-x", "messages": user(), "f" + MARKED: 1, "g" * 300: 2}
    with http_client(house.gateway) as http:
        answer = http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert len(answer.headers["x-logway-dropped"]) <= 512
    assert len(json.dumps(house.gateway.completed(id_of(answer)))) < 16_384


def test_what_providers_say_is_kept_in_part(house):
    from fakes.openai import error

    house.openai.will(error(400, MARKED))
    answer = chat(house)
    assert answer.status_code == 400
    record = house.gateway.completed(id_of(answer))
    assert len(json.dumps(record)) < 16_384
