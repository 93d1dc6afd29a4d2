"""Quality for each kind of work: ratings to begin with, and people's scores that move them."""

import json

import pytest

from conftest import ask, http_client, id_of, openai_client, provider
from fakes.ollama import OllamaProvider
from test_replay import check_all
from test_strategies import chosen, model, simulated

TASK, OTHER = "code-review", "planning"
STRONG, WEAK = "cloud:strong", "cloud:weak"
CLOUD = simulated("cloud", model("weak", 1, 0.6), model("strong", 20, 0.9))


def of(task):
    return {"extra_headers": {"x-logway-task": task}}


def judge(gateway, response, score):
    gateway.completed(id_of(response))
    body = {"request_id": id_of(response), "score": score}
    assert http_client(gateway).post("/v1/feedback", json=body).status_code == 200


def judged(gateway, model, task, score, times):
    """Answers of a model to a kind of work, each with the same score."""
    client = openai_client(gateway)
    for _ in range(times):
        judge(gateway, ask(client, model=model, **of(task)), score)


def predicted(gateway, response):
    decided = gateway.completed(id_of(response))["decided"]
    return {c["model"]: c.get("predicted_quality_ppm") for c in decided["candidates"]}


def best(gateway, task):
    """Whom the best answers to a kind of work are expected of."""
    response = ask(openai_client(gateway), model="auto:best", **of(task))
    return chosen(response), predicted(gateway, response)


def test_feedback_counts_for_its_kind_of_work_and_survives_restarts(gateway):
    made = gateway([CLOUD])
    # The rating of the configuration, until people judged.
    for task in (TASK, OTHER):
        assert best(made, task) == (STRONG, {"strong": 900_000, "weak": 600_000})
    # At one task people like the weak one and not the strong one, at another it is the other way.
    judged(made, WEAK, TASK, 1, 5)
    judged(made, STRONG, TASK, 0, 5)
    judged(made, WEAK, OTHER, 0, 5)
    judged(made, STRONG, OTHER, 1, 5)
    after = {
        TASK: (WEAK, {"strong": 0, "weak": 1_000_000}),
        OTHER: (STRONG, {"strong": 1_000_000, "weak": 0}),
    }
    assert {task: best(made, task) for task in after} == after
    check_all(made)
    assert made.stop() == 0
    made.start()
    assert {task: best(made, task) for task in after} == after
    made.kill()
    made.start()
    assert {task: best(made, task) for task in after} == after
    check_all(made)


def test_what_was_never_judged_of_a_task_goes_by_all_that_was_judged(gateway):
    made = gateway([CLOUD])
    judged(made, WEAK, TASK, 1, 5)
    choice, quality = best(made, OTHER)
    assert (choice, quality["weak"]) == (WEAK, 1_000_000)
    check_all(made)


def test_the_strategy_quality_takes_who_is_best_at_the_task(gateway):
    made = gateway([CLOUD], routing={"strategies": ["quality", "fallback"]})
    judged(made, WEAK, TASK, 1, 6)
    judged(made, STRONG, TASK, 0.2, 6)
    judged(made, WEAK, OTHER, 0.2, 6)
    judged(made, STRONG, OTHER, 0.8, 6)
    client = openai_client(made)
    assert chosen(ask(client, **of(TASK))) == WEAK
    response = ask(client, **of(OTHER))
    assert chosen(response) == STRONG
    page = made.explain_page(id_of(response))
    assert "quality ranked: the best answers" in page
    report = json.loads(made.ask("report", "--json"))
    assert {line["name"] for line in report["by_task"]} >= {TASK, OTHER}
    check_all(made)


CODER, GENERAL = "qwen2.5-coder:7b", "llama3.1:8b"


@pytest.fixture
def shelf(fake, gateway, tmp_path):
    """A server of Ollama's with models that the shipped catalogue knows, and maybe more to say of them."""

    def start(*entries):
        local = fake(OllamaProvider, models=(GENERAL, CODER, "phi4"))
        config = {}
        if entries:
            path = tmp_path / "models.json"
            path.write_text(json.dumps({"version": 1, "models": list(entries)}))
            config["catalog"] = str(path)
        return gateway([provider("local", local, "ollama")], **config)

    return start


def expected(gateway, model):
    """What the catalogue's command says that is expected of a model."""
    line = gateway.command("models", "show", f"ollama:{model}", "--json")
    assert line.returncode == 0, line.stderr
    return json.loads(line.stdout)["expected_quality_ppm"]


def test_published_benchmarks_choose_until_people_judge(shelf):
    made = shelf()
    # HumanEval: 88.4, 82.6 and 72.6 per cent; phi4 is no pick for code by its card, but was measured.
    choice, quality = best(made, "code-generation")
    assert choice == f"local:{CODER}"
    assert quality[CODER] > quality[GENERAL]
    # MMLU is of that, and HumanEval is not.
    choice, reasoning = best(made, "analysis")
    assert choice == "local:phi4"
    assert reasoning["phi4"] > quality["phi4"]
    for name, of_code in quality.items():
        assert expected(made, name)["code-generation"] == of_code
    page = made.command("models", "show", f"ollama:{CODER}").stdout
    assert f"code-generation {quality[CODER] / 1_000_000}" in page
    # A rating counts as much as five scores.
    judged(made, f"local:{CODER}", "code-generation", 0, 5)
    choice, after = best(made, "code-generation")
    assert after[CODER] == quality[CODER] // 2
    assert choice != f"local:{CODER}"
    check_all(made)


def test_the_users_ratings_and_benchmarks_count(shelf):
    """A rating goes before what benchmarks say, and a new benchmark moves who is near it."""
    made = shelf(
        {"provider": "ollama", "id": GENERAL, "quality": {"code-generation": 0.99}},
        {
            "provider": "ollama",
            "id": CODER,
            "benchmarks": [
                {"name": "MMLU", "percent": 99, "source": "our own run", "asOf": "2026-11-01"}
            ],
        },
    )
    choice, quality = best(made, "code-generation")
    assert (choice, quality[GENERAL]) == (f"local:{GENERAL}", 990_000)
    assert best(made, "analysis")[0] == f"local:{CODER}"
    check_all(made)
