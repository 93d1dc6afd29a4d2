import JSONBytes

/// Reads an Anthropic messages request into a `Conversation`.
struct AnthropicRequestReader {
    var conversation = Conversation()
    /// What was thought in the message that is read.
    var reasoning: [JSONSlice] = []

    private static let keys: JSONKeys = [
        "messages", "system", "max_tokens", "stream", "temperature", "top_p", "top_k",
        "stop_sequences", "tools", "tool_choice", "metadata", "thinking", "output_config",
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
        if let system = field(1) { reader.conversation.system = try reader.readSystem(system) }
        reader.conversation.outputLimit = try field(2)?.count()
        reader.conversation.streamed = try field(3)?.bool() ?? false
        reader.conversation.sampling.temperature = try field(4)?.number()
        reader.conversation.sampling.topP = try field(5)?.number()
        reader.conversation.sampling.topK = try field(6)?.number()
        if let topK = field(6) { reader.conversation.note(.topK, at: topK.path) }
        for stop in try field(7)?.elements() ?? [] {
            reader.conversation.stop.append(try stop.string())
        }
        try reader.readTools(field(8), choice: field(9))
        try reader.readMetadata(field(10))
        try reader.readThinking(field(11), output: field(12))
        let messages = try field(0)?.elements() ?? []
        for message in messages { try reader.readMessage(message) }
        if let last = messages.last, reader.conversation.turns.last?.role == .assistant {
            reader.conversation.note(.prefill, at: last.path)
        }
        reader.conversation.noteThinking()
        return reader.conversation
    }

    private mutating func readSystem(_ system: Field) throws(RequestError) -> [JSONSlice] {
        if system.value.kind == .string { return [system.value] }
        var texts: [JSONSlice] = []
        for block in try system.elements() {
            let found = try block.scan(["type", "text"])
            guard let text = found[1] else {
                conversation.note(.foreign, at: block.path)
                continue
            }
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            texts.append(try Field(value: text, path: block.path + ".text").string())
        }
        return texts
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
            let found = try tool.scan(["type", "name", "description", "input_schema"])
            if let type = found[0], !type.isString("custom") {
                conversation.note(.foreign, at: tool.path + ".type")
                continue
            }
            guard let name = found[1] else {
                throw RequestError("\(tool.path).name is missing", field: tool.path + ".name")
            }
            FieldTranslation.anthropicTool.check(tool.value, path: tool.path, in: &conversation)
            conversation.tools.append(
                Conversation.ToolDefinition(
                    name: try Field(value: name, path: tool.path + ".name").string(),
                    description: found[2],
                    schema: found[3]
                )
            )
        }
        guard let choice else { return }
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
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: choice.path)
        case "tool":
            guard let name = found[1] else { throw choice.mistyped("an object with a name") }
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
