import JSONBytes

/// Reads a request to OpenAI's `/v1/responses` into a `Conversation`.
///
/// Sources: OpenAI's API reference, "Responses"; Codex's source for what its reference leaves out (groups
/// of tools, tools in items, tools that are searched for); November 2026. What `previous_response_id` stands
/// for is in `input` by now: whoever keeps responses puts it there.
struct ResponsesRequestReader: ConversationReader {
    var conversation = Conversation()

    private static let keys: JSONKeys = [
        "input", "instructions", "stream", "max_output_tokens", "temperature", "top_p", "tools",
        "tool_choice", "parallel_tool_calls", "text", "reasoning", "user",
    ]

    /// The conversation in a request's body.
    static func read(_ root: JSONSlice) throws(RequestError) -> Conversation {
        var reader = ResponsesRequestReader()
        let found = try Field(value: root, path: "").scan(keys)
        func field(_ index: Int) -> Field? {
            found[index].map { Field(value: $0, path: keys[index]) }
        }
        FieldTranslation.responses.check(root, path: "", in: &reader.conversation)
        reader.readHints(root)
        if let instructions = field(1) { reader.readInstructions(instructions) }
        reader.conversation.streamed = try field(2)?.bool() ?? false
        reader.conversation.outputLimit = try field(3)?.limit()
        try reader.conversation.readSampling(
            temperature: field(4),
            topP: field(5),
            topK: nil,
            seed: nil,
            penalties: (frequency: nil, presence: nil)
        )
        for tool in try field(6)?.elements() ?? [] { try reader.readTool(tool) }
        if let input = field(0) { try reader.readInput(input) }
        try reader.readChoice(field(7), parallel: field(8))
        if let text = field(9) { try reader.readText(text) }
        if let reasoning = field(10) { try reader.readReasoning(reasoning) }
        if let user = field(11) {
            reader.conversation.endUser = try user.string()
            reader.conversation.note(.endUser, at: user.path)
        }
        reader.conversation.noteThinking()
        return reader.conversation
    }

    /// Takes what OpenAI's chats have under the same names.
    private mutating func readHints(_ root: JSONSlice) {
        for member in root.members where !member.value.isNull {
            guard let name = member.name.string, ChatHint(rawValue: name) != nil else { continue }
            // These two say what is so without them.
            if member.value.isString("auto") || member.value.isString("default") { continue }
            conversation.keep(name, member.value, at: name)
        }
    }

    private mutating func readInstructions(_ instructions: Field) {
        if instructions.value.kind == .string {
            conversation.system = [.text(instructions.value)]
        } else {
            // A response says in this place what items a prompt of OpenAI's put there.
            conversation.note(.foreign, at: instructions.path)
        }
    }

    private mutating func readText(_ text: Field) throws(RequestError) {
        FieldTranslation.responsesText.check(text.value, path: text.path, in: &conversation)
        let members = try text.scan(["format", "verbosity"])
        if let verbosity = members[1] {
            conversation.keep(
                ChatHint.verbosity.rawValue,
                verbosity,
                at: text.path + ".verbosity"
            )
        }
        guard let format = members[0] else { return }
        let path = text.path + ".format"
        let found = try Field(value: format, path: path)
            .scan(["type", "schema", "name", "strict", "description"])
        switch found[0]?.string {
        case "text": break
        case "json_object":
            conversation.format = .json
            conversation.note(.jsonMode, at: path)
        case "json_schema":
            guard let schema = found[1] else {
                throw RequestError("\(path).schema is missing", field: path + ".schema")
            }
            FieldTranslation.responsesFormat.check(format, path: path, in: &conversation)
            if found[3]?.bool == true { conversation.note(.strict, at: path + ".strict") }
            conversation.format = .schema(
                Conversation.Schema(
                    schema: schema,
                    name: found[2],
                    description: found[4],
                    strict: found[3]?.bool
                )
            )
            conversation.note(.outputSchema, at: path)
        // A form of the answer that can't be said, such as a grammar.
        default: conversation.note(.demand, at: path)
        }
    }

    private mutating func readReasoning(_ reasoning: Field) throws(RequestError) {
        FieldTranslation.responsesReasoning.check(
            reasoning.value,
            path: reasoning.path,
            in: &conversation
        )
        guard let effort = try reasoning.scan(["effort"])[0] else { return }
        try conversation.readEffort(Field(value: effort, path: reasoning.path + ".effort"))
    }
}
