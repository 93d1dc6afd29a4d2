"""What Codex lives on, over providers of chats: its kinds of tools, there and back."""

import json

import pytest

from conftest import http_client, openai_client
from fakes import anthropic as fake_anthropic
from fakes import openai as fake_openai

SHELL = {
    "type": "function",
    "name": "exec_command",
    "strict": False,
    "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}},
}
PATCH = {
    "type": "custom",
    "name": "apply_patch",
    "description": "Edits files.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /.+/s"},
}
AGENTS = {
    "type": "namespace",
    "name": "collaboration",
    "description": "Sub-agents.",
    "tools": [
        {**SHELL, "name": "spawn"},
        {**PATCH, "name": "exec"},
    ],
}
SEARCH = {
    "type": "tool_search",
    "execution": "client",
    "description": "Finds tools.",
    "parameters": {"type": "object", "properties": {"query": {"type": "string"}}},
}
HOSTED = [
    {"type": "web_search", "external_web_access": True},
    {"type": "file_search", "vector_store_ids": ["vs_1"]},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "image_generation"},
    {"type": "computer_use_preview", "environment": "linux"},
    {"type": "mcp", "server_label": "x", "server_url": "https://x.example"},
    {"type": "local_shell"},
    {"type": "tool_search", "execution": "server"},
    {"type": "x_tool_of_next_month", "anything": [1]},
]
PATCH_TEXT = '*** Begin Patch\n+"ü" \\ back\n*** End Patch\n'
MODELS = ["gpt-x", "claude-x", "llama-x", "gemini-x"]


def ask(house, body, model="gpt-x"):
    with http_client(house.gateway) as http:
        answer = http.post("/v1/responses", json={"model": model, "store": False, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def called(house, name, arguments, model="gpt-x", streamed=False):
    """Lets the model call a tool."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    if model == "gpt-x":
        half = len(text) // 2
        house.openai.will(
            fake_openai.streamed_tool_call(name, (text[:half], text[half:]))
            if streamed
            else fake_openai.completion(
                tool_calls=[
                    {"id": "call_1", "function": {"name": name, "arguments": text}}
                ]
            )
        )
    else:
        house.anthropic.will(fake_anthropic.message(tool=(name, arguments)))


def functions(house):
    return {t["function"]["name"]: t["function"] for t in house.openai.last.json["tools"]}


def test_a_custom_tool_goes_as_a_function_of_one_text(house):
    ask(house, {"input": "Hi", "tools": [SHELL, PATCH]})
    tool = functions(house)["apply_patch"]
    assert tool["parameters"]["properties"]["input"]["type"] == "string"
    assert tool["parameters"]["required"] == ["input"]
    assert tool["description"].startswith("Edits files.")
    assert "start: /.+/s" in tool["description"] and "lark" in tool["description"]


@pytest.mark.parametrize("model", ["gpt-x", "claude-x"])
def test_its_call_comes_back_as_a_custom_one(house, model):
    called(house, "apply_patch", {"input": PATCH_TEXT}, model)
    answer = ask(house, {"input": "Hi", "tools": [PATCH]}, model)
    (item,) = answer["output"]
    assert (item["type"], item["name"], item["input"]) == (
        "custom_tool_call", "apply_patch", PATCH_TEXT,
    )  # fmt: skip
    assert item["id"].startswith("ctc_") and item["call_id"] and item["status"] == "completed"


@pytest.mark.parametrize("text", [PATCH_TEXT, json.dumps(PATCH_TEXT)])
def test_a_model_may_write_the_text_itself(house, text):
    called(house, "apply_patch", text)
    (item,) = ask(house, {"input": "Hi", "tools": [PATCH]})["output"]
    assert item["input"] == PATCH_TEXT


def test_a_streamed_custom_call_has_its_events(house):
    called(house, "apply_patch", {"input": PATCH_TEXT}, streamed=True)
    client = openai_client(house.gateway)
    events = list(client.responses.create(model="gpt-x", input="Hi", tools=[PATCH], stream=True))
    types = [event.type for event in events]
    assert types[2:] == [
        "response.output_item.added",
        "response.custom_tool_call_input.delta",
        "response.custom_tool_call_input.done",
        "response.output_item.done",
        "response.completed",
    ]
    deltas = [e.delta for e in events if e.type == "response.custom_tool_call_input.delta"]
    assert "".join(deltas) == PATCH_TEXT == events[-3].input
    assert events[2].item.input == "" and events[-2].item.input == PATCH_TEXT
    assert [e.sequence_number for e in events] == list(range(len(events)))


def test_the_history_of_custom_calls_is_said(house):
    items = [
        {"role": "user", "content": "Hi"},
        {"type": "custom_tool_call", "id": "ctc_0", "status": "completed", "call_id": "c1",
         "name": "apply_patch", "input": PATCH_TEXT},
        {"type": "custom_tool_call_output", "id": "o", "call_id": "c1",
         "output": [{"type": "input_text", "text": "Done."}, {"type": "input_text", "text": "!"}]},
    ]  # fmt: skip
    ask(house, {"input": items, "tools": [PATCH]})
    _, call, result = house.openai.last.json["messages"]
    function = call["tool_calls"][0]["function"]
    assert json.loads(function["arguments"]) == {"input": PATCH_TEXT}
    assert result["tool_call_id"] == call["tool_calls"][0]["id"] == "c1"
    assert "Done." in result["content"] and "!" in result["content"]


def test_groups_of_tools_are_flattened_and_their_calls_restored(house):
    body = {"input": "Hi", "tools": [SHELL, AGENTS]}
    called(house, "collaboration__spawn", {"cmd": "x"})
    (item,) = ask(house, body)["output"]
    assert set(functions(house)) == {
        "exec_command", "collaboration__spawn", "collaboration__exec",
    }  # fmt: skip
    assert (item["type"], item["name"], item["namespace"]) == (
        "function_call", "spawn", "collaboration",
    )  # fmt: skip
    called(house, "collaboration__exec", {"input": "text(1)"})
    (item,) = ask(house, body)["output"]
    assert (item["type"], item["name"], item["namespace"], item["input"]) == (
        "custom_tool_call", "exec", "collaboration", "text(1)",
    )  # fmt: skip
    turns = [
        {"role": "user", "content": "Hi"}, item,
        {"type": "custom_tool_call_output", "call_id": item["call_id"], "output": "1"},
    ]  # fmt: skip
    ask(house, {**body, "input": turns})
    call = house.openai.last.json["messages"][1]["tool_calls"][0]["function"]
    assert call["name"] == "collaboration__exec"


@pytest.mark.parametrize("model", MODELS[:3])
def test_tools_in_an_item_are_tools(house, model):
    item = {"type": "additional_tools", "role": "developer", "id": "at_1", "tools": [SHELL, AGENTS]}
    ask(house, {"input": [item, {"role": "user", "content": "Hi"}]}, model)
    fake = {"gpt-x": house.openai, "claude-x": house.anthropic, "llama-x": house.ollama}[model]
    assert len(fake.last.json["tools"]) == 3
    assert "at_1" not in json.dumps(fake.last.json)


def test_a_search_for_tools_goes_there_and_back(house):
    body = {"input": "Hi", "tools": [SHELL, SEARCH]}
    called(house, "tool_search", {"query": "calendar", "limit": 2})
    (call,) = ask(house, body)["output"]
    assert (call["type"], call["execution"], call["arguments"]) == (
        "tool_search_call", "client", {"query": "calendar", "limit": 2},
    )  # fmt: skip
    assert functions(house)["tool_search"]["description"] == "Finds tools."
    found = {"type": "tool_search_output", "call_id": call["call_id"], "status": "completed",
             "execution": "client", "tools": [AGENTS, {**SHELL, "name": "create_event"}]}  # fmt: skip
    called(house, "create_event", {})
    turns = [{"role": "user", "content": "Hi"}, call, found]
    (item,) = ask(house, {**body, "input": turns})["output"]
    assert (item["type"], item["name"], item["arguments"]) == (
        "function_call", "create_event", "{}",
    )  # fmt: skip
    assert {"create_event", "collaboration__spawn"} <= set(functions(house))
    assert "create_event" in house.openai.last.json["messages"][2]["content"]


def test_a_streamed_search_is_one_item(house):
    called(house, "tool_search", {"query": "q"}, streamed=True)
    client = openai_client(house.gateway)
    events = list(client.responses.create(model="gpt-x", input="Hi", tools=[SEARCH], stream=True))
    assert [e.type for e in events][2:] == [
        "response.output_item.added", "response.output_item.done", "response.completed",
    ]  # fmt: skip
    assert events[-2].item.to_dict()["arguments"] == {"query": "q"}


@pytest.mark.parametrize("hosted", HOSTED, ids=lambda tool: tool["type"])
@pytest.mark.parametrize("model", MODELS[:2])
def test_tools_that_run_at_openai_are_left_out_and_reported(house, model, hosted):
    ask(house, {"input": "Hi", "tools": [SHELL, hosted], "tool_choice": "auto"}, model)
    fake = house.openai if model == "gpt-x" else house.anthropic
    assert len(fake.last.json["tools"]) == 1
    family = "openai" if model == "gpt-x" else "anthropic"
    dropped = {
        entry["family"]: entry["fields"]
        for entry in house.gateway.newest()["received"]["dropped_hints"]
    }
    assert "tools[1]" in dropped[family]


@pytest.mark.parametrize("model", MODELS[:3])
@pytest.mark.parametrize(
    "item",
    [
        {"type": "web_search_call", "id": "ws", "action": {"type": "search", "query": "oslo"}},
        {"type": "image_generation_call", "id": "ig", "result": "AAAA" * 1000},
        {"type": "mcp_call", "id": "m", "name": "look", "arguments": "{}", "output": "x"},
        {"type": "item_reference", "id": "msg_unknown"},
        {"type": "compaction", "encrypted_content": "gAAAAof-openai"},
        {"type": "reasoning", "id": "rs_0", "summary": [], "encrypted_content": "gAAAA"},
        {"type": "x_item_of_next_month", "anything": {"a": [1]}},
        {"type": "function_call", "call_id": "c9", "name": "f", "arguments": '{"cmd": "ls'},
        {"type": "function_call_output", "call_id": "nobody", "output": "stray"},
        {"type": "local_shell_call", "call_id": "c8", "action": {"command": ["ls"]}},
        {"type": "message", "role": "critic", "content": "hm"},
        {"role": "assistant", "content": [{"type": "x_part", "text": "said"}]},
        {"role": "assistant", "content": {"mistyped": True}},
        "no object",
    ],
    ids=lambda item: item.get("type", "message") if isinstance(item, dict) else "text",
)
def test_nothing_in_the_history_refuses(house, model, item):
    turns = [
        {"role": "user", "content": "Hi"}, item, {"role": "assistant", "content": "Yes."},
        {"role": "developer", "content": "Be quick."}, {"role": "user", "content": "And?"},
    ]  # fmt: skip
    answer = ask(house, {"input": turns, "tools": [SHELL]}, model)
    assert answer["output"][0]["content"][0]["text"] == "four"
    fake = {"gpt-x": house.openai, "claude-x": house.anthropic, "llama-x": house.ollama}[model]
    assert "AAAAAAAA" not in json.dumps(fake.last.json)


def test_broken_arguments_go_as_they_are_where_texts_are_taken(house):
    turns = [
        {"role": "user", "content": "Hi"},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"cmd": "ls'},
        {"type": "function_call_output", "call_id": "c1", "output": "failed to parse"},
    ]
    ask(house, {"input": turns, "tools": [SHELL]})
    call = house.openai.last.json["messages"][1]["tool_calls"][0]
    assert '{"cmd": "ls' in json.loads(call["function"]["arguments"]).values()


def test_a_picture_in_a_result_is_shown(house):
    url = "data:image/png;base64,iVBORw0KGgo="
    turns = [
        {"role": "user", "content": "Hi"},
        {"type": "function_call", "call_id": "c1", "name": "view_image", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1",
         "output": [{"type": "input_image", "image_url": url}]},
    ]  # fmt: skip
    ask(house, {"input": turns, "tools": [{**SHELL, "name": "view_image"}]})
    *_, shown = house.openai.last.json["messages"]
    assert url in json.dumps(shown)


def test_a_file_is_said(house):
    parts = [
        {"type": "input_file", "filename": "a.txt",
         "file_data": "data:text/plain;base64,aGVsbG8gZmlsZQ=="},
        {"type": "input_text", "text": "What is it?"},
    ]  # fmt: skip
    ask(house, {"input": [{"role": "user", "content": parts}]})
    assert "hello file" in json.dumps(house.openai.last.json)


def test_what_was_thought_is_a_summary_too(house):
    house.openai.will(fake_openai.streamed_thought(["about ", "it"]))
    client = openai_client(house.gateway)
    events = list(client.responses.create(model="gpt-x", input="Hi", stream=True))
    types = [event.type for event in events]
    deltas = [e for e in events if e.type == "response.reasoning_summary_text.delta"]
    assert "".join(e.delta for e in deltas) == "about it" and deltas[0].summary_index == 0
    for name in ("summary_part.added", "summary_text.done", "summary_part.done", "text.done"):
        assert types.count("response.reasoning_" + name) == 1
    item = events[-1].response.output[0]
    assert (item.summary[0].text, item.content[0].text) == ("about it", "about it")
    assert item.encrypted_content is None


def test_a_summary_stands_for_what_was_thought(house):
    turns = [
        {"role": "user", "content": "Hi"},
        {"type": "reasoning", "id": "rs", "encrypted_content": None,
         "summary": [{"type": "summary_text", "text": "about it"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "x"},
    ]  # fmt: skip
    ask(house, {"input": turns}, "llama-x")
    assert "about it" in json.dumps(house.ollama.last.json)


def test_hints_are_kept_where_they_are_known(house):
    body = {
        "input": "Hi", "prompt_cache_key": "k", "safety_identifier": "s", "metadata": {"a": "b"},
        "service_tier": "auto", "text": {"verbosity": "low"}, "top_logprobs": 3,
        "client_metadata": {"x": "y"}, "stream_options": {"include_obfuscation": False},
    }  # fmt: skip
    ask(house, body)
    sent = house.openai.last.json
    assert sent["prompt_cache_key"] == "k"
    assert not {"safety_identifier", "metadata", "verbosity", "client_metadata"} & set(sent)
    ask(house, body, "claude-x")
    assert "prompt_cache_key" not in house.anthropic.last.json


def test_only_some_tools_may_be_allowed(house):
    choice = {"type": "allowed_tools", "mode": "auto",
              "tools": [{"type": "function", "name": "exec_command"}]}  # fmt: skip
    ask(house, {"input": "Hi", "tools": [SHELL, PATCH], "tool_choice": choice})
    assert set(functions(house)) == {"exec_command"}


def test_a_custom_tool_may_be_forced(house):
    called(house, "apply_patch", {"input": "x"})
    choice = {"type": "custom", "name": "apply_patch"}
    (item,) = ask(house, {"input": "Hi", "tools": [PATCH], "tool_choice": choice})["output"]
    assert item["type"] == "custom_tool_call"
    assert house.openai.last.json["tool_choice"]["function"]["name"] == "apply_patch"


@pytest.mark.parametrize("model", MODELS[:3])
def test_what_tools_of_other_kinds_were_given_and_gave_is_said(house, model):
    patch = {"type": "update_file", "path": "a.py", "diff": "+hello"}
    shell = [{"stdout": "from the shell", "stderr": "", "outcome": {"type": "exit"}}]
    screen = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AAAA"}
    turns = [
        {"role": "user", "content": "Go"},
        {"type": "apply_patch_call", "call_id": "c1", "operation": patch},
        {"type": "apply_patch_call_output", "call_id": "c1", "output": "patched"},
        {"type": "mcp_call", "name": "look", "arguments": "{}", "output": "from the server"},
        {"type": "code_interpreter_call", "code": "1 + 41",
         "outputs": [{"type": "logs", "logs": "it is 42"}]},
        {"type": "computer_call", "call_id": "c2", "action": {"type": "screenshot"}},
        {"type": "computer_call_output", "call_id": "c2", "output": screen},
        {"type": "shell_call", "call_id": "c3", "action": {"commands": ["ls"]}},
        {"type": "shell_call_output", "call_id": "c3", "output": shell},
    ]  # fmt: skip
    ask(house, {"input": turns, "tools": [SHELL]}, model)
    fake = {"gpt-x": house.openai, "claude-x": house.anthropic, "llama-x": house.ollama}[model]
    sent = json.dumps(fake.last.json)
    for said in ("+hello", "patched", "from the server", "1 + 41", "it is 42", "from the shell"):
        assert said in sent
    assert "computer_screenshot" not in sent and sent.count("AAAA") == 1
