"""Several keys or addresses of one provider: who is asked, which is on cooldown, and what is told of it."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from conftest import ask, id_of, ollama_client, openai_client, provider
from fakes.ollama import OllamaProvider
from fakes.openai import completion, error
from fakes.server import Hold, whole
from gateway import eventually


def keys_of(fake):
    return Counter(seen.headers["authorization"].removeprefix("Bearer ") for seen in fake.requests)


def keyed(fake, *keys, **options):
    entry = provider("groq", fake, defaultModel="gpt-x", **options)
    entry.pop("apiKey", None)
    return entry | {"apiKeys": list(keys)}


def checked(gateway):
    """The log decides again what it recorded."""
    assert gateway.stop() == 0
    gateway.ask("replay", "--check")


def test_requests_at_once_spread_over_the_keys(fake, gateway):
    server, gate = fake(), threading.Event()
    answer = completion("fine")
    server.always(replace(answer, steps=[Hold(gate), *answer.steps]))
    made = gateway([keyed(server, "first-key-1", "second-key-2")])
    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(ask, openai_client(made)) for _ in range(6)]
        server.wait_for_request(6)
        gate.set()
        records = [made.completed(id_of(answer.result())) for answer in answers]
    assert keys_of(server) == {"first-key-1": 3, "second-key-2": 3}
    records.sort(key=lambda record: record["attempts_started"][0]["lane"])
    lanes = [record["attempts_started"][0]["lane"] for record in records]
    assert lanes == ["key 1"] * 3 + ["key 2"] * 3
    status = made.status()["groq"]["lanes"]
    assert [(lane["name"], lane["attempts"]) for lane in status] == [("key 1", 3), ("key 2", 3)]
    text = made.ask("providers", "status", "--detailed")
    assert "Lanes" in text and "key 2" in text
    assert "by key 2" in made.explain_page(records[-1]["attempts_started"][0]["request"])
    everything = "".join(p.read_bytes().decode("latin-1") for p in made.data.rglob("*.seg"))
    assert "second-key" not in made.ask("log", "dump") + text + everything
    checked(made)


def test_a_rejected_key_disables_that_key_only(fake, gateway):
    def answer(request):
        if request.headers["authorization"].endswith("bad-key-1"):
            return error(401, "bad key")
        return completion("fine")

    server, other = fake(), fake()
    server.always(answer)
    made = gateway([keyed(server, "bad-key-1", "good-key-2"), provider("other", other)])
    first = made.completed(id_of(ask(openai_client(made))))
    assert [a["lane"] for a in first["attempts_started"]] == ["key 1", "key 2"]
    assert first["attempts_finished"][0]["failure"] == "key rejected"
    for _ in range(4):
        ask(openai_client(made))
    assert keys_of(server) == {"bad-key-1": 1, "good-key-2": 5}
    assert not other.requests
    row = made.status()["groq"]
    assert row["status"] == "degraded"
    assert "key_rejected_until" not in row
    assert "key_rejected_until" in row["lanes"][0]
    assert "key_rejected_until" not in row["lanes"][1]
    checked(made)


def test_a_rate_limited_key_waits_while_the_others_go_on(fake, gateway):
    def answer(request):
        if request.headers["authorization"].endswith("slow-key-1"):
            return error(429, "slow down", headers={"retry-after": "60"})
        return completion("fine")

    server, other = fake(), fake()
    server.always(answer)
    made = gateway([keyed(server, "slow-key-1", "good-key-2"), provider("other", other)])
    for _ in range(4):
        ask(openai_client(made))
    assert keys_of(server) == {"slow-key-1": 1, "good-key-2": 4}
    assert not other.requests
    checked(made)


def test_each_key_has_quotas_of_its_own(fake, gateway):
    server, other = fake(), fake(text="other")
    limited = keyed(server, "first-key-1", "second-key-2", limits={"requestsPerDay": 2})
    made = gateway([limited, provider("other", other)])
    for _ in range(6):
        ask(openai_client(made))
    assert keys_of(server) == {"first-key-1": 2, "second-key-2": 2}
    assert len(other.requests) == 2
    checked(made)


def test_a_dead_address_costs_an_attempt_and_then_rests(fake, gateway, refusing):
    server, other = fake(), fake()
    entry = {
        "type": "openai",
        "name": "pool",
        "defaultModel": "gpt-x",
        "healthCheck": {"enabled": False},
        "endpoints": [
            {"baseUrl": refusing.url},
            {"baseUrl": server.url, "apiKey": "own-key-2"},
        ],
    }
    made = gateway([entry, provider("other", other)])
    first = made.completed(id_of(ask(openai_client(made))))
    assert [a["key"] if "key" in a else 0 for a in first["attempts_started"]] == [0, 1]
    for _ in range(3):
        ask(openai_client(made))
    assert keys_of(server) == {"own-key-2": 4}
    assert not other.requests
    # It is asked again only after its rest, which doubles; on a busy machine the first is soon over.
    events = [e for e in made.events() if e["type"].startswith("Attempt") and e["key"] == 0]
    began = [moment(e) for e in events if e["type"] == "AttemptStarted"]
    ended = [moment(e) for e in events if e["type"] == "AttemptFinished"]
    assert len(began) == len(ended) == made.status()["pool"]["lanes"][0]["failures"]
    rests = [after - before for before, after in zip(ended, began[1:])]
    assert all(rest >= timedelta(seconds=1 << n) for n, rest in enumerate(rests)), rests
    checked(made)


def moment(event):
    return datetime.fromisoformat(event["time"])


def test_lists_are_asked_for_in_a_lane_that_is_not_held(fake, gateway):
    def look_up(request):
        if request.headers["authorization"].endswith("bad-key-1"):
            return error(401, "bad key")
        return whole(server.model_list(request))

    server = fake()
    server.always(lambda request: error(401, "bad key")
                  if request.headers["authorization"].endswith("bad-key-1")
                  else completion("fine"))  # fmt: skip
    server.models_reply = look_up
    made = gateway([keyed(server, "bad-key-1", "good-key-2", healthCheck={"intervalMs": 200})])
    # Before any attempt nothing is known of the keys: the list comes by the second.
    status = made.status()["groq"]
    assert (status["status"], status["models"]) == ("healthy", ["gpt-x"])
    ask(openai_client(made))
    assert made.status()["groq"]["lanes"][0]["key_rejected_until"]
    server.listings.clear()
    eventually(lambda: len(server.listings) >= 3, "no probe")
    assert {seen.headers["authorization"] for seen in server.listings[1:3]} == {
        "Bearer good-key-2"
    }  # fmt: skip
    checked(made)


def test_lists_come_from_an_address_that_is_there(fake, gateway, refusing):
    server = fake(models=["there"])
    made = gateway([{
        "type": "openai", "name": "pool",
        "endpoints": [{"baseUrl": refusing.url}, {"baseUrl": server.url}],
    }])  # fmt: skip
    status = made.status()["pool"]
    assert (status["status"], status["models"]) == ("healthy", ["there"])


def test_questions_of_ollama_s_clients_are_asked_in_a_lane_that_answers(fake, gateway, refusing):
    server = fake(OllamaProvider)
    made = gateway([{
        "type": "ollama", "name": "pool",
        "endpoints": [{"baseUrl": refusing.url}, {"baseUrl": server.url}],
    }])  # fmt: skip
    ask(openai_client(made), model="llama-x")
    assert [model.model for model in ollama_client(made).ps().models] == ["llama-x"]


def test_where_no_lane_answers_the_first_one_s_failure_is_told(fake, gateway, refusing):
    silent = fake()
    silent.models_reply = error(500, "broken")
    made = gateway([{
        "type": "openai", "name": "pool",
        "endpoints": [{"baseUrl": silent.url}, {"baseUrl": refusing.url}],
    }])  # fmt: skip
    # It answered, so it is there; nobody has asked it for more than its list.
    assert made.status()["pool"]["status"] == "unknown"
    (probe,) = [e for e in made.events() if e["type"] == "HealthProbed"]
    assert probe["message"] == "HTTP 500: broken"
