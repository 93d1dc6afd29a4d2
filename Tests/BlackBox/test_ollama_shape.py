"""What Ollama's own server always tells, told of every model here: its clients have types for it."""

import json
import re

import pytest

from conftest import http_client, ollama_client, provider
from fakes.ollama import OllamaProvider
from fakes.server import whole
from gateway import eventually
from test_openai_client import user

COUNTS = [
    "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count",
    "eval_duration",
]  # fmt: skip
FAMILIES = ["gpt-x", "claude-x", "gem-x"]
DIGEST = "ab" * 32
TAG = {
    "name": "qwen3:8b", "model": "qwen3:8b", "modified_at": "2026-05-04T17:37:44.706015396-07:00",
    "size": 5_225_388_164, "digest": DIGEST,
    "details": {
        "parent_model": "", "format": "gguf", "family": "qwen3", "families": ["qwen3"],
        "parameter_size": "8.2B", "quantization_level": "Q4_K_M",
    },
}  # fmt: skip


class Home(OllamaProvider):
    """An Ollama that tells of its files as the original does."""

    def __init__(self):
        super().__init__([TAG["name"], "copy:latest"])

    def model_list(self, request):
        return {"models": [TAG, TAG | {"name": "copy:latest", "model": "copy:latest"}]}


@pytest.fixture
def http(house):
    with http_client(house.gateway) as client:
        yield client


def model_of(house, family):
    fake = {"gpt-x": house.openai, "claude-x": house.anthropic, "gem-x": house.gemini}[family]
    return fake.models[0]


def check_counts(value):
    for name in COUNTS:
        assert isinstance(value[name], int), name
        assert value[name] >= (0 if name == "load_duration" else 1), name
    parts = value["prompt_eval_duration"] + value["eval_duration"]
    assert parts <= value["total_duration"] + 2


# Answers.


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "path, body", [("/api/chat", {"messages": user()}), ("/api/generate", {"prompt": "2+2"})]
)
def test_an_answer_ends_with_every_count_and_duration(house, http, family, streamed, path, body):
    body = body | {"model": model_of(house, family), "stream": streamed}
    answer = http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    *before, last = map(json.loads, answer.text.splitlines())
    assert last["done"] is True
    check_counts(last)
    assert not any(name in line for line in before for name in COUNTS)


def test_what_a_provider_does_not_count_is_estimated(house, http):
    from fakes.openai import completion

    house.openai.will(completion("four words of text here", usage=None))
    body = {"model": "gpt-x", "stream": False, "messages": user("one two three four five")}
    check_counts(http.post("/api/chat", json=body).json())


@pytest.mark.parametrize("family", ["gpt-x", "gem-x"])
def test_embeddings_are_told_with_counts_and_durations(house, http, family):
    body = {"model": model_of(house, family), "input": ["one", "two"]}
    answer = http.post("/api/embed", json=body).json()
    assert answer["total_duration"] >= 1 and answer["load_duration"] == 0
    assert answer["prompt_eval_count"] >= 1
    assert len(answer["embeddings"]) == 2


def test_options_of_embeddings_that_others_lack_are_dropped_and_reported(house, http):
    nulls = dict.fromkeys(["mirostat", "num_gpu", "temperature", "stop", "top_k"])
    body = {
        "model": "gpt-x", "input": ["one"], "truncate": True, "keep_alive": "5m",
        "options": nulls | {"num_ctx": 4096},
    }  # fmt: skip
    assert http.post("/api/embed", json=body).status_code == 200
    sent = house.openai.last.json
    assert not {"options", "truncate", "keep_alive"} & set(sent)
    hints = house.gateway.newest()["received"]["dropped_hints"]
    (fields,) = [hint["fields"] for hint in hints if hint["family"] == "openai"]
    assert fields == ["keep_alive", "options.num_ctx", "truncate"]
    for options in (None, {}, nulls):
        assert http.post("/api/embed", json=body | {"options": options}).status_code == 200


# Lists.


def test_the_files_of_an_ollama_are_listed_as_it_tells_them(fake, gateway):
    made = gateway([provider("home", fake(Home), "ollama")])
    with http_client(made) as http:
        listed = {line["name"]: line for line in http.get("/api/tags").json()["models"]}
    own = listed["qwen3:8b"]
    assert (own["digest"], own["size"]) == (DIGEST, TAG["size"])
    assert own["details"] == TAG["details"]
    assert own["modified_at"].startswith("2026-05-05T00:37:44")
    # Two names of one file have one digest, as at the original.
    assert listed["copy:latest"]["digest"] == DIGEST
    # What is no file of anybody's has a digest of its own.
    others = [line["digest"] for name, line in listed.items() if name.startswith("auto")]
    assert len(set(others)) == len(others) and DIGEST not in others


def test_every_model_has_a_digest_a_size_and_details(house, http):
    models = http.get("/api/tags").json()["models"]
    digests = [model["digest"] for model in models]
    assert len(set(digests)) == len(models) >= 5
    for model in models:
        assert re.fullmatch("[0-9a-f]{64}", model["digest"])
        assert model["size"] > 0 and model["modified_at"]
        assert set(model["details"]) == set(TAG["details"])
    # The same at every start.
    again = http.get("/api/tags").json()["models"]
    assert [model["digest"] for model in again] == digests


def test_what_a_list_told_outlives_a_restart(fake, gateway):
    home = fake(Home)
    made = gateway([provider("home", home, "ollama")])
    made.stop()
    home.models_reply = whole({"error": "not now"}, 500)
    made.start()
    with http_client(made) as http:
        listed = {line["name"]: line for line in http.get("/api/tags").json()["models"]}
    assert listed["qwen3:8b"]["digest"] == DIGEST


def test_a_new_file_under_the_same_name_is_seen(fake, gateway):
    home = fake(Home)
    made = gateway([provider("home", home, "ollama", healthCheck={"intervalMs": 200})])
    newer = TAG | {"digest": "cd" * 32}
    home.pages["/api/tags"] = whole({"models": [newer]})

    def digests():
        with http_client(made) as http:
            return {line["name"]: line["digest"] for line in http.get("/api/tags").json()["models"]}

    eventually(lambda: digests().get("qwen3:8b") == newer["digest"], "the new file was not seen")
    assert "copy:latest" not in digests()


# Models.


def capabilities(http, name):
    return http.post("/api/show", json={"model": name}).json()["capabilities"]


@pytest.mark.parametrize("name", ["auto", "auto:production", "auto:cheap", "gpt-x", "o:gpt-x"])
def test_what_may_be_able_is_said_to_be(house, http, name):
    shown = http.post("/api/show", json={"model": name}).json()
    assert {"completion", "tools", "vision", "thinking"} <= set(shown["capabilities"])
    assert shown["model_info"]["general.architecture"]
    assert shown["details"]["families"] is not None


def test_an_old_client_names_its_model_in_name(http):
    assert http.post("/api/show", json={"name": "gpt-x"}).status_code == 200
    assert http.post("/api/show", json={"model": "", "name": "gpt-x"}).status_code == 200
    assert http.post("/api/show", json={"model": "nobody-has-it"}).status_code == 404


def test_what_is_known_not_to_be_able_is_not_said_to_be(gateway):
    models = [
        {"name": "talker", "capabilities": ["streaming"]}, {"name": "maker"},
        {"name": "vectors", "capabilities": ["embeddings"]},
    ]  # fmt: skip
    made = gateway([{"type": "simulated", "name": "sim", "simulation": {"models": models}}])
    with http_client(made) as http:
        assert capabilities(http, "talker") == ["completion"]
        # A simulated model calls tools; it sees nothing and does not think.
        assert capabilities(http, "maker") == ["completion", "tools"]
        assert capabilities(http, "vectors") == ["embedding"]
        assert capabilities(http, "auto") == ["completion", "tools"]


def test_the_version_is_one_that_programs_accept(http):
    version = http.get("/api/version").json()["version"]
    # codex --oss wants 0.13.4, others 0.14 for the APIs of OpenAI and Anthropic.
    assert tuple(map(int, version.split("."))) >= (0, 14, 0)


# Pulling.


def test_a_model_that_is_served_is_pulled_already(house):
    client = ollama_client(house.gateway)
    assert client.pull("gpt-x").status == "success"
    assert [step.status for step in client.pull("auto", stream=True)][-1] == "success"
    assert not [seen for seen in house.ollama.requests if "pull" in seen.path]


def test_what_is_not_there_is_not_loaded_down_and_advice_is_given(http):
    answer = http.post("/api/pull", json={"name": "llama9"})
    assert answer.status_code == 404
    assert "ollama pull llama9" in answer.json()["error"]


# Validation within a family is the provider's.


@pytest.mark.parametrize(
    "odd",
    [
        {"max_tokens": -1}, {"max_tokens": 0}, {"max_tokens": 99.0}, {"n": 0}, {"stream": None},
        {"temperature": "hot"}, {"tools": {}}, {"metadata": "x"}, {"stream_options": []},
        {"response_format": "json"}, {"messages": []}, {"messages": [{"content": "no role"}]},
        {"messages": [{"role": "critic", "content": {"any": "thing"}}]},
        {"messages": [{"role": "user", "content": ["a", "b"]}]}, {"messages": ["a"]},
    ],
)  # fmt: skip
def test_what_openai_s_family_is_to_judge_reaches_it(house, http, odd):
    body = {"model": "gpt-x", "messages": user(), **odd}
    answer = http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert house.openai.last.json == body


@pytest.mark.parametrize(
    "path, body",
    [
        ("/v1/messages", {"max_tokens": -1, "messages": []}),
        ("/v1/messages", {"max_tokens": 9, "messages": [{"role": "critic", "content": 7}]}),
        ("/v1/messages", {"max_tokens": 9, "messages": user(), "thinking": "much"}),
        ("/v1/messages", {"max_tokens": 9, "messages": user(), "system": {"a": 1}}),
    ],
)
def test_what_anthropic_is_to_judge_reaches_it(house, http, path, body):
    body = {"model": "claude-x"} | body
    assert http.post(path, json=body).status_code == 200
    assert house.anthropic.last.json == body


@pytest.mark.parametrize(
    "options", [{"num_predict": 9.0}, {"num_predict": "many"}, {"temperature": "hot"}, [], None]
)
def test_what_ollama_is_to_judge_reaches_it(house, http, options):
    body = {"model": "llama-x", "messages": user(), "stream": False, "options": options}
    assert http.post("/api/chat", json=body).status_code == 200
    sent = house.ollama.last.json["options"]
    assert sent == options or {k: sent[k] for k in options or {}} == (options or {})


@pytest.mark.parametrize("texts", [[], [{"text": "a"}, {"image": "b"}], [["a"]], "", {"a": 1}])
def test_what_is_to_be_embedded_is_the_provider_s_to_judge(house, http, texts):
    answer = http.post("/v1/embeddings", json={"model": "gpt-x", "input": texts})
    assert house.openai.last.json["input"] == texts
    assert answer.status_code == 200, answer.text


def test_a_negative_limit_is_none_for_budgets_too(fake, gateway):
    upstream = fake()
    made = gateway(
        [provider("o", upstream)], budgets={"daily": 1, "maxOutputTokens": 100}
    )
    with http_client(made) as http:
        body = {"model": "auto", "messages": user(), "max_tokens": -1}
        assert http.post("/v1/chat/completions", json=body).status_code == 200
    assert upstream.last.json["max_tokens"] == 100


@pytest.mark.parametrize("flag", ["true", 1])
def test_a_stream_that_servers_take_for_one_is_read_as_one(house, http, flag):
    body = {"model": "gpt-x", "messages": user(), "stream": flag}
    answer = http.post("/v1/chat/completions", json=body)
    assert house.openai.last.json["stream"] == flag
    assert house.gateway.newest()["received"]["streamed"] is True
    assert answer.status_code in (200, 502)
