"""Secrets in names, labels, paths and words: none is in the data directory, on standard error, in what
commands print, or in what other clients are told."""

import base64
import json
import urllib.parse

import pytest
from conftest import provider
from fakes.openai import chunk, completion, error, pieces, stream
from fakes.server import whole
from gateway import PATIENCE, Gateway
from test_replay import check

import httpx

KEY = "Corp/7f3A9c1d+5E7bQz81Lm"
"""The provider's: of no shape that anybody could know."""
LITERAL = "Literal7f3a9c1dHeader"
TEAM = "Team.9b8c7d6e5f"
SHORT = "zq7!"
OWN = "ClientOwn9f8e7d6c5b4a"
"""A client's, sent as it should be, and then as a name too."""
CANARIES = [
    "sk-proj-4kQz81LmN0pRs7TuVw2Xy", "sk-ant-api03-4kQz81LmN0pRs7TuVw2Xy",
    "sk-or-v1-4b1f9c0d5e7b4b1f9c0d", "AIzaSyD4kQz81LmN0pRs7TuVw2XyZab9CdE",
    "gsk_4kQz81LmN0pRs7TuVw2XyWGdyb3FY", "xai-4kQz81LmN0pRs7TuVw2XyZab9Cd",
    "hf_kQz4LmN0pRs7TuVw2XyZab9CdEfGh", "r8_4kQz81LmN0pRs7TuVw2XyZab9Cd",
    "ghp_4kQz81LmN0pRs7TuVw2XyZab9CdE", "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
]  # fmt: skip


def forms(secret):
    """A secret as it may come back."""
    raw = secret.encode()
    coded = base64.b64encode(b"user:" + raw + b" end").decode()
    return [
        secret, secret.upper(), secret[1:], secret[:-1], raw.hex(), raw.hex().upper(),
        urllib.parse.quote(secret, safe=""), secret.replace("/", "\\/"), coded,
        coded.replace("+", "-").replace("/", "_"), base64.b64encode(raw).decode(),
    ]  # fmt: skip


def parts(secret):
    """What of each form must not be found: the middle, which no neighbour changes."""
    return {form[3:-4].lower() for form in forms(secret)}


def answers(leak):
    """What a provider says with a secret in every word of its own."""
    words = {"id": f"c-{leak}", "model": f"gpt-{leak}", "system_fingerprint": leak}
    yield completion(finish=leak, service_tier=leak[:30], **words)
    yield completion(finish="stop", usage=None, **words)
    events = pieces(["fo", "ur"], finish=leak, model=f"gpt-{leak}")
    yield stream(events)
    yield stream([*events[:2], chunk(None, error={"message": leak, "code": leak})])
    for status in (400, 401, 404, 429, 500):
        headers = {"x-request-id": "r", "retry-after": "0"}
        yield error(status, f"no '{leak}' of {leak}", type=leak, code=leak, headers=headers)
    yield whole(f"<html>{leak}</html>".encode(), 502)
    yield whole({"error": leak}, 500)


@pytest.fixture
def leaky(fake, tmp_path):
    def start(leaks):
        first = fake(models=["gpt-x"])
        first.models_reply = whole(
            {"object": "list", "data": [{"id": "gpt-x"}] + [{"id": f"m-{x}"} for x in leaks]}
        )
        entry = provider(
            "first",
            first,
            apiKey=KEY,
            headers={"X-Proxy-Token": LITERAL, "X-Team": "${TEAM}"},
            healthCheck={"intervalMs": 60_000},
        )
        other = fake(models=["small"])
        config = {
            "providers": [entry, provider("second", other, apiKey=SHORT)],
            "log": {"capture": "bodies"} if leaks else {},
            "routing": {"retry": {"times": 0}},
        }
        made.append(Gateway(tmp_path / "gateway", config, TEAM=TEAM).start())
        return made[0], first, other

    made = []
    yield start
    for server in made:
        server.close()


def everything(server, told):
    """All that is kept and printed, in small letters."""
    texts = [server.errors(), *told, *server.output]
    for command in (
        ("log", "dump"), ("log", "tail", "--number", "100000"), ("requests", "--limit", "100000"),
        ("requests", "--json", "--limit", "100000"), ("report",), ("report", "--json"),
        ("providers", "status"), ("providers", "status", "--json"), ("budget", "--json"),
    ):  # fmt: skip
        done = server.run(*command)
        texts += [done.stdout, done.stderr]
    for event in server.events():
        texts.append(json.dumps(event))
        if event["type"] == "RequestReceived":
            texts.append(server.explain_page(event["request"]))
            texts.append(server.run("explain", event["request"], "--json", "--bodies").stdout)
    files = [path.read_bytes() for path in server.data.rglob("*") if path.is_file()]
    return "\n".join(texts).lower() + b"\n".join(files).decode("latin-1").lower()


def test_what_a_provider_says_of_its_secrets_is_not_kept(leaky):
    secrets = [KEY, LITERAL, TEAM]
    leaks = [form for secret in secrets for form in forms(secret)]
    server, first, other = leaky(leaks)
    told = []
    body = {"model": "first:gpt-x", "messages": [{"role": "user", "content": "Hi"}]}
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as http:
        for number, leak in enumerate(leaks):
            # Every way for the first of each secret's forms, and the plainest for the others.
            ways = list(answers(leak))
            for reply in ways if number % 11 == 0 else [ways[0], ways[4]]:
                first.will(reply)
                path = "/v1/messages" if number % 2 else "/v1/chat/completions"
                streamed = reply.chunked
                found = http.post(path, json={**body, "max_tokens": 9, "stream": streamed})
                if found.status_code != 200:
                    told.append(found.text)
        other.will(error(401, f"no such key: {SHORT}"))
        told.append(http.post("/v1/chat/completions", json={**body, "model": "small"}).text)
        for path in ("/v1/models", "/api/tags", "/v1beta/models", "/v1/models/no-such"):
            told.append(http.get(path).text)
    assert server.stop() == 0
    text = everything(server, told)
    for secret in secrets:
        for part in parts(secret):
            assert part not in text, part
    assert SHORT not in text
    assert "[key]" in text and "gpt-x" in text
    check(server)


def test_what_a_client_writes_into_the_wrong_place_is_not_kept(leaky):
    server, first, _ = leaky([])
    told = []
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as http:
        for canary in [*CANARIES, OWN]:
            headers = {"authorization": f"Bearer {OWN}"}
            body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9}

            def post(path="/v1/chat/completions", model="gpt-x", more=None, **fields):
                response = http.post(
                    path, json={**body, "model": model, **fields}, headers={**headers, **(more or {})}
                )
                told.append(response.text)
                return response

            # No texts are kept here: what it wrote into its own request is in its own request.
            post(model=canary)
            post(model=f"first:{canary}")
            post(model=f"x-{canary}")
            post(more={"x-logway-tenant": canary, "x-logway-tags": f"{canary},team={canary}"})
            post(more={"x-logway-cache-key": canary})
            post(more={"x-logway-task": canary})
            post(more={f"x-logway-{canary.replace('.', '-')}": "1"})
            if canary != OWN:
                post(metadata={"tenant": canary, "tags": canary, f"x-logway-{canary}": "1"})
                post(user=canary, stop=[canary], **{canary: 1})
            post(path=f"/v1beta/models/{canary}:generateContent?key={canary}")
            post(path=f"/v1/{canary}")
            post(path=f"/v1/messages?beta={canary}", tools=[{"name": canary, "type": canary}])
            http.get(f"/v1/models/{canary}", headers=headers)
            http.get(f"/v1/responses/{canary}?x={canary}", headers=headers)
            good = post().headers["x-logway-request-id"]
            for fields in ({"comment": f"see {canary}", "source": canary}, {"score": canary}):
                http.post(
                    "/v1/feedback", json={"request_id": good, "score": 1, **fields}, headers=headers
                )
    assert server.stop() == 0
    text = everything(server, [])
    for canary in [*CANARIES, OWN]:
        assert canary[3:-2].lower() not in text, canary
    assert "[key]" in text
    check(server)


def test_a_key_in_the_place_of_its_fingerprint_is_refused_without_being_told(fake, tmp_path):
    raw = "sk-CONFIGPERKEY123456"
    for name in (raw, "CustomKeyWithoutShape", "2BB80D537B1D", "2bb80d537b1", "x"):
        config = {
            "providers": [provider("first", fake())],
            "budgets": {"daily": 10, "perKey": {name: 5}},
        }
        made = Gateway(tmp_path / f"g{len(name)}", config)
        done = made.command("serve", "--data", str(made.data), "--port", "0", timeout=PATIENCE)
        assert done.returncode == 1
        assert "budgets.perKey" in done.stderr and "fingerprint" in done.stderr
        if len(name) > 1:
            assert name not in done.stderr + done.stdout
        assert not made.data.exists()
