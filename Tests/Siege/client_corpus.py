"""Good requests of clients: bodies of every operation, and what the agents really send."""

import pathlib

RECORDED = pathlib.Path(__file__).resolve().parents[1] / "BlackBox" / "data" / "agents"
MODELS = ("gpt-x", "claude-x", "llama-x", "gemini-x", "auto", "nobody-has-it", "o:gpt-x", "c:claude-x",
    "l:llama-x",
          "g:gemini-x", "small", "auto:production", "r:gpt-r")  # fmt: skip
"""A model of each family, what the router chooses, an alias, and one that nobody has."""

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string", "enum": ["x",
    "y"]}},
          "required": ["a"], "additionalProperties": False}  # fmt: skip
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _chat(**more):
    return {"model": "gpt-x", "messages": [{"role": "user", "content": "What is 2+2?"}], **more}


def bodies():
    """One or more bodies of every operation, by path."""
    function = {"name": "add", "description": "Adds", "parameters": SCHEMA}
    conversation = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "2+2?"},
                                     {"type": "image_url",
                                         "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":2}'}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "4"},
        {"role": "user", "content": "And 3+3?", "name": "someone"},
    ]  # fmt: skip
    yield "/v1/chat/completions", _chat()
    yield "/v1/chat/completions", _chat(stream=True, stream_options={"include_usage": True}, max_tokens=20)
    yield "/v1/chat/completions", _chat(
        messages=conversation, tools=[{"type": "function", "function": function}], tool_choice="auto",
        temperature=0.5,
        top_p=0.9, n=1, stop=["x", "y"], seed=7, user="u", logit_bias={"50256": -100}, presence_penalty=0.1,
        parallel_tool_calls=True, metadata={"tenant": "acme", "task": "code"}, reasoning_effort="low",
    )  # fmt: skip
    yield "/v1/chat/completions", _chat(
        response_format={"type": "json_schema", "json_schema": {"name": "s", "strict": True,
            "schema": SCHEMA}},
        max_completion_tokens=64, logprobs=True, top_logprobs=2, service_tier="auto", store=False,
    )  # fmt: skip
    yield "/v1/completions", {"model": "gpt-x", "prompt": "Once", "max_tokens": 9, "suffix": "end",
        "echo": False}
    yield "/v1/completions", {"model": "gpt-x", "prompt": ["a", "b"], "n": 2, "stream": True, "logprobs": 1}
    yield "/v1/embeddings", {"model": "gpt-x", "input": ["a", "b"], "encoding_format": "float",
        "dimensions": 2}
    yield "/v1/embeddings", {"model": "gpt-x", "input": [[1, 2, 3], [4]], "encoding_format": "base64"}
    yield "/v1/responses", {"model": "gpt-r", "input": "Hello", "instructions": "Be brief.", "stream": True}
    yield "/v1/responses", {
        "model": "gpt-x", "store": False, "max_output_tokens": 50, "reasoning": {"effort": "low",
            "summary": "auto"},
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "2+2?"},
                  {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"}]},
                  {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
                  {"type": "function_call_output", "call_id": "c1", "output": "4"}],
        "tools": [{"type": "function", "name": "add", "parameters": SCHEMA, "strict": True}],
        "text": {"format": {"type": "json_schema", "name": "s", "schema": SCHEMA}},
    }  # fmt: skip
    yield "/v1/responses/compact", {"model": "gpt-r", "input": [{"role": "user", "content": "x"}]}
    yield "/v1/responses/input_tokens", {"model": "gpt-r", "input": "Hello"}
    yield "/v1/feedback", {"request_id": "01a1fc69-644c-77ba-80e8-4fe17cfecf5f", "score": 0.5,
        "source": "user"}
    yield "/v1/messages", {"model": "claude-x", "max_tokens": 50, "messages": [{"role": "user",
        "content": "2+2?"}]}
    yield "/v1/messages", {
        "model": "claude-x", "max_tokens": 2000, "stream": True, "system": [{"type": "text",
            "text": "Be brief.",
        "cache_control": {"type": "ephemeral"}}], "thinking": {"type": "enabled", "budget_tokens": 1024},
        "tools": [{"name": "add", "description": "Adds", "input_schema": SCHEMA}],
        "tool_choice": {"type": "auto"},
        "messages": [{"role": "user", "content": [{"type": "text", "text": "2+2?"}, {"type": "image",
            "source":
                      {"type": "base64", "media_type": "image/png", "data": PIXEL}}]},
                     {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm",
                         "signature": "c2ln"},
                      {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 2}}]},
                     {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1",
                         "content": "4",
                                                   "is_error": False}]}],
        "stop_sequences": ["x"], "temperature": 1, "metadata": {"user_id": "u"},
    }  # fmt: skip
    yield "/v1/messages/count_tokens", {"model": "claude-x", "messages": [{"role": "user",
        "content": "2+2?"}]}
    yield "/api/chat", {"model": "llama-x", "messages": [{"role": "user", "content": "2+2?",
        "images": [PIXEL]}]}
    yield "/api/chat", {
        "model": "llama-x", "stream": False, "format": SCHEMA, "options": {"temperature": 0, "num_ctx": 4096,
            "seed": 1},
        "keep_alive": "5m", "think": True, "tools": [{"type": "function", "function": function}],
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "", "tool_calls": [
            {"function": {"name": "add", "arguments": {"a": 2}}}]}, {"role": "tool", "tool_name": "add",
            "content": "4"}],
    }  # fmt: skip
    yield "/api/generate", {"model": "llama-x", "prompt": "Once", "suffix": "end", "system": "s",
        "raw": False}
    yield "/api/generate", {"model": "llama-x", "keep_alive": 0}
    yield "/api/embed", {"model": "llama-x", "input": ["a", "b"], "truncate": True}
    yield "/api/embeddings", {"model": "llama-x", "prompt": "a"}
    yield "/api/show", {"model": "llama-x", "verbose": True}
    yield "/api/pull", {"model": "llama-x"}
    gemini = {
        "contents": [{"role": "user", "parts": [{"text": "2+2?"}, {"inlineData": {"mimeType": "image/png",
            "data": PIXEL}}]},
                     {"role": "model", "parts": [{"functionCall": {"name": "add", "args": {"a": 2}}}]},
                     {"role": "user", "parts": [{"functionResponse": {"name": "add",
                         "response": {"r": 4}}}]}],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "tools": [{"functionDeclarations": [{"name": "add", "parameters": {"type": "OBJECT"}}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "generationConfig": {"maxOutputTokens": 50, "temperature": 0.5, "topK": 4, "stopSequences": ["x"],
                             "responseMimeType": "application/json",
                             "thinkingConfig": {"thinkingBudget": 10}},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    }  # fmt: skip
    models = "/v1beta/models/"
    yield models + "gemini-x:generateContent", gemini
    yield models + "gemini-x:streamGenerateContent?alt=sse", gemini
    yield models + "gemini-x:countTokens", {"contents": [{"parts": [{"text": "2+2?"}]}]}
    yield models + "gemini-x:embedContent", {"content": {"parts": [{"text": "a"}]}, "outputDimensionality": 2}
    yield models + "gemini-x:batchEmbedContents", {"requests": [{"content": {"parts": [{"text": "a"}]}}]}
    for path in ("/v1/files", "/v1/images/generations", "/v1/audio/speech", "/v1/moderations", "/v1/rerank"):
        yield path, {"model": "gpt-x", "input": "a", "query": "q", "documents": ["a"]}


GETS = [
    "/healthz", "/readyz", "/", "/v1/models", "/v1/models/gpt-x", "/v1/models?limit=2&after_id=gpt-x",
    "/api/tags",
    "/api/ps", "/api/version", "/api/hello", "/v1beta/models", "/v1beta/models?pageSize=1&pageToken=1",
    "/v1beta/models/gemini-x", "/v1/responses/resp_x", "/v1/responses/resp_x/input_items?limit=1",
    "/v1/files",
    "/v1/files/file-x", "/v1", "/api", "/metrics", "/v1/assistants", "/v1/batches",
]  # fmt: skip
