import JSONBytes

extension ResponsesRequestReader {
    /// The bytes that a note says of an item that nobody else has.
    private static let noteLimit = 256

    mutating func readCall(
        _ item: Field,
        _ found: [JSONSlice?],
        named name: JSONSlice?,
        _ arguments: JSONSlice
    ) throws(RequestError) {
        FieldTranslation.responsesItem.check(item.value, path: item.path, in: &conversation)
        guard let id = found[3], let name else {
            throw RequestError("\(item.path) needs a call_id and a name", field: item.path)
        }
        let call = Turn.ToolCall(
            id: try Field(value: id, path: item.path + ".call_id").string(),
            name: try Field(value: name, path: item.path + ".name").string(),
            namespace: found[7],
            arguments: arguments
        )
        appendToAssistant([.toolCall(call)], at: item.path)
    }

    /// The one text of a custom tool as the argument that its function has.
    static func wrapped(_ input: JSONSlice?) -> JSONSlice {
        var writer = JSONWriter(capacity: (input?.range.count ?? 0) + 16)
        writer.object { object in
            object.name(Conversation.ToolDefinition.customInput)
            object.write(text: input?.text ?? input?.raw ?? [])
        }
        return JSONSlice(written: writer)
    }

    /// A call of another kind: of a client's own, whose result follows, or of a tool that ran at its
    /// provider, which is noted in its place.
    mutating func readOtherCall(
        _ item: Field,
        _ type: String,
        _ found: [JSONSlice?]
    ) throws(RequestError) {
        let said = found[12] ?? found[13] ?? found[5] ?? found[8] ?? found[14] ?? found[15]
        guard found[3] != nil else {
            conversation.note(.foreign, at: item.path)
            let what = said.map { ": " + String(decoding: $0.raw, as: UTF8.self) } ?? ""
            let name = [type, found[4]?.string].compactMap(\.self).joined(separator: " ")
            let note = "[\(name)\(what)".limited(toBytes: Self.noteLimit) + "]"
            let given = Self.given(found[6] ?? found[16] ?? found[17])
            return appendToAssistant([.note(note)] + given, at: item.path)
        }
        let arguments = conversation.arguments(said, at: item.path)
        let name = found[4] ?? .string(of: type.dropLast("_call".count).utf8)
        try readCall(item, found, named: name, arguments)
    }

    /// What a tool gave that ran at its provider: a text, or the texts in a list of results.
    private static func given(_ output: JSONSlice?) -> [Turn.Part] {
        guard let output else { return [] }
        if output.kind == .string { return output.isBlankString ? [] : [.text(output)] }
        return output.elements.flatMap { $0.members.map(\.self) }
            .filter { ["text", "logs"].contains($0.name.string) && $0.value.kind == .string }
            .map { .text($0.value) }
    }

    mutating func readOutput(
        _ item: Field,
        id: JSONSlice?,
        output: JSONSlice?
    ) throws(RequestError) {
        FieldTranslation.responsesItem.check(item.value, path: item.path, in: &conversation)
        guard let output else { return try readResult(item, id: id, parts: []) }
        let field = Field(value: output, path: item.path + ".output")
        try readResult(item, id: id, parts: readContent(field, isResult: true))
    }

    mutating func readResult(
        _ item: Field,
        id: JSONSlice?,
        parts: [Turn.Part]
    ) throws(RequestError) {
        guard let id else {
            throw RequestError("\(item.path) needs a call_id", field: item.path + ".call_id")
        }
        let result = Turn.ToolResult(
            id: try Field(value: id, path: item.path + ".call_id").string(),
            parts: parts
        )
        conversation.turns.append(Turn(role: .user, parts: [.toolResult(result)], path: item.path))
    }

    /// What a search for tools found, in words.
    static func names(in tools: JSONSlice?) -> String {
        var names: [String] = []
        for tool in tools?.elements.map({ $0 }) ?? [] {
            let members = tool.members.map { ($0.name.string ?? "", $0.value) }
            let name = members.first { $0.0 == "name" }?.1.string ?? ""
            let inner = members.first { $0.0 == "tools" }?.1.elements.compactMap { tool in
                tool.members.first { $0.name.isString("name") }?.value.string
            }
            names.append(inner.map { "\(name) (\($0.joined(separator: ", ")))" } ?? name)
        }
        return names.isEmpty
            ? "No tool was found." : "Now available: " + names.joined(separator: ", ") + "."
    }
}
