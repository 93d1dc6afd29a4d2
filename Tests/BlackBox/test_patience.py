"""Hangs are abandoned and transient failures asked again, by the real clock and through the real port."""

import threading

import openai
import pytest
from conftest import ask, id_of, openai_client, provider
from fakes.openai import completion, error, pieces, stream
from fakes.server import Hold, Pause
from gateway import eventually
from test_cancellation import post

# Short limits, so that a test does not wait for a minute: the rules are the same.
PATIENCE = {"hang": {"leastMs": 2_000, "multiple": 3}}
LONG = {"firstTokenMs": 60_000, "slowFirstTokenMs": 60_000}


def checked(gateway):
    """The log decides again what it recorded."""
    assert gateway.stop() == 0
    gateway.ask("replay", "--check")


def started(made):
    return [e for e in made.events() if e["type"] == "AttemptStarted"]


def streamed(made, **options):
    response = ask(openai_client(made), stream=True, **options)
    for _ in response.parse():
        pass
    return made.completed(id_of(response))


def silent():
    """A stream that begins, says that it is there, and never gives any content."""
    gate = threading.Event()
    first, *rest = pieces(["never"])
    return stream([b": still there\n\n", first, Hold(gate), *rest])


@pytest.fixture
def known(fake, gateway):
    """Two providers behind a gateway that has seen ten quick streams of the first."""
    first, second = fake(), fake(text="second")
    made = gateway(
        [provider("first", first, timeouts=LONG), provider("second", second, timeouts=LONG)],
        routing=PATIENCE,
    )
    # Twice as many as are needed: every six hours the count of what was seen is halved.
    for _ in range(22):
        record = streamed(made)
    assert record["attempts_started"][0]["hang"]["basis"] == "observed"
    return made, first, second


def test_a_stream_that_hangs_goes_to_the_next(known):
    made, first, second = known
    first.will(silent())
    record = streamed(made)
    assert record["completed"]["provider"] == "second"
    assert record["attempts_finished"][0]["failure"] == "first token timeout"
    hang = record["attempts_started"][0]["hang"]
    assert hang["us"] >= 2_000_000
    page = made.explain_page(record["completed"]["request"])
    assert "waits up to" in page
    assert "99 of 100 are expected to begin within" in page
    checked(made)


def test_an_unstreamed_answer_with_a_limit_hangs_too(fake, gateway):
    first, second = fake(), fake(text="second")
    made = gateway(
        [provider("first", first, timeouts=LONG), provider("second", second, timeouts=LONG)],
        routing=PATIENCE,
    )
    client = openai_client(made)
    for _ in range(22):
        ask(client, max_tokens=1)
    answer = completion("late")
    first.will(type(answer)([Hold(threading.Event()), *answer.steps]))
    record = made.completed(id_of(ask(client, max_tokens=1)))
    assert record["completed"]["provider"] == "second"
    assert record["attempts_finished"][0]["failure"] == "first token timeout"
    assert record["attempts_started"][0]["hang"]["basis"] == "observed"
    checked(made)


def test_a_local_model_that_may_have_to_be_loaded_has_the_long_time(fake, gateway):
    only = fake()
    made = gateway([provider("only", only, timeouts={"slowFirstTokenMs": 90_000})])
    record = streamed(made)
    assert record["attempts_started"][0]["hang"] == {"us": 90_000_000, "basis": "loading"}
    assert "may have to be loaded" in made.explain_page(record["completed"]["request"])
    # It is loaded now, and little is known of it.
    assert streamed(made)["attempts_started"][0]["hang"]["basis"] == "configured"


def test_the_only_provider_is_asked_again(fake, gateway):
    only = fake()
    only.will(error(503, "busy"))
    made = gateway([provider("only", only)])
    record = made.completed(id_of(ask(openai_client(made))))
    assert record["completed"]["attempts"] == 2
    retry = record["attempts_started"][1]["retry"]
    assert retry["number"] == 1
    assert 125_000 <= retry["wait_us"] <= 250_000
    assert "asked again after a wait of" in made.explain_page(record["completed"]["request"])
    checked(made)


def test_a_short_rate_limit_is_waited_for(fake, gateway):
    only = fake()
    only.will(error(429, "slow down", headers={"retry-after": "1"}))
    made = gateway([provider("only", only)])
    record = made.completed(id_of(ask(openai_client(made))))
    assert record["completed"]["attempts"] == 2
    # The second that was asked for, less what passed since, and up to 250 ms of its own.
    assert 0 < record["attempts_started"][1]["retry"]["wait_us"] <= 1_250_000
    only.will(error(429, "slow down", headers={"retry-after": "60"}))
    with pytest.raises(openai.RateLimitError) as caught:
        ask(openai_client(made))
    assert int(caught.value.response.headers["retry-after"]) > 50
    checked(made)


def test_a_client_that_leaves_during_the_wait_is_not_asked_for(fake, gateway):
    only = fake()
    only.always(error(503, "busy"))
    made = gateway(
        [provider("only", only)],
        routing={"retry": {"times": 1, "backoffMs": 240_000, "longestMs": 240_000}},
    )
    connection = post(made, {"model": "auto"})
    eventually(lambda: len(started(made)) == 2, "the second attempt is not waited for")
    connection.close()
    record = made.newest()
    assert record["completed"]["outcome"] == "cancelled"
    assert [a.get("retry", {}).get("number") for a in record["attempts_started"]] == [None, 1]
    assert len(only.requests) == 1
    checked(made)


def test_retries_can_be_turned_off(fake, gateway):
    only = fake()
    only.will(error(503, "busy"))
    made = gateway([provider("only", only)], routing={"retry": {"times": 0}})
    with pytest.raises(openai.InternalServerError):
        ask(openai_client(made))
    assert len(only.requests) == 1


def test_bad_keys_leave_the_attempts_for_others(fake, gateway):
    server, other = fake(), fake(text="other")
    server.always(error(401, "bad key"))
    keys = [f"bad-key-{number}" for number in range(5)]
    entry = provider("groq", server, defaultModel="gpt-x")
    entry.pop("apiKey", None)
    made = gateway(
        [entry | {"apiKeys": keys}, provider("other", other)], routing={"maxAttempts": 2}
    )
    record = made.completed(id_of(ask(openai_client(made))))
    assert record["completed"]["provider"] == "other"
    assert [seen.headers["authorization"] for seen in server.requests] == [
        f"Bearer {key}" for key in keys
    ]
    assert record["attempts_started"][-1]["uncounted"] == 4
    checked(made)


SHORT = {"firstTokenMs": 300, "slowFirstTokenMs": 300}


def test_an_unstreamed_answer_has_the_time_to_be_written(fake, gateway):
    only = fake()
    made = gateway([provider("only", only, timeouts=SHORT)])
    answer = completion("late")
    for options in ({"max_tokens": 100}, {}):
        only.will(type(answer)([Pause(1.5), *answer.steps], headers=answer.headers))
        record = made.completed(id_of(ask(openai_client(made), **options)))
        assert record["completed"]["outcome"] == "answered"
        assert record["completed"]["attempts"] == 1
    assert record["attempts_started"][0]["hang"]["basis"] == "whole"
    assert "nothing comes before the whole answer" in made.explain_page(record["request"])
    checked(made)


def test_a_stream_that_flows_has_no_whole_time(fake, gateway):
    # Until it flows it has that time, on a busy machine too.
    only, total = fake(), 5
    slow = [step for piece in pieces(list("abcdef")) for step in (piece, Pause(1))]
    only.will(stream(slow))
    made = gateway([provider("only", only)], routing={"timeouts": {"totalMs": int(total * 1000)}})
    record = streamed(made)
    assert record["completed"]["outcome"] == "answered"
    assert record["completed"]["total_us"] > total * 1_000_000
    checked(made)


def test_a_stream_that_gives_nothing_has_the_whole_time_only(fake, gateway):
    only = fake()
    only.will(silent())
    made = gateway(
        [provider("only", only, timeouts=LONG)], routing={"timeouts": {"totalMs": 1_000}}
    )
    with pytest.raises(openai.APIStatusError) as caught:
        ask(openai_client(made), stream=True)
    assert caught.value.status_code == 504


def test_a_long_prompt_has_the_time_to_be_read(fake, gateway):
    only = fake()
    late = pieces(["late"])
    made = gateway([provider("only", only, timeouts=SHORT | {"prefillTokensPerSecond": 10})])
    only.will(stream([Pause(1.5), *late]))
    response = ask(openai_client(made), "word " * 100, stream=True)
    for _ in response.parse():
        pass
    record = made.completed(id_of(response))
    assert record["completed"]["attempts"] == 1
    hang = record["attempts_started"][0]["hang"]
    assert hang["reading_us"] >= 10_000_000
    assert "of it to read the prompt" in made.explain_page(record["request"])
    checked(made)
