"""What an answer cost, by whatever names and conventions its provider counts; what of a provider's error
and headers reaches the client."""

import pytest
from conftest import http_client, provider
from fakes.anthropic import AnthropicProvider
from fakes.gemini import GeminiProvider
from fakes.openai import completion, error
from fakes.server import whole

PRICES = {"input": 3, "output": 15, "cachedInput": 0.3, "cacheWrite": 3.75}
BODY = {"model": "auto", "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}

# A usage object of OpenAI's family, and dollars.
USAGES = [
    ({"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}, "0.0045"),
    ({"prompt_tokens": 1000.0, "completion_tokens": "100"}, "0.0045"),
    ({"input_tokens": 1000, "output_tokens": 100}, "0.0045"),
    # Reasoning beside the answer and inside of it.
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "total_tokens": 2100,
            "completion_tokens_details": {"reasoning_tokens": 1000},
        },
        "0.0195",
    ),
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "total_tokens": 1100,
            "completion_tokens_details": {"reasoning_tokens": 60},
        },
        "0.0045",
    ),
    ({"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1600}, "0.012"),
    # More reasoning than answer stands beside it, without a total too, and with a cache as large.
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "completion_tokens_details": {"reasoning_tokens": 1000},
        },
        "0.0195",
    ),
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "total_tokens": 2000,
            "prompt_tokens_details": {"cached_tokens": 900},
            "completion_tokens_details": {"reasoning_tokens": 900},
        },
        "0.01557",
    ),
    ({"promptTokens": 1000, "completionTokens": 100, "totalTokens": 1100}, "0.0045"),
    # Cached tokens under each name.
    ({"prompt_tokens": 1000, "completion_tokens": 100, "cached_prompt_tokens": 900}, "0.00207"),
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "prompt_tokens_details": {"cached_tokens": 0},
            "prompt_cache_hit_tokens": 900,
        },
        "0.00207",
    ),
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "cache_creation_input_tokens": 400,
            "cache_creation": {"ephemeral_1h_input_tokens": 400},
        },
        # An hour's writes have a price of their own, which this provider's entry lacks.
        "unknown",
    ),
    ({"prompt_tokens": 1000, "completion_tokens": 100, "cached_tokens": 900}, "0.00207"),
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "prompt_cache_hit_tokens": 900,
            "prompt_cache_miss_tokens": 100,
        },
        "0.00207",
    ),
    ({"prompt_cache_hit_tokens": 900, "prompt_cache_miss_tokens": 100, "completion_tokens": 100}, "0.00207"),
    ({"prompt_tokens": 1000, "completion_tokens": 100, "cache_read_input_tokens": 900}, "0.00207"),
    # Beside the prompt, as Anthropic counts, told by the names or the total.
    ({"input_tokens": 100, "output_tokens": 100, "cache_read_input_tokens": 900}, "0.00207"),
    (
        {
            "prompt_tokens": 100,
            "completion_tokens": 100,
            "total_tokens": 1100,
            "prompt_tokens_details": {"cached_tokens": 900},
        },
        "0.00207",
    ),
    # Receipts.
    ({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.5}, "0.5"),
    ({"prompt_tokens": 1, "completion_tokens": 1, "cost": {"total_cost": 0.25}}, "0.25"),
    ({"prompt_tokens": 1, "completion_tokens": 1, "total_cost": "0.125"}, "0.125"),
    (
        {
            "prompt_tokens": 1,
            "completion_tokens": 1,
            "cost": 0.01,
            "is_byok": True,
            "cost_details": {"upstream_inference_cost": 0.2},
        },
        "0.21",
    ),
    # What has no price.
    (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "completion_tokens_details": {"audio_tokens": 50},
        },
        "unknown",
    ),
    ({"prompt_tokens": 1000, "completion_tokens": 100, "num_sources_used": 3}, "unknown"),
]


@pytest.fixture
def priced(fake, gateway):
    first = fake()
    return gateway([provider("first", first, costPer1MTokens=PRICES)]), first


def test_usage_is_read_under_every_name(priced):
    made, first = priced
    with http_client(made) as http:
        for usage, cost in USAGES:
            first.will(completion(usage=usage))
            answer = http.post("/v1/chat/completions", json=BODY)
            assert answer.headers["x-logway-cost-usd"] == cost, usage


@pytest.mark.parametrize("tier,cost", [("default", "0.0045"), ("priority", "unknown")])
def test_another_tier_than_the_standard_one_has_no_price(priced, tier, cost):
    made, first = priced
    first.will(completion(usage=(1000, 100), service_tier=tier))
    with http_client(made) as http:
        answer = http.post("/v1/chat/completions", json=BODY)
    assert answer.headers["x-logway-cost-usd"] == cost
    assert f"service tier: {tier}" in made.explain_page(answer.headers["x-logway-request-id"])


def test_errors_keep_code_field_and_details(priced):
    made, first = priced
    said = [
        (
            {"detail": [{"loc": ["body", "tools", 0, "name"], "msg": "too long", "input": "secret"}]},
            ("tools[0].name", "too long"),
        ),
        ({"message": {"detail": [{"loc": ["body", "n"], "msg": "no"}]}, "object": "error"}, ("n", "no")),
        ({"errors": {"stop": ["is invalid"]}, "title": "bad"}, ("stop", "is invalid")),
        ({"errors": [{"message": "no", "field": "user"}]}, ("user", "no")),
        ({"error": {"message": "no", "param": "seed", "code": "bad_seed"}}, ("seed", "no")),
    ]
    with http_client(made) as http:
        for body, (field, words) in said:
            first.will(whole(body, 422))
            told = http.post("/v1/chat/completions", json=BODY).json()["error"]
            assert told["param"] == field, body
            assert words in told["message"] and "secret" not in told["message"]
        assert told["code"] == "bad_seed"


def test_a_translation_that_a_provider_refuses_goes_to_the_next_and_blames_nobody(pair):
    made, first, second = pair
    with http_client(made) as http:
        for _ in range(6):
            first.will(error(400, "no such field", "invalid_request_error", "unknown_field"))
            answer = http.post("/v1/messages", json=BODY)
            assert answer.headers["x-logway-provider"] == "second"
        first.will(error(400, "no such field", "invalid_request_error", "unknown_field"))
        second.will(error(422, "nor here", "invalid_request_error", "other"))
        answer = http.post("/v1/messages", json=BODY)
        assert answer.status_code == 422 and answer.json()["error"]["message"] == "nor here"
        # Within the family it is the client's own.
        first.will(error(400, "no such field", "invalid_request_error", "unknown_field"))
        own = http.post("/v1/chat/completions", json=BODY)
        assert (own.status_code, own.json()["error"]["code"]) == (400, "unknown_field")


def test_the_headers_of_its_own_family_reach_a_client(fake, gateway):
    first = fake()
    made = gateway([provider("first", first)])
    reply = completion()
    reply.headers |= {
        "x-request-id": "req_1",
        "openai-processing-ms": "12",
        "X-RateLimit-Remaining-Requests": "9",
        "openai-organization": "org-secret",
        "set-cookie": "a=b",
    }
    with http_client(made) as http:
        first.will(reply)
        told = http.post("/v1/chat/completions", json=BODY).headers
        assert (told["x-request-id"], told["openai-processing-ms"]) == ("req_1", "12")
        assert told["x-ratelimit-remaining-requests"] == "9"
        assert "openai-organization" not in told and "set-cookie" not in told
        first.will(reply)
        assert "x-request-id" not in http.post("/v1/messages", json=BODY).headers


def test_an_hour_in_anthropic_s_cache_is_twice_the_input(fake, gateway):
    first = fake(AnthropicProvider)
    made = gateway([provider("first", first, "claude", costPer1MTokens=PRICES)])
    usage = {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_creation_input_tokens": 3000,
        "cache_creation": {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 2000},
    }
    message = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "four"}],
        "stop_reason": "end_turn",
    }
    with http_client(made) as http:
        first.will(whole(message | {"usage": usage}))
        answer = http.post("/v1/messages", json=BODY)
        assert answer.headers["x-logway-cost-usd"] == "0.01575"
        searched = usage | {"server_tool_use": {"web_search_requests": 1}}
        first.will(whole(message | {"usage": searched}))
        assert http.post("/v1/messages", json=BODY).headers["x-logway-cost-usd"] == "unknown"
        fetched = usage | {"server_tool_use": {"web_fetch_requests": 1}}
        first.will(whole(message | {"usage": fetched}))
        assert http.post("/v1/messages", json=BODY).headers["x-logway-cost-usd"] == "0.01575"


ANTHROPIC_USAGES = [
    ({"speed": "standard", "inference_geo": "global", "service_tier": "standard"}, "0.0045"),
    ({"inference_geo": "not_available"}, "0.0045"),
    ({"speed": "fast"}, "unknown"),
    ({"inference_geo": "us"}, "unknown"),
    # The turn that summed the conversation up is beside the counts.
    (
        {
            "iterations": [
                {"type": "compaction", "input_tokens": 5000, "output_tokens": 300},
                {"type": "message", "input_tokens": 1000, "output_tokens": 100},
            ]
        },
        "0.024",
    ),
    ({"iterations": [{"type": "message", "input_tokens": 1000, "output_tokens": 100}]}, "0.0045"),
]


def test_anthropic_s_other_prices_are_unknown_and_every_turn_counts(fake, gateway):
    first = fake(AnthropicProvider)
    made = gateway([provider("first", first, "claude", costPer1MTokens=PRICES)])
    message = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"text": "four"}],
        "stop_reason": "end_turn",
    }
    with http_client(made) as http:
        for usage, cost in ANTHROPIC_USAGES:
            counts = {"input_tokens": 1000, "output_tokens": 100} | usage
            first.will(whole(message | {"usage": counts}))
            answer = http.post("/v1/messages", json=BODY)
            assert answer.headers["x-logway-cost-usd"] == cost, usage
        # A block without a type is its text.
        first.will(whole(message | {"usage": counts}))
        said = http.post("/v1/chat/completions", json=BODY).json()
        assert said["choices"][0]["message"]["content"] == "four"


GEMINI_USAGES = [
    ({"candidatesTokenCount": 100, "thoughtsTokenCount": 1000, "totalTokenCount": 2100}, "0.0195"),
    # The total says that the thoughts are inside, or that there is more than the counts.
    ({"candidatesTokenCount": 1100, "thoughtsTokenCount": 1000, "totalTokenCount": 2100}, "0.0195"),
    ({"thoughtsTokenCount": 1000, "totalTokenCount": 2100}, "0.0195"),
    ({"candidatesTokenCount": 100, "totalTokenCount": 2100}, "0.0195"),
    ({"candidatesTokenCount": 100, "totalTokenCount": 1100, "trafficType": "ON_DEMAND"}, "0.0045"),
    ({"candidatesTokenCount": 100, "totalTokenCount": 1100, "trafficType": "ON_DEMAND_FLEX"}, "unknown"),
    ({"candidatesTokenCount": 100, "totalTokenCount": 1100, "serviceTier": "PRIORITY"}, "unknown"),
]


def test_gemini_s_total_tells_what_its_counts_mean(fake, gateway):
    first = fake(GeminiProvider)
    made = gateway([provider("first", first, "google", costPer1MTokens=PRICES)])
    candidate = {"content": {"role": "model", "parts": [{"text": "four"}]}, "finishReason": "STOP"}
    with http_client(made) as http:
        for usage, cost in GEMINI_USAGES:
            counts = {"promptTokenCount": 1000} | usage
            first.will(whole({"candidates": [candidate], "usageMetadata": counts}))
            answer = http.post("/v1/chat/completions", json=BODY)
            assert answer.headers["x-logway-cost-usd"] == cost, usage


@pytest.mark.parametrize(
    "words",
    [
        "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
        "Invalid request: Your request exceeded model token limit: 131072",
        "Prompt exceeds max length",
        "Range of input length should be [1, 30720]",
        "too many tokens: total number of tokens in this prompt cannot exceed 4081",
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097",
        "Trying to keep the first 9000 tokens when context the overflows.",
    ],
)
def test_a_prompt_that_is_too_long_is_told_in_an_agent_s_words(priced, words):
    made, first = priced
    first.will(error(400, words, "invalid_request_error", None))
    with http_client(made) as http:
        told = http.post("/v1/chat/completions", json=BODY).json()["error"]
        assert told["code"] == "context_length_exceeded"


def test_a_call_between_the_parts_of_the_content_is_a_call(priced):
    made, first = priced
    part = {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 2}}
    first.will(completion(text=[{"type": "text", "text": "So:"}, part], finish="tool_calls"))
    with http_client(made) as http:
        content = http.post("/v1/messages", json=BODY).json()["content"]
    assert [block["type"] for block in content] == ["text", "tool_use"]
    assert content[1]["input"] == {"a": 2}


@pytest.mark.parametrize("content", ["four", {"parts": {"text": "four"}}, {"parts": ["four"]}, {"text": "four"}])
def test_gemini_s_text_is_read_where_its_parts_stand(fake, gateway, content):
    first = fake(GeminiProvider)
    made = gateway([provider("first", first, "google")])
    first.will(whole({"candidates": [{"content": content, "finishReason": "STOP"}]}))
    with http_client(made) as http:
        said = http.post("/v1/messages", json=BODY).json()["content"]
    assert [block["text"] for block in said] == ["four"]
