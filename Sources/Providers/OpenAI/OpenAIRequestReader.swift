import JSONBytes

/// Reads an OpenAI chat completions request into a `Conversation`.
struct OpenAIRequestReader {
    var conversation = Conversation()

    private static let keys: JSONKeys = [
        "messages", "stream", "max_tokens", "max_completion_tokens", "temperature", "top_p",
        "top_k",
        "seed", "frequency_penalty", "presence_penalty", "stop", "tools", "tool_choice",
        "parallel_tool_calls", "response_format", "user", "stream_options",
        "reasoning_effort",
    ]

    /// The conversation in a request's body.
    static func read(_ root: JSONSlice) throws(RequestError) -> Conversation {
        var reader = OpenAIRequestReader()
        let found = try Field(value: root, path: "").scan(keys)
        func field(_ index: Int) -> Field? {
            found[index].map { value in
                Field(value: value, path: keys[index])
            }
        }
        FieldTranslation.openAI.check(root, path: "", in: &reader.conversation)
        reader.conversation.streamed = try field(1)?.bool() ?? false
        let limits = (old: try field(2)?.count(), new: try field(3)?.count())
        reader.conversation.outputLimit = limits.new ?? limits.old
        try reader.conversation.readSampling(
            temperature: field(4),
            topP: field(5),
            topK: field(6),
            seed: field(7),
            penalties: (frequency: field(8), presence: field(9))
        )
        try reader.conversation.readStop(field(10))
        try reader.readTools(field(11), choice: field(12), parallel: field(13))
        try reader.readFormat(field(14))
        if let user = field(15) {
            reader.conversation.endUser = try user.string()
            reader.conversation.note(.endUser, at: user.path)
        }
        if let effort = field(17) { try reader.conversation.readEffort(effort) }
        if let options = field(16) {
            try options.require(.object, "an object")
            FieldTranslation.openAIStreamOptions.check(
                options.value,
                path: options.path,
                in: &reader.conversation
            )
        }
        for message in try field(0)?.elements() ?? [] { try reader.readMessage(message) }
        reader.conversation.noteThinking()
        return reader.conversation
    }

    private mutating func readFormat(_ format: Field?) throws(RequestError) {
        guard let format else { return }
        let found = try format.scan(["type", "json_schema"])
        if let type = found[0], type.isString("json_object") {
            conversation.format = .json
            conversation.note(.jsonMode, at: format.path)
        } else if let type = found[0], type.isString("json_schema"), let wrapper = found[1] {
            let path = format.path + ".json_schema"
            guard let schema = try Field(value: wrapper, path: path).scan(["schema"])[0] else {
                throw RequestError("\(path).schema is missing", field: path + ".schema")
            }
            FieldTranslation.openAISchema.check(wrapper, path: path, in: &conversation)
            conversation.format = .schema(schema)
            conversation.note(.outputSchema, at: format.path)
        } else if found[0]?.isString("text") != true {
            conversation.note(.foreign, at: format.path)
        }
    }

    private mutating func readTools(
        _ tools: Field?,
        choice: Field?,
        parallel: Field?
    ) throws(RequestError) {
        try conversation.readFunctionTools(tools)
        try readChoice(choice)
        conversation.parallelTools = try parallel?.bool()
        if let parallel, conversation.parallelTools == false, !conversation.tools.isEmpty {
            conversation.note(.serialTools, at: parallel.path)
        }
    }

    private mutating func readChoice(_ choice: Field?) throws(RequestError) {
        guard let choice else { return }
        if choice.value.isString("auto") {
            conversation.toolChoice = .auto
        } else if choice.value.isString("none") {
            conversation.toolChoice = Conversation.ToolChoice.none
        } else if choice.value.isString("required") {
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: choice.path)
        } else if choice.value.kind == .object,
            let function = try choice.scan(["function"])[0],
            let name = try Field(value: function, path: choice.path).scan(["name"])[0]
        {
            conversation.toolChoice = .named(try Field(value: name, path: choice.path).string())
            conversation.note(.forcedTool, at: choice.path)
        } else {
            conversation.note(.foreign, at: choice.path)
        }
    }
}
