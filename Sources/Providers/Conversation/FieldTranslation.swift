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
            "stop",
            "tools", "tool_choice", "parallel_tool_calls", "response_format", "user",
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

    /// A message of an OpenAI request; `name` tells participants apart, `refusal` and
    /// `reasoning_content` come back from earlier answers.
    static let openAIMessage = FieldTranslation(
        read: ["role", "content", "tool_calls", "tool_call_id"],
        hints: ["name", "reasoning_content", "reasoning", "annotations"],
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
            "stop_sequences", "tools", "tool_choice", "metadata", "thinking",
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

    /// Notes the members of `object` that are hints or foreign.
    func check(_ object: JSONSlice, path: String, in conversation: inout Conversation) {
        for member in object.members where !member.value.isNull {
            let name = member.name.string ?? ""
            if read.contains(name) { continue }
            let value = String(decoding: member.value.raw, as: UTF8.self)
            if defaults[name]?.contains(value) == true { continue }
            let feature: Feature = hints.contains(name) ? .hint : .foreign
            conversation.note(feature, at: path.isEmpty ? name : path + "." + name)
        }
    }
}
