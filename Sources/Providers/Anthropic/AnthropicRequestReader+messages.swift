import JSONBytes

extension AnthropicRequestReader {
    /// Reads the messages; what was said before the last answer ended is read as the past.
    mutating func readMessages(_ messages: Field?) throws(RequestError) {
        let messages = try messages?.elements() ?? []
        let last = messages.lastOfAssistant
        try readTurns(messages, pastUpTo: last) { reader, message throws(RequestError) in
            try reader.readMessage(message)
        }
        if let last = messages.last, conversation.turns.last?.role == .assistant {
            conversation.note(.prefill, at: last.path)
        }
    }

    private mutating func readMessage(_ message: Field) throws(RequestError) {
        let found = try message.scan(["role", "content"])
        FieldTranslation.anthropicMessage.check(
            message.value,
            path: message.path,
            in: &conversation
        )
        guard let content = found[1] else { throw message.mistyped("an object with content") }
        let field = Field(value: content, path: message.path + ".content")
        reasoning = []
        let parts = try readContent(field)
        let role: Turn.Role
        switch found[0]?.string {
        case "user": role = .user
        case "assistant": role = .assistant
        case "system", "developer":
            guard !conversation.turns.isEmpty else {
                conversation.system += parts.filter { $0.text != nil }
                return
            }
            role = .system
            conversation.note(.lateSystem, at: message.path)
        default:
            role = .user
            conversation.note(.foreign, at: message.path + ".role")
        }
        conversation.turns.append(
            Turn(role: role, parts: parts, path: message.path, reasoning: reasoning)
        )
    }

    /// A text, or blocks; those of a tool's result are noted where a family has no word for them.
    mutating func readContent(
        _ content: Field,
        isResult: Bool = false
    ) throws(RequestError) -> [Turn.Part] {
        if content.value.kind == .string { return [.text(content.value)] }
        var parts: [Turn.Part] = []
        for block in try content.elements() {
            var mark: JSONSlice?
            var read: [Turn.Part] = []
            do throws(RequestError) {
                mark = try block.scan(["cache_control"])[0]
                read = try readBlock(block, isResult: isResult)
            } catch {
                guard conversation.isPast || isResult else { throw error }
                conversation.note(.foreign, at: error.field ?? block.path)
                read = [.note("[a part that can't be read]")]
            }
            if let mark, !read.isEmpty {
                read[read.count - 1].cacheControl = mark
                conversation.note(.cacheControl, at: block.path + ".cache_control")
            }
            parts += read
        }
        return parts
    }

    private mutating func readBlock(
        _ block: Field,
        isResult: Bool
    ) throws(RequestError) -> [Turn.Part] {
        let found = try block.scan(["type", "text", "source", "id", "name", "input", "thinking"])
        switch found[0]?.string {
        case "text":
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            guard let text = found[1] else { throw block.mistyped("an object with a text") }
            return [.text(try Field(value: text, path: block.path + ".text").string())]
        case "image":
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            guard let source = found[2] else { throw block.mistyped("an object with a source") }
            if isResult { conversation.note(.imageInToolResult, at: block.path) }
            let field = Field(value: source, path: block.path + ".source")
            return [try readImage(field, isResult: isResult)]
        case "document":
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            return try readDocument(block, isResult: isResult)
        case "tool_use":
            FieldTranslation.anthropicBlock.check(block.value, path: block.path, in: &conversation)
            guard let id = found[3], let name = found[4] else {
                throw block.mistyped("an object with id, name and input")
            }
            let call = Turn.ToolCall(
                id: try Field(value: id, path: block.path + ".id").string(),
                name: try Field(value: name, path: block.path + ".name").string(),
                arguments: conversation.arguments(found[5], at: block.path + ".input")
            )
            return [.toolCall(call)]
        case "tool_result": return [try readResult(block)]
        case "thinking", "redacted_thinking":
            // Anthropic itself ignores those of earlier turns when thinking is off, and what is
            // redacted says nothing to anybody else.
            if let thinking = found[6], thinking.kind == .string {
                reasoning += conversation.noteReasoning(thinking, at: block.path)
            } else {
                conversation.note(.hint, at: block.path)
            }
            return []
        default: return readOtherBlock(block, type: found[0]?.string, text: found[1])
        }
    }

    private mutating func readResult(_ block: Field) throws(RequestError) -> Turn.Part {
        FieldTranslation.anthropicResult.check(block.value, path: block.path, in: &conversation)
        let found = try block.scan(["tool_use_id", "content", "is_error"])
        let isError = found[2]?.bool == true
        if isError { conversation.note(.failedResult, at: block.path + ".is_error") }
        guard let id = found[0] else { throw block.mistyped("an object with a tool_use_id") }
        var parts: [Turn.Part] = []
        if let content = found[1] {
            parts = try readContent(
                Field(value: content, path: block.path + ".content"),
                isResult: true
            )
        }
        let result = Turn.ToolResult(
            id: try Field(value: id, path: block.path + ".tool_use_id").string(),
            parts: parts,
            isError: isError
        )
        return .toolResult(result)
    }

    private mutating func readImage(
        _ source: Field,
        isResult: Bool
    ) throws(RequestError) -> Turn.Part {
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
            if !isResult { conversation.note(.imageURL, at: source.path + ".url") }
            return .image(.url(try Field(value: url, path: source.path + ".url").string()))
        default:
            // A file that Anthropic keeps.
            conversation.note(isResult ? .foreign : .fileReference, at: source.path)
            return .note("[image]")
        }
    }
}
