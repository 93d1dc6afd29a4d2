import JSONBytes

extension GeminiRequestReader {
    private static let partKeys: GeminiKeys = [
        "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode",
        "codeExecutionResult", "thought", "thoughtSignature",
    ]

    /// Reads the turns; what was said before the last answer ended is read as the past.
    mutating func readContents(_ contents: [Field]) throws(RequestError) {
        var roles: [Turn.Role] = []
        for content in contents { roles.append(try Self.role(of: content)) }
        let last = roles.lastIndex(of: .assistant)
        try readTurns(contents, pastUpTo: last) { reader, content throws(RequestError) in
            try reader.readContent(content, role: Self.role(of: content))
        }
        if let last = contents.last, let turn = conversation.turns.last, turn.role == .assistant,
            turn.path == last.path, turn.parts.toolCalls.isEmpty
        {
            conversation.note(.prefill, at: last.path)
        }
    }

    /// Whose a content is: a result's is said as the user's, or as `function`'s; without a word it is
    /// the user's.
    private static func role(of content: Field) throws(RequestError) -> Turn.Role {
        switch try content.scan(["role"])[0]?.string?.lowercased() {
        case "model", "assistant": .assistant
        case "system", "developer": .system
        default: .user
        }
    }

    private mutating func readContent(_ content: Field, role: Turn.Role) throws(RequestError) {
        check(content, read: ["role", "parts"])
        reasoning = []
        var parts: [Turn.Part] = []
        if let list = try content.scan(["parts"])[0] {
            let field = Field(value: list, path: content.path + ".parts")
            for part in try field.listed() {
                do throws(RequestError) {
                    parts += try readPart(part)
                } catch {
                    guard conversation.isPast else { throw error }
                    conversation.note(.foreign, at: error.field ?? part.path)
                    parts.append(.note("[a part that can't be read]"))
                }
            }
        }
        if role == .system {
            if conversation.turns.isEmpty {
                conversation.system += parts.filter { $0.text != nil }
                return
            }
            conversation.note(.lateSystem, at: content.path)
        }
        conversation.turns.append(
            Turn(role: role, parts: parts, path: content.path, reasoning: reasoning)
        )
    }

    /// Reads a part; what is of Google's own tools is said as text.
    private mutating func readPart(_ part: Field) throws(RequestError) -> [Turn.Part] {
        let found = try Self.partKeys.scan(part)
        if let text = found[0] {
            let text = try text.string()
            guard found[7]?.value.bool == true else { return [.text(text)] }
            reasoning += conversation.noteReasoning(text, at: part.path)
            return []
        }
        if let data = found[1] ?? found[2] { return [try readData(data, isResult: false)] }
        if let call = found[3] { return [try readCall(call, signature: found[8]?.value)] }
        if let result = found[4] { return [try readResult(result)] }
        if let code = found[5] {
            return [.note("[the code that the model ran: \(Self.written(code))]")]
        }
        if let result = found[6] { return [.note("[what it gave: \(Self.written(result))]")] }
        // A signature may stand alone, at an answer's end.
        if found[8] != nil { return [] }
        conversation.note(.foreign, at: part.path)
        return [.note("[a part of another kind left out]")]
    }

    private static func written(_ field: Field) -> String {
        String(decoding: field.value.raw, as: UTF8.self)
    }

    private mutating func readCall(
        _ call: Field,
        signature: JSONSlice?
    ) throws(RequestError) -> Turn.Part {
        let keys: GeminiKeys = ["id", "name", "args"]
        let found = try keys.scan(call)
        guard let name = try found[1]?.string() else {
            throw RequestError("\(call.path).name is missing", field: call.path + ".name")
        }
        callCount += 1
        let made = Turn.ToolCall(
            id: found[0]?.value.nonEmptyString ?? .string(of: "call_\(callCount)".utf8),
            name: name,
            arguments: conversation.arguments(found[2]?.value, at: call.path + ".args"),
            signature: signature?.nonEmptyString
        )
        open.add(id: made.id, name: name.string ?? "")
        return .toolCall(made)
    }

    /// A function's result: of the call with its id, else of the first open call of the function.
    private mutating func readResult(_ result: Field) throws(RequestError) -> Turn.Part {
        let keys: GeminiKeys = ["id", "name", "response", "parts"]
        let found = try keys.scan(result)
        let name = found[1]?.value
        let given = found[0]?.value.nonEmptyString
        var id = given?.string.flatMap { open.take(id: $0) }
        if id == nil { id = name?.string.flatMap { open.take(name: $0) } }
        var parts: [Turn.Part] = []
        if let response = found[2]?.value { parts.append(.text(Self.text(of: response))) }
        for part in try found[3]?.listed() ?? [] {
            let shown = try Self.partKeys.scan(part)
            guard let data = shown[1] ?? shown[2] else { continue }
            parts.append(try readData(data, isResult: true))
        }
        return .toolResult(
            Turn.ToolResult(
                id: id ?? given ?? .string(of: [UInt8]()),
                parts: parts,
                isError: found[2].map { Self.isFailure($0.value) } ?? false,
                name: name?.nonEmptyString
            )
        )
    }

    /// Whether a function says under Google's name for it that it failed.
    private static func isFailure(_ response: JSONSlice) -> Bool {
        let error = response.members.first { $0.name.isString("error") }?.value
        return error?.nonEmptyString != nil || error?.kind == .object
    }

    /// What a function gave: the text alone, where nothing else stands beside it under one of the names
    /// that Google and its SDKs use, else the object as it is written.
    private static func text(of response: JSONSlice) -> JSONSlice {
        var members = response.members
        if let only = members.next(), members.next() == nil, only.value.kind == .string,
            ["output", "result"].contains(only.name.string ?? "")
        {
            return only.value
        }
        return response.kind == .string ? response : .string(of: response.raw)
    }
}
