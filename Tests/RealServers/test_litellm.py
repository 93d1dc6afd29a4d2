"""Logway in front of LiteLLM's proxy, a server of OpenAI's family that we didn't write."""

import json
import os
import pathlib
import socket
import subprocess
import urllib.error
import urllib.request

import openai
import pytest

from gateway import Gateway, eventually

KEY = "sk-real-server"
START_TIMEOUT = 120.0
"""Seconds: it reads hundreds of modules."""


class LiteLLM:
    """The proxy as a process, on a free port."""

    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "litellm.txt"
        command = pathlib.Path(os.environ["REAL_SERVERS"]) / "bin" / "litellm"
        config = pathlib.Path(__file__).with_name("litellm.yaml")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [command, "--config", config, "--host", "127.0.0.1", "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                # Its prices from the package, and nothing told to anybody.
                env={
                    "PATH": f"{command.parent}:{os.environ['PATH']}",
                    "HOME": str(folder),
                    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                    "LITELLM_TELEMETRY": "False",
                },
            )

    def is_up(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(self.url + "/health/liveliness", timeout=5):
                return True
        except urllib.error.URLError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait(20)


@pytest.fixture(scope="module")
def litellm(tmp_path_factory):
    server = LiteLLM(tmp_path_factory.mktemp("litellm"))
    try:
        eventually(server.is_up, "LiteLLM does not listen", START_TIMEOUT, 0.5)
        yield server
    finally:
        server.close()


def configured(server, key=KEY):
    entry = {
        "type": "openai",
        "name": "litellm",
        "baseUrl": server.url,
        "apiKey": key,
        "defaultModel": "mock-chat",
        "costPer1MTokens": {"input": 3, "output": 15},
    }
    return {"providers": [entry]}


@pytest.fixture
def gateway(tmp_path, litellm):
    made = Gateway(tmp_path, configured(litellm)).start()
    yield made
    made.close()


@pytest.fixture
def client(gateway):
    return openai.OpenAI(base_url=gateway.url + "/v1", api_key="any", max_retries=0, timeout=30)


def ask(client, model="mock-chat", **options):
    messages = [{"role": "user", "content": "What is 2+2?"}]
    return client.chat.completions.create(model=model, messages=messages, **options)


def test_a_chat_is_answered_counted_and_priced(gateway, client):
    answer = ask(client)
    assert answer.choices[0].message.content == "four"
    usage = answer.usage
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0
    record = gateway.newest()
    assert record["completed"]["outcome"] == "answered"
    cost = usage.prompt_tokens * 3_000 + usage.completion_tokens * 15_000
    assert record["completed"]["cost_nanodollars"] == cost


def test_a_chat_is_streamed_and_its_receipt_taken(gateway, client):
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert "".join(choice.delta.content or "" for choice in choices) == "four"
    assert "stop" in [choice.finish_reason for choice in choices]
    (usage,) = [chunk.usage for chunk in chunks if chunk.usage]
    record = gateway.newest()
    assert record["completed"]["outcome"] == "answered"
    # It tells the cost at the end of streams only; what a provider tells wins over our prices.
    assert record["completed"]["cost_nanodollars"] == round(usage.cost * 1e9)
    (attempt,) = gateway.explain(record["request"])["attempts_finished"]
    assert attempt["cost_origin"] == "receipt"


def test_other_client_apis_are_answered(gateway, client):
    assert client.responses.create(model="mock-chat", input="What is 2+2?").output_text == "four"
    body = {
        "model": "mock-chat",
        "max_tokens": 16,
        "messages": [{"role": "user", "content": "What is 2+2?"}],
    }
    request = urllib.request.Request(
        gateway.url + "/v1/messages",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["content"] == [{"type": "text", "text": "four"}]


def test_a_text_is_embedded(client):
    answer = client.embeddings.create(model="mock-embed", input="a", encoding_format="float")
    assert [item.embedding for item in answer.data] == [[0.5, -1.25]]


def test_models_are_listed(client):
    ids = {model.id for model in client.models.list()}
    assert {"mock-chat", "mock-limited", "mock-broken", "mock-embed"} <= ids


@pytest.mark.parametrize("stream", [False, True])
def test_a_limit_is_told_with_its_status(gateway, client, stream):
    with pytest.raises(openai.RateLimitError):
        ask(client, "mock-limited", stream=stream)
    assert gateway.newest()["completed"]["outcome"] != "answered"


def test_a_broken_model_is_told_and_the_next_one_answers(gateway, client):
    with pytest.raises(openai.InternalServerError) as error:
        ask(client, "mock-broken")
    assert error.value.status_code >= 500
    assert ask(client).choices[0].message.content == "four"


def test_a_live_check_passes(gateway):
    result = gateway.command("providers", "test", "litellm", "--paid", "--json", timeout=60)
    document = json.loads(result.stdout)
    steps = {step["name"]: step["result"] for step in document["steps"]}
    assert result.returncode == 0, result.stdout
    assert document["passed"]
    assert {steps[name] for name in ["connection", "key", "models", "completion", "usage"]} == {
        "passed"
    }


def test_a_live_check_finds_a_wrong_key(tmp_path, litellm):
    made = Gateway(tmp_path, configured(litellm, key="sk-wrong"))
    result = made.command("providers", "test", "litellm", "--json", timeout=60)
    document = json.loads(result.stdout)
    assert result.returncode == 3, result.stdout
    assert not document["passed"]


def test_a_live_check_finds_that_nobody_is_there(tmp_path, litellm):
    config = configured(litellm)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        config["providers"][0]["baseUrl"] = "http://127.0.0.1:%d" % nobody.getsockname()[1]
        made = Gateway(tmp_path, config)
        result = made.command("providers", "test", "litellm", "--json", timeout=60)
    assert result.returncode == 3, result.stdout
    assert json.loads(result.stdout)["steps"][0]["result"] == "failed"
