"""Embeddings: the openai and ollama SDKs in front of providers of both families, and routing."""

import base64
import struct

import openai
import pytest

from conftest import http_client, id_of, ollama_client, openai_client, provider
from fakes import openai as fake_openai
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from test_replay import check_all

TEXTS = ["one", "two", "three"]
SIMULATED = {
    "type": "simulated",
    "name": "sim",
    "simulation": {
        "seed": 7,
        "models": [
            {"name": "sim-chat"},
            {"name": "sim-embed", "capabilities": ["embeddings"], "contextWindow": 8192},
        ],
    },
}
VECTORS = [[0.5, -1.25], [1.5, -1.25], [2.5, -1.25]]


@pytest.fixture
def oai(house):
    return openai_client(house.gateway)


@pytest.fixture
def oll(house):
    return ollama_client(house.gateway)


TOKENS = {"gpt-x": 8, "llama-x": 9, "gemini-x": 3}
"""What each provider counts; Gemini counts none, so there it is an estimate."""


@pytest.mark.parametrize("model", TOKENS)
@pytest.mark.parametrize("encoding", [{}, {"encoding_format": "float"}])
def test_the_openai_sdk_gets_vectors_in_order(house, oai, model, encoding):
    # Without a format the SDK asks for base64 and unpacks it itself.
    answer = oai.embeddings.create(model=model, input=TEXTS, **encoding)
    assert [item.embedding for item in answer.data] == VECTORS
    assert [item.index for item in answer.data] == [0, 1, 2]
    assert answer.usage.prompt_tokens == TOKENS[model]
    assert answer.model == model


@pytest.mark.parametrize("model", TOKENS)
def test_the_ollama_sdk_gets_vectors(house, oll, model):
    answer = oll.embed(model, TEXTS)
    assert answer.embeddings == VECTORS
    assert answer.prompt_eval_count == (TOKENS | {"gemini-x": 3})[model]  # An estimate.
    assert oll.embed(model, "one").embeddings == VECTORS[:1]
    assert list(oll.embeddings(model, "one").embedding) == VECTORS[0]


def test_each_is_asked_at_its_own_endpoint(house, oai, oll):
    oai.embeddings.create(model="gpt-x", input="one")
    assert house.openai.last.path == "/v1/embeddings"
    assert house.openai.last.json["encoding_format"] == "base64"
    oai.embeddings.create(model="llama-x", input="one", dimensions=2)
    assert house.ollama.last.path == "/api/embed"
    sent = house.ollama.last.json
    assert (sent["input"], sent["dimensions"], sent["truncate"]) == (["one"], 2, False)
    oll.embeddings("llama-x", "one")
    assert house.ollama.last.path == "/api/embeddings"
    assert house.ollama.last.json["prompt"] == "one"


def test_gemini_is_asked_for_each_text(house, oai):
    response = oai.embeddings.with_raw_response.create(
        model="gemini-x", input=["one", "two"], dimensions=2
    )
    assert house.gemini.last.path == "/v1beta/models/gemini-x:batchEmbedContents"
    assert house.gemini.last.json == {
        "requests": [
            {
                "model": "models/gemini-x",
                "content": {"parts": [{"text": text}]},
                "outputDimensionality": 2,
            }
            for text in ("one", "two")
        ]
    }
    usage = house.gateway.completed(id_of(response))["attempts_finished"][0]["usage"]
    assert (usage["input"], usage["output"], usage["origin"]) == (2, 0, "estimated")


def test_base64_is_of_32_bit_floats(house):
    with http_client(house.gateway) as http:
        body = {"model": "llama-x", "input": "one", "encoding_format": "base64"}
        answer = http.post("/v1/embeddings", json=body).json()
    packed = base64.b64decode(answer["data"][0]["embedding"])
    assert list(struct.unpack("<2f", packed)) == VECTORS[0]


def test_tokens_pass_to_openai_and_are_an_obstacle_to_ollama(house, oai):
    answer = oai.embeddings.create(model="gpt-x", input=[[1, 2], [3]])
    assert len(answer.data) == 2
    assert house.openai.last.json["input"] == [[1, 2], [3]]
    with pytest.raises(openai.BadRequestError) as error:
        oai.embeddings.create(model="llama-x", input=[1, 2, 3])
    assert error.value.param == "input"


def test_a_family_without_embeddings_is_left_out(house, oai):
    with pytest.raises(openai.BadRequestError) as error:
        oai.embeddings.create(model="claude-x", input="one")
    assert "embeddings" in str(error.value)


def test_an_option_of_ollama_s_is_dropped_for_others(house, oll):
    oll.embed("gpt-x", "one", options={"num_ctx": 4096, "temperature": None})
    assert "options" not in house.openai.last.json
    hints = house.gateway.newest()["received"]["dropped_hints"]
    assert {"family": "openai", "fields": ["options.num_ctx"]} in hints


@pytest.mark.parametrize("body", [{}, {"input": None}])
def test_a_request_without_texts_is_refused(house, body):
    with http_client(house.gateway) as http:
        answer = http.post("/v1/embeddings", json={"model": "gpt-x", **body})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "input"


def test_a_missing_vector_is_a_failure_and_the_next_provider_is_asked(fake, gateway):
    first, second = fake(OpenAIProvider), fake(OpenAIProvider)
    made = gateway([provider("first", first), provider("second", second)])
    first.will(fake_openai.embeddings(2))
    answer = openai_client(made).embeddings.create(model="gpt-x", input=TEXTS)
    assert [item.embedding for item in answer.data] == VECTORS
    record = made.newest()
    finished = record["attempts_finished"]
    assert [attempt["provider"] for attempt in finished] == ["first", "second"]
    assert "2 vectors for 3 texts" in finished[0]["message"]


def test_auto_never_mixes_the_vectors_of_two_models(fake, gateway):
    first = fake(OpenAIProvider, ["text-embed-a"])
    same, second = fake(OllamaProvider, ["text-embed-a"]), fake(OllamaProvider, ["nomic-embed-x"])
    made = gateway(
        [
            provider("first", first, priority=1),
            provider("second", second, "ollama", priority=2),
            provider("same", same, "ollama", priority=3),
        ],
        routing={"retry": {"times": 0}},
    )
    first.always(fake_openai.error(401))
    client = openai_client(made)
    assert client.embeddings.create(model="auto", input=TEXTS).model == "text-embed-a"
    record = made.newest()
    assert record["completed"]["provider"] == "same"
    excluded = [(e["provider"], e["reason"]) for e in record["decided"]["excluded"]]
    assert ("second", "other vectors") in excluded
    # Its key is held by now; its model's vectors are the ones that are wanted all the same.
    assert client.embeddings.create(model="auto", input=TEXTS).model == "text-embed-a"
    same.always(fake_openai.error(500))
    with pytest.raises(openai.InternalServerError):
        client.embeddings.create(model="auto", input=TEXTS)
    assert len(first.requests) == 1
    assert not second.requests
    check_all(made)


def test_a_failing_provider_is_passed_over(fake, gateway):
    first, second = fake(OpenAIProvider), fake(OllamaProvider, ["gpt-x"])
    made = gateway([provider("first", first), provider("second", second, "ollama")])
    first.will(fake_openai.error(500))
    answer = openai_client(made).embeddings.create(model="gpt-x", input=TEXTS)
    assert [item.embedding for item in answer.data] == VECTORS


def test_usage_and_cost_are_recorded(house, oai):
    response = oai.embeddings.with_raw_response.create(model="gpt-x", input=TEXTS)
    # Eight tokens at three dollars a million.
    assert response.headers["x-logway-cost-usd"] == "0.000024"
    record = house.gateway.completed(id_of(response))
    assert record["received"]["operation"] == "embeddings"
    assert record["received"]["endpoint"] == "/v1/embeddings"
    usage = record["attempts_finished"][0]["usage"]
    assert (usage["input"], usage["output"], usage["origin"]) == (8, 0, "provider")
    page = house.gateway.explain_page(id_of(response))
    assert "3 texts to embed, 11 bytes of prompt" in page
    assert "at most" not in page


def test_a_list_that_is_longer_than_a_context_is_not_held_against_a_model(fake, gateway):
    made = gateway([SIMULATED])
    client = openai_client(made)
    texts = ["word " * 4_000] * 4
    assert len(client.embeddings.create(model="sim-embed", input=texts).data) == 4


def test_auto_takes_a_model_for_embeddings_and_chats_never_do(gateway):
    made = gateway([SIMULATED])
    client = openai_client(made)
    answer = client.embeddings.create(model="auto", input="What is a bird?")
    assert answer.model == "sim-embed"
    for _ in range(5):
        chat = client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "Hi"}]
        )
        assert chat.model != "sim-embed"
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="sim-chat", input="What is a bird?")


def test_requests_of_every_api_are_decided_again_alike(fake, gateway):
    oai, ollama_fake = fake(OpenAIProvider), fake(OllamaProvider, ["gpt-x", "nomic-embed-x"])
    made = gateway([provider("o", oai), provider("l", ollama_fake, "ollama"), SIMULATED])
    client, other = openai_client(made), ollama_client(made)
    for model in ("gpt-x", "auto", "sim-embed", "l:nomic-embed-x"):
        oai.will(fake_openai.error(500))
        client.embeddings.create(model=model, input=TEXTS)
        other.embed(model, TEXTS)
    assert ollama_fake.requests
    client.responses.create(model="gpt-x", input="Hi")
    client.completions.create(model="auto", prompt="Hi")
    other.chat("auto", [{"role": "user", "content": "Hi"}])
    check_all(made)


def test_simulated_vectors_follow_from_their_texts(gateway):
    made = gateway([SIMULATED])
    client = openai_client(made)

    def vectors(*texts, **options):
        answer = client.embeddings.create(model="sim-embed", input=list(texts), **options)
        return [item.embedding for item in answer.data]

    first = vectors("the cat sat", "the cat ran", "bread and butter", dimensions=32)
    assert first == vectors("the cat sat", "the cat ran", "bread and butter", dimensions=32)
    assert [len(vector) for vector in first] == [32] * 3

    def likeness(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    assert abs(likeness(first[0], first[0]) - 1) < 1e-5
    assert likeness(first[0], first[1]) > likeness(first[0], first[2])
