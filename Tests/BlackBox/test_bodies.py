"""The texts of requests and answers: kept only where the configuration says so, without keys."""

import json

import pytest

from conftest import ask, http_client, id_of, openai_client, provider
from fakes.openai import error
from gateway import eventually

KEEPING = {"capture": "bodies"}
SECRET = "sk-secret-of-first"


def bodies(gateway, id):
    """The texts of a request that its gateway kept, once there are two."""

    def check():
        record, *texts = gateway.ask("explain", id, "--bodies", "--json").splitlines()
        assert json.loads(record)["request"] == id or id in record
        found = [json.loads(text) for text in texts]
        return found if len(found) == 2 else None

    return eventually(check, f"request {id} has no two texts")


def contents(folder):
    """Every byte of the files below a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_request_and_its_answer_are_kept_as_they_were_sent(fake, gateway):
    made = gateway([provider("first", fake(text="it is four"))], log=KEEPING)
    with http_client(made) as client:
        body = b'{ "model":"auto", "messages":[{"role":"user","content":"What is 2+2? \xc3\xa9"}] }'
        response = client.post("/v1/chat/completions", content=body)
    request, answer = bodies(made, id_of(response))
    assert (request["kind"], request["attempt"], request["is_whole"]) == ("request", 0, True)
    assert request["text"].encode() == body
    assert (answer["kind"], answer["attempt"], answer["is_whole"]) == ("answer", 1, True)
    assert answer["text"].encode() == response.content
    page = made.ask("explain", id_of(response), "--bodies")
    assert "Text of the request" in page and "Text of the answer of attempt 1" in page
    assert "it is four" in page and body.decode() in page


def test_a_stream_is_kept_as_it_was_sent(fake, gateway):
    made = gateway([provider("first", fake(text="one two three"))], log=KEEPING)
    with http_client(made) as client:
        request = {"model": "auto", "stream": True, "messages": [{"role": "user", "content": "x"}]}
        response = client.post("/v1/chat/completions", json=request)
    assert response.headers["content-type"].startswith("text/event-stream")
    _, answer = bodies(made, id_of(response))
    assert answer["is_whole"]
    assert answer["text"].encode() == response.content


def test_the_answer_is_of_the_attempt_that_gave_it(fake, gateway):
    down = fake()
    made = gateway([provider("down", down), provider("up", fake(text="here"))], log=KEEPING)
    down.will(error(500, "oops"))
    _, answer = bodies(made, id_of(ask(openai_client(made))))
    assert answer["attempt"] == 2 and "here" in answer["text"]


def test_keys_are_not_kept(fake, gateway):
    first = fake(text=f"your key is {SECRET}, a friend's sk-abcdef0123456789")
    made = gateway([provider("first", first)], log=KEEPING)
    id = id_of(ask(openai_client(made), text=f"is {SECRET} a key?"))
    request, answer = bodies(made, id)
    assert "is [key] a key?" in request["text"]
    assert "your key is [key], a friend's [key]" in answer["text"]
    made.stop()
    for secret in (SECRET, "sk-abcdef0123456789"):
        assert secret.encode() not in contents(made.data)


@pytest.mark.parametrize("capture", [None, "features", "none"])
def test_no_text_is_kept_unless_it_is_asked_for(fake, gateway, capture):
    log = {"capture": capture} if capture else {}
    made = gateway([provider("first", fake(text="ANSWERED-WORD"))], log=log)
    id = id_of(ask(openai_client(made), text="ASKED-WORD"))
    made.completed(id)
    result = made.run("explain", id, "--bodies")
    assert result.returncode == 0
    assert "no text of this request is kept" in result.stderr
    made.stop()
    assert not (made.data / "bodies").exists()
    for word in (b"ANSWERED-WORD", b"ASKED-WORD"):
        assert word not in contents(made.data)


def test_texts_outlive_a_restart_and_what_can_not_be_kept_stops_no_request(fake, gateway):
    made = gateway([provider("first", fake())], log=KEEPING)
    first = id_of(ask(openai_client(made)))
    bodies(made, first)
    made.kill()
    made.start()
    assert len(bodies(made, first)) == 2
    made.stop()
    # What is no log any more must not keep the gateway from its work.
    (made.data / "bodies" / "version").write_text("something else")
    made.start()
    assert ask(openai_client(made)).status_code == 200
    assert "texts of requests are not kept" in made.errors()
