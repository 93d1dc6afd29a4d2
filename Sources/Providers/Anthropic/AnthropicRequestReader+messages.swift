import JSONBytes

extension AnthropicRequestReader {
    mutating func readMessage(_ message: Field) throws(RequestError) {
        let found = try message.scan(["role", "content"])
        for member in message.value.members
        where !member.name.isString("role") && !member.name.isString("content") {
            conversation.note(.foreign, at: message.path + "." + (member.name.string ?? ""))
        }
        let role: Turn.Role
        switch found[0]?.string {
        case "user": role = .user
        case "assistant": role = .assistant
        default: return conversation.note(.foreign, at: message.path + ".role")
        }
        guard let content = found[1] else { throw message.mistyped("an object with content") }
        let field = Field(value: content, path: message.path + ".content")
        reasoning = []
        let parts = try readContent(field)
        let isMisplaced =
            role == .user
            ? !parts.toolCalls.isEmpty : !parts.toolResults.isEmpty || !parts.images.isEmpty
        if isMisplaced { conversation.note(.foreign, at: field.path) }
        conversation.turns.append(
            Turn(role: role, parts: parts, path: message.path, reasoning: reasoning)
        )
    }

    private mutating func readContent(_ content: Field) throws(RequestError) -> [Turn.Part] {
        if content.value.kind == .string { return [.text(content.value)] }
        var parts: [Turn.Part] = []
        for block in try content.elements() {
            if let part = try readBlock(block) { parts.append(part) }
        }
        return parts
    }

    private mutating func readBlock(_ block: Field) throws(RequestError) -> Turn.Part? {
        let found = try block.scan(["type", "text", "source", "id", "name", "input"])
        switch found[0]?.string {
        case "text":
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            guard let text = found[1] else { throw block.mistyped("an object with a text") }
            return .text(try Field(value: text, path: block.path + ".text").string())
        case "image":
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            guard let source = found[2] else { throw block.mistyped("an object with a source") }
            return try readImage(Field(value: source, path: block.path + ".source"))
        case "tool_use":
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            guard let id = found[3], let name = found[4], let input = found[5] else {
                throw block.mistyped("an object with id, name and input")
            }
            try Field(value: input, path: block.path + ".input").require(.object, "an object")
            let call = Turn.ToolCall(
                id: try Field(value: id, path: block.path + ".id").string(),
                name: try Field(value: name, path: block.path + ".name").string(),
                arguments: input
            )
            return .toolCall(call)
        case "tool_result": return try readResult(block)
        case "thinking", "redacted_thinking":
            // Anthropic itself ignores those of earlier turns when thinking is off, and when it is
            // on, the top-level field is the obstacle.
            let thinking = try block.scan(["thinking"])[0]
            if let thinking, thinking.kind == .string {
                reasoning += conversation.noteReasoning(thinking, at: block.path)
            } else {
                conversation.note(.hint, at: block.path)
            }
            return nil
        default:
            conversation.note(.foreign, at: block.path)
            return nil
        }
    }

    private mutating func readResult(_ block: Field) throws(RequestError) -> Turn.Part? {
        FieldTranslation.anthropicResult.check(block.value, path: block.path, in: &conversation)
        let found = try block.scan(["tool_use_id", "content"])
        guard let id = found[0] else { throw block.mistyped("an object with a tool_use_id") }
        var parts: [Turn.Part] = []
        if let content = found[1] {
            parts = try readContent(Field(value: content, path: block.path + ".content"))
        }
        if !parts.images.isEmpty {
            conversation.note(.imageInToolResult, at: block.path + ".content")
        }
        let result = Turn.ToolResult(
            id: try Field(value: id, path: block.path + ".tool_use_id").string(),
            parts: parts
        )
        return .toolResult(result)
    }

    private mutating func readImage(_ source: Field) throws(RequestError) -> Turn.Part? {
        FieldTranslation.anthropicSource.check(
            source.value,
            path: source.path,
            in: &conversation
        )
        let found = try source.scan(["type", "media_type", "data", "url"])
        switch found[0]?.string {
        case "base64":
            guard let type = found[1]?.string, let data = found[2]?.text else {
                throw source.mistyped("an object with media_type and data")
            }
            return .image(.data(mediaType: type, base64: data))
        case "url":
            guard let url = found[3] else { throw source.mistyped("an object with a url") }
            conversation.note(.imageURL, at: source.path + ".url")
            return .image(.url(try Field(value: url, path: source.path + ".url").string()))
        default:
            conversation.note(.foreign, at: source.path)
            return nil
        }
    }
}
