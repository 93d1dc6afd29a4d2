"""Everything but the chat itself: health, feedback, and paths that are not there."""

import json

import openai
import pytest

from conftest import ask, http_client, id_of, openai_client
from gateway import eventually
from test_http_rules import Wire

UNKNOWN_ID = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def http(house):
    with http_client(house.gateway) as client:
        yield client


def test_healthz_and_readyz_answer(http):
    assert (http.get("/healthz").status_code, http.get("/healthz").json()["status"]) == (200, "ok")
    assert (http.get("/readyz").status_code, http.get("/readyz").json()["status"]) == (
        200,
        "ready",
    )


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/models"])
def test_head_is_answered_where_get_is(http, path):
    # RFC 9110 §9.1: a general-purpose server must support both.
    answer = http.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/v1", "/v1/chat", "/v1/audio", "/favicon.ico"])
def test_an_unknown_path_is_a_404_that_lists_the_paths(http, path):
    answer = http.get(path)
    assert answer.status_code == 404
    assert "/v1/chat/completions" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "base", ["", "/", "/v1/", "//v1", "/v1/v1", "/api/v1", "/openai/v1", "/v1/chat/completions"]
)
def test_a_forgotten_or_doubled_prefix_is_understood(house, base):
    client = openai_client(house.gateway).with_options(base_url=house.gateway.url + base)
    answer = ask(client, model="gpt-x")
    assert answer.parse().choices[0].message.content == "four"
    assert house.gateway.newest()["received"]["endpoint"] == "/v1/chat/completions"


def test_an_endpoint_with_a_slash_at_its_end_is_that_endpoint(house, http):
    body = {"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}]}
    for path in ("/v1/chat/completions/", "/v1//chat//completions?x=1", "/api/chat/"):
        assert http.post(path, json=body).status_code == 200, path
    assert http.get("/v1/models/?limit=3").json()["object"] == "list"
    assert http.get("/models/gpt-x").json()["id"] == "gpt-x"


def test_a_path_that_could_be_two_is_told(http):
    answer = http.post("/gateway/openai/chat/completions", json={})
    assert answer.status_code == 404
    assert "did you mean /v1/chat/completions?" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "path, advice",
    [
        ("/v1/messages/batches", "Logway keeps no batches"),
        ("/v1/batches/batch_1", "Logway keeps no batches"),
        ("/v1/threads/t/messages", "previous_response_id"),
        ("/v1/fine_tuning/jobs", "trained at their provider"),
        ("/assistants", "previous_response_id"),
        ("/v1/realtime/sessions", "no realtime sessions"),
        ("/api/create", "ollama create"),
    ],
)
def test_what_a_family_has_and_logway_has_not_is_told_with_advice(http, path, advice):
    answer = http.post(path, json={})
    assert answer.status_code == 404
    assert advice in answer.text
    assert "did you mean" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/api/hello", "/v1", "/v1/", "/api", "/v1/messages", "/v1/chat/completions",
             "/v1/models/gpt-x", "/api/tags", "/api/chat"],
)  # fmt: skip
def test_a_probe_by_head_finds_the_server(http, path):
    answer = http.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_probe_by_head_of_what_is_not_there_is_a_404(http):
    for path in ("/v1/nothing", "/v1/batches", "/v1/models/nobody-has-it"):
        answer = http.head(path)
        assert (answer.status_code, answer.content) == (404, b""), path


def test_options_tells_the_methods(http):
    answer = http.options("/v1/chat/completions")
    assert (answer.status_code, answer.headers["allow"]) == (204, "POST")
    assert {"GET", "DELETE"} <= set(
        http.options("/v1/responses/resp_1").headers["allow"].split(", ")
    )
    assert http.options("/v1/nothing").status_code == 404


def test_an_unknown_path_is_told_in_anthropic_s_shape_to_its_clients(http):
    answer = http.post("/v1/complete", headers={"anthropic-version": "2023-06-01"})
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "not_found_error"


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("PUT", "/v1/messages", "POST"),
        ("DELETE", "/v1/models", "GET"),
        ("GET", "/v1/feedback", "POST"),
        ("POST", "/healthz", "GET"),
    ],
)
def test_a_wrong_method_is_a_405_that_names_the_right_one(http, method, path, allowed):
    answer = http.request(method, path)
    assert answer.status_code == 405
    assert allowed in answer.headers["allow"]
    assert allowed in answer.json()["error"]["message"]


def test_query_strings_do_not_change_the_path(house, http):
    body = {"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}]}
    assert http.post("/v1/chat/completions?beta=true", json=body).status_code == 200
    assert http.get("/v1/models?limit=1000").status_code == 200


def test_a_connection_serves_many_requests(http):
    for _ in range(3):
        assert http.get("/v1/models").status_code == 200
        assert http.post("/v1/chat/completions", content=b"{").status_code == 400


def test_feedback_shows_in_explain_and_report(house, http):
    id = id_of(ask(openai_client(house.gateway), model="gpt-x"))
    answer = http.post(
        "/v1/feedback",
        json={"request_id": id, "score": 0.25, "comment": "too short", "source": "reviewer"},
    )
    assert answer.status_code == 200
    assert http.post("/v1/feedback", json={"request_id": id, "score": 1}).status_code == 200

    first, second = house.gateway.explain(id)["feedback"]
    assert (first["score_ppm"], first["comment"], first["source"]) == (
        250_000,
        "too short",
        "reviewer",
    )
    assert second["score_ppm"] == 1_000_000
    page = house.gateway.explain_page(id)
    assert "too short" in page and "reviewer" in page
    (row,) = [r for r in house.gateway.report()["by_provider"] if r["name"] == "o"]
    assert (row["scores"], row["mean_score"]) == (2, 0.625)


@pytest.mark.parametrize("blank", ["", " "])
def test_feedback_with_an_empty_source_or_comment_has_none(house, http, blank):
    id = id_of(ask(openai_client(house.gateway), model="gpt-x"))
    body = {"request_id": id, "score": 1, "source": blank, "comment": blank}
    assert http.post("/v1/feedback", json=body).status_code == 200
    (feedback,) = house.gateway.explain(id)["feedback"]
    assert feedback["source"] == "user" and "comment" not in feedback
    assert "\n  1.00 by user\n" in house.gateway.explain_page(id)


def test_explain_says_which_scores_the_report_counts(gateway):
    made = gateway([{"type": "simulated", "name": "sim-fast"}])
    id = id_of(ask(openai_client(made)))
    with http_client(made) as http:
        for score, source in ((0, "user"), (0.5, "judge")):
            body = {"request_id": id, "score": score, "source": source}
            assert http.post("/v1/feedback", json=body).status_code == 200
    page = made.explain_page(id).partition("Feedback\n")[2]
    assert page.splitlines() == ["  0.00 by user", "  0.50 by judge"]
    total = made.report()["total"]
    assert (total["scores"], total["mean_score"]) == (2, 0.25)


def test_each_source_judges_an_answer_once(pair):
    made, _, _ = pair
    id = id_of(ask(openai_client(made)))

    def judge(score, source=None, **more):
        body = {"request_id": id, "score": score} | ({"source": source} if source else {}) | more
        with http_client(made) as http:
            answer = http.post("/v1/feedback", json=body)
        return answer.status_code, answer.json().get("error", {}).get("code")

    assert judge(0.5) == (200, None)
    assert judge(0.5) == (200, None), "what was sent twice is taken once"
    assert judge(1) == (409, "already_judged")
    assert judge(1, "user") == (409, "already_judged"), "the source of whoever names none"
    for number in range(15):
        assert judge(1, f"judge {number}") == (200, None)
    assert judge(1, "one more") == (409, "judged_enough")
    assert judge(1, "judge 3") == (200, None)
    assert len(made.explain(id)["feedback"]) == 16
    # Who has judged is known from the log.
    made.stop()
    made.start()
    assert judge(0) == (409, "already_judged")
    assert judge(0, "one more") == (409, "judged_enough")
    assert len(made.explain(id)["feedback"]) == 16


@pytest.mark.parametrize("length, status", [(64, 200), (65, 400)])
@pytest.mark.parametrize("letter", ["a", "\u00e9", "\U0001f469\u200d\U0001f680", "e" + "\u0301" * 15])
def test_a_source_is_a_name_of_some_bytes(house, http, letter, length, status):
    id = id_of(ask(openai_client(house.gateway), model="gpt-x"))
    source = letter.encode() * 65
    source = source[: length - length % len(letter.encode())] + b"x" * (length % len(letter.encode()))
    body = {"request_id": id, "score": 1, "source": source.decode()}
    answer = http.post("/v1/feedback", json=body)
    assert answer.status_code == status, answer.text
    if status == 400:
        assert answer.json()["error"]["param"] == "source"


def test_a_comment_is_cut_between_two_letters(house, http):
    id = id_of(ask(openai_client(house.gateway), model="gpt-x"))
    body = {"request_id": id, "score": 1, "comment": "x" + "e\u0301\u0302" * 5_000}
    assert http.post("/v1/feedback", json=body).status_code == 200
    (feedback,) = house.gateway.explain(id)["feedback"]
    kept = feedback["comment"]
    assert body["comment"].startswith(kept)
    assert 4_096 - 2 <= len(kept.encode()) <= 4_096


def test_feedback_that_comes_too_fast_is_refused_for_a_while(gateway):
    made = gateway([{"type": "simulated", "name": "sim-fast"}])
    sent = b"POST /v1/feedback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
    with Wire(made) as wire:

        def refused():
            wire.send(sent * 500)
            answers = [wire.answer() for _ in range(500)]
            return next((answer for answer in answers if answer.status == 429), None)

        answer = eventually(refused, "feedback is taken without end", interval=0)
    assert json.loads(answer.body)["error"]["code"] == "feedback_too_fast"
    assert int(answer.headers["retry-after"]) > 0


def test_feedback_on_a_request_of_before_a_restart_is_taken(pair):
    gateway, _, _ = pair
    id = id_of(ask(openai_client(gateway)))
    gateway.stop()
    gateway.start()
    with http_client(gateway) as http:
        answer = http.post("/v1/feedback", json={"request_id": id, "score": 1})
    assert answer.status_code == 200
    assert len(gateway.explain(id)["feedback"]) == 1


def test_feedback_on_an_unknown_request_is_a_404(http):
    answer = http.post("/v1/feedback", json={"request_id": UNKNOWN_ID, "score": 1})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "request_not_found"


@pytest.mark.parametrize("score", [-0.1, 1.1, "1", None, [1], True])
def test_a_score_out_of_bounds_is_a_400(house, http, score):
    id = id_of(ask(openai_client(house.gateway), model="gpt-x"))
    answer = http.post("/v1/feedback", json={"request_id": id, "score": score})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "score"
    assert house.gateway.explain(id)["feedback"] == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"score":1}', b'{"request_id":"x"}'])
def test_feedback_of_the_wrong_form_is_a_400(http, body):
    assert http.post("/v1/feedback", content=body).status_code == 400
