import JSONBytes

extension ResponsesRequestReader {
    private static let itemKeys: JSONKeys = [
        "type", "role", "content", "call_id", "name", "arguments", "output",
    ]

    /// A text of the user's, or the items of a conversation.
    mutating func readInput(_ input: Field) throws(RequestError) {
        if input.value.kind == .string {
            return conversation.turns.append(
                Turn(role: .user, parts: [.text(input.value)], path: input.path)
            )
        }
        for item in try input.elements() {
            let found = try item.scan(Self.itemKeys)
            switch found[0]?.string ?? "message" {
            case "message": try readMessage(item, role: found[1], content: found[2])
            case "function_call":
                try readCall(item, id: found[3], name: found[4], arguments: found[5])
            case "function_call_output": try readResult(item, id: found[3], output: found[6])
            case "reasoning": try readReasoningItem(item, content: found[2])
            default: conversation.note(.foreign, at: item.path + ".type")
            }
        }
        // Reasoning that nothing came of is no turn.
        conversation.turns.removeAll { $0.role == .assistant && $0.parts.isEmpty }
    }

    /// What was thought before the items that follow, as far as it is text: what OpenAI's own models
    /// thought is encrypted.
    private mutating func readReasoningItem(
        _ item: Field,
        content: JSONSlice?
    ) throws(RequestError) {
        var texts: [JSONSlice] = []
        let parts = try content.map { value throws(RequestError) in
            try Field(value: value, path: item.path + ".content").elements()
        }
        for part in parts ?? [] {
            guard let text = try part.scan(["text"])[0], text.kind == .string else { continue }
            texts.append(text)
        }
        conversation.note(texts.isEmpty ? .hint : .pastReasoning, at: item.path)
        guard !texts.isEmpty else { return }
        appendToAssistant([], at: item.path)
        conversation.turns[conversation.turns.count - 1].reasoning += texts
    }

    private mutating func readMessage(
        _ item: Field,
        role: JSONSlice?,
        content: JSONSlice?
    ) throws(RequestError) {
        FieldTranslation.responsesItem.check(item.value, path: item.path, in: &conversation)
        let path = item.path + ".content"
        guard let content else { throw RequestError("\(path) is missing", field: path) }
        let parts = try readContent(Field(value: content, path: path))
        if !parts.images.isEmpty, role?.isString("user") != true {
            conversation.note(.foreign, at: path)
        }
        switch role?.string {
        case "user": conversation.turns.append(Turn(role: .user, parts: parts, path: item.path))
        case "assistant": appendToAssistant(parts, at: item.path)
        case "system", "developer":
            guard conversation.turns.isEmpty else {
                conversation.note(.lateSystem, at: item.path)
                return conversation.turns.append(Turn(role: .system, parts: parts, path: item.path))
            }
            conversation.system += parts.filter { $0.text != nil }
        default: conversation.note(.foreign, at: item.path + ".role")
        }
    }

    /// What an answer held are several items here and one turn elsewhere.
    private mutating func appendToAssistant(_ parts: [Turn.Part], at path: String) {
        if conversation.turns.last?.role == .assistant {
            conversation.turns[conversation.turns.count - 1].parts += parts
        } else {
            conversation.turns.append(Turn(role: .assistant, parts: parts, path: path))
        }
    }

    private mutating func readContent(_ content: Field) throws(RequestError) -> [Turn.Part] {
        if content.value.kind == .string { return [.text(content.value)] }
        var parts: [Turn.Part] = []
        for part in try content.elements() {
            let found = try part.scan(["type", "text", "image_url", "detail", "refusal"])
            switch found[0]?.string {
            case "input_text", "output_text", "text":
                let path = part.path + ".text"
                guard let text = found[1] else {
                    throw RequestError("\(path) is missing", field: path)
                }
                parts.append(.text(try Field(value: text, path: path).string()))
            case "refusal":
                if let refusal = found[4], refusal.kind == .string { parts.append(.text(refusal)) }
            case "input_image":
                if let image = try readImage(part, url: found[2], detail: found[3]) {
                    parts.append(.image(image))
                }
            default:
                conversation.note(.foreign, at: part.path)
                continue
            }
            FieldTranslation.responsesPart.check(part.value, path: part.path, in: &conversation)
        }
        return parts
    }

    private mutating func readImage(
        _ part: Field,
        url: JSONSlice?,
        detail: JSONSlice?
    ) throws(RequestError) -> Turn.Image? {
        let path = part.path + ".image_url"
        if let detail, !detail.isString("auto") {
            conversation.note(.hint, at: part.path + ".detail")
        }
        // A file's id is known to OpenAI alone.
        guard let url else {
            conversation.note(.foreign, at: part.path)
            return nil
        }
        let text = try Field(value: url, path: path).string().text ?? []
        if let data = DataURL(text) {
            return .data(mediaType: data.mediaType, base64: data.base64)
        }
        guard text.starts(with: "http://".utf8) || text.starts(with: "https://".utf8) else {
            conversation.note(.foreign, at: path)
            return nil
        }
        conversation.note(.imageURL, at: path)
        return .url(url)
    }

    private mutating func readCall(
        _ item: Field,
        id: JSONSlice?,
        name: JSONSlice?,
        arguments: JSONSlice?
    ) throws(RequestError) {
        FieldTranslation.responsesItem.check(item.value, path: item.path, in: &conversation)
        guard let id, let name else {
            throw RequestError("\(item.path) needs a call_id and a name", field: item.path)
        }
        let text = arguments?.text ?? []
        let object: JSONSlice?
        do {
            object = try JSONSlice(validating: text.isEmpty ? Array("{}".utf8) : Array(text))
        } catch {
            object = nil
        }
        guard let object, object.kind == .object else {
            return conversation.note(.foreign, at: item.path + ".arguments")
        }
        let call = Turn.ToolCall(
            id: try Field(value: id, path: item.path + ".call_id").string(),
            name: try Field(value: name, path: item.path + ".name").string(),
            arguments: object
        )
        appendToAssistant([.toolCall(call)], at: item.path)
    }

    private mutating func readResult(
        _ item: Field,
        id: JSONSlice?,
        output: JSONSlice?
    ) throws(RequestError) {
        FieldTranslation.responsesItem.check(item.value, path: item.path, in: &conversation)
        guard let id, let output else {
            throw RequestError("\(item.path) needs a call_id and an output", field: item.path)
        }
        let path = item.path + ".output"
        let parts = try readContent(Field(value: output, path: path))
        if !parts.images.isEmpty { conversation.note(.imageInToolResult, at: path) }
        let result = Turn.ToolResult(
            id: try Field(value: id, path: item.path + ".call_id").string(),
            parts: parts
        )
        conversation.turns.append(Turn(role: .user, parts: [.toolResult(result)], path: item.path))
    }
}
