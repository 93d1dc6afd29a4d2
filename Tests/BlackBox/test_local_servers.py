"""Servers of the user's own: which models they have loaded, and the connections that are kept to them."""

import json

import pytest

from conftest import ask, http_client, ollama_client, openai_client, provider
from fakes.http2 import accept_tls, make_certificate, server_context
from fakes.lmstudio import LMStudioProvider
from fakes.ollama import OllamaProvider
from fakes.server import whole
from gateway import eventually

PROBES = {"intervalMs": 200}


def studio_entry(studio, **settings):
    return provider("studio", studio, "lmstudio", baseUrl=studio.url + "/v1", **settings)


def details(made, name):
    """What the provider tells of its models, by name."""
    rows = json.loads(made.ask("providers", "list", "--json"))["providers"]
    (row,) = (row for row in rows if row["name"] == name)
    return {line["model"]: line for line in row["model_details"]}


def test_lm_studio_s_models_are_listed_with_what_it_tells_of_them(gateway, fake):
    studio = fake(LMStudioProvider, ("qwen3-8b", "see-me", "vectors"))
    studio.kinds = {"see-me": "vlm", "vectors": "embeddings"}
    studio.loaded = {"qwen3-8b": ["qwen3-8b"]}
    made = gateway([studio_entry(studio, healthCheck=PROBES)])
    assert details(made, "studio") == {
        "qwen3-8b": {
            "model": "qwen3-8b", "loaded": True, "kind": "llm",
            "context_tokens": 40960, "loaded_context_tokens": 4096,
        },
        "see-me": {"model": "see-me", "loaded": False, "kind": "vlm", "context_tokens": 40960},
        "vectors": {
            "model": "vectors", "loaded": False, "kind": "embeddings", "context_tokens": 40960,
        },
    }  # fmt: skip
    table = made.ask("providers", "list").splitlines()
    assert table[0].split()[-1] == "Loaded" and table[1].split()[-1] == "qwen3-8b"
    # What is loaded where Ollama's clients ask, and how long a prompt may be.
    assert [model.model for model in ollama_client(made).ps().models] == ["qwen3-8b"]
    info = ollama_client(made).show("see-me").modelinfo
    assert info["logway.context_length"] == 40960

    studio.loaded = {"see-me": ["see-me"]}
    eventually(lambda: details(made, "studio")["see-me"]["loaded"], "the change was not seen")
    assert [model.model for model in ollama_client(made).ps().models] == ["see-me"]
    lists = [e for e in made.events() if e["type"] == "ModelsListed"]
    assert len(lists) == 2, "a list that says nothing new is not recorded"


def test_the_model_that_takes_the_place_of_a_default_is_shown(gateway, fake):
    studio = fake(LMStudioProvider, ("qwen3-8b", "nomic-embed", "own"))
    made = gateway([studio_entry(studio, defaultModel=None)])
    assert ask(openai_client(made)).headers["x-logway-model"] == "own"
    assert "  own (first by name)  " in made.ask("providers", "list")
    (row,) = json.loads(made.ask("providers", "list", "--json"))["providers"]
    assert row["stand_in_model"] == "own" and "default_model" not in row


@pytest.mark.parametrize(
    "answer",
    [
        # LM Studio's own to a path that it does not know.
        whole({"error": "Unexpected endpoint or method. (GET /api/v0/models)"}),
        whole({"error": "no"}, 404),
        whole(b"<html>"),
        whole({"data": [{"id": "qwen3-8b"}]}),
    ],
)
def test_older_lm_studio_is_listed_by_the_common_list(gateway, fake, answer):
    studio = fake(LMStudioProvider)
    studio.pages["/api/v0/models"] = answer
    made = gateway([studio_entry(studio)])
    assert {seen.path for seen in studio.listings} == {"/api/v0/models", "/v1/models"}
    assert made.status()["studio"]["models"] == ["qwen3-8b"]
    assert made.status()["studio"]["status"] == "healthy"
    assert details(made, "studio") == {}
    assert ask(openai_client(made)).parse().choices[0].message.content == "four"


def test_ollama_s_loaded_models_are_told_as_well(gateway, fake):
    local = fake(OllamaProvider, ["first:8b", "second:latest"])
    made = gateway([provider("home", local, "ollama")])
    assert details(made, "home") == {
        "first:8b": {"model": "first:8b", "loaded": True},
        "second:latest": {"model": "second:latest", "loaded": False},
    }


def pools(made):
    return {name: row["pool"] for name, row in made.status().items()}


def lists_when_connected(server, least):
    """Its list comes once so many connections are there: one that came before the second was asked for would leave
    its connection to that."""

    def answer(request):
        eventually(lambda: server.connections >= least, "no connection beside this one")
        return server.look_up(request)

    server.models_reply = answer


def test_two_connections_to_a_local_server_stay_open(gateway, fake):
    servers = {
        "ollama": fake(OllamaProvider), "studio": fake(LMStudioProvider), "other": fake(),
    }  # fmt: skip
    for name in ("ollama", "studio"):
        lists_when_connected(servers[name], 2)
    # One probe and no more: a request that comes while both are in use gets a third connection.
    once = {"intervalMs": 3_600_000, "timeoutMs": 60_000}
    made = gateway([
        provider("ollama", servers["ollama"], "ollama", healthCheck=once),
        studio_entry(servers["studio"], healthCheck=once),
        provider("other", servers["other"], healthCheck=once, maxConcurrent=1),
    ])  # fmt: skip
    told = pools(made)
    for name, least in {"ollama": 2, "studio": 2, "other": 1}.items():
        pool = told[name]
        assert (pool["kept_open"], pool["open"], pool["idle"]) == (least, least, least), name
        assert servers[name].connections == least
    # Answers come over them.
    for name in servers:
        ask(openai_client(made), model=f"{name}:{servers[name].models[0]}")
    assert {name: fake.connections for name, fake in servers.items()} == {
        "ollama": 2, "studio": 2, "other": 1,
    }  # fmt: skip
    table = made.ask("providers", "status", "--detailed")
    assert "Open" in table.partition("Connections\n")[2].splitlines()[0]


def test_connections_that_a_local_server_closed_are_opened_again_by_the_next_probe(gateway, fake):
    server = fake(OllamaProvider)
    made = gateway([provider("ollama", server, "ollama", healthCheck=PROBES)])
    eventually(lambda: pools(made)["ollama"]["open"] == 2, "they were not opened")
    before = server.connections
    server.hang_up()
    eventually(lambda: server.connections >= before + 2, "they were not opened again")
    eventually(lambda: pools(made)["ollama"]["open"] == 2, "they are not told")


def test_models_are_loaded_over_tls_by_the_trusted_certificates(gateway, fake, tmp_path):
    files = make_certificate(tmp_path)
    studio = fake(SecureStudio, *files)
    entry = studio_entry(studio)
    made = gateway([entry], start=False, trustedCertificates=str(files[0]))
    assert made.command("models", "load", "studio:qwen3-8b").returncode == 0
    assert studio.loaded == {"qwen3-8b": ["qwen3-8b"]}
    assert made.command("models", "unload", "studio:qwen3-8b").returncode == 0
    assert studio.loaded == {"qwen3-8b": []}
    made.start()
    assert details(made, "studio")["qwen3-8b"]["loaded"] is False

    made = gateway([entry], start=False)
    refused = made.command("models", "load", "studio:qwen3-8b")
    assert refused.returncode == 1 and "TLS with" in refused.stderr
    assert studio.loaded == {"qwen3-8b": []}


class SecureStudio(LMStudioProvider):
    """An LM Studio behind a proxy that speaks TLS."""

    def __init__(self, certificate, key):
        self._context = server_context(certificate, key, ["http/1.1"])
        super().__init__()

    @property
    def url(self):
        return super().url.replace("http://", "https://")

    def _serve(self, connection):
        if secure := accept_tls(self._context, connection):
            super()._serve(secure)


def test_ollama_s_programs_see_that_a_server_is_there(house):
    with http_client(house.gateway) as http:
        heartbeat = http.head("/")
        assert (heartbeat.status_code, heartbeat.content) == (200, b"")
        greeting = http.get("/")
        assert (greeting.status_code, greeting.text) == (200, "Ollama is running")
        assert greeting.headers["content-type"].startswith("text/plain")
        page = http.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert (page.status_code, page.text) == (200, "Logway is running")
        assert http.post("/").status_code == 405
