"""A model that does what a script says, behind the API of each family.

Agents and frameworks bring their own tools and prompts, so a script can't be a list of replies: who
asks twice, retries, or asks for a title meanwhile would get the wrong one. Instead the place in the
script is read from the request: a word in double brackets in the user's text names the script, and
the results of tools behind it are counted.

What the vendor refuses, the model refuses (`strict.py`).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from . import anthropic, gemini, ollama, openai, strict
from .server import Reply, stream, whole

MARK = re.compile(r"\[\[([\w-]+)\]\]")
PIECE = 17
"""Characters of one piece of a stream: no multiple of anything, so that words and escapes are cut."""


@dataclass
class Text:
    """A step: the model answers, and its turn ends."""

    text: str


@dataclass
class Call:
    """A step: the model uses a tool, named by its own name or the end of it (agents and gateways put
    a namespace before it)."""

    tool: str
    arguments: dict | str | Callable
    """An object, a text for a tool that takes any text, or either made from the results so far."""


@dataclass
class Calls:
    """A step: several tools at once."""

    calls: list


@dataclass
class Tool:
    """A tool as the request declares it."""

    name: str
    schema: dict = field(default_factory=dict)
    kind: str = "function"
    """`custom` takes any text, `tool_search` is Codex's own, `document` is called by a text; families
    but OpenAI's know functions."""
    namespace: str | None = None


@dataclass
class Turn:
    """What a request of any family says."""

    model: str
    streamed: bool
    tools: list
    said: list = field(default_factory=list)
    """In order, pairs of `user` or `result` and a text."""

    def tool(self, name):
        """The tool of that name, or the one whose name ends so; `*` is the first."""
        if name == "*":
            return self.tools[0] if self.tools else None
        exact = [tool for tool in self.tools if tool.name == name]
        ending = [tool for tool in self.tools if re.search(rf"[_.\-/]{re.escape(name)}$", tool.name)]
        return (exact + ending + [None])[0]

    def place(self):
        """The script's name, how many results there are since it was named, and the last one."""
        name, results = None, []
        for who, text in self.said:
            if who == "user" and text.startswith("Observation:"):
                # So smolagents tells results: its chats know no tools.
                results.append(text)
            elif who == "user" and (marks := MARK.findall(text)):
                name, results = marks[-1], []
            elif who == "result":
                results.append(text)
        return name, results


def step_for(scripts, turn):
    """What the model does: a list of calls of `(Tool, arguments)`, or a text."""
    name, results = turn.place()
    passed = 0
    for step in scripts.get(name, []):
        if isinstance(step, Text):
            return step.text.replace("{result}", results[-1] if results else "")
        calls = step.calls if isinstance(step, Calls) else [step]
        # A client that has no such tool is not asked for it.
        known = [(turn.tool(call.tool), call.arguments) for call in calls]
        known = [(tool, arguments) for tool, arguments in known if tool]
        if not known:
            continue
        if passed == len(results):
            return [
                (tool, arguments(results) if callable(arguments) else arguments)
                for tool, arguments in known
            ]
        passed += len(known)
    return f"nothing more to do after {len(results)} results"


def as_object(tool, arguments):
    """Arguments as an object: a text goes where the function takes it."""
    if isinstance(arguments, dict):
        return arguments
    return {next(iter(tool.schema.get("properties", {})), "input"): arguments}


def cut(text):
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)] or [""]


def text_of(content):
    """The text of a message's content in any family's form."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return json.dumps(content)
    parts = content or []
    return "\n".join(p["text"] for p in parts if isinstance(p.get("text"), str))


# OpenAI chat completions.


def read_openai(request):
    body = request.json
    turn = Turn(body["model"], bool(body.get("stream")), [])
    for tool in body.get("tools") or []:
        if tool["type"] == "custom":
            turn.tools.append(Tool(tool["custom"]["name"], kind="custom"))
        else:
            function = tool["function"]
            turn.tools.append(Tool(function["name"], function.get("parameters") or {}))
    for message in body["messages"]:
        if message["role"] in ("user", "tool"):
            who = "user" if message["role"] == "user" else "result"
            turn.said.append((who, text_of(message["content"])))
    return turn


def write_openai(turn, step, number):
    calls = [] if isinstance(step, str) else step
    if not turn.streamed:
        made = [
            openai.tool_call(tool.name, as_object(tool, arguments), f"call_{number}_{index}")
            for index, (tool, arguments) in enumerate(calls)
        ]
        return openai.completion(step if not calls else None, turn.model, tool_calls=made or None)
    if not calls:
        return openai.streamed(cut(step), model=turn.model)
    events = [openai.chunk({"role": "assistant", "content": None}, model=turn.model)]
    for index, (tool, arguments) in enumerate(calls):
        head = {"index": index, "id": f"call_{number}_{index}", "type": "function"}
        function = {"name": tool.name, "arguments": ""}
        events.append(openai.chunk({"tool_calls": [{**head, "function": function}]}))
        for piece in cut(json.dumps(as_object(tool, arguments))):
            delta = {"index": index, "function": {"arguments": piece}}
            events.append(openai.chunk({"tool_calls": [delta]}))
    counts = openai.chunk(None, usage=openai.usage_object(openai.USAGE))
    return stream([*events, openai.chunk({}, "tool_calls"), counts, openai.DONE])


# OpenAI responses.


def read_responses(request):
    body = request.json
    turn = Turn(body["model"], bool(body.get("stream")), [])
    items = body["input"] if isinstance(body["input"], list) else []
    if isinstance(body["input"], str):
        turn.said.append(("user", body["input"]))
    declared = list(body.get("tools") or [])
    for item in items:
        if item.get("type") == "additional_tools":
            declared += item["tools"]
        elif item.get("type", "").endswith("_output"):
            # What a search found may be called from then on.
            declared += item.get("tools", [])
            turn.said.append(("result", text_of(item.get("output") or "")))
        elif item.get("role") == "user":
            turn.said.append(("user", text_of(item["content"])))
    for tool in declared:
        members = tool["tools"] if tool["type"] == "namespace" else [tool]
        namespace = tool["name"] if tool["type"] == "namespace" else None
        for member in members:
            if member["type"] in ("function", "custom", "tool_search"):
                name = member.get("name", member["type"])
                schema = member.get("parameters") or {}
                turn.tools.append(Tool(name, schema, member["type"], namespace))
    return turn


def write_responses(turn, step, number):
    items = [
        {
            "type": "reasoning",
            "id": f"rs_{number}",
            "summary": [{"type": "summary_text", "text": "Thinking about it"}],
            "encrypted_content": "encrypted-by-openai",
        }
    ]
    if isinstance(step, str):
        part = {"type": "output_text", "text": step, "annotations": [], "logprobs": []}
        message = {"type": "message", "id": f"msg_{number}", "status": "completed"}
        items.append({**message, "role": "assistant", "content": [part]})
    for index, (tool, arguments) in enumerate([] if isinstance(step, str) else step):
        item = {"id": f"fc_{number}_{index}", "status": "completed"}
        item["call_id"] = f"call_{number}_{index}"
        if tool.kind == "tool_search":
            item |= {"type": "tool_search_call", "execution": "client", "arguments": arguments}
            items.append(item)
            continue
        item["name"] = tool.name
        if tool.namespace:
            item["namespace"] = tool.namespace
        if tool.kind == "custom":
            item |= {"type": "custom_tool_call", "input": arguments}
        else:
            item |= {"type": "function_call"}
            item["arguments"] = json.dumps(as_object(tool, arguments))
        items.append(item)
    response = {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1767225600,
        "status": "completed",
        "model": turn.model,
        "output": items,
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 500,
            "output_tokens_details": {"reasoning_tokens": 7},
            "total_tokens": 1500,
        },
    }
    if not turn.streamed:
        return whole(response)
    return stream(response_events(response))


def response_events(response):
    """The events of a response, as OpenAI's reference has them."""
    numbers = iter(range(1 << 20))

    def event(name, **fields):
        return anthropic.event(name, sequence_number=next(numbers), **fields)

    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    for index, item in enumerate(response["output"]):
        where = {"item_id": item["id"], "output_index": index}
        if item["type"] == "message":
            (part,) = item["content"]
            open = {**item, "status": "in_progress", "content": []}
            yield event("response.output_item.added", output_index=index, item=open)
            where["content_index"] = 0
            yield event("response.content_part.added", part={**part, "text": ""}, **where)
            for piece in cut(part["text"]):
                yield event("response.output_text.delta", delta=piece, **where)
            yield event("response.output_text.done", text=part["text"], **where)
            yield event("response.content_part.done", part=part, **where)
        elif item["type"] == "reasoning":
            open = {**item, "summary": []}
            yield event("response.output_item.added", output_index=index, item=open)
        elif item["type"] == "tool_search_call":
            open = {**item, "status": "in_progress"}
            yield event("response.output_item.added", output_index=index, item=open)
        else:
            custom = item["type"] == "custom_tool_call"
            member = "input" if custom else "arguments"
            kind = "custom_tool_call_input" if custom else "function_call_arguments"
            open = {**item, "status": "in_progress", member: ""}
            yield event("response.output_item.added", output_index=index, item=open)
            for piece in cut(item[member]):
                yield event(f"response.{kind}.delta", delta=piece, **where)
            yield event(f"response.{kind}.done", **{member: item[member]}, **where)
        yield event("response.output_item.done", output_index=index, item=item)
    yield event("response.completed", response=response)


# Anthropic.


def read_anthropic(request):
    body = request.json
    turn = Turn(body["model"], bool(body.get("stream")), [])
    for tool in body.get("tools") or []:
        if "input_schema" in tool:
            turn.tools.append(Tool(tool["name"], tool["input_schema"]))
    for message in body["messages"]:
        content = message["content"]
        if message["role"] != "user":
            continue
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            if block["type"] == "tool_result":
                turn.said.append(("result", text_of(block.get("content"))))
            elif block["type"] == "text":
                turn.said.append(("user", block["text"]))
    return turn


def write_anthropic(turn, step, number):
    blocks = []
    if isinstance(step, str):
        blocks.append({"type": "text", "text": step})
    for index, (tool, arguments) in enumerate([] if isinstance(step, str) else step):
        id = f"toolu_{number}_{index}"
        use = {"type": "tool_use", "id": id, "name": tool.name}
        blocks.append({**use, "input": as_object(tool, arguments)})
    stop = "end_turn" if isinstance(step, str) else "tool_use"
    if not turn.streamed:
        return anthropic.message(model=turn.model, content=blocks, stop=stop, id=f"msg_{number}")
    begun = json.loads(anthropic.start(turn.model).split(b"data: ")[1])["message"]
    events = [anthropic.event("message_start", message=begun | {"id": f"msg_{number}"})]
    for index, block in enumerate(blocks):
        if block["type"] == "text":
            events += anthropic.text_events(cut(block["text"]), index)
            continue
        open = {**block, "input": {}}
        events.append(anthropic.event("content_block_start", index=index, content_block=open))
        for piece in cut(json.dumps(block["input"])):
            delta = {"type": "input_json_delta", "partial_json": piece}
            events.append(anthropic.event("content_block_delta", index=index, delta=delta))
        events.append(anthropic.event("content_block_stop", index=index))
    return stream([*events, *anthropic.end(stop=stop)])


# Ollama.


def read_ollama(request):
    body = request.json
    turn = Turn(body["model"], body.get("stream", True), [])
    for tool in body.get("tools") or []:
        function = tool["function"]
        turn.tools.append(Tool(function["name"], function.get("parameters") or {}))
    for choice in held_to(body):
        properties = choice["properties"]
        turn.tools.append(Tool(properties["name"]["enum"][0], properties["arguments"], "document"))
    for message in body.get("messages") or []:
        if message["role"] in ("user", "tool"):
            who = "user" if message["role"] == "user" else "result"
            turn.said.append((who, message.get("content") or ""))
    return turn


def held_to(body):
    """The choices of a schema that stands for several tools, each with its name and arguments: how a
    tool that must be called is said where no word for it exists."""
    schema = body.get("format")
    choices = schema.get("anyOf", []) if isinstance(schema, dict) else []
    return [c for c in choices if {"name", "arguments"} <= set(c.get("properties", {}))]


def write_ollama(turn, step, number):
    if not isinstance(step, str) and step[0][0].kind == "document":
        tool, arguments = step[0]
        step = json.dumps({"name": tool.name, "arguments": as_object(tool, arguments)})
    if isinstance(step, str):
        if not turn.streamed:
            return whole(ollama.last(step, turn.model))
        return ollama.streamed(cut(step), model=turn.model)
    calls = [
        {"function": {"name": tool.name, "arguments": as_object(tool, arguments)}}
        for tool, arguments in step
    ]
    if not turn.streamed:
        return whole(ollama.last("", turn.model, tool_calls=calls))
    return ollama.lines(
        [ollama.part("", turn.model, tool_calls=calls), ollama.last(model=turn.model)]
    )


# Gemini.


def read_gemini(request):
    body = request.json
    path = request.path.partition("?")[0]
    model = path.rpartition("/models/")[2].partition(":")[0]
    turn = Turn(model, ":streamGenerateContent" in path, [])
    for tool in body.get("tools") or []:
        for function in tool.get("functionDeclarations", []):
            schema = function.get("parametersJsonSchema") or function.get("parameters") or {}
            turn.tools.append(Tool(function["name"], schema))
    for content in body["contents"]:
        for part in content["parts"]:
            if "functionResponse" in part:
                turn.said.append(("result", json.dumps(part["functionResponse"]["response"])))
            elif content.get("role") != "model" and "text" in part:
                turn.said.append(("user", part["text"]))
    return turn


def write_gemini(turn, step, number):
    if isinstance(step, str):
        if not turn.streamed:
            return gemini.answer(step, model=turn.model)
        return gemini.streamed(cut(step), model=turn.model)
    parts = [gemini.call(tool.name, as_object(tool, arguments)) for tool, arguments in step]
    # Only the first of several calls is signed (ai.google.dev, "Thought signatures").
    for part in parts[1:]:
        del part["thoughtSignature"]
    made = gemini.value(parts, "STOP", model=turn.model)
    return stream([gemini.event(made)]) if turn.streamed else whole(made)


FAMILIES = {
    "openai": (openai.OpenAIProvider, read_openai, write_openai),
    "responses": (openai.OpenAIProvider, read_responses, write_responses),
    "anthropic": (anthropic.AnthropicProvider, read_anthropic, write_anthropic),
    "ollama": (ollama.OllamaProvider, read_ollama, write_ollama),
    "gemini": (gemini.GeminiProvider, read_gemini, write_gemini),
}
CHATS = {
    "openai": "/chat/completions",
    "responses": "/responses",
    "anthropic": "/v1/messages",
    "ollama": "/api/chat",
    "gemini": "enerateContent",
}
"""The end of the path that a family's scripted requests have."""


def refusal(family, message):
    """A vendor's 400, in its own form."""
    if family == "anthropic":
        return anthropic.error(400, "invalid_request_error", message)
    if family == "gemini":
        return gemini.error(400, "INVALID_ARGUMENT", message)
    if family == "ollama":
        return ollama.error(message, 400)
    return openai.error(400, message, "invalid_request_error")


def scripted(family, scripts, models):
    """A provider of that family whose model follows the scripts; `refused` lists what it refused."""
    kind, read, write = FAMILIES[family]
    provider = kind(models)
    provider.refused = []
    usual = provider.answer

    def answer(request):
        if request.method == "HEAD":
            return Reply([])
        if request.path == "/api/show":
            # Clients offer tools and pictures only to models that are said to take them.
            info = {"general.architecture": "llama", "llama.context_length": 131072}
            able = ["completion", "tools", "vision"]
            return whole({"model_info": info, "capabilities": able, "details": {}})
        if not request.path.partition("?")[0].endswith(CHATS[family]):
            return usual(request)
        reason = strict.complaint(family, request)
        if reason:
            provider.refused.append(reason)
            return refusal(family, reason)
        turn = read(request)
        return write(turn, step_for(scripts, turn), len(provider.requests))

    provider.always(answer)
    return provider
