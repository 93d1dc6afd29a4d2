"""Files, pictures, sound, moderations and rankings: they pass within OpenAI's family, by its own SDK."""

import http.client
import json
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from conftest import http_client, id_of, openai_client, provider
from fakes.anthropic import AnthropicProvider
from fakes.media import PICTURE, SOUND, MediaProvider
from fakes.openai import OpenAIProvider, error
from fakes.server import CUT, Reply, stream, whole
from gateway import PATIENCE

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
DATA = b'{"a": 1}\r\n--not-a-boundary\r\n' * 500


@pytest.fixture
def media(fake):
    return fake(MediaProvider)


@pytest.fixture
def served(gateway, fake, media):
    """A gateway whose first provider speaks another family."""
    claude = fake(AnthropicProvider)
    return gateway([provider("claude", claude, "claude"), provider("media", media)])


@pytest.fixture
def client(served):
    return openai_client(served)


def test_a_file_is_kept_listed_read_and_deleted(served, client, media):
    made = client.files.create(file=("a.jsonl", DATA), purpose="batch")
    assert (made.filename, made.bytes, made.purpose) == ("a.jsonl", len(DATA), "batch")
    assert [file.id for file in client.files.list()] == [made.id]
    assert client.files.retrieve(made.id).id == made.id
    assert client.files.content(made.id).read() == DATA
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError) as missing:
        client.files.retrieve(made.id)
    assert made.id in str(missing.value)
    # That a file is not there is no verdict about the provider.
    assert client.files.create(file=("b", b"b"), purpose="batch").filename == "b"
    assert client.chat.completions.create(
        model="gpt-x", messages=[{"role": "user", "content": "hi"}]
    ).choices[0].message.content == "four"
    with http_client(served) as plain:
        listed = plain.get("/v1/files", params={"limit": 3, "after": "x"})
    assert listed.status_code == 200
    assert media.listings[-1].path == "/v1/files?limit=3&after=x"


def test_each_request_is_recorded(served, client):
    made = client.files.with_raw_response.create(file=("a", b"abc"), purpose="batch")
    record = served.completed(id_of(made))
    received = record["received"]
    assert (received["operation"], received["endpoint"]) == ("file", "/v1/files")
    assert record["completed"]["provider"] == "media"
    id = json.loads(made.content)["id"]
    shown = client.files.with_raw_response.retrieve(id)
    record = served.completed(id_of(shown))
    assert record["received"]["endpoint"] == "/v1/files/{id}"
    assert id not in json.dumps(served.events())
    spoken = client.audio.speech.with_raw_response.create(
        model="tts-x", voice="alloy", input="Hello there"
    )
    record = served.completed(id_of(spoken))
    assert record["received"]["operation"] == "speech"
    # Nobody here counts seconds.
    assert record["completed"].get("cost_nanodollars") is None
    assert "Hello there" not in json.dumps(served.events())


@pytest.fixture
def lanes(fake, gateway):
    """Two providers, the second of two keys, each of which sees its own files alone."""
    first, second = fake(MediaProvider), fake(MediaProvider)
    entry = provider("second", second)
    del entry["apiKey"]
    entry["responses"] = True
    entry["apiKeys"] = ["sk-one-of-second", "sk-two-of-second"]
    made = gateway([provider("first", first), entry])
    return made, first, second


def test_a_file_stays_with_the_provider_and_key_that_keep_it_after_a_restart_too(lanes):
    served, first, second = lanes
    uploads = {}
    first.always(error(503, "overloaded", "server_error"))
    for name in ("a", "b", "c"):
        made = openai_client(served).files.create(file=(name, name.encode() * 9), purpose="batch")
        uploads[made.id] = name.encode() * 9
    assert not first.files
    assert sorted(len(kept) for kept in second.files.values()) == [1, 2]
    first.reset()
    for again in range(2):
        client = openai_client(served)
        for id, data in uploads.items():
            assert client.files.content(id).read() == data
        if again == 0:
            served.stop()
            served.start()
    body = {
        "model": "gpt-x",
        "messages": [
            {"role": "user", "content": [{"type": "file", "file": {"file_id": id}}]},
        ],
    }
    with http_client(served) as plain:
        answer = plain.post("/v1/chat/completions", json=body)
    assert answer.headers["x-logway-provider"] == "second"
    key = second.last.headers["authorization"]
    assert id in second.files[key]
    body = {"model": "gpt-x", "input": [{"role": "user", "content": [
        {"type": "input_file", "file_id": id}, {"type": "input_text", "text": "sum up"},
    ]}]}  # fmt: skip
    with http_client(served) as plain:
        answer = plain.post("/v1/responses", json=body)
    assert answer.status_code == 200
    assert answer.headers["x-logway-provider"] == "second"
    # Nobody else can read the file, so nobody else is asked, but the same one again.
    second.will(error(503, "overloaded", "server_error"))
    body = {"model": "auto", "input": body["input"]}
    with http_client(served) as plain:
        answer = plain.post("/v1/responses", json=body)
    assert answer.headers["x-logway-provider"] == "second"
    assert not first.requests
    check = served.run("replay", "--check", "--json")
    assert check.returncode == 0, check.stdout + check.stderr


def test_an_upload_that_may_have_arrived_is_not_repeated(fake, gateway):
    first, second = fake(MediaProvider), fake(MediaProvider)
    served = gateway([provider("first", first), provider("second", second)])
    client = openai_client(served)
    for reply in (Reply([CUT], chunked=True), error(500, "oops", "server_error")):
        first.will(reply)
        with pytest.raises(openai.APIStatusError) as failed:
            client.files.create(file=("a", b"abc"), purpose="batch")
        assert failed.value.code == "upload_uncertain"
    assert not second.requests
    # One that was turned away surely did not.
    first.will(error(503, "overloaded", "server_error"))
    assert client.files.create(file=("a", b"abc"), purpose="batch").id
    assert len(second.requests) == 1


def test_pictures_are_made_changed_and_streamed(client, media):
    made = client.images.generate(model="image-x", prompt="a cat", n=2)
    assert [picture.b64_json for picture in made.data] == [PICTURE] * 2
    assert client.images.edit(model="image-x", image=("a.png", PNG), prompt="a hat").data
    assert client.images.create_variation(model="image-x", image=("a.png", PNG)).data
    events = list(client.images.generate(model="image-x", prompt="a cat", stream=True))
    assert [event.b64_json for event in events] == ["aaaa", "bbbb"]
    # Without a model the provider takes its own.
    assert client.images.generate(prompt="a cat").data
    assert "model" not in media.last.json


def test_recordings_are_written_down_whatever_the_form(client, media):
    sound = ("a.mp3", SOUND)
    heard = client.audio.transcriptions.create(model="whisper-x", file=sound)
    assert heard.text == f"whisper-x heard {len(SOUND)} bytes"
    text = client.audio.transcriptions.create(
        model="whisper-x", file=sound, response_format="text"
    )
    assert text == heard.text
    assert client.audio.translations.create(model="whisper-x", file=sound).text == heard.text
    # The provider's name goes, every other byte stays.
    named = client.audio.transcriptions.create(model="media:whisper-x", file=sound)
    assert named.text == heard.text


def test_a_text_is_said_as_it_comes(client, media):
    with client.audio.speech.with_streaming_response.create(
        model="tts-x", voice="alloy", input="Hello"
    ) as spoken:
        assert spoken.headers["content-type"] == "audio/mpeg"
        assert b"".join(spoken.iter_bytes()) == SOUND


def test_sound_that_breaks_off_has_no_clean_end(client, media):
    media.will(stream([SOUND[:100], CUT], "audio/mpeg"))
    with pytest.raises((httpx.RemoteProtocolError, openai.APIConnectionError)):
        client.audio.speech.create(model="tts-x", voice="alloy", input="Hello").read()


def test_texts_are_judged_and_ranked(served, client):
    assert client.moderations.create(input="harm").results[0].flagged
    assert not client.moderations.create(input=["fine"], model="gpt-x").results[0].flagged
    body = {"model": "gpt-x", "query": "q", "documents": ["a", "b"]}
    with http_client(served) as plain:
        ranked = plain.post("/v1/rerank", json=body)
    assert [result["index"] for result in ranked.json()["results"]] == [0, 1]


@pytest.mark.parametrize("path", ["images/generations", "audio/speech", "moderations"])
def test_the_next_provider_is_asked_where_nothing_is_kept(fake, gateway, path):
    first, second = fake(MediaProvider), fake(MediaProvider)
    served = gateway([provider("first", first), provider("second", second)])
    first.will(error(500, "oops", "server_error"))
    body = {"prompt": "a cat", "input": "Hello", "voice": "alloy"}
    with http_client(served) as client:
        answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 200
    assert answer.headers["x-logway-provider"] == "second"


def test_what_a_provider_refuses_is_told_as_it_says(client, media):
    media.will(error(400, "the prompt is against the rules", "invalid_request_error"))
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.generate(model="image-x", prompt="x")
    assert "against the rules" in str(refused.value)


def test_other_families_are_not_asked(fake, gateway):
    served = gateway([provider("claude", fake(AnthropicProvider), "claude")])
    client = openai_client(served)
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.generate(prompt="a cat")
    assert "/v1/images/generations" in str(refused.value)
    with pytest.raises(openai.BadRequestError) as refused:
        client.files.create(file=("a", b"abc"), purpose="batch")
    assert "/v1/files" in str(refused.value)


@pytest.mark.parametrize(
    "body, kind, field",
    [
        (b"{", "application/json", "JSON"),
        (b"[]", "application/json", "JSON object"),
        (b'{"model": 7}', "application/json", "model"),
        (b'{"model": "no-such", "prompt": "x"}', "application/json", "no-such"),
    ],
)
def test_what_can_not_be_read_is_told(served, body, kind, field):
    with http_client(served) as client:
        answer = client.post(
            "/v1/images/generations", content=body, headers={"content-type": kind}
        )
    assert answer.status_code in (400, 404)
    assert field in answer.json()["error"]["message"]


def test_other_methods_are_refused(served):
    with http_client(served) as client:
        answer = client.put("/v1/files")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
        assert client.get("/v1/images/generations").status_code == 405


@pytest.mark.parametrize("path", ["/v1/files/..", "/v1/files/../content", "/v1/files/."])
def test_no_path_leads_out_of_the_provider_s_files(served, media, path):
    before = len(media.requests)
    address = urlsplit(served.url)
    # httpx would take the dots away.
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()
    assert not [seen for seen in media.requests[before:] if ".." in seen.path or "files" in seen.path]
