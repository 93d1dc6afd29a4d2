"""Providers behind TLS: HTTP/2 where they offer it, certificates that are trusted or not."""

import json

import openai
import pytest

from conftest import ask, http_client, id_of, openai_client, provider
from fakes import openai as fake_openai
from fakes.http2 import HTTP2Provider, make_certificate
from fakes.server import CUT, stream


@pytest.fixture(scope="module")
def pair_of_files(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(fake, pair_of_files):
    return fake(HTTP2Provider, *pair_of_files)


@pytest.fixture
def trusting(gateway, secure, pair_of_files):
    return gateway([provider("s", secure)], trustedCertificates=str(pair_of_files[0]))


def test_answers_come_over_http2(trusting, secure):
    client = openai_client(trusting)
    assert ask(client).parse().choices[0].message.content == "four"
    chunks = ask(client, stream=True).parse()
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "four"
    assert secure.versions == {"h2"}
    assert secure.last.headers["authorization"] == "Bearer sk-secret-of-s"
    assert json.loads(secure.last.body)["model"] == "gpt-x"


def test_connection_is_kept_for_the_next_request(trusting, secure):
    client = openai_client(trusting)
    for _ in range(5):
        ask(client)
    # The list of models and one for the answers.
    assert secure.connections <= 2


def test_stream_that_is_reset_is_never_a_clean_end(trusting, secure):
    secure.will(stream([*fake_openai.pieces(["fo"])[:2], CUT]))
    body = {
        "model": "gpt-x", "stream": True, "messages": [{"role": "user", "content": "Hi"}],
    }  # fmt: skip
    answer = http_client(trusting).post("/v1/chat/completions", json=body)
    assert "[DONE]" not in answer.text
    completed = trusting.completed(id_of(answer))["completed"]
    assert completed["outcome"] in ("cut", "failed")


def test_bytes_cut_anywhere_make_the_same_answer(trusting, secure):
    every_byte = b"".join(fake_openai.pieces(["fö", "ür"]))
    secure.will(stream([every_byte[i : i + 1] for i in range(len(every_byte))]))
    chunks = ask(openai_client(trusting), stream=True).parse()
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "föür"


def test_server_that_offers_only_http_1_is_spoken_to_so(gateway, fake, pair_of_files):
    old = fake(HTTP2Provider, *pair_of_files, protocols=("http/1.1",))
    made = gateway([provider("s", old)], trustedCertificates=str(pair_of_files[0]))
    assert ask(openai_client(made)).parse().choices[0].message.content == "four"
    assert old.versions == {"http/1.1"}


def test_unknown_certificate_is_refused(gateway, secure):
    made = gateway([provider("s", secure)])
    with pytest.raises(openai.APIStatusError) as caught:
        ask(openai_client(made))
    assert "TLS with" in str(caught.value)
    assert secure.requests == []


def test_check_names_version_and_handshake(gateway, secure, pair_of_files):
    entry = provider("s", secure)
    made = gateway([entry], start=False, trustedCertificates=str(pair_of_files[0]))
    result = made.command("providers", "test", "s", "--json")
    connection = json.loads(result.stdout)["steps"][0]
    assert connection["result"] == "passed"
    assert "HTTP/2" in connection["detail"] and "TLS" in connection["detail"]
    made = gateway([entry], start=False)
    result = made.command("providers", "test", "s", "--json")
    assert result.returncode == 3
    assert "TLS with" in json.loads(result.stdout)["steps"][0]["detail"]
