import JSONBytes

extension OllamaRequestReader {
    private static let messageKeys: JSONKeys = [
        "role", "content", "images", "tool_calls", "tool_name", "tool_call_id", "name",
        "thinking",
    ]

    /// Reads the messages; what was said before the last answer ended is read as the past.
    mutating func readMessages(_ messages: [Field]) throws(RequestError) {
        let last = messages.lastOfAssistant
        try readTurns(messages, pastUpTo: last) { reader, message throws(RequestError) in
            try reader.readMessage(message)
        }
    }

    private mutating func readMessage(_ message: Field) throws(RequestError) {
        let found = try message.scan(Self.messageKeys)
        FieldTranslation.ollamaMessage.check(message.value, path: message.path, in: &conversation)
        func field(_ index: Int) -> Field? {
            found[index].map {
                Field(value: $0, path: message.path + "." + Self.messageKeys[index])
            }
        }
        var parts: [Turn.Part] = []
        if let images = field(2) { parts += try readImages(images) }
        let role = found[0]?.string
        if let content = field(1), let text = try Self.text(of: content, isResult: role == "tool") {
            parts.append(.text(text))
        }
        if !parts.images.isEmpty, role == "tool" {
            conversation.note(.imageInToolResult, at: message.path + ".images")
        }
        switch role {
        case "system":
            guard conversation.turns.isEmpty else {
                conversation.note(.lateSystem, at: message.path)
                return conversation.turns.append(
                    Turn(role: .system, parts: parts, path: message.path)
                )
            }
            conversation.system += parts.filter { $0.text != nil }
        case "user": conversation.turns.append(Turn(role: .user, parts: parts, path: message.path))
        case "assistant":
            if let calls = field(3) {
                for call in try calls.elements() {
                    parts.append(.toolCall(try readCall(call)))
                }
            }
            let thinking = try field(7)?.string()
            conversation.turns.append(
                Turn(
                    role: .assistant,
                    parts: parts,
                    path: message.path,
                    reasoning: conversation.noteReasoning(thinking, at: message.path + ".thinking")
                )
            )
        case "tool":
            let name = found[4] ?? found[6]
            let id = resultID(given: found[5], name: name) ?? found[5] ?? name
            let result = Turn.ToolResult(id: id ?? .string(of: []), parts: parts)
            conversation.turns.append(
                Turn(role: .user, parts: [.toolResult(result)], path: message.path)
            )
        default:
            conversation.note(.foreign, at: message.path + ".role")
            conversation.turns.append(Turn(role: .user, parts: parts, path: message.path))
        }
    }

    /// What is said; a tool's result that was not made a text is its JSON.
    private static func text(
        of content: Field,
        isResult: Bool
    ) throws(RequestError) -> JSONSlice? {
        switch content.value.kind {
        case .null: nil
        case .string: content.value
        default: isResult ? .string(of: content.value.raw) : try content.string()
        }
    }

    private mutating func readCall(_ call: Field) throws(RequestError) -> Turn.ToolCall {
        let found = try call.scan(["id", "function"])
        let path = call.path + ".function"
        guard let function = found[1] else { throw call.mistyped("an object with a function") }
        let members = try Field(value: function, path: path).scan(["name", "arguments"])
        guard let name = members[0] else {
            throw RequestError("\(path).name is missing", field: path + ".name")
        }
        let arguments = conversation.arguments(members[1], at: path + ".arguments")
        let given = found[0].flatMap { $0.kind == .string && !$0.isEmptyString ? $0 : nil }
        let id = given ?? .string(of: "call_\(callCount)".utf8)
        callCount += 1
        let known = try Field(value: name, path: path + ".name").string()
        open.add(id: id, name: known.string ?? "")
        return Turn.ToolCall(id: id, name: known, arguments: arguments)
    }

    /// The call that a result belongs to: the one with its id, else the first that is open with its
    /// tool's name, else the first that is open; `nil` if none is.
    private mutating func resultID(given: JSONSlice?, name: JSONSlice?) -> JSONSlice? {
        let wanted = given?.string ?? ""
        let tool = name?.string ?? ""
        let called = wanted.isEmpty ? nil : open.take(id: wanted)
        return called ?? open.take(name: tool) ?? open.takeFirst()
    }

    /// Images are base64 without a word on what they are; their first bytes tell.
    mutating func readImages(_ images: Field) throws(RequestError) -> [Turn.Part] {
        var parts: [Turn.Part] = []
        for image in try images.elements() {
            let base64 = try image.string().text ?? []
            let known = Self.mediaTypes.first { base64.starts(with: $0.beginning.utf8) }
            guard let known else {
                conversation.note(.fileReference, at: image.path)
                parts.append(.note("[image]"))
                continue
            }
            parts.append(.image(.data(mediaType: known.type, base64: base64)))
        }
        return parts
    }

    /// The magic numbers of the formats in base64.
    private static let mediaTypes: [(beginning: String, type: String)] = [
        ("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"),
        ("UklGR", "image/webp"),
    ]
}

extension JSONSlice {
    /// `{}`.
    static var emptyObject: JSONSlice {
        var writer = JSONWriter(capacity: 2)
        writer.object { _ in }
        return JSONSlice(written: writer)
    }
}
