import JSONBytes

/// Reads a request to OpenAI's `/v1/responses` into a `Conversation`.
///
/// Source: OpenAI's API reference, "Responses". What `previous_response_id` stands for is in `input`
/// by now: whoever keeps responses puts it there.
struct ResponsesRequestReader {
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
        if let instructions = try field(1)?.string() {
            reader.conversation.system = [.text(instructions)]
        }
        reader.conversation.streamed = try field(2)?.bool() ?? false
        reader.conversation.outputLimit = try field(3)?.count()
        try reader.conversation.readSampling(
            temperature: field(4),
            topP: field(5),
            topK: nil,
            seed: nil,
            penalties: (frequency: nil, presence: nil)
        )
        for tool in try field(6)?.elements() ?? [] { try reader.readTool(tool) }
        try reader.readChoice(field(7), parallel: field(8))
        if let text = field(9) { try reader.readText(text) }
        if let reasoning = field(10) { try reader.readReasoning(reasoning) }
        if let user = field(11) {
            reader.conversation.endUser = try user.string()
            reader.conversation.note(.endUser, at: user.path)
        }
        if let input = field(0) { try reader.readInput(input) }
        reader.conversation.noteThinking()
        return reader.conversation
    }

    private mutating func readTool(_ tool: Field) throws(RequestError) {
        let found = try tool.scan(["type", "name", "description", "parameters"])
        guard let type = found[0], type.isString("function"), let name = found[1] else {
            // OpenAI's own tools run at OpenAI.
            return conversation.note(.foreign, at: tool.path + ".type")
        }
        FieldTranslation.responsesTool.check(tool.value, path: tool.path, in: &conversation)
        conversation.tools.append(
            Conversation.ToolDefinition(
                name: try Field(value: name, path: tool.path + ".name").string(),
                description: found[2],
                schema: found[3]
            )
        )
    }

    private mutating func readChoice(_ choice: Field?, parallel: Field?) throws(RequestError) {
        conversation.parallelTools = try parallel?.bool()
        if let parallel, conversation.parallelTools == false, !conversation.tools.isEmpty {
            conversation.note(.serialTools, at: parallel.path)
        }
        guard let choice else { return }
        switch choice.value.string {
        case "auto": conversation.toolChoice = .auto
        case "none": conversation.toolChoice = Conversation.ToolChoice.none
        case "required":
            conversation.toolChoice = .required
            conversation.note(.forcedTool, at: choice.path)
        default:
            let found =
                choice.value.kind == .object ? try choice.scan(["type", "name"]) : [nil, nil]
            guard let name = found[1], found[0]?.isString("function") == true else {
                return conversation.note(.foreign, at: choice.path)
            }
            conversation.toolChoice = .named(try Field(value: name, path: choice.path).string())
            conversation.note(.forcedTool, at: choice.path)
        }
    }

    private mutating func readText(_ text: Field) throws(RequestError) {
        FieldTranslation.responsesText.check(text.value, path: text.path, in: &conversation)
        guard let format = try text.scan(["format"])[0] else { return }
        let path = text.path + ".format"
        let found = try Field(value: format, path: path).scan(["type", "schema"])
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
            conversation.format = .schema(Conversation.Schema(schema: schema))
            conversation.note(.outputSchema, at: path)
        default: conversation.note(.foreign, at: path)
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
