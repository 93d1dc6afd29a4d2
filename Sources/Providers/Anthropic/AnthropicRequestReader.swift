import JSONBytes

/// Reads an Anthropic messages request into a `Conversation`.
struct AnthropicRequestReader: ConversationReader {
    var conversation = Conversation()
    /// What was thought in the message that is read.
    var reasoning: [JSONSlice] = []
    /// The names of the declared tools that run at Anthropic.
    var serverTools: Set<String> = []

    private static let keys: JSONKeys = [
        "messages", "system", "max_tokens", "stream", "temperature", "top_p", "top_k",
        "stop_sequences", "tools", "tool_choice", "metadata", "thinking", "output_config",
        "output_format",
    ]

    /// The conversation in a request's body.
    static func read(_ root: JSONSlice) throws(RequestError) -> Conversation {
        var reader = AnthropicRequestReader()
        let found = try Field(value: root, path: "").scan(keys)
        func field(_ index: Int) -> Field? {
            found[index].map { value in
                Field(value: value, path: keys[index])
            }
        }
        FieldTranslation.anthropic.check(root, path: "", in: &reader.conversation)
        if let system = field(1) { try reader.readSystem(system) }
        reader.conversation.outputLimit = try field(2)?.limit() ?? nil
        reader.conversation.streamed = try field(3)?.bool() ?? false
        try reader.conversation.readSampling(
            temperature: field(4),
            topP: field(5),
            topK: field(6),
            seed: nil,
            penalties: (frequency: nil, presence: nil)
        )
        try reader.conversation.readStop(field(7))
        try reader.readTools(field(8), choice: field(9))
        try reader.readMetadata(field(10))
        try reader.readThinking(field(11), output: field(12))
        if let format = field(13) { try reader.readFormat(format) }
        try reader.readMessages(field(0))
        reader.conversation.noteThinking()
        return reader.conversation
    }

    /// The header of Claude Code's bills, which it says as the prompt's first text: it is for Anthropic's
    /// books and differs between sessions, so that no other provider's cache would know the prompt again.
    static let attribution = Array("x-anthropic-billing-header:".utf8)

    private mutating func readSystem(_ system: Field) throws(RequestError) {
        if system.value.kind == .string {
            return readSystem(text: system.value, at: system.path, cacheControl: nil)
        }
        for block in try system.elements() {
            let found = try block.scan(["type", "text", "cache_control"])
            guard let text = found[1] else {
                conversation.note(.foreign, at: block.path)
                continue
            }
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            readSystem(
                text: try Field(value: text, path: block.path + ".text").string(),
                at: block.path,
                cacheControl: found[2]
            )
        }
    }

    private mutating func readSystem(text: JSONSlice, at path: String, cacheControl: JSONSlice?) {
        if cacheControl != nil { conversation.note(.cacheControl, at: path + ".cache_control") }
        var text = text
        if conversation.system.isEmpty, let decoded = text.text,
            decoded.starts(with: Self.attribution)
        {
            conversation.note(.hint, at: path)
            let end = decoded.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? decoded.endIndex
            let rest = decoded[end...].drop { $0 <= 0x20 }
            if rest.isEmpty { return }
            text = .string(of: rest)
        }
        conversation.system.append(Turn.Part(content: .text(text), cacheControl: cacheControl))
    }

    private mutating func readMetadata(_ metadata: Field?) throws(RequestError) {
        guard let metadata else { return }
        try metadata.require(.object, "an object")
        for member in metadata.value.members where !member.value.isNull {
            let path = metadata.path + "." + (member.name.string ?? "")
            if member.name.isString("user_id") {
                conversation.endUser = try Field(value: member.value, path: path).string()
                conversation.note(.endUser, at: path)
            } else {
                conversation.note(.hint, at: path)
            }
        }
    }

    private mutating func readTools(_ tools: Field?, choice: Field?) throws(RequestError) {
        for tool in try tools?.elements() ?? [] {
            let found = try tool.scan([
                "type", "name", "description", "input_schema", "strict", "cache_control",
            ])
            if let type = found[0], !type.isString("custom"), found[3] == nil {
                // It runs at Anthropic; a model that isn't told of it need not call it.
                conversation.note(.foreign, at: tool.path)
                if let name = found[1]?.string { serverTools.insert(name) }
                continue
            }
            guard let name = found[1] else {
                throw RequestError("\(tool.path).name is missing", field: tool.path + ".name")
            }
            FieldTranslation.anthropicTool.check(tool.value, path: tool.path, in: &conversation)
            let isStrict = found[4]?.bool == true
            let keepsStrict = isStrict && StrictSchema.isComplete(found[3])
            if isStrict {
                conversation.note(keepsStrict ? .strict : .hint, at: tool.path + ".strict")
            }
            if found[5] != nil {
                conversation.note(.cacheControl, at: tool.path + ".cache_control")
            }
            conversation.tools.append(
                Conversation.ToolDefinition(
                    name: try Field(value: name, path: tool.path + ".name").string(),
                    description: found[2],
                    schema: found[3],
                    strict: keepsStrict ? true : nil,
                    cacheControl: found[5]
                )
            )
        }
        if let choice { try readChoice(choice) }
    }

    private mutating func readChoice(_ choice: Field) throws(RequestError) {
        FieldTranslation.anthropicChoice.check(
            choice.value,
            path: choice.path,
            in: &conversation
        )
        let found = try choice.scan(["type", "name", "disable_parallel_tool_use"])
        switch found[0]?.string {
        case "auto": conversation.toolChoice = .auto
        case "none": conversation.toolChoice = Conversation.ToolChoice.none
        case "any":
            guard serverTools.isEmpty || !conversation.tools.isEmpty else {
                return conversation.note(.forcedServerTool, at: choice.path)
            }
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: choice.path)
        case "tool":
            guard let name = found[1] else { throw choice.mistyped("an object with a name") }
            if let name = name.string, serverTools.contains(name) {
                return conversation.note(.forcedServerTool, at: choice.path)
            }
            conversation.toolChoice = .named(
                try Field(value: name, path: choice.path + ".name").string()
            )
            conversation.note(.forcedTool, at: choice.path)
        default: conversation.note(.foreign, at: choice.path)
        }
        if let serial = found[2] {
            let path = choice.path + ".disable_parallel_tool_use"
            conversation.parallelTools = try !Field(value: serial, path: path).bool()
            if conversation.parallelTools == false { conversation.note(.serialTools, at: path) }
        }
    }
}
