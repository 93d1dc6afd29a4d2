import JSONBytes

/// What becomes of each field on the way to another family: the table that a new field goes into.
///
/// `null` is as good as absent everywhere. A field that is in none of the lists is dropped and
/// reported, since clients send new ones with most of their releases; one that is known to change
/// what is answered, and that no other family has, is a demand (docs/decisions/0045).
struct FieldTranslation {
    /// The bytes of a name that a report of what is dropped has in it.
    private static let nameLimit = 128

    /// Fields that the family's reader understands.
    let read: Set<String>
    /// Fields that exclude a provider of another family.
    var demands: Set<String> = []
    /// Values, as written, that say what is so without them.
    var defaults: [String: Set<String>] = [:]

    /// The top level of an OpenAI request.
    ///
    /// What is demanded: several answers, probabilities, a change to them, an answer that is sound, and
    /// the calls of before tools, which an old client could not read in another form.
    static let openAI = FieldTranslation(
        read: [
            "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens",
            "temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty",
            "stop", "tools", "tool_choice", "parallel_tool_calls", "response_format", "user",
            "reasoning_effort", "reasoning", "thinking",
        ],
        demands: ["n", "logprobs", "logit_bias", "audio", "modalities", "functions"],
        defaults: [
            "n": ["1"], "logprobs": ["false"], "top_logprobs": ["0"], "logit_bias": ["{}"],
            "modalities": ["[\"text\"]"], "store": ["false"], "metadata": ["{}"],
            "service_tier": ["\"auto\"", "\"default\""], "functions": ["[]"],
        ]
    )

    /// A message of an OpenAI request; `annotations` come back from earlier answers.
    static let openAIMessage = FieldTranslation(
        read: [
            "role", "content", "tool_calls", "tool_call_id", "reasoning_content", "reasoning",
            "refusal", "function_call", "cache_control",
        ],
        defaults: ["annotations": ["[]"]]
    )

    /// A part of an OpenAI message's content.
    static let openAIPart = FieldTranslation(
        read: [
            "type", "text", "image_url", "file", "input_audio", "refusal", "cache_control",
            "thinking",
        ]
    )

    /// Objects inside of an OpenAI request, by the field that holds them.
    static let openAIFunction = FieldTranslation(
        read: ["name", "description", "parameters", "strict"]
    )
    static let openAICustomTool = FieldTranslation(read: ["name", "description", "format"])
    static let openAIStreamOptions = FieldTranslation(read: ["include_usage"])
    static let openAISchema = FieldTranslation(read: ["name", "schema", "strict", "description"])
    static let openAIImage = FieldTranslation(
        read: ["url"],
        defaults: ["detail": ["\"auto\""]]
    )
    static let openAITool = FieldTranslation(
        read: ["type", "function", "custom", "cache_control"]
    )
    static let openAICall = FieldTranslation(
        read: ["id", "type", "function", "custom", "extra_content", "index"]
    )

    /// The top level of an Anthropic request.
    ///
    /// A `thread` is kept by Anthropic: whoever goes on with one says only what is new.
    static let anthropic = FieldTranslation(
        read: [
            "model", "messages", "system", "max_tokens", "stream", "temperature", "top_p", "top_k",
            "stop_sequences", "tools", "tool_choice", "metadata", "thinking", "output_config",
            "output_format",
        ],
        demands: ["thread"],
        defaults: [
            "service_tier": ["\"auto\"", "\"standard_only\""], "context_management": ["{}"],
            "mcp_servers": ["[]"],
        ]
    )

    /// A message of an Anthropic request.
    static let anthropicMessage = FieldTranslation(read: ["role", "content"])

    /// A text block, an image block, a document or a tool's use.
    static let anthropicBlock = FieldTranslation(
        read: [
            "type", "text", "source", "id", "name", "input", "cache_control", "title",
        ],
        defaults: ["citations": ["[]", "{\"enabled\":false}"]]
    )

    /// A tool's result.
    static let anthropicResult = FieldTranslation(
        read: ["type", "tool_use_id", "content", "cache_control", "is_error"]
    )

    /// A tool of an Anthropic request.
    static let anthropicTool = FieldTranslation(
        read: ["type", "name", "description", "input_schema", "strict", "cache_control"],
        defaults: ["eager_input_streaming": ["false"], "defer_loading": ["false"]]
    )

    /// Objects inside of an Anthropic request.
    static let anthropicSource = FieldTranslation(
        read: ["type", "media_type", "data", "url", "content"]
    )
    static let anthropicChoice = FieldTranslation(
        read: ["type", "name", "disable_parallel_tool_use"]
    )
    /// `display` says whether thinking is shown, which no other family can be told.
    static let anthropicThinking = FieldTranslation(
        read: ["type", "budget_tokens"],
        defaults: ["display": ["\"summarized\""]]
    )
    static let anthropicOutput = FieldTranslation(read: ["effort", "format"])

    /// The top level of an Ollama request.
    ///
    /// What is demanded is of prompts in the model's own form, or asks for probabilities.
    static let ollama = FieldTranslation(
        read: [
            "model", "messages", "prompt", "system", "images", "stream", "tools", "format",
            "options", "think",
        ],
        demands: ["raw", "suffix", "template", "context", "logprobs"],
        defaults: [
            "logprobs": ["false"], "top_logprobs": ["0"], "raw": ["false"], "suffix": ["\"\""],
            "template": ["\"\""], "context": ["[]"], "format": ["\"\""], "system": ["\"\""],
        ]
    )

    /// The `options` of an Ollama request: what is left out says how to load and run the model, or is of
    /// its sampler alone.
    static let ollamaOptions = FieldTranslation(
        read: [
            "temperature", "num_predict", "top_k", "top_p", "seed", "stop", "frequency_penalty",
            "presence_penalty",
        ],
        defaults: ["repeat_penalty": ["1", "1.0"], "mirostat": ["0"], "min_p": ["0", "0.0"]]
    )

    /// A message of an Ollama request.
    static let ollamaMessage = FieldTranslation(
        read: [
            "role", "content", "images", "tool_calls", "tool_name", "tool_call_id", "name",
            "thinking",
        ]
    )

    /// A request to OpenAI's `/v1/completions`.
    static let completions = FieldTranslation(
        read: [
            "model", "prompt", "stream", "stream_options", "max_tokens", "temperature", "top_p",
            "seed", "frequency_penalty", "presence_penalty", "stop", "user",
        ],
        demands: ["n", "best_of", "echo", "suffix", "logprobs", "logit_bias"],
        defaults: [
            "n": ["1"], "best_of": ["1"], "echo": ["false"], "logit_bias": ["{}"],
            "suffix": ["\"\""], "logprobs": ["0"],
        ]
    )

    /// The top level of a request to OpenAI's `/v1/responses`.
    ///
    /// `store` and `previous_response_id` are Logway's own business; `include` asks for what only
    /// OpenAI's own models have, encrypted reasoning above all; `truncation` allows to forget the
    /// oldest items where a conversation is too long, which nobody need do.
    static let responses = FieldTranslation(
        read: [
            "model", "input", "instructions", "stream", "max_output_tokens", "temperature", "top_p",
            "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "user", "store",
            "previous_response_id", "prompt_cache_key", "prompt_cache_retention",
            "safety_identifier", "service_tier",
        ],
        demands: ["background", "conversation", "prompt"],
        defaults: [
            "background": ["false"], "truncation": ["\"disabled\""], "top_logprobs": ["0"],
            "include": ["[]"], "metadata": ["{}"], "service_tier": ["\"auto\"", "\"default\""],
        ]
    )

    /// An item of a response's input; ids and states come back from earlier answers.
    static let responsesItem = FieldTranslation(
        read: [
            "type", "role", "content", "call_id", "name", "arguments", "output", "id", "namespace",
            "input", "action", "operation", "code", "queries", "outputs", "results",
        ],
        defaults: [
            "status": ["\"completed\"", "\"incomplete\"", "\"in_progress\""]
        ]
    )

    /// A part of such an item's content.
    static let responsesPart = FieldTranslation(
        read: ["type", "text", "image_url", "detail", "refusal"],
        defaults: ["annotations": ["[]"], "logprobs": ["[]"]]
    )

    /// Objects inside of a request to `/v1/responses`, by the field that holds them.
    static let responsesTool = FieldTranslation(
        read: ["type", "name", "description", "parameters", "strict", "format"]
    )
    static let responsesText = FieldTranslation(read: ["format", "verbosity"])
    static let responsesFormat = FieldTranslation(
        read: ["type", "schema", "name", "strict", "description"]
    )
    static let responsesReasoning = FieldTranslation(read: ["effort"])

    /// A request for embeddings in OpenAI's form, and in Ollama's two.
    static let openAIEmbeddings = FieldTranslation(
        read: ["model", "input", "dimensions", "encoding_format", "user"]
    )
    static let ollamaEmbeddings = FieldTranslation(
        read: ["model", "input", "prompt", "dimensions", "truncate", "options"]
    )

    /// Notes the members of `object` that are demanded or dropped.
    func check(_ object: JSONSlice, path: String, in conversation: inout Conversation) {
        check(object, path: path) { conversation.note($0, at: $1) }
    }

    /// Notes the members of `object` that are demanded or dropped.
    func check(
        _ object: JSONSlice,
        path: String,
        into findings: inout [Conversation.Finding]
    ) {
        check(object, path: path) {
            findings.append(Conversation.Finding(feature: $0, path: $1))
        }
    }

    private func check(
        _ object: JSONSlice,
        path: String,
        note: (Feature, String) -> Void
    ) {
        for member in object.members where !member.value.isNull {
            let name = member.name.string ?? ""
            if read.contains(name) { continue }
            let value = String(decoding: member.value.raw, as: UTF8.self)
            if defaults[name]?.contains(value) == true { continue }
            // The client's own name, which may be of any length.
            let shown = name.limited(toBytes: Self.nameLimit)
            note(
                demands.contains(name) ? .demand : .foreign,
                path.isEmpty ? shown : path + "." + shown
            )
        }
    }
}
