import Events
import JSONBytes

/// Reads an OpenAI chat completions request into a `Conversation`.
struct OpenAIRequestReader: ConversationReader {
    var conversation = Conversation()

    private static let keys: JSONKeys = [
        "messages", "stream", "max_tokens", "max_completion_tokens", "temperature", "top_p",
        "top_k",
        "seed", "frequency_penalty", "presence_penalty", "stop", "tools", "tool_choice",
        "parallel_tool_calls", "response_format", "user", "stream_options",
        "reasoning_effort", "reasoning", "thinking",
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
        let limits = (old: try field(2)?.limit(), new: try field(3)?.limit())
        reader.conversation.outputLimit = limits.new ?? limits.old ?? nil
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
        try reader.readThinking(effort: field(17), reasoning: field(18), thinking: field(19))
        if let options = field(16) {
            try options.require(.object, "an object")
            FieldTranslation.openAIStreamOptions.check(
                options.value,
                path: options.path,
                in: &reader.conversation
            )
        }
        try reader.readMessages(field(0))
        reader.conversation.noteThinking()
        return reader.conversation
    }

    /// Reads OpenAI's effort, or what others say in its place, each a wish.
    ///
    /// Sources, November 2026: OpenRouter's "Reasoning tokens" (`reasoning`), and LiteLLM's
    /// "Reasoning content" (`thinking`, as Anthropic has it).
    private mutating func readThinking(
        effort: Field?,
        reasoning: Field?,
        thinking: Field?
    ) throws(RequestError) {
        if let effort { return try conversation.readEffort(effort) }
        if let reasoning, reasoning.value.kind == .object {
            let found = try reasoning.scan(["effort", "max_tokens", "enabled"])
            if let word = found[0] {
                return try conversation.readEffort(
                    Field(value: word, path: reasoning.path + ".effort")
                )
            }
            let isOn = found[2]?.bool ?? true
            conversation.thinking = AskedThinking(
                isOn: isOn,
                budget: found[1]?.int,
                path: reasoning.path
            )
        } else if let thinking, thinking.value.kind == .object {
            let found = try thinking.scan(["type", "budget_tokens"])
            let isOn = found[0]?.isString("disabled") != true
            conversation.thinking = AskedThinking(
                isOn: isOn,
                budget: found[1]?.int,
                path: thinking.path
            )
        } else if let odd = reasoning ?? thinking {
            return conversation.note(.foreign, at: odd.path)
        }
        if let asked = conversation.thinking, asked.isOn {
            conversation.note(.effort, at: asked.path)
        }
    }

    private mutating func readFormat(_ format: Field?) throws(RequestError) {
        guard let format else { return }
        let found = try format.scan(["type", "json_schema", "schema"])
        if let type = found[0], type.isString("json_object") {
            // Some servers of the family take a schema in this place (llama.cpp, Together).
            if let schema = found[2], schema.kind == .object {
                conversation.format = .schema(Conversation.Schema(schema: schema))
                return conversation.note(.outputSchema, at: format.path)
            }
            conversation.format = .json
            conversation.note(.jsonMode, at: format.path)
        } else if let type = found[0], type.isString("json_schema"), let wrapper = found[1] {
            let path = format.path + ".json_schema"
            let members = try Field(value: wrapper, path: path)
                .scan(["schema", "name", "strict", "description"])
            // OpenAI takes a format without its schema: any JSON.
            guard let schema = members[0] else {
                conversation.format = .json
                return conversation.note(.jsonMode, at: format.path)
            }
            FieldTranslation.openAISchema.check(wrapper, path: path, in: &conversation)
            conversation.format = .schema(
                Conversation.Schema(
                    schema: schema,
                    name: members[1],
                    description: members[3],
                    strict: members[2]?.bool
                )
            )
            conversation.note(.outputSchema, at: format.path)
        } else if found[0]?.isString("text") != true {
            // A form of the answer that can't be said, such as a grammar.
            conversation.note(.demand, at: format.path)
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
        // Anthropic's choices are objects of a type; some clients send them to a chat too.
        let word = choice.value.members.first { $0.name.isString("type") }?.value ?? choice.value
        switch word.string {
        case "auto": conversation.toolChoice = .auto
        case "none": conversation.toolChoice = Conversation.ToolChoice.none
        case "required", "any":
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: choice.path)
        default:
            guard choice.value.kind == .object else {
                return conversation.note(.foreign, at: choice.path)
            }
            let found = try choice.scan(["type", "function", "custom", "allowed_tools", "name"])
            if let allowed = found[3] { return try readAllowed(allowed, at: choice.path) }
            let tool = found[1] ?? found[2]
            let inner = try tool.map { Field(value: $0, path: choice.path) }?.scan(["name"])[0]
            guard let name = inner ?? found[4] else {
                return conversation.note(.foreign, at: choice.path)
            }
            conversation.toolChoice = .named(try Field(value: name, path: choice.path).string())
            conversation.note(.forcedTool, at: choice.path)
        }
    }

    /// Tools that may be called, of those that are declared: no other family has a word for it, but
    /// the others need not be declared there.
    private mutating func readAllowed(
        _ allowed: JSONSlice,
        at path: String
    ) throws(RequestError) {
        let path = path + ".allowed_tools"
        let found = try Field(value: allowed, path: path).scan(["mode", "tools"])
        var names: Set<String> = []
        for tool in try found[1].map({ Field(value: $0, path: path + ".tools") })?.elements() ?? []
        {
            let members = try tool.scan(["name", "function", "custom"])
            let inner = try (members[1] ?? members[2])
                .map { Field(value: $0, path: tool.path) }?.scan(["name"])[0]
            if let name = (members[0] ?? inner)?.string { names.insert(name) }
        }
        conversation.allowTools(names)
        if found[0]?.isString("required") == true {
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: path)
        } else {
            conversation.toolChoice = .auto
        }
    }
}
