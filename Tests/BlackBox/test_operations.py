"""A verdict about an operation is none about a model or a provider: servers lack endpoints."""

import openai
import pytest
from conftest import ask, id_of, openai_client, provider
from fakes.openai import embeddings, error
from fakes.server import Reply
from test_replay import check_all


def said(status, body, kind="application/json"):
    return Reply([body], status=status, headers={"content-type": kind})


LACKING = {
    "vllm": said(404, b'{"detail":"Not Found"}'),
    "go": said(404, b"404 page not found\n", "text/plain"),
    "nginx": said(404, b"<html><body>404 Not Found</body></html>", "text/html"),
    "empty": said(404, b""),
    "openai": error(404, "Invalid URL (POST /v1/embeddings)", "invalid_request_error"),
    "express": said(404, b"Cannot POST /v1/embeddings", "text/html"),
    "method": said(405, b'{"detail":"Method Not Allowed"}'),
    "llamacpp": error(501, "This server does not support embeddings.", "not_supported_error"),
    "ollama": error(500, "this model does not support embeddings"),
    "words": error(400, "The model does not support Embeddings API", "BadRequestError"),
    "busy": error(503, "This model doesn't support embeddings"),
    "lmstudio": said(200, b'{"error":"Unexpected endpoint or method. (POST /v1/embeddings)"}'),
}


def vectors(client, model="gpt-x"):
    return client.embeddings.create(model=model, input="text")


@pytest.mark.parametrize("case", LACKING)
def test_who_does_not_embed_still_chats(fake, gateway, case):
    only = fake()
    made = gateway([provider("only", only)])
    client = openai_client(made)
    # More often than a breaker would bear.
    for _ in range(6):
        only.will(LACKING[case])
        with pytest.raises(openai.NotFoundError) as caught:
            vectors(client)
        assert caught.value.code == "operation_not_supported"
    embeddings_asked = len(only.requests)
    only.script.clear()
    record = made.completed(id_of(ask(client)))
    assert record["completed"]["outcome"] == "answered"
    assert record["decided"].get("excluded", []) == []
    # One request was enough to learn it, and nobody was asked twice.
    assert embeddings_asked == 1
    status = made.status()["only"]
    assert "open" not in str(status.get("breaker", ""))
    error_page = made.explain_page(caught.value.response.headers["x-logway-request-id"])
    assert "endpoint missing" in error_page
    check_all(made)


def test_another_provider_embeds(fake, gateway):
    first, second = fake(), fake()
    first.will(LACKING["vllm"])
    second.always(embeddings())
    made = gateway([provider("first", first), provider("second", second)])
    client = openai_client(made)
    vectors(client)
    vectors(client)
    assert (len(first.requests), len(second.requests)) == (1, 2)
    assert ask(client, model="first:gpt-x").headers["x-logway-provider"] == "first"


def test_a_404_that_names_the_model_is_about_it(fake, gateway):
    only = fake()
    only.will(error(404, "The model `gpt-x` does not exist", code="model_not_found"))
    made = gateway([provider("only", only)])
    with pytest.raises(openai.NotFoundError) as caught:
        ask(openai_client(made), model="gpt-x")
    assert caught.value.code == "model_not_found"


def test_a_chat_that_is_not_there_leaves_the_vectors(fake, gateway):
    only = fake()
    only.will(LACKING["vllm"])
    made = gateway([provider("only", only)])
    client = openai_client(made)
    with pytest.raises(openai.NotFoundError):
        ask(client)
    only.always(embeddings())
    assert vectors(client).data
