import JSONBytes

/// What becomes of each field on the way to another family: the table that a new field goes into.
///
/// `null` is as good as absent everywhere. A field that is in none of the lists is an obstacle.
struct FieldTranslation {
    /// Fields that the family's reader understands.
    let read: Set<String>
    /// Fields that are dropped and reported.
    var hints: Set<String> = []
    /// Values, as written, that say what is so without them.
    var defaults: [String: Set<String>] = [:]

    /// The top level of an OpenAI request.
    ///
    /// `metadata`, `store`, `safety_identifier` and `user` are for the provider's books;
    /// `service_tier` and the `prompt_cache_…` fields for price and speed; `prediction` only speeds
    /// up. Everything else that is not read changes the answer.
    static let openAI = FieldTranslation(
        read: [
            "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens",
            "temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty",
            "stop", "tools", "tool_choice", "parallel_tool_calls", "response_format", "user",
            "reasoning_effort",
        ],
        hints: [
            "metadata", "store", "service_tier", "prompt_cache_key", "prompt_cache_retention",
            "safety_identifier", "prediction",
        ],
        defaults: [
            "n": ["1"], "logprobs": ["false"], "logit_bias": ["{}"], "modalities": ["[\"text\"]"],
            "store": ["false"], "service_tier": ["\"auto\"", "\"default\""], "metadata": ["{}"],
        ]
    )

    /// A message of an OpenAI request; `name` tells participants apart, `annotations` come back from
    /// earlier answers.
    static let openAIMessage = FieldTranslation(
        read: [
            "role", "content", "tool_calls", "tool_call_id", "reasoning_content", "reasoning",
        ],
        hints: ["name", "annotations"],
        defaults: ["annotations": ["[]"]]
    )

    /// A part of an OpenAI message's content.
    static let openAIPart = FieldTranslation(
        read: ["type", "text", "image_url"],
        hints: ["cache_control"]
    )

    /// A tool of an OpenAI request; `strict` only makes the provider check the arguments.
    static let openAIFunction = FieldTranslation(
        read: ["name", "description", "parameters"],
        hints: ["strict"],
        defaults: ["strict": ["false"]]
    )

    /// Objects inside of an OpenAI request, by the field that holds them.
    static let openAIStreamOptions = FieldTranslation(
        read: ["include_usage"],
        hints: ["include_obfuscation"]
    )
    static let openAISchema = FieldTranslation(
        read: ["name", "schema"],
        hints: ["strict", "description"]
    )
    static let openAIImage = FieldTranslation(read: ["url", "detail"])
    static let openAITool = FieldTranslation(read: ["type", "function"], hints: ["cache_control"])
    static let openAICall = FieldTranslation(read: ["id", "type", "function"], hints: ["index"])

    /// The top level of an Anthropic request.
    static let anthropic = FieldTranslation(
        read: [
            "model", "messages", "system", "max_tokens", "stream", "temperature", "top_p", "top_k",
            "stop_sequences", "tools", "tool_choice", "metadata", "thinking", "output_config",
        ],
        hints: ["cache_control", "service_tier"],
        defaults: ["service_tier": ["\"auto\"", "\"standard_only\""]]
    )

    /// A text block, an image block or a tool's use.
    static let anthropicBlock = FieldTranslation(
        read: ["type", "text", "source", "id", "name", "input"],
        hints: ["cache_control", "citations", "caller"],
        defaults: ["citations": ["[]"]]
    )

    /// A tool's result; `is_error` repeats what the content says.
    static let anthropicResult = FieldTranslation(
        read: ["type", "tool_use_id", "content"],
        hints: ["cache_control", "is_error"],
        defaults: ["is_error": ["false"]]
    )

    /// A tool of an Anthropic request.
    static let anthropicTool = FieldTranslation(
        read: ["name", "description", "input_schema"],
        hints: ["cache_control", "eager_input_streaming", "strict"],
        defaults: ["type": ["\"custom\""], "strict": ["false"], "eager_input_streaming": ["false"]]
    )

    /// Objects inside of an Anthropic request.
    static let anthropicSource = FieldTranslation(read: ["type", "media_type", "data", "url"])
    static let anthropicChoice = FieldTranslation(
        read: ["type", "name", "disable_parallel_tool_use"]
    )
    /// `display` says whether thinking is shown, which no other family can be told.
    static let anthropicThinking = FieldTranslation(
        read: ["type", "budget_tokens"],
        hints: ["display"],
        defaults: ["display": ["\"summarized\""]]
    )
    static let anthropicOutput = FieldTranslation(read: ["effort"])

    /// The top level of an Ollama request; `keep_alive` says how long the model stays loaded.
    static let ollama = FieldTranslation(
        read: [
            "model", "messages", "prompt", "system", "images", "stream", "tools", "format",
            "options", "think",
        ],
        hints: ["keep_alive"],
        defaults: [
            "logprobs": ["false"], "top_logprobs": ["0"], "raw": ["false"], "suffix": ["\"\""],
            "template": ["\"\""], "context": ["[]"], "format": ["\"\""], "system": ["\"\""],
        ]
    )

    /// The `options` of an Ollama request: what is left out says how to load and run the model.
    static let ollamaOptions = FieldTranslation(
        read: [
            "temperature", "num_predict", "top_k", "top_p", "seed", "stop", "frequency_penalty",
            "presence_penalty",
        ],
        hints: [
            "num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread", "num_keep", "numa",
            "low_vram", "use_mmap", "use_mlock", "vocab_only", "f16_kv",
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
        hints: ["metadata"],
        defaults: [
            "n": ["1"], "best_of": ["1"], "echo": ["false"], "logit_bias": ["{}"],
            "suffix": ["\"\""],
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
            "previous_response_id",
        ],
        hints: [
            "metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention",
            "safety_identifier", "include", "stream_options", "client_metadata", "truncation",
        ],
        defaults: [
            "background": ["false"], "truncation": ["\"disabled\""], "top_logprobs": ["0"],
            "include": ["[]"], "metadata": ["{}"], "service_tier": ["\"auto\"", "\"default\""],
        ]
    )

    /// An item of a response's input; ids and states come back from earlier answers.
    static let responsesItem = FieldTranslation(
        read: ["type", "role", "content", "call_id", "name", "arguments", "output", "id"],
        hints: ["phase"],
        defaults: [
            "status": ["\"completed\"", "\"incomplete\"", "\"in_progress\""]
        ]
    )

    /// A part of such an item's content.
    static let responsesPart = FieldTranslation(
        read: ["type", "text", "image_url", "detail", "refusal"],
        hints: ["annotations", "logprobs"],
        defaults: ["annotations": ["[]"], "logprobs": ["[]"]]
    )

    /// Objects inside of a request to `/v1/responses`, by the field that holds them.
    static let responsesTool = FieldTranslation(
        read: ["type", "name", "description", "parameters"],
        hints: ["strict"],
        defaults: ["strict": ["false"]]
    )
    static let responsesText = FieldTranslation(read: ["format"], hints: ["verbosity"])
    static let responsesFormat = FieldTranslation(
        read: ["type", "schema", "name"],
        hints: ["strict", "description"]
    )
    static let responsesReasoning = FieldTranslation(
        read: ["effort"],
        hints: ["summary", "generate_summary"]
    )

    /// A request for embeddings in OpenAI's form, and in Ollama's two.
    static let openAIEmbeddings = FieldTranslation(
        read: ["model", "input", "dimensions", "encoding_format", "user"]
    )
    static let ollamaEmbeddings = FieldTranslation(
        read: ["model", "input", "prompt", "dimensions", "truncate"],
        hints: ["keep_alive"],
        defaults: ["options": ["{}"]]
    )

    /// Notes the members of `object` that are hints or foreign.
    func check(_ object: JSONSlice, path: String, in conversation: inout Conversation) {
        check(object, path: path, into: &conversation.findings)
    }

    /// Notes the members of `object` that are hints or foreign.
    func check(
        _ object: JSONSlice,
        path: String,
        into findings: inout [Conversation.Finding]
    ) {
        for member in object.members where !member.value.isNull {
            let name = member.name.string ?? ""
            if read.contains(name) { continue }
            let value = String(decoding: member.value.raw, as: UTF8.self)
            if defaults[name]?.contains(value) == true { continue }
            findings.append(
                Conversation.Finding(
                    feature: hints.contains(name) ? .hint : .foreign,
                    path: path.isEmpty ? name : path + "." + name
                )
            )
        }
    }
}
