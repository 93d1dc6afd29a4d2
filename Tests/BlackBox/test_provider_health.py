"""What is told of a provider whose list of models, or whose answers, can't be read."""

import gzip
import json
import threading

import openai
import pytest

from conftest import ask, id_of, openai_client, provider
from fakes import openai as fake_openai
from fakes.server import Hold, Reply, stream, whole
from gateway import eventually


@pytest.mark.parametrize("status", [404, 405, 500])
def test_a_server_that_answers_without_having_a_list_is_not_called_silent(fake, gateway, status):
    odd = fake()
    odd.models_reply = whole({"error": {"message": "no list here"}}, status)
    made = gateway([provider("odd", odd)])
    assert made.status()["odd"]["status"] == "unknown"
    page = made.ask("providers", "status")
    assert f"its list of models can't be read (HTTP {status}: no list here)" in page
    ask(openai_client(made))
    assert made.status()["odd"]["status"] == "healthy"
    assert "Recommendations" not in made.ask("providers", "status")


def test_an_answer_outweighs_the_probe_before_it(fake, gateway):
    slow = fake()
    slow.models_reply = Reply([Hold(threading.Event())], headers={"content-length": "9"})
    made = gateway([
        provider("slow", slow, healthCheck={"enabled": False, "timeoutMs": 100})
    ])  # fmt: skip
    eventually(lambda: made.status()["slow"]["status"] == "unhealthy", "the probe did not end")
    assert "slow does not answer" in made.ask("providers", "status")
    ask(openai_client(made))
    assert made.status()["slow"]["status"] == "healthy"


def test_a_rejected_key_is_found_by_the_probe(fake, gateway):
    wrong = fake()
    wrong.models_reply = fake_openai.error(401, "Incorrect API key provided")
    made = gateway([provider("wrong", wrong)])
    assert made.status()["wrong"]["status"] == "unhealthy"
    assert "wrong rejected its key" in made.ask("providers", "status")


def test_a_local_server_that_is_down_is_told_as_such(gateway, refusing):
    made = gateway([provider("oll", refusing, "ollama")])
    with pytest.raises(openai.APIStatusError) as caught:
        ask(openai_client(made))
    words = "its models are not known: no list of them could be read"
    assert words in caught.value.message
    assert words in made.explain_page("last")


def compressed(reply):
    reply.steps = [gzip.compress(b"".join(reply.steps))]
    reply.headers["content-encoding"] = "gzip"
    return reply


@pytest.mark.parametrize("streamed", [False, True])
def test_a_compressed_answer_is_named_and_tried_elsewhere(pair, streamed):
    made, first, second = pair
    answer = fake_openai.streamed() if streamed else fake_openai.completion()
    first.will(compressed(answer))
    response = ask(openai_client(made), stream=streamed)
    if streamed:
        list(response.parse())
    assert response.headers["x-logway-provider"] == "second"
    record = made.completed(id_of(response))
    attempt = record["attempts_finished"][0]
    assert attempt["failure"] == "invalid response"
    assert "in the content coding gzip, which was not asked for" in attempt["message"]
    assert "accept-encoding" not in first.last.headers


def test_a_compressed_error_keeps_its_status_and_shows_no_bytes(pair):
    made, first, _ = pair
    first.will(compressed(fake_openai.error(500, "out of cheese")))
    record = made.completed(id_of(ask(openai_client(made))))
    attempt = record["attempts_finished"][0]
    assert (attempt["failure"], attempt["status"]) == ("server error", 500)
    assert attempt["message"] == "the provider answered with status 500"


def test_a_compressed_list_is_named(fake, gateway):
    odd = fake()
    odd.models_reply = lambda request: compressed(whole(odd.model_list(request)))
    made = gateway([provider("odd", odd)])
    assert "in the content coding gzip" in made.ask("providers", "status")


def test_a_broken_event_of_a_stream_is_told_in_words(fake, gateway):
    broken = fake()
    broken.always(stream([b"data: {oops}\n\n"]))
    made = gateway([provider("broken", broken)])
    with pytest.raises(openai.APIStatusError) as caught:
        ask(openai_client(made), stream=True)
    assert "an event of the stream is not JSON: expected a member's name at byte" in (
        caught.value.message
    )
    assert json.dumps(caught.value.body).find('expected(') < 0
