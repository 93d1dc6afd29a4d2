"""Follow-ups of a conversation go to who answered it, which holds its prompt cache."""

import pytest

from conftest import id_of, openai_client, provider
from fakes.openai import error


def turn(made, *texts, model="auto", **options):
    """A request with these texts, the user's and the model's in turn."""
    roles = ["user", "assistant"] * len(texts)
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts)]
    client = openai_client(made)
    return client.chat.completions.with_raw_response.create(
        model=model, messages=messages, **options
    )


def provider_of(response):
    return response.headers["x-logway-provider"]


@pytest.fixture
def moved(pair):
    """A conversation that the second provider answered, while the first was down for a moment."""
    made, first, second = pair
    first.will(error(429, "slow down", headers={"retry-after": "1"}))
    assert provider_of(turn(made, "Tell me of otters.")) == "second"

    def first_is_back():
        # Another conversation, which nothing keeps away from the first.
        return provider_of(turn(made, "Something else.")) == "first"

    from gateway import eventually

    eventually(first_is_back, "the first provider is held")
    return made, first, second


def test_a_follow_up_stays_with_who_answered(moved):
    made, _, second = moved
    response = turn(made, "Tell me of otters.", "second", "And of their food?")
    assert provider_of(response) == "second"
    record = made.completed(id_of(response))
    assert record["decided"]["strategy"] == "affinity"
    assert record["decided"]["affinity"]["kept"]
    page = made.explain_page(id_of(response))
    assert "affinity ranked" in page and "the conversation stays with second:" in page
    # No text of it is in the log, and what tells it apart is the same in each turn.
    assert record["received"]["conversation"]["follow_up"]
    assert "otters" not in made.ask("log", "tail", "--json", "--number", "1000")
    assert made.stop() == 0
    made.ask("replay", "--check")


def test_it_leaves_when_that_provider_fails(moved):
    made, _, second = moved
    second.will(error(500, "oops"))
    response = turn(made, "Tell me of otters.", "second", "And of their food?")
    assert provider_of(response) == "first"
    response = turn(made, "Tell me of otters.", "second", "And of their food?", "first", "Why?")
    assert provider_of(response) == "first"


def test_a_cache_key_keeps_requests_together(moved):
    made, first, second = moved
    first.will(error(429, "slow down", headers={"retry-after": "1"}))
    together = {"extra_headers": {"x-logway-cache-key": "docs"}}
    assert provider_of(turn(made, "One.", **together)) == "second"
    assert provider_of(turn(made, "Two.", **together)) == "second"
    # The header is for the router.
    assert "cache-key" not in str(second.last.headers)


def test_a_restart_does_not_part_them(moved):
    made, _, _ = moved
    assert made.stop() == 0
    made.start()
    response = turn(made, "Tell me of otters.", "second", "And of their food?")
    assert provider_of(response) == "second"


def test_it_can_be_turned_off(fake, gateway):
    first, second = fake(), fake()
    made = gateway(
        [provider("first", first), provider("second", second)],
        routing={"affinity": {"enabled": False}},
    )
    record = made.completed(id_of(turn(made, "Hello", "Hi", "And?")))
    assert "conversation" not in record["received"]
    assert "affinity" not in record["decided"]


def session(name, agent=None):
    headers = {"x-claude-code-session-id": name}
    return headers | ({"x-claude-code-agent-id": agent} if agent else {})


def user_id(name):
    return {"metadata": {"user_id": f'{{"device_id":"d","session_id":"{name}"}}'}}


SESSIONS = {
    "header": lambda name: {"extra_headers": session(name)},
    "codex": lambda name: {"extra_headers": {"session-id": name, "thread-id": name}},
    "other": lambda name: {"extra_headers": {"x-session-id": name}},
    "json": lambda name: {"extra_body": user_id(name)},
    "text": lambda name: {
        "extra_body": {"metadata": {"user_id": f"user_1_account_2_session_{name}"}}
    },
    "cache": lambda name: {"extra_body": {"prompt_cache_key": name}},
    "agent": lambda name: {"extra_headers": session("same", name)},
}


def mark(made, *texts, **options):
    record = made.completed(id_of(turn(made, *texts, **options)))
    return record["received"]["conversation"]


@pytest.mark.parametrize("kind", SESSIONS)
def test_an_agent_s_session_is_the_conversation(pair, kind):
    made, _, _ = pair
    named = SESSIONS[kind]
    first = mark(made, "The same beginning.", **named("one"))
    again = mark(made, "Another one.", "answer", "More.", **named("one"))
    other = mark(made, "The same beginning.", **named("two"))
    assert first["fingerprint"] == again["fingerprint"] != other["fingerprint"]
    assert again["follow_up"]
    # A cache key says that requests belong together; of a session the messages tell.
    assert first["follow_up"] == (kind == "cache")


def test_a_session_s_side_questions_and_sub_agents_are_their_own(pair):
    made, _, _ = pair
    main = mark(made, "Hi.", extra_headers=session("s"))
    title = mark(made, "Hi.", model="first:gpt-x", extra_headers=session("s"))
    agent = mark(made, "Hi.", extra_headers=session("s", "a"))
    assert len({each["fingerprint"] for each in (main, title, agent)}) == 3
