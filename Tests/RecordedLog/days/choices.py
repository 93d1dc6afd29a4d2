"""What ranks the candidates: strategies, exploration, tenants, judgements and modes."""

from conftest import provider
from fakes import ollama
from fakes.lmstudio import LMStudioProvider
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from fakes.server import whole

from .parts import CLOUD, DEAR, HOME

QUESTIONS = ("What is 2+2?", "Prove the theorem rigorously, by induction, for all primes",
             "Plan the milestones of the quarter", "Review this pull request for best practices")  # fmt: skip


def strategies(town):
    far = town.fake(OpenAIProvider, ["gpt-x"])
    providers = [HOME, CLOUD, provider("far", far, costPer1MTokens=DEAR)]
    config = {
        "fallback_chains": {"production": ["home", "cloud", "far"], "big": ["cloud:cloud-max"]},
        "task_fallback_overrides": {"code-review": ["cloud:cloud-max", "home"]},
        "tenants": {"acme": {"allowedModels": ["home", "far:gpt-x"]}, "gone": {"allowedModels": ["nothing"]}},
    }

    def ask_all(*names):
        for words in QUESTIONS:
            town.chat("auto", words)
        for name in names:
            town.chat(name)

    town.begin("2026-10-05T08:00", providers, routing={"referenceModel": "cloud:cloud-max"}, **config)
    ask_all("auto:cheap", "auto:best", "auto:fast", "auto:local", "auto:free", "auto:big", "far:gpt-x")
    for tenant in ("acme", "gone", "other"):
        town.chat("auto", headers={"x-logway-tenant": tenant})
    town.chat("cloud:cloud-max", headers={"x-logway-tenant": "acme"})
    town.chat("auto", "word " * 8_000)
    town.chat("auto", headers={"x-logway-require": "vision"})
    for name, score in (("home:home-small", 1), ("cloud:cloud-max", 0.1)):
        for _ in range(5):
            answer = town.chat(name)
            town.settle()
            body = {"request_id": answer.headers["x-logway-request-id"], "score": score}
            assert town.post("/v1/feedback", body).status_code == 200
    town.chat("auto:best")
    town.end()
    for date, named, more in (
        ("2026-10-06T08:00", ["complexity"], {}),
        ("2026-10-06T10:00", ["task-based", "capability", "performance", "fallback"], {}),
        ("2026-10-06T12:00", ["learned", "cost"], {"exploration": {"floor": 0.3, "arms": 3}}),
        ("2026-10-06T14:00", ["quality"], {"affinity": {"enabled": False}}),
    ):
        town.begin(date, providers, routing={"strategies": named, **more}, **config)
        ask_all("auto", "auto", "auto", "auto:cheap", "cloud-max")
        town.chat("auto", headers={"x-logway-max-latency": "1"})
        town.end()


def modes(town):
    near, studio = town.fake(OllamaProvider), town.fake(LMStudioProvider)
    studio.loaded["qwen3-8b"] = ["qwen3-8b"]
    details = {"format": "gguf", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"}
    near.pages["/api/tags"] = whole({"models": [{
        "name": "llama-x", "model": "llama-x", "size": 7, "digest": "0123abcd",
        "modified_at": "2026-08-01T00:00:00Z", "details": details,
    }]})  # fmt: skip
    far = {"name": "hosted", "simulation": {**CLOUD["simulation"], "seed": 9}}
    providers = [{**CLOUD, **far, "priority": 1}, provider("near", near, "ollama", priority=2),
                 {**HOME, "priority": 3}, provider("studio", studio, "lmstudio", priority=4)]  # fmt: skip
    for date, mode in (
        ("2026-10-07T08:00", "local_first"), ("2026-10-07T10:00", "hosted"), ("2026-10-07T12:00", "free_only"),
    ):  # fmt: skip
        exploration = {"exploration": {"floor": 0.2, "arms": 2}} if mode == "local_first" else {}
        log = {"snapshotEvery": 1_000, "durability": "strict"}
        town.begin(date, providers, mode=mode, routing=exploration, log=log)
        for name in ("auto", "auto", "auto:cheap", "auto:free", "llama-x", "cloud-mini"):
            town.chat(name)
        near.will(ollama.error())
        town.chat("auto")
        town.end()
