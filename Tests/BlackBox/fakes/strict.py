"""What each vendor refuses in a request, so that a fake can refuse it too.

From the vendors' references and the errors that users report, as of November 2026. Rules of values
(ids, names, lengths, what must follow what) are those that gateways have broken; a rule that nobody
documents isn't here. `complaint` names the first thing that is wrong.
"""

import json
import re

OPENAI_CHAT = set(
    """model messages audio frequency_penalty function_call functions logit_bias logprobs
    max_completion_tokens max_tokens metadata modalities moderation n parallel_tool_calls prediction
    presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort
    response_format safety_identifier seed service_tier stop store stream stream_options temperature
    tool_choice tools top_logprobs top_p user verbosity web_search_options""".split()
)
OPENAI_MESSAGES = {
    "system": {"content", "name"},
    "developer": {"content", "name"},
    "user": {"content", "name"},
    "assistant": {"content", "name", "refusal", "audio", "tool_calls", "function_call"}
    | {"reasoning_content", "reasoning"},  # DeepSeek and others demand these back.
    "tool": {"content", "tool_call_id"},
    "function": {"content", "name"},
}
OPENAI_PARTS = {
    "system": {"text"},
    "developer": {"text"},
    "user": {"text", "image_url", "input_audio", "file"},
    "assistant": {"text", "refusal"},
    "tool": {"text"},
}
OPENAI_NAME = r"[a-zA-Z0-9_-]{1,64}"

RESPONSES = set(
    """background client_metadata context_management conversation include input instructions
    max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls
    previous_response_id prompt prompt_cache_key prompt_cache_options prompt_cache_retention
    reasoning safety_identifier service_tier store stream stream_options temperature text
    tool_choice tools top_logprobs top_p truncation user""".split()
)

ANTHROPIC = set(
    """model messages max_tokens system tools tool_choice metadata stop_sequences stream temperature
    top_k top_p thinking service_tier container mcp_servers context_management output_config
    output_format inference_geo speed cache_control betas""".split()
)
ANTHROPIC_BLOCKS = {
    "user": """text image document search_result tool_result container_upload
    mid_conv_system""".split(),
    "assistant": """text thinking redacted_thinking tool_use server_tool_use web_search_tool_result
    code_execution_tool_result mcp_tool_use mcp_tool_result compaction""".split(),
    "system": ["text"],
}
ANTHROPIC_ID = r"[a-zA-Z0-9_-]+"
ANTHROPIC_NAME = r"[a-zA-Z0-9_-]{1,128}"
ANTHROPIC_TOOL = set(
    """name description input_schema type cache_control strict defer_loading allowed_callers
    input_examples eager_input_streaming""".split()
)

GEMINI = set(
    """contents tools toolConfig safetySettings systemInstruction generationConfig cachedContent
    serviceTier store labels""".split()
)
GEMINI_GENERATION = set(
    """stopSequences responseMimeType responseSchema responseJsonSchema _responseJsonSchema
    responseModalities candidateCount maxOutputTokens temperature topP topK seed presencePenalty
    frequencyPenalty responseLogprobs logprobs enableEnhancedCivicAnswers speechConfig thinkingConfig
    imageConfig mediaResolution""".split()
)
GEMINI_PARTS = set(
    """text thought thoughtSignature inlineData functionCall functionResponse fileData executableCode
    codeExecutionResult videoMetadata partMetadata mediaResolution""".split()
)
GEMINI_FUNCTION = set(
    """name description behavior parameters parametersJsonSchema response
    responseJsonSchema""".split()
)
GEMINI_NAME = r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}"


class _Refused(Exception):
    pass


def complaint(family, request):
    """What the vendor would say is wrong with a request, or nothing."""
    try:
        body = request.json
    except ValueError as error:
        return f"the body is no JSON: {error}"
    try:
        {
            "openai": _openai,
            "responses": _responses,
            "anthropic": _anthropic,
            "ollama": _ollama,
            "gemini": _gemini,
        }[family](body, request.headers)
    except _Refused as reason:
        return str(reason)
    return None


def _demand(condition, message):
    if not condition:
        raise _Refused(message)


def _known(value, allowed, where):
    _demand(isinstance(value, dict), f"{where}: expected an object")
    for name in value:
        _demand(name in allowed, f"Unrecognized request argument supplied: {where}.{name}")


def _named(name, pattern, where):
    matches = isinstance(name, str) and re.fullmatch(pattern, name)
    _demand(matches, f"{where}: string {name!r} does not match '^{pattern}$'")


# OpenAI chat completions.


def _openai(body, headers):
    _known(body, OPENAI_CHAT, "body")
    _demand(body.get("messages"), "messages: expected an array with minimum length 1")
    _demand(len(body.get("user") or "") <= 64, "user: expected a string with maximum length 64")
    _demand(
        not ("max_tokens" in body and "max_completion_tokens" in body),
        "max_tokens and max_completion_tokens can't both be given",
    )
    if "stream_options" in body:
        _demand(body.get("stream"), "stream_options is only allowed when stream is enabled")
    for name in ("tool_choice", "parallel_tool_calls"):
        _demand(name not in body or "tools" in body, f"{name} is only allowed with tools")
    names = []
    for index, tool in enumerate(body.get("tools") or []):
        where = f"tools[{index}]"
        kind = tool.get("type")
        _demand(kind in ("function", "custom"), f"{where}.type: invalid value {kind!r}")
        _known(tool, {"type", kind}, where)
        allowed = {"name", "description", "parameters", "strict", "format"}
        _known(tool[kind], allowed, f"{where}.{kind}")
        _named(tool[kind]["name"], OPENAI_NAME, f"{where}.{kind}.name")
        names.append(tool[kind]["name"])
    _demand(len(set(names)) == len(names), "tools: names must be unique")
    open_calls = {}
    for index, message in enumerate(body["messages"]):
        where = f"messages[{index}]"
        role = message.get("role")
        _demand(role in OPENAI_MESSAGES, f"{where}.role: invalid value {role!r}")
        _known(message, OPENAI_MESSAGES[role] | {"role"}, where)
        if role == "tool":
            id = message.get("tool_call_id")
            _demand(
                open_calls.pop(id, None),
                f"{where}: messages with role 'tool' must be a response to a preceding message"
                f" with 'tool_calls' ({id})",
            )
        else:
            _demand(not open_calls, f"{where}: these calls have no response: {list(open_calls)}")
        _openai_content(message, role, where)
        _demand(message.get("tool_calls") != [], f"{where}.tool_calls: [] is too short")
        for call in message.get("tool_calls") or []:
            _demand(len(call["id"]) <= 40, f"{where}.tool_calls: id is longer than 40")
            kind = call["type"]
            _known(call, {"id", "type", kind, "extra_content", "index"}, f"{where}.tool_calls")
            _named(call[kind]["name"], OPENAI_NAME, f"{where}.tool_calls.name")
            value = call[kind]["arguments" if kind == "function" else "input"]
            _demand(isinstance(value, str), f"{where}.tool_calls: arguments must be a string")
            open_calls[call["id"]] = True
    _demand(not open_calls, f"these calls have no response: {list(open_calls)}")


def _openai_content(message, role, where):
    content = message.get("content")
    if content is None:
        may = role == "assistant" and (message.get("tool_calls") or message.get("refusal"))
        _demand(may, f"{where}.content: expected a string, got null")
        return
    if isinstance(content, str):
        return
    _demand(isinstance(content, list) and content, f"{where}.content: expected a list of parts")
    for part in content:
        kind = part.get("type")
        _demand(kind in OPENAI_PARTS[role], f"{where}.content: type {kind!r} isn't for {role}")
        allowed = {"type", kind} | ({"cache_control"} if kind == "text" else set())
        _known(part, allowed, f"{where}.content")


# OpenAI responses.


def _responses(body, headers):
    _known(body, RESPONSES, "body")
    _demand(len(body.get("user") or "") <= 64, "user: expected a string with maximum length 64")
    if isinstance(body["input"], str):
        return
    calls, results = set(), set()
    for index, item in enumerate(body["input"]):
        kind = item.get("type") or ("message" if "role" in item else None)
        where = f"input[{index}]"
        _demand(kind, f"{where}.type: missing")
        if kind.endswith("_call") and "call_id" in item:
            calls.add(item["call_id"])
        if kind.endswith("_output"):
            _demand(item["call_id"] in calls, f"{where}: no tool call for {item['call_id']}")
            results.add(item["call_id"])
    _demand(calls <= results, f"no tool output found for {sorted(calls - results)}")


# Anthropic messages.


def _anthropic(body, headers):
    _known(body, ANTHROPIC, "body")
    beta = headers.get("anthropic-beta", "")
    _demand("anthropic-version" in headers, "anthropic-version: header is required")
    _demand(isinstance(body.get("max_tokens"), int), "max_tokens: Field required")
    _demand(body["max_tokens"] >= 1, "max_tokens: must be at least 1")
    _demand(body.get("messages"), "messages: at least one message is required")
    if "context_management" in body:
        _demand("context-management" in beta, "context_management: Extra inputs are not permitted")
    both = body.get("temperature") is not None and body.get("top_p") is not None
    newer = re.search(r"claude-\w+-(4-[5-9]|[5-9])", body["model"])
    _demand(not (both and newer), "`temperature` and `top_p` cannot both be specified")
    _demand((body.get("temperature") or 0) <= 1, "temperature: must be at most 1")
    for index, tool in enumerate(body.get("tools") or []):
        where = f"tools.{index}"
        if tool.get("type", "custom") != "custom":
            continue
        _known(tool, ANTHROPIC_TOOL, where)
        _named(tool.get("name"), ANTHROPIC_NAME, f"{where}.name")
        schema = tool.get("input_schema")
        _demand(isinstance(schema, dict), f"{where}.input_schema: Field required")
        _demand(schema.get("type") == "object", f"{where}.input_schema.type: must be 'object'")
    _demand(body["messages"][0]["role"] == "user", "messages: first message must be user")
    open_uses, seen = set(), set()
    for index, message in enumerate(body["messages"]):
        where = f"messages.{index}"
        role = message.get("role")
        _demand(role in ANTHROPIC_BLOCKS, f"{where}.role: Input should be user or assistant")
        if role == "system":
            _demand("mid-conversation" in beta, f"{where}.role: system needs a beta")
        blocks = message["content"]
        if isinstance(blocks, str):
            blocks = [{"type": "text", "text": blocks}]
        # A system turn may carry nothing but an `output_config`: Claude Code sends such ones.
        _demand(blocks or role == "system", f"{where}: messages must have non-empty content")
        for block in blocks:
            kind = block.get("type")
            allowed = ANTHROPIC_BLOCKS[role]
            _demand(kind in allowed, f"{where}.content: tag {kind!r} does not match {allowed}")
            if kind == "text":
                _demand(block["text"].strip(), f"{where}: text content blocks must be non-empty")
            elif kind == "thinking":
                _demand(block.get("signature"), f"{where}: Invalid `signature` in `thinking` block")
            elif kind == "tool_use":
                _named(block["id"], ANTHROPIC_ID, f"{where}.content.id")
                _demand(block["id"] not in seen, f"{where}: `tool_use` ids must be unique")
                _demand(isinstance(block["input"], dict), f"{where}: input must be an object")
                seen.add(block["id"])
        results = {b["tool_use_id"] for b in blocks if b["type"] == "tool_result"}
        if role != "system":
            _demand(open_uses <= results, f"{where}: no `tool_result` for {open_uses - results}")
            _demand(results <= open_uses, f"{where}: unexpected `tool_result` {results}")
            open_uses = {b["id"] for b in blocks if b["type"] == "tool_use"}
    _demand(not open_uses, f"`tool_use` ids without `tool_result`: {open_uses}")


# Ollama: Go's decoder ignores what it doesn't know and refuses what has another type.


def _ollama(body, headers):
    _demand(isinstance(body.get("model"), str), "model is required")
    _demand(isinstance(body.get("options") or {}, dict), "cannot unmarshal options")
    _demand(isinstance(body.get("format") or "", str | dict), "invalid format")
    think = body.get("think")
    _demand(think in (None, True, False, "low", "medium", "high", "max"), "invalid think value")
    for index, message in enumerate(body.get("messages") or []):
        where = f"messages[{index}]"
        _demand(isinstance(message.get("role"), str), f"{where}.role: cannot unmarshal")
        _demand(isinstance(message.get("content", ""), str), f"{where}.content: cannot unmarshal")
        for image in message.get("images") or []:
            _demand(re.fullmatch(r"[A-Za-z0-9+/]+=*", image), f"{where}.images: illegal base64")
        for call in message.get("tool_calls") or []:
            arguments = call["function"]["arguments"]
            _demand(isinstance(arguments, dict), f"{where}.tool_calls: cannot unmarshal arguments")
    for index, tool in enumerate(body.get("tools") or []):
        where = f"tools[{index}]"
        _demand(tool.get("type") == "function", f"{where}.type: cannot be {tool.get('type')!r}")
        schema = tool["function"].get("parameters")
        _demand(isinstance(schema or {}, dict), f"{where}.function.parameters: cannot unmarshal")


# Gemini: Google's JSON refuses each name that it doesn't know.


def _gemini(body, headers):
    _known(body, GEMINI, "body")
    generation = body.get("generationConfig", {})
    _known(generation, GEMINI_GENERATION, "generationConfig")
    allowed = {"includeThoughts", "thinkingBudget", "thinkingLevel"}
    _known(generation.get("thinkingConfig", {}), allowed, "generationConfig.thinkingConfig")
    _demand(body.get("contents"), "contents is not specified")
    for tool in body.get("tools") or []:
        for function in tool.get("functionDeclarations", []):
            _known(function, GEMINI_FUNCTION, "functionDeclarations")
            _named(function["name"], GEMINI_NAME, "functionDeclarations.name")
    calls = 0
    for index, content in enumerate(body["contents"]):
        where = f"contents[{index}]"
        _known(content, {"role", "parts"}, where)
        _demand(content.get("role") in ("user", "model", None), f"{where}.role: use user or model")
        _demand(content.get("parts"), f"{where}.parts must not be empty")
        for part in content["parts"]:
            _known(part, GEMINI_PARTS, f"{where}.parts")
            _demand(set(part) - {"thoughtSignature", "thought"}, f"{where}: empty part")
            if "functionCall" in part:
                _named(part["functionCall"]["name"], GEMINI_NAME, f"{where}.functionCall.name")
        answered = sum("functionResponse" in part for part in content["parts"])
        if calls or answered:
            _demand(
                calls == answered,
                "the number of function response parts must equal that of function call parts",
            )
        asked = [part for part in content["parts"] if "functionCall" in part]
        signed = not asked or "thoughtSignature" in asked[0]
        _demand(signed, f"{where}: Function call is missing a thought_signature")
        calls = len(asked)
    _demand(not calls, "a function call has no function response")


def sent(request):
    """The body as text, in which a test looks for what must have arrived."""
    return json.dumps(request.json, ensure_ascii=False)
