import JSONBytes

extension OpenAIRequestReader {
    private static let messageKeys: JSONKeys = [
        "role", "content", "tool_calls", "tool_call_id", "reasoning_content", "reasoning",
        "refusal", "function_call", "name", "cache_control",
    ]

    /// Reads the messages; what was said before the last answer ended is read as the past.
    mutating func readMessages(_ messages: Field?) throws(RequestError) {
        let messages = try messages?.elements() ?? []
        let last = messages.lastOfAssistant
        try readTurns(messages, pastUpTo: last) { reader, message throws(RequestError) in
            try reader.readMessage(message)
        }
    }

    private mutating func readMessage(_ message: Field) throws(RequestError) {
        let found = try message.scan(Self.messageKeys)
        FieldTranslation.openAIMessage.check(message.value, path: message.path, in: &conversation)
        var parts: [Turn.Part] = []
        if let content = found[1] {
            let field = Field(value: content, path: message.path + ".content")
            let role = found[0]?.string
            parts = try readContent(field, isResult: role == "tool" || role == "function")
        }
        if let refusal = found[6], refusal.kind == .string { parts.append(.text(refusal)) }
        if let mark = found[9], mark.kind == .object, !parts.isEmpty {
            parts[parts.count - 1].cacheControl = mark
            conversation.note(.cacheControl, at: message.path + ".cache_control")
        }
        switch found[0]?.string {
        case "system", "developer":
            guard conversation.turns.isEmpty else {
                conversation.note(.lateSystem, at: message.path)
                return append(.system, parts, at: message)
            }
            conversation.system += parts.filter { $0.text != nil }
        case "user": append(.user, parts, at: message)
        case "assistant":
            if let calls = found[2] {
                let field = Field(value: calls, path: message.path + ".tool_calls")
                for call in try field.elements() { parts += try readPastCall(call) }
            }
            if let call = found[7] {
                // The calls of before tools have no id; their results are known by the name.
                let path = message.path + ".function_call"
                let field = Field(value: call, path: path)
                if let name = try field.scan(["name"])[0] {
                    parts += try readFunction(field, id: name, path: path)
                }
            }
            // Servers of the family disagree on its name.
            let name = found[4] == nil ? ".reasoning" : ".reasoning_content"
            let reasoning = conversation.noteReasoning(
                found[4] ?? found[5],
                at: message.path + name
            )
            append(.assistant, parts, at: message, reasoning: reasoning)
        case "tool", "function":
            let id = found[3] ?? found[8]
            guard let id else {
                let path = message.path + ".tool_call_id"
                throw RequestError("\(path) is missing", field: path)
            }
            var result = Turn.ToolResult(
                id: try Field(value: id, path: message.path + ".tool_call_id").string(),
                parts: parts
            )
            // A mark on the text of a result is one on the result.
            let mark = parts.last?.cacheControl
            if mark != nil { result.parts[parts.count - 1].cacheControl = nil }
            append(
                .user,
                [Turn.Part(content: .toolResult(result), cacheControl: mark)],
                at: message
            )
        default:
            conversation.note(.foreign, at: message.path + ".role")
            append(.user, parts, at: message)
        }
    }

    private mutating func append(
        _ role: Turn.Role,
        _ parts: [Turn.Part],
        at message: Field,
        reasoning: [JSONSlice] = []
    ) {
        conversation.turns.append(
            Turn(role: role, parts: parts, path: message.path, reasoning: reasoning)
        )
    }

    /// A call; one that can't be read is noted, as what is past can't be taken back.
    private mutating func readPastCall(_ call: Field) throws(RequestError) -> [Turn.Part] {
        do throws(RequestError) {
            return try readCall(call)
        } catch {
            guard conversation.isPast else { throw error }
            conversation.note(.foreign, at: error.field ?? call.path)
            return [.note("[a call that can't be read]")]
        }
    }

    private mutating func readCall(_ call: Field) throws(RequestError) -> [Turn.Part] {
        let found = try call.scan(["id", "type", "function", "custom", "extra_content"])
        FieldTranslation.openAICall.check(call.value, path: call.path, in: &conversation)
        if let custom = found[3], found[1]?.isString("custom") == true {
            let field = Field(value: custom, path: call.path + ".custom")
            let members = try field.scan(["name", "input"])
            guard let id = found[0], let name = members[0], let input = members[1] else {
                throw RequestError("\(field.path) needs a name and an input", field: field.path)
            }
            var arguments = JSONWriter(capacity: input.range.count + 16)
            arguments.object { $0.member(Conversation.ToolDefinition.customInput, input) }
            return [
                .toolCall(
                    Turn.ToolCall(
                        id: try Field(value: id, path: call.path + ".id").string(),
                        name: try Field(value: name, path: field.path + ".name").string(),
                        arguments: JSONSlice(written: arguments)
                    )
                )
            ]
        }
        guard let function = found[2], let id = found[0] else {
            throw RequestError("\(call.path) needs an id and a function.name", field: call.path)
        }
        let path = call.path + ".function"
        return try readFunction(
            Field(value: function, path: path),
            id: try Field(value: id, path: call.path + ".id").string(),
            path: path,
            signature: Self.signature(in: found[4])
        )
    }

    private mutating func readFunction(
        _ function: Field,
        id: JSONSlice,
        path: String,
        signature: JSONSlice? = nil
    ) throws(RequestError) -> [Turn.Part] {
        let members = try function.scan(["name", "arguments"])
        guard let name = members[0] else {
            throw RequestError("\(path).name is missing", field: path + ".name")
        }
        return [
            .toolCall(
                Turn.ToolCall(
                    id: id,
                    name: try Field(value: name, path: path + ".name").string(),
                    arguments: conversation.arguments(members[1], at: path + ".arguments"),
                    signature: signature
                )
            )
        ]
    }

    /// Gemini's signature of the thinking before a call, as Google's compatible API names it
    /// ("Thought signatures", November 2026).
    private static func signature(in extra: JSONSlice?) -> JSONSlice? {
        let google = extra?.members.first { $0.name.isString("google") }?.value
        let signature = google?.members.first { $0.name.isString("thought_signature") }?.value
        return signature?.nonEmptyString
    }

    private mutating func readContent(
        _ content: Field,
        isResult: Bool
    ) throws(RequestError) -> [Turn.Part] {
        if content.value.kind == .string { return [.text(content.value)] }
        // What a tool gave as another value is said as it is written.
        if isResult, content.value.kind != .array {
            return [.text(.string(of: content.value.raw))]
        }
        var parts: [Turn.Part] = []
        for part in try content.elements() {
            if part.value.kind == .string || isResult && part.value.kind != .object {
                let text = part.value.kind == .string ? part.value : .string(of: part.value.raw)
                parts.append(.text(text))
                continue
            }
            let found = try part.scan([
                "type", "text", "image_url", "file", "input_audio", "refusal", "cache_control",
                "thinking", "source",
            ])
            FieldTranslation.openAIPart.check(part.value, path: part.path, in: &conversation)
            guard var read = try readPastPart(part, found, isResult: isResult) else { continue }
            if let mark = found[6], mark.kind == .object {
                read.cacheControl = mark
                conversation.note(.cacheControl, at: part.path + ".cache_control")
            }
            parts.append(read)
        }
        return parts
    }

    private mutating func readPastPart(
        _ part: Field,
        _ found: [JSONSlice?],
        isResult: Bool
    ) throws(RequestError) -> Turn.Part? {
        do throws(RequestError) {
            return try readPart(part, found, isResult: isResult)
        } catch {
            guard conversation.isPast || isResult else { throw error }
            conversation.note(.foreign, at: error.field ?? part.path)
            return .note("[a part that can't be read]")
        }
    }

    private mutating func readPart(
        _ part: Field,
        _ found: [JSONSlice?],
        isResult: Bool
    ) throws(RequestError) -> Turn.Part? {
        let type = found[0]?.string
        switch type {
        case "text", "input_text", "output_text":
            guard let text = found[1] else { throw part.mistyped("an object with a text") }
            return .text(try Field(value: text, path: part.path + ".text").string())
        case "refusal":
            guard let refusal = found[5] else { throw part.mistyped("an object with a refusal") }
            return .text(try Field(value: refusal, path: part.path + ".refusal").string())
        case "image_url", "input_image":
            guard let image = found[2] else { throw part.mistyped("an object with an image_url") }
            if isResult { conversation.note(.imageInToolResult, at: part.path) }
            let field = Field(value: image, path: part.path + ".image_url")
            return try readImage(field, isResult: isResult)
        case "file": return try readFile(part, found[3], isResult: isResult)
        case "input_audio": return try readAudio(part, found[4])
        case "image" where found[8]?.kind == .object, "document" where found[8]?.kind == .object:
            return try readAnthropicPart(part, found[8], isResult: isResult)
        case "thinking":
            // What a model thought; Mistral's are parts of the content.
            conversation.note(.hint, at: part.path)
            return nil
        default:
            // Part kinds that nobody knows say at least what text is in them.
            conversation.note(.foreign, at: part.path)
            if let text = found[1], text.kind == .string { return .text(text) }
            return .note("[\(type ?? "part") left out]")
        }
    }

    private mutating func readImage(
        _ image: Field,
        isResult: Bool
    ) throws(RequestError) -> Turn.Part? {
        var url = image.value
        var path = image.path
        if url.kind != .string {
            let found = try image.scan(["url"])
            FieldTranslation.openAIImage.check(image.value, path: image.path, in: &conversation)
            path += ".url"
            guard let inner = found[0] else {
                throw RequestError("\(path) is missing", field: path)
            }
            url = inner
        }
        let text = try Field(value: url, path: path).string().text ?? []
        if let data = DataURL(text) {
            return .image(.data(mediaType: data.mediaType, base64: data.base64))
        }
        guard text.starts(with: "http://".utf8) || text.starts(with: "https://".utf8) else {
            conversation.note(.fileReference, at: path)
            return .note("[image]")
        }
        if !isResult { conversation.note(.imageURL, at: path) }
        return .image(.url(url))
    }
}
