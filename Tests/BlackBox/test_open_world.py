"""What agents and frameworks send that another family has no word for: said in another way, or dropped."""

import json

import anthropic
import openai
import pytest

from conftest import anthropic_client, http_client, openai_client, provider
from fakes import anthropic as fake_anthropic
from fakes import ollama as fake_ollama
from fakes import openai as fake_openai
from fakes.anthropic import AnthropicProvider
from fakes.server import whole
from test_openai_client import PIXEL, user

MODELS = {"openai": "gpt-x", "ollama": "llama-x", "gemini": "gemini-x"}
PNG = PIXEL.partition("base64,")[2]
BASH = {"name": "Bash", "description": "Runs it.", "input_schema": {"type": "object"}}
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds.",
        "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}},
    },
}
foreign = pytest.mark.parametrize("family", list(MODELS))


def messages(house, body, **headers):
    with http_client(house.gateway) as http:
        return http.post("/v1/messages", json={"max_tokens": 64} | body, headers=headers)


def chat(house, body):
    with http_client(house.gateway) as http:
        return http.post("/v1/chat/completions", json=body)


def as_claude_code(model):
    """A request as Claude Code 2.1 sends it, shortened."""
    return {
        "model": model,
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Do the scripted thing"}]},
            {
                "role": "system",
                "content": [
                    {
                        "type": "text",
                        "text": "# Environment",
                        "cache_control": {"type": "ephemeral"},
                    }
                ],
                "output_config": {"effort": "medium"},
            },
        ],
        "system": [
            {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.332.968;"},
            {"type": "text", "text": "Be an agent.", "cache_control": {"type": "ephemeral"}},
        ],
        "tools": [BASH, {**BASH, "name": "Later", "defer_loading": True, "input_examples": [{}]}],
        "metadata": {"user_id": json.dumps({"device_id": "8" * 64, "session_id": "0" * 36})},
        "max_tokens": 128000,
        "thinking": {"type": "adaptive", "display": "updates"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "output_config": {"effort": "medium"},
        "speed": "fast",
        "inference_geo": "eu",
    }


@foreign
@pytest.mark.parametrize("streamed", [False, True])
def test_claude_code_is_answered_by_every_family(house, family, streamed):
    body = as_claude_code(MODELS[family]) | {"stream": streamed}
    betas = "claude-code-20250219,context-management-2025-06-27"
    answer = messages(house, body, **{"anthropic-beta": betas, "anthropic-version": "2023-06-01"})
    assert answer.status_code == 200
    sent = getattr(house, family).last.body.decode()
    assert "# Environment" in sent and "Be an agent." in sent and "Later" in sent
    for word in ("billing-header", "context_management", "defer_loading", "device_id"):
        assert word not in sent
    dropped = answer.headers["x-logway-dropped"].split(", ")
    for path in ("context_management", "system[0]", "speed", "tools[1].defer_loading"):
        assert path in dropped


def test_a_chain_fails_over_from_anthropic_with_claude_code_s_request(fake, gateway):
    claude, other = fake(AnthropicProvider), fake()
    made = gateway(
        [provider("c", claude, "claude"), provider("o", other)],
        routing={"retry": {"times": 0}},
    )
    claude.will(fake_anthropic.error(529, "overloaded_error"))
    with http_client(made) as http:
        answer = http.post("/v1/messages", json=as_claude_code("auto"))
    assert (answer.status_code, answer.headers["x-logway-provider"]) == (200, "o")


@foreign
def test_a_tool_s_picture_reaches_the_model(house, family):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    answer = messages(
        house,
        {
            "model": MODELS[family],
            "tools": [BASH],
            "messages": [
                *user("look"),
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "t", "name": "Bash", "input": {}}],
                },
                *user([{"type": "tool_result", "tool_use_id": "t", "content": [image]}]),
            ],
        },
    )
    assert answer.status_code == 200
    assert PNG in getattr(house, family).last.body.decode()


@pytest.mark.parametrize("kind, word", [("create", "thread_unsupported_request"),
                                        ("continue", "thread_not_found")])  # fmt: skip
def test_a_thread_is_refused_in_the_sdk_s_words(house, kind, word):
    thread = {"type": kind} | ({"previous_message_id": "msg_1"} if kind == "continue" else {})
    answer = messages(house, {"model": "gpt-x", "messages": user(), "thread": thread})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["details"]["error_code"] == word
    assert error["details"]["skipped"][0]["fields"] == ["thread"]
    assert "capability_rejected" in error["message"]
    passed = messages(house, {"model": "claude-x", "messages": user(), "thread": thread})
    assert passed.status_code == 200
    assert house.anthropic.last.json["thread"] == thread


def test_a_vendor_s_tool_is_left_out_unless_it_must_be_called(house):
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
    body = {"model": "gpt-x", "messages": user(), "tools": [search, BASH]}
    answer = messages(house, body)
    assert answer.status_code == 200
    assert [t["function"]["name"] for t in house.openai.last.json["tools"]] == ["Bash"]
    assert "tools[0]" in answer.headers["x-logway-dropped"]
    forced = messages(house, body | {"tool_choice": {"type": "tool", "name": "web_search"}})
    assert forced.status_code == 400
    assert forced.json()["error"]["message"].startswith("capability_rejected: ")


def test_an_image_in_the_past_does_not_end_a_conversation(house):
    source = {"type": "url", "url": "https://example.com/y.png"}
    past = [
        *user([{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}]),
        {"role": "assistant", "content": "A cat."},
        *user("Sure?"),
    ]
    assert messages(house, {"model": "llama-x", "messages": past[:1]}).status_code == 400
    answer = messages(house, {"model": "llama-x", "messages": past})
    assert answer.status_code == 200
    assert "[image at https://example.com/y.png]" in house.ollama.last.json["messages"][0]["content"]


def forced(house, model="llama-x", streamed=False, **more):
    client = openai_client(house.gateway)
    asked = {
        "model": model, "messages": user(), "tools": [ADD],
        "tool_choice": {"type": "function", "function": {"name": "add"}},
    }  # fmt: skip
    return client.chat.completions.create(**(asked | more), stream=streamed)


def test_a_tool_that_must_be_called_is_ollama_s_format(house):
    house.ollama.will(whole(fake_ollama.last('{"a": 2}')))
    (choice,) = forced(house).choices
    (call,) = choice.message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("add", {"a": 2})
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    sent = house.ollama.last.json
    assert sent["format"] == ADD["function"]["parameters"]
    assert "tools" not in sent
    assert "add: Adds." in sent["messages"][0]["content"]


def test_a_tool_that_must_be_called_is_streamed_as_a_call(house):
    pieces = [fake_ollama.part(text) for text in ('{"a"', ": 2}")]
    house.ollama.will(fake_ollama.lines([*pieces, fake_ollama.last()]))
    chunks = list(forced(house, streamed=True))
    calls = [c for chunk in chunks for c in chunk.choices[0].delta.tool_calls or []]
    assert [c.function.name for c in calls if c.function.name] == ["add"]
    assert json.loads("".join(c.function.arguments or "" for c in calls)) == {"a": 2}
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert not any(chunk.choices[0].delta.content for chunk in chunks)


def test_one_of_several_tools_must_be_called(house):
    told = {"name": "Grep", "arguments": {"pattern": "x"}}
    house.ollama.will(whole(fake_ollama.last(json.dumps(told))))
    answer = anthropic_client(house.gateway).messages.create(
        model="llama-x",
        max_tokens=64,
        messages=user(),
        tools=[BASH, {"name": "Grep", "input_schema": {"type": "object"}}],
        tool_choice={"type": "any"},
    )
    (use,) = answer.content
    assert (use.name, use.input, answer.stop_reason) == ("Grep", {"pattern": "x"}, "tool_use")


@pytest.mark.parametrize("family", ["ollama", "gemini"])
def test_one_call_at_a_time_is_kept_to(house, family):
    calls = fake_ollama.tool_calls() + fake_ollama.tool_calls(arguments={"a": 3})
    if family == "ollama":
        house.ollama.will(whole(fake_ollama.last(tool_calls=calls)))
    else:
        parts = [{"functionCall": {"name": "add", "args": {"a": n}}} for n in (2, 3)]
        content = {"role": "model", "parts": parts}
        house.gemini.will(whole({"candidates": [{"content": content, "finishReason": "STOP"}]}))
    answer = openai_client(house.gateway).chat.completions.create(
        model=MODELS[family], messages=user(), tools=[ADD], parallel_tool_calls=False
    )
    (call,) = answer.choices[0].message.tool_calls
    assert json.loads(call.function.arguments)["a"] == 2


def test_a_tool_s_name_that_a_family_refuses_comes_back(house):
    name = "mcp.files/read"
    told = "mcp_files_read"
    house.anthropic.will(fake_anthropic.message(tool=(told, {"a": 1})))
    tool = {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    body = {"model": "claude-x", "messages": user(), "tools": [tool]}
    answer = chat(house, body).json()
    (call,) = answer["choices"][0]["message"]["tool_calls"]
    assert call["function"]["name"] == name
    assert house.anthropic.last.json["tools"][0]["name"] == told


def test_a_custom_tool_is_a_function_and_its_call_comes_back(house):
    tool = {"type": "custom", "custom": {"name": "patch", "description": "Patches.",
            "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: X"}}}}  # fmt: skip
    for streamed in (False, True):
        answer = (
            fake_anthropic.streamed_tool_use("patch", ('{"inp', 'ut": "*** a"}'))
            if streamed
            else fake_anthropic.message(tool=("patch", {"input": "*** a"}))
        )
        house.anthropic.will(answer)
        asked = {"model": "claude-x", "messages": user(), "tools": [tool], "stream": streamed}
        client = openai_client(house.gateway)
        got = client.chat.completions.create(**asked)
        if streamed:
            deltas = [c.choices[0].delta for c in got if c.choices]
            calls = [c.model_dump() for d in deltas for c in d.tool_calls or []]
            assert calls[0]["type"] == "custom" and calls[0]["custom"]["name"] == "patch"
            assert "".join(c["custom"]["input"] for c in calls) == "*** a"
        else:
            (call,) = got.choices[0].message.tool_calls
            assert (call.type, call.custom.name, call.custom.input) == ("custom", "patch", "*** a")
        (sent,) = house.anthropic.last.json["tools"]
        assert sent["input_schema"]["required"] == ["input"]
        assert "start: X" in sent["description"]


def test_gemini_s_signature_goes_back_with_its_call(house):
    for streamed in (False, True):
        part = {"functionCall": {"name": "add", "args": {}}, "thoughtSignature": f"c2ln{streamed}"}
        content = {"role": "model", "parts": [part]}
        answer = {"candidates": [{"content": content, "finishReason": "STOP"}]}
        house.gemini.will(
            fake_openai.stream([b"data: " + json.dumps(answer).encode() + b"\n\n"])
            if streamed
            else whole(answer)
        )
        body = {"model": "gemini-x", "max_tokens": 64, "messages": user(), "tools": [BASH]}
        with anthropic_client(house.gateway).messages.stream(**body) if streamed else _whole(
            house, body
        ) as events:
            said = events.get_final_message()
        (use,) = said.content
        result = {"type": "tool_result", "tool_use_id": use.id, "content": "1"}
        turns = [
            *user(),
            {"role": "assistant", "content": [use.model_dump(exclude_none=True)]},
            *user([result]),
        ]
        messages(house, body | {"messages": turns})
        (sent,) = house.gemini.last.json["contents"][1]["parts"]
        assert sent["thoughtSignature"] == f"c2ln{streamed}"


class _whole:
    """A whole answer in the place of a stream."""

    def __init__(self, house, body):
        self.message = anthropic_client(house.gateway).messages.create(**body)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        return False

    def get_final_message(self):
        return self.message


def test_thinking_of_another_family_is_taken_back_on_the_way_to_anthropic(house):
    house.ollama.will(whole(fake_ollama.last("four", thinking="Two and two.")))
    client = anthropic_client(house.gateway)
    said = client.messages.create(model="llama-x", max_tokens=64, messages=user())
    assert [block.type for block in said.content] == ["thinking", "text"]
    blocks = [block.model_dump(exclude_none=True) for block in said.content]
    turns = [*user(), {"role": "assistant", "content": blocks}, *user("Sure?")]
    client.messages.create(model="claude-x", max_tokens=64, messages=turns)
    sent = house.anthropic.last.json["messages"][1]["content"]
    assert [block["type"] for block in sent] == ["text"]


def test_sampling_that_anthropic_refuses_is_clamped_or_dropped(house):
    body = {"model": "claude-x", "messages": user(), "temperature": 1.7, "top_p": 0.9, "seed": 7,
            "presence_penalty": 0.5, "stop": ["END", "\n"]}  # fmt: skip
    answer = chat(house, body)
    sent = house.anthropic.last.json
    assert (sent["temperature"], sent["stop_sequences"]) == (1, ["END"])
    assert not {"top_p", "seed", "presence_penalty"} & set(sent)
    assert answer.headers["x-logway-dropped"] == (
        "presence_penalty, seed, stop[1], temperature, top_p"
    )


def test_a_json_mode_is_an_instruction_to_anthropic(house):
    body = {"model": "claude-x", "messages": user(), "response_format": {"type": "json_object"}}
    assert chat(house, body).status_code == 200
    assert "one JSON object" in json.dumps(house.anthropic.last.json["system"])


def test_sound_is_refused_in_the_current_turn_by_who_can_not_hear(house):
    audio = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
    client = openai_client(house.gateway)
    with pytest.raises(openai.BadRequestError, match=r"messages\[0\].content\[0\]"):
        client.chat.completions.create(model="claude-x", messages=user([audio]))
    client.chat.completions.create(model="gemini-x", messages=user([audio]))
    (part,) = house.gemini.last.json["contents"][0]["parts"]
    assert part == {"inlineData": {"mimeType": "audio/wav", "data": "UklGRg=="}}


def test_anthropic_s_own_sdk_streams_over_another_family_with_its_betas(house):
    client = anthropic_client(house.gateway)
    with client.beta.messages.stream(
        model="gpt-x",
        max_tokens=64,
        messages=user(),
        betas=["context-management-2025-06-27"],
        context_management={"edits": [{"type": "clear_tool_uses_20250919"}]},
    ) as events:
        assert "".join(events.text_stream) == "four"
    with pytest.raises(anthropic.BadRequestError, match="capability_rejected"):
        client.beta.messages.create(
            model="gpt-x", max_tokens=64, messages=user(), thread={"type": "create"}
        )


def test_results_find_their_calls_where_a_server_gave_all_calls_one_id(house):
    count = 40
    turns = [{"role": "user", "content": "go"}]
    for number in range(count):
        call = {"id": "call_0", "type": "function"}
        call["function"] = {"name": "f", "arguments": json.dumps({"n": number})}
        turns.append({"role": "assistant", "tool_calls": [call]})
        turns.append({"role": "tool", "tool_call_id": "call_0", "content": str(number)})
    assert chat(house, {"model": "claude-x", "messages": turns}).status_code == 200
    sent = house.anthropic.last.json["messages"]
    blocks = [b for m in sent[1:] for b in m["content"]]
    calls = [(b["id"], b["input"]["n"]) for b in blocks if b["type"] == "tool_use"]
    results = [(b["tool_use_id"], b["content"]) for b in blocks if b["type"] == "tool_result"]
    assert len({id for id, _ in calls}) == count
    assert results == [(id, str(number)) for id, number in calls]


def test_ollama_s_results_find_their_calls_by_id_by_name_and_in_order(house):
    calls = [
        {"function": {"name": "f", "arguments": {}}},
        {"function": {"name": "g", "arguments": {}}},
        {"id": "k", "function": {"name": "f", "arguments": {}}},
        {"function": {"name": "h", "arguments": {}}},
    ]
    turns = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "tool_name": "g", "content": "G"},
        {"role": "tool", "tool_call_id": "k", "content": "K"},
        {"role": "tool", "tool_name": "f", "content": "F"},
        {"role": "tool", "content": "H"},
    ]
    body = {"model": "gpt-x", "stream": False, "messages": turns}
    with http_client(house.gateway) as http:
        assert http.post("/api/chat", json=body).status_code == 200
    sent = house.openai.last.json["messages"]
    ids = [call["id"] for call in sent[1]["tool_calls"]]
    said = {m["tool_call_id"]: m["content"] for m in sent if m["role"] == "tool"}
    assert [said[id] for id in ids] == ["F", "G", "K", "H"]
