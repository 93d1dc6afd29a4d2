"""Google's own SDK and plain requests to Gemini's API, over providers of every family.

test_matrix.py has the plain cells of each family; here is what is the API's own.
"""

import base64
import json

import httpx
import pytest
from google.genai import errors, types

from conftest import gemini_client, http_client, id_of, provider
from fakes import anthropic as fake_anthropic
from fakes import gemini as fake_gemini
from fakes import openai as fake_openai
from fakes.gemini import GeminiProvider
from fakes.openai import OpenAIProvider
from fakes.server import CUT, stream
from gateway import PATIENCE
from test_matrix import MODELS, PNG, TOOL_ANSWERS, families

ADD = {
    "name": "add",
    "description": "Adds.",
    "parameters": {
        "type": "OBJECT",
        "properties": {
            "a": {"type": "NUMBER"},
            "type": {"type": "STRING", "nullable": True, "format": "enum", "enum": ["x"]},
            "list": {"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": "1"},
        },
        "required": ["a"],
        "propertyOrdering": ["a", "type", "list"],
    },
}
ADD_AS_JSON_SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "number"},
        "type": {"type": ["string", "null"], "enum": ["x", None]},
        "list": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    },
    "required": ["a"],
}


def post(house, model, body, method="generateContent", version="v1beta", **options):
    with http_client(house.gateway) as client:
        return client.post(f"/{version}/models/{model}:{method}", json=body, **options)


def user(text="What is 2+2?"):
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]}


def text_of(answer):
    return "".join(part.get("text", "") for part in answer["candidates"][0]["content"]["parts"])


@families
def test_usage_reason_and_model_are_told(house, family):
    answer = gemini_client(house.gateway).models.generate_content(
        model=MODELS[family], contents="hi"
    )
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    assert answer.model_version == MODELS[family]
    assert answer.response_id
    usage = answer.usage_metadata
    counts = (usage.prompt_token_count, usage.candidates_token_count)
    assert counts == ((26, 5) if family == "ollama" else (1000, 500))
    assert usage.total_token_count == sum(counts)


@families
@pytest.mark.parametrize("version", ["v1", "v1beta", "v1alpha"])
def test_each_version_of_the_path_is_served(house, family, version):
    answer = post(house, MODELS[family], user(), version=version)
    assert (answer.status_code, text_of(answer.json())) == (200, "four")


@families
def test_a_stream_without_events_is_one_array(house, family):
    answer = post(house, MODELS[family], user(), "streamGenerateContent")
    assert answer.headers["content-type"] == "application/json"
    events = answer.json()
    assert "".join(map(text_of, events)) == "four"
    assert len(events) > 1
    assert events[-1]["candidates"][0]["finishReason"] == "STOP"
    answered = 5 if family == "ollama" else 500
    assert events[-1]["usageMetadata"]["candidatesTokenCount"] == answered


@families
def test_no_comment_stands_in_a_stream_of_events(house, family):
    answer = post(
        house, MODELS[family], user(), "streamGenerateContent", params={"alt": "sse"}
    )
    assert answer.headers["content-type"] == "text/event-stream"
    lines = answer.text.split("\r\n")
    assert all(line == "" or line.startswith("data: {") for line in lines)


def test_every_byte_passes_within_the_family(house):
    body = (
        b'{"contents": {"parts": {"text": "hi"}},  "safety_settings": [{"category": "X"}],'
        b'"tools": [{"googleSearch": {}}], "generation_config": {"topK": 3, "newKey": [1.50]}}'
    )
    with http_client(house.gateway) as client:
        answer = client.post("/v1beta/models/gemini-x:generateContent", content=body)
    assert answer.status_code == 200
    assert house.gemini.last.body == body
    assert house.gemini.last.path == "/v1beta/models/gemini-x:generateContent"
    assert answer.content == fake_gemini.answer("four").steps[0]


def test_the_routers_names_are_models_too(house):
    for model in ("auto", "g:gemini-x", "models/gemini-x", "auto:cheap"):
        answer = gemini_client(house.gateway).models.generate_content(model=model, contents="hi")
        assert answer.text == "four"


@families
def test_a_history_with_calls_and_results_goes_on(house, family):
    contents = [
        {"role": "user", "parts": [{"text": "Add."}]},
        {
            "role": "model",
            "parts": [
                {"text": "Let me.", "thought": True},
                {"functionCall": {"name": "add", "args": {"a": 1}}, "thoughtSignature": "c2ln"},
                {"functionCall": {"id": "mine", "name": "add", "args": {"a": 2}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "mine", "name": "add", "response": {"output": "two"}}},
                {"functionResponse": {"name": "add", "response": {"sum": 1}}},
            ],
        },
    ]
    tools = [{"functionDeclarations": [ADD]}, {"google_search": {}}]
    body = {"contents": contents, "tools": tools, "systemInstruction": {"parts": {"text": "Be."}}}
    answer = post(house, MODELS[family], body)
    assert (answer.status_code, text_of(answer.json())) == (200, "four")
    sent = getattr(house, family).last.json
    if family == "openai":
        system, _, calling, *results = sent["messages"]
        assert (system["role"], system["content"]) == ("system", "Be.")
        first, second = calling["tool_calls"]
        assert second["id"] == "mine"
        assert {r["tool_call_id"]: r["content"] for r in results} == {
            "mine": "two",
            first["id"]: '{"sum":1}',
        }
        assert sent["tools"][0]["function"]["parameters"] == ADD_AS_JSON_SCHEMA
        assert len(sent["tools"]) == 1
    elif family == "anthropic":
        assert sent["tools"][0]["input_schema"] == ADD_AS_JSON_SCHEMA
        uses = sent["messages"][1]["content"]
        results = sent["messages"][2]["content"]
        assert {u["id"] for u in uses} == {r["tool_use_id"] for r in results}


@families
def test_settings_are_said_in_the_familys_words(house, family):
    config = {
        "maxOutputTokens": 99, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"],
    }  # fmt: skip
    body = {**user(), "generation_config": config, "system_instruction": "Be terse."}
    if family == "gemini":
        body["system_instruction"] = {"parts": [{"text": "Be terse."}]}
    answer = post(house, MODELS[family], body)
    assert answer.status_code == 200
    sent = getattr(house, family).last.json
    options = {
        "openai": lambda: (sent["max_tokens"], sent["temperature"], sent["stop"]),
        "anthropic": lambda: (sent["max_tokens"], sent["temperature"], sent["stop_sequences"]),
        "ollama": lambda: tuple(sent["options"][n] for n in ("num_predict", "temperature", "stop")),
        "gemini": lambda: (99, 0.5, sent["generation_config"]["stopSequences"]),
    }[family]()
    assert options == (99, 0.5, ["END"])
    assert "Be terse." in json.dumps(sent)


@pytest.mark.parametrize(
    "config, expected",
    [
        ({"mode": "ANY", "allowedFunctionNames": ["add"]}, "add"),
        ({"mode": "ANY"}, "required"),
        ({"mode": "NONE"}, "none"),
        ({"mode": "AUTO"}, "auto"),
    ],
)
def test_the_choice_of_tools_is_translated(house, config, expected):
    tools = [{"functionDeclarations": [ADD, {"name": "other"}]}]
    body = {**user(), "tools": tools, "toolConfig": {"functionCallingConfig": config}}
    assert post(house, MODELS["openai"], body).status_code == 200
    choice = house.openai.last.json["tool_choice"]
    assert choice == expected or choice["function"]["name"] == expected


@pytest.mark.parametrize(
    "field, part",
    [
        ("candidateCount", {"candidateCount": 2}),
        ("responseModalities", {"responseModalities": ["IMAGE"]}),
        ("responseLogprobs", {"responseLogprobs": True}),
    ],
)
def test_what_changes_the_answer_and_can_not_be_said_is_refused_by_name(house, field, part):
    answer = post(house, MODELS["openai"], {**user(), "generationConfig": part})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert f"generationConfig.{field}" in error["message"]
    assert post(house, MODELS["gemini"], {**user(), "generationConfig": part}).status_code == 200


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "contents"),
        ({"contents": []}, "contents"),
        ({"contents": "hi"}, "contents"),
        ({**user(), "generationConfig": {"maxOutputTokens": "many"}}, "maxOutputTokens"),
        ({**user(), "tools": [{"functionDeclarations": [{}]}]}, "name"),
    ],
)
def test_what_can_not_be_read_is_named(house, body, field):
    answer = post(house, MODELS["openai"], body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert field in error["message"]


def test_thoughts_are_told_only_to_who_asks(house):
    house.openai.will(fake_openai.whole_thought("Two and two."))
    answer = gemini_client(house.gateway).models.generate_content(
        model=MODELS["openai"], contents="hi"
    )
    assert [part.text for part in answer.candidates[0].content.parts] == ["four"]


STREAMED_CALLS = {
    "openai": fake_openai.streamed_tool_call,
    "anthropic": fake_anthropic.streamed_tool_use,
    # Its whole answer is the last line of its stream.
    "ollama": TOOL_ANSWERS["ollama"],
    "gemini": lambda: stream([fake_gemini.event(fake_gemini.value([fake_gemini.call()], "STOP"))]),
}


@families
def test_a_streamed_call_comes_whole(house, family):
    getattr(house, family).will(STREAMED_CALLS[family]())
    events = list(
        gemini_client(house.gateway).models.generate_content_stream(
            model=MODELS[family],
            contents="hi",
            config={"tools": [{"function_declarations": [ADD]}]},
        )
    )
    calls = [call for event in events for call in event.function_calls or []]
    assert [(call.name, call.args) for call in calls] == [("add", {"a": 2, "b": 2})]
    assert events[-1].candidates[0].finish_reason == types.FinishReason.STOP


@pytest.mark.parametrize("alt", [{"alt": "sse"}, {}])
def test_a_stream_that_breaks_off_ends_in_an_error_and_no_clean_end(fake, gateway, alt):
    broken = fake(OpenAIProvider, ["gpt-x"])
    broken.will(stream([fake_openai.chunk({"content": "fo"}), CUT]))
    served = gateway([provider("o", broken)])
    got = b""
    with pytest.raises(httpx.RemoteProtocolError):
        with httpx.stream(
            "POST",
            served.url + "/v1beta/models/gpt-x:streamGenerateContent",
            params=alt, json=user(), timeout=PATIENCE,
        ) as answer:  # fmt: skip
            for piece in answer.iter_bytes():
                got += piece
    if alt:
        error = json.loads(got.split(b"data: ")[-1])["error"]
    else:
        error = json.loads(got)[-1]["error"]
    assert error["status"] == "INTERNAL"
    assert "broke off" in error["message"]


def test_errors_have_googles_shape(house):
    client = gemini_client(house.gateway)
    with pytest.raises(errors.ClientError) as error:
        client.models.generate_content(model="no-such", contents="hi")
    assert (error.value.code, error.value.status) == (404, "NOT_FOUND")
    reason = error.value.details["error"]["details"][0]
    assert (reason["reason"], reason["domain"]) == ("MODEL_NOT_FOUND", "logway")
    answer = post(house, "gpt-x", user(), "predict")
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")
    assert ":generateContent" in answer.json()["error"]["message"]


def test_when_to_try_again_stands_in_the_body(fake, gateway):
    busy = fake(OpenAIProvider, ["gpt-x"])
    busy.will(fake_openai.error(429, "slow down", "rate_limit_error", headers={"retry-after": "90"}))
    served = gateway([provider("o", busy)])
    with http_client(served) as client:
        answer = client.post("/v1beta/models/gpt-x:generateContent", json=user())
    assert answer.status_code == 429
    details = {d["@type"]: d for d in answer.json()["error"]["details"]}
    delay = details["type.googleapis.com/google.rpc.RetryInfo"]["retryDelay"]
    assert delay == answer.headers["retry-after"] + "s"


def test_a_key_in_the_address_is_recorded_nowhere(house):
    secret = "AIza-very-secret-key"
    answer = post(house, "gpt-x", user(), params={"key": secret})
    assert answer.status_code == 200
    record = house.gateway.completed(id_of(answer))
    assert record["received"]["endpoint"] == "/v1beta/models/{model}:generateContent"
    assert record["received"]["client"] == "gemini"
    assert secret not in json.dumps(house.gateway.events())
    assert secret not in house.gateway.errors() + "".join(house.gateway.output)
    assert secret not in json.dumps(dict(house.openai.last.headers)) + house.openai.last.path


@pytest.mark.parametrize("family", ["openai", "ollama", "gemini"])
def test_texts_are_embedded(house, family):
    answer = gemini_client(house.gateway).models.embed_content(
        model=MODELS[family], contents=["one", "two"], config={"output_dimensionality": 2}
    )
    assert all(len(e.values) == 2 for e in answer.embeddings)
    sent = getattr(house, family).last.json
    if family == "gemini":
        # Of a model with such a name the SDK asks for one vector of all texts.
        assert [r["model"] for r in sent["requests"]] == ["models/gemini-x"]
    else:
        assert len(answer.embeddings) == 2
        assert (sent["input"], sent["dimensions"]) == (["one", "two"], 2)


@pytest.mark.parametrize("family", ["openai", "ollama", "gemini"])
def test_one_text_is_embedded(house, family):
    body = {"content": {"parts": [{"text": "on"}, {"text": "e"}]}, "taskType": "RETRIEVAL_QUERY"}
    answer = post(house, MODELS[family], body, "embedContent")
    assert answer.status_code == 200
    assert len(answer.json()["embedding"]["values"]) == 2
    if family != "gemini":
        assert house.gateway.completed(id_of(answer))["received"]["operation"] == "embeddings"


@families
def test_tokens_are_counted_or_estimated(house, family):
    answer = gemini_client(house.gateway).models.count_tokens(
        model=MODELS[family], contents="What is 2+2?"
    )
    assert answer.total_tokens > 0
    wrapped = {"generateContentRequest": {"model": "models/x", **user()}}
    counted = post(house, MODELS[family], wrapped, "countTokens")
    assert counted.json() == {"totalTokens": answer.total_tokens}
    assert ("x-logway-estimate" in counted.headers) == (family in ("openai", "ollama"))


def test_models_are_listed_and_shown(house):
    client = gemini_client(house.gateway)
    names = [model.name for model in client.models.list()]
    assert {"models/auto", "models/gpt-x", "models/gemini-x"} <= set(names)
    few = [model.name for model in client.models.list(config={"page_size": 2})]
    assert few == names
    model = client.models.get(model="gpt-x")
    assert (model.name, model.display_name) == ("models/gpt-x", "gpt-x")
    with pytest.raises(errors.ClientError) as error:
        client.models.get(model="no-such")
    assert error.value.code == 404


def test_a_conversation_goes_on_through_the_sdks_chat(house):
    chat = gemini_client(house.gateway).chats.create(model=MODELS["anthropic"])
    assert chat.send_message("hi").text == "four"
    assert chat.send_message("and?").text == "four"
    assert [m["role"] for m in house.anthropic.last.json["messages"]] == [
        "user", "assistant", "user",
    ]  # fmt: skip


def inline(kind, data):
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}


PAST = [
    inline("image/png", b"a picture of the model's"),
    inline("video/mp4", b"a film"),
    {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/x"}},
    {"executableCode": {"language": "PYTHON", "code": "print(2+2)"}},
    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "4"}},
    {"thoughtSignature": "c2ln"},
    {"aPartOfNextYear": {"x": 1}},
    {"functionCall": {"name": "add", "args": "not an object"}},
    {"functionCall": {}},
    {"text": 7},
]


others = pytest.mark.parametrize("family", ["openai", "anthropic", "ollama"])


@others
@pytest.mark.parametrize("role", ["model", "user", "function", "strange"])
@pytest.mark.parametrize("part", PAST, ids=lambda part: next(iter(part)))
def test_what_is_past_never_refuses(house, family, role, part):
    contents = [
        {"parts": [{"text": "hi"}]},
        {"role": role, "parts": [part]},
        {"role": "model", "parts": [{"text": "so"}]},
        {"role": "user", "parts": [{"text": "go on"}]},
    ]
    answer = post(house, MODELS[family], {"contents": contents})
    assert (answer.status_code, text_of(answer.json())) == (200, "four"), answer.text


PDF = b"%PDF-1.7 and the rest"


@families
def test_a_pdf_is_shown_to_who_reads_it(house, family):
    content = {"parts": [inline("application/pdf", PDF), {"text": "What is it?"}]}
    answer = post(house, MODELS[family], {"contents": content})
    if family == "ollama":
        assert answer.status_code == 400
        assert "contents.parts[0].inlineData" in answer.json()["error"]["message"]
        return
    assert answer.status_code == 200
    assert base64.b64encode(PDF).decode() in json.dumps(getattr(house, family).last.json)


@families
def test_a_plain_text_is_shown_to_all(house, family):
    content = {"parts": [inline("text/plain", "Grüße aus Öland".encode()), {"text": "Sum up."}]}
    answer = post(house, MODELS[family], {"contents": [content]})
    assert answer.status_code == 200
    if family != "gemini":
        said = json.dumps(getattr(house, family).last.json, ensure_ascii=False)
        encoded = content["parts"][0]["inlineData"]["data"]
        assert "Grüße aus Öland" in said or encoded in said


@families
def test_a_picture_in_a_result_reaches_the_model(house, family):
    result = {
        "functionResponse": {
            "name": "look", "response": {"result": "done"},
            "parts": [{"inlineData": {"mimeType": "image/png", "data": PNG}}],
        }
    }  # fmt: skip
    contents = [
        {"role": "user", "parts": [{"text": "Look."}]},
        {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {}}}]},
        {"role": "user", "parts": [result]},
    ]
    answer = post(house, MODELS[family], {"contents": contents})
    assert answer.status_code == 200
    sent = json.dumps(getattr(house, family).last.json)
    assert PNG in sent and "done" in sent


def test_fields_that_nobody_else_has_are_left_out_and_told(house):
    body = {
        **user(),
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "aFieldOfNextYear": {"deep": [1]},
        "tools": [{"googleSearch": {}}, {"functionDeclarations": [ADD]}, {"urlContext": {}}],
        "toolConfig": {"retrievalConfig": {"latLng": {}}},
        "generationConfig": {"mediaResolution": "MEDIA_RESOLUTION_LOW", "thinkingConfig": {"x": 1}},
    }
    answer = post(house, MODELS["openai"], body)
    assert answer.status_code == 200
    received = house.gateway.completed(id_of(answer))["received"]
    (dropped,) = [d["fields"] for d in received["dropped_hints"] if d["family"] == "openai"]
    assert set(dropped) == {
        "safetySettings", "aFieldOfNextYear", "tools[0].googleSearch", "tools[2].urlContext",
        "toolConfig.retrievalConfig", "generationConfig.mediaResolution",
        "generationConfig.thinkingConfig.x",
    }  # fmt: skip


def test_a_search_of_googles_alone_is_left_out(house):
    """Gemini CLI asks so for its web search."""
    body = {**user("What is new?"), "tools": [{"googleSearch": {}}]}
    assert post(house, MODELS["openai"], body).status_code == 200
    assert "tools" not in house.openai.last.json


@pytest.mark.parametrize(
    "config, effort",
    [
        ({"thinkingBudget": 0}, None),
        ({"thinkingBudget": -1}, None),
        ({"thinkingBudget": 8192, "includeThoughts": True}, "medium"),
        ({"thinkingBudget": "24576"}, "high"),
        ({"thinkingLevel": "HIGH"}, "high"),
        ({"thinking_level": "low"}, "low"),
        ({"includeThoughts": True}, None),
        ({"includeThoughts": False}, None),
    ],
)
def test_thinking_is_said_in_words(house, config, effort):
    body = {**user(), "generationConfig": {"thinkingConfig": config}}
    assert post(house, MODELS["openai"], body).status_code == 200
    assert house.openai.last.json.get("reasoning_effort") == effort
