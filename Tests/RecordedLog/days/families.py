"""The first day: every client's API over every family of providers, names, hints, conversations and judgements; then a
start by other models and prices."""

from conftest import provider
from fakes import anthropic, gemini, ollama, openai
from fakes.anthropic import AnthropicProvider
from fakes.gemini import GeminiProvider
from fakes.ollama import OllamaProvider
from fakes.openai import OpenAIProvider
from fakes.server import whole

from .parts import APIS, HOUR, LIMIT, catalog, messages, response, user


class House:
    """The fakes of the first day."""

    def __init__(self, town):
        self.alpha = town.fake(OpenAIProvider, ["gpt-x", "gpt-y"])
        self.claude = town.fake(AnthropicProvider)
        self.gemini = town.fake(GeminiProvider)
        self.llama = town.fake(OllamaProvider)
        self.answers = town.fake(OpenAIProvider, ["gpt-r"], text="second")
        self.router = town.fake(OpenAIProvider, ["m-router"])
        self.mystery = town.fake(OpenAIProvider, ["m-mystery"])
        self.listed = town.fake(OpenAIProvider, ["gpt-c", "gpt-dear"])

    @property
    def providers(self):
        entries = [
            provider("alpha", self.alpha),
            provider("claude", self.claude, "claude"),
            provider("gemini", self.gemini, "google"),
            provider("llama", self.llama, "ollama", maxContextTokens=8_192, keepAlive="10m"),
            provider("answers", self.answers, responses=True, completions=True),
            provider("router", self.router, "openrouter"),
            provider("mystery", self.mystery, "groq"),
        ]
        del entries[-1]["costPer1MTokens"]
        return entries


ALIASES = {"claude-opus-*": "auto", "fast": "quick", "quick": "alpha:gpt-y", "*-mini": "gpt-x"}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def families(town):
    house = House(town)
    config = {"catalog": catalog(town), "aliases": ALIASES}
    town.begin("2026-08-28T09:00", house.providers, **config)
    for api in APIS:
        for name in ("gpt-x", "claude-x", "gemini-x", "llama-x"):
            for streamed in (False, True):
                town.post(*api(name, streamed, f"What is 2+2? By {name}"))
    embeddings(town)
    requirements(town, house)
    responses(town, house)
    costs(town, house)
    names_and_hints(town)
    conversations(town, house)
    judgements(town)
    town.end()
    # Another list of models, other prices, and one provider fewer.
    house.alpha.models.append("gpt-z")
    house.llama.models_reply = ollama.error("out of order")
    house.claude.models_reply = anthropic.error(401, "authentication_error", "no such key")
    entries = [*house.providers[:4], provider("listed", house.listed)]
    del entries[4]["costPer1MTokens"]
    entries[0]["costPer1MTokens"] = {"input": 2, "output": 8}
    del entries[1]["costPer1MTokens"]
    entries[1]["priority"] = 1
    town.start(entries, **config)
    for name in ("auto", "gpt-z", "claude-x", "alpha:unlisted", "gpt-c"):
        town.chat(name)
    town.chat("gpt-c", "word " * 1_000)
    # Another model than the one that was asked for answers, and nobody counts.
    house.listed.will(openai.completion("x" * 400, "gpt-dear", usage=None))
    town.chat("gpt-c", max_tokens=20)
    town.end()


def embeddings(town):
    texts = ["one", "two"]
    for name in ("gpt-x", "llama-x", "gemini-x"):
        town.post("/v1/embeddings", {"model": name, "input": texts})
        town.post("/api/embed", {"model": name, "input": texts})
    part = {"content": {"parts": [{"text": "one"}]}}
    town.post("/v1beta/models/gemini-x:embedContent", part)
    town.post("/v1/embeddings", {"model": "auto", "input": texts})


def requirements(town, house):
    """What a request needs, and what a family has no word for."""
    house.alpha.will(openai.completion(tool_calls=[openai.tool_call("add", {"a": 2})]))
    town.chat("gpt-x", tools=[TOOL])
    house.claude.will(anthropic.message(tool=("add", {"a": 2})))
    town.chat("claude-x", tools=[TOOL], tool_choice="required")
    house.claude.will(anthropic.streamed_thought(["hm"]))
    town.chat("claude-x", stream=True, reasoning_effort="high", max_tokens=4_000)
    house.alpha.will(openai.streamed_thought(["hm"]))
    body = messages("gpt-x", True, "Think.")[1] | {"thinking": {"type": "enabled", "budget_tokens": 1_024}}
    town.post("/v1/messages", body | {"max_tokens": 2_048})
    schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
    town.chat("auto", response_format=schema)
    town.post("/v1/chat/completions", {"model": "auto", "messages": [
        {"role": "user", "content": [{"type": "text", "text": "What is it?"}, PICTURE]},
    ]})  # fmt: skip
    town.chat("auto", n=2, max_tokens=LIMIT)
    town.chat("gpt-x", n=3, max_tokens=LIMIT)
    town.chat("claude-x", logit_bias={"1": 5})
    town.chat("gpt-x", service_tier="priority")
    town.chat("gpt-x", web_search_options={})
    named = [{"role": "user", "content": "Hi", "name": "ann"}]
    town.post("/v1/chat/completions", {"model": "claude-x", "messages": named})
    town.chat("gpt-y", "word " * 2_500)
    town.chat("gpt-y", headers={"x-logway-require": "vision"})


def responses(town, house):
    """Responses that pass, that are held, that are refused and go on as chats."""
    sealed = openai.sealed("gAAAAof-answers")
    house.answers.will(openai.response([sealed, openai.output_text()], "gpt-r-2026"))
    town.post("/v1/responses", {"model": "gpt-r", "input": "Hi", "store": False})
    turn = [{"role": "user", "content": "Hi"}, sealed, openai.output_text(), {"role": "user", "content": "And?"}]
    town.post("/v1/responses", {"model": "auto", "input": turn, "store": False})
    house.answers.will(openai.response(id="resp_kept"))
    town.post("/v1/responses", {"model": "gpt-r", "input": "Hi"})
    house.answers.will(openai.response(id="resp_kept_2"))
    town.post("/v1/responses", {"model": "gpt-r", "previous_response_id": "resp_kept", "input": "And?"})
    house.answers.will(openai.error(503), openai.error(503))
    town.post("/v1/responses", {"model": "auto", "previous_response_id": "resp_kept_2", "input": "And?"})
    town.post("/v1/responses", {"model": "gpt-x", "previous_response_id": "resp_nobody's", "input": "And?"})
    house.answers.will(openai.streamed_response(
        ending="response.incomplete", status="incomplete",
        incomplete_details={"reason": "max_output_tokens"},
    ))  # fmt: skip
    town.post(*response("gpt-r", True, "Go on."))
    house.answers.will(whole({"detail": "Not Found"}, 404))
    town.post(*response("gpt-r", False, "Hi"))


def costs(town, house):
    usage = openai.usage_object((1_000, 500), cached=200)
    house.alpha.will(openai.completion(usage=usage))
    town.chat("gpt-x")
    counts = anthropic.usage_object((1_000, 500), cache_write=500, cache_read=200)
    more = {"cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 200},
            "server_tool_use": {"web_search_requests": 2}, "service_tier": "priority"}  # fmt: skip
    house.claude.will(anthropic.message(usage=counts), anthropic.message(usage=counts | more))
    town.post(*messages("claude-x", False, "Hi"))
    town.post(*messages("claude-x", False, "Hi"))
    receipt = {**openai.usage_object((1_000, 500)), "cost": 0.00123}
    house.router.will(openai.completion(usage=receipt), openai.streamed(usage=receipt))
    town.chat("m-router")
    town.chat("m-router", stream=True)
    town.chat("m-mystery")
    house.alpha.will(openai.completion("x" * 400, usage=None), openai.streamed(["x" * 400], usage=None))
    town.chat("gpt-x")
    town.chat("gpt-x", stream=True)
    house.gemini.will(gemini.blocked(), gemini.answer(finish="MAX_TOKENS"))
    town.chat("gemini-x")
    town.chat("gemini-x")


HINTS = (
    {"x-logway-task": "planning"},
    {"x-logway-complexity": "very-complex"},
    {"x-logway-max-cost": "0.05"},
    {"x-logway-max-cost": "0.0000001"},
    {"x-logway-max-latency": "1"},
    {"x-logway-local-only": "true"},
    {"x-logway-tenant": "acme", "x-logway-tags": "team=red, user=7"},
    {"x-logway-require": "vision,tools"},
    {"x-logway-cache-key": "docs"},
    {"x-logway-max-cost": "cheap"},
)


def names_and_hints(town):
    for name in ("claude-opus-5", "fast", "gpt-5-mini", "alpha:unlisted", "nosuch", "auto:nosuch"):
        town.chat(name)
    for name in ("auto:cheap", "auto:fast", "auto:best", "auto:local", "auto:free"):
        town.chat(name)
    for hints in HINTS:
        town.chat("auto", headers=hints)
    town.chat("auto", metadata={"task": "documentation", "tenant": "red", "tags": "sk-proj-" + "a1B2" * 10})
    for words in (
        "Review this pull request for code quality and best practices",
        "Prove the theorem rigorously, by induction, for all primes",
        "Write a function that sorts a list, and test it:\n```swift\nfunc sort() {}\n```",
        "Plan the milestones of the quarter",
    ):
        town.chat("auto", words)
    town.post("/v1/chat/completions", content=b"{")
    town.post("/v1/chat/completions", {"model": "auto"})


def conversations(town, house):
    """Who answered stays with the conversation, until its time is over or its provider fails."""
    house.claude.will(openai.error(500))
    house.alpha.will(openai.error(429, "slow down", headers={"retry-after": "20"}))
    turn = [("user", "Tell me of otters."), ("assistant", "second"), ("user", "And of their food?")]

    def ask(count, model="auto", **options):
        said = [{"role": role, "content": words} for role, words in turn[:count]]
        town.post("/v1/chat/completions", {"model": model, "messages": said}, **options)

    ask(1)
    town.pass_time(30)
    ask(3)
    ask(3, "gpt-x")
    session = {"x-claude-code-session-id": "one"}
    ask(1, headers=session)
    ask(3, headers=session | {"x-claude-code-agent-id": "a"})
    ask(3, headers=session)
    town.post("/v1/chat/completions", {"model": "auto", "messages": user("Hi"), "prompt_cache_key": "k"})
    town.pass_time(2 * HOUR)
    ask(3)


def judgements(town):
    answers = [town.chat("auto"), town.chat("claude-x")]
    town.settle()
    for answer, score, more in (
        (answers[0], 1, {}),
        (answers[0], 0.25, {"comment": "too short", "source": "judge"}),
        (answers[1], 0.5, {}),
    ):
        body = {"request_id": answer.headers["x-logway-request-id"], "score": score, **more}
        assert town.post("/v1/feedback", body).status_code == 200
    nobody = {"request_id": "01900000-0000-7000-8000-000000000000", "score": 1}
    assert town.post("/v1/feedback", nobody).status_code == 404
