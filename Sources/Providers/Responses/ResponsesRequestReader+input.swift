import JSONBytes

extension ResponsesRequestReader {
    private static let itemKeys: JSONKeys = [
        "type", "role", "content", "call_id", "name", "arguments", "output", "namespace", "input",
        "tools", "encrypted_content", "summary", "action", "operation", "code", "queries",
        "outputs",
        "results",
    ]

    /// A text of the user's, or the items of a conversation; what was said before the model's last item
    /// is read as the past, which a client can't take back.
    mutating func readInput(_ input: Field) throws(RequestError) {
        if input.value.kind == .string {
            return conversation.turns.append(
                Turn(role: .user, parts: [.text(input.value)], path: input.path)
            )
        }
        let items = try input.elements()
        let last = items.lastIndex { Self.isOfModel($0.value) }
        try readTurns(items, pastUpTo: last) { reader, item throws(RequestError) in
            try reader.readItem(item)
        }
        // Reasoning that nothing came of is no turn.
        conversation.turns.removeAll { $0.role == .assistant && $0.parts.isEmpty }
    }

    /// Whether the model gave an item: its messages, reasoning and calls.
    private static func isOfModel(_ item: JSONSlice) -> Bool {
        item.members.contains { member in
            if member.name.isString("role") { return member.value.isString("assistant") }
            guard member.name.isString("type"), let type = member.value.string else { return false }
            return type == "reasoning" || type.hasSuffix("_call")
        }
    }

    private mutating func readItem(_ item: Field) throws(RequestError) {
        guard item.value.kind == .object else { return conversation.note(.foreign, at: item.path) }
        let found = try item.scan(Self.itemKeys)
        let type = found[0]?.string ?? "message"
        switch type {
        case "message", "agent_message":
            try readMessage(item, role: found[1], content: found[2])
        case "function_call":
            let arguments = conversation.arguments(found[5], at: item.path + ".arguments")
            try readCall(item, found, named: found[4], arguments)
        case "custom_tool_call":
            try readCall(item, found, named: found[4], Self.wrapped(found[8]))
        case "tool_search_call":
            let arguments = conversation.arguments(found[5], at: item.path + ".arguments")
            let name = JSONSlice.string(of: Self.searchName.utf8)
            try readCall(item, found, named: name, arguments)
        case "tool_search_output":
            try readTools(in: item, found[9])
            try readResult(item, id: found[3], parts: [.note(Self.names(in: found[9]))])
        case "additional_tools": try readTools(in: item, found[9])
        case "reasoning": readReasoningItem(item, content: found[2], summary: found[11])
        case "compaction", "compaction_summary", "context_compaction":
            readCompaction(item, found[10])
        // It asks for a summary (`ClientRequest.isForSummary`).
        case "compaction_trigger": break
        case _ where type.hasSuffix("_call_output"):
            try readOutput(item, id: found[3], output: found[6])
        case _ where type.hasSuffix("_call"): try readOtherCall(item, type, found)
        default:
            // A reference to an item that nobody here knows, or a kind of item that is new: what text there is in it
            // is said.
            conversation.note(.foreign, at: item.path)
            guard let content = found[2] else { return }
            try readMessage(item, role: found[1], content: content)
        }
    }

    /// A conversation in an item: the text of one of Logway's, a note for one that only its provider can
    /// read.
    private mutating func readCompaction(_ item: Field, _ encrypted: JSONSlice?) {
        let text: Turn.Part
        if let summary = encrypted?.text.flatMap(OwnItems.summary) {
            text = .text(.string(of: Array(OwnItems.summaryHeading.utf8) + summary))
        } else {
            conversation.note(.hint, at: item.path)
            text = .note("[an earlier part of the conversation, which only its provider can read]")
        }
        conversation.turns.append(Turn(role: .user, parts: [text], path: item.path))
    }

    /// What was thought before the items that follow, as far as it is text: what OpenAI's own models
    /// thought is encrypted, and a summary stands for it.
    private mutating func readReasoningItem(
        _ item: Field,
        content: JSONSlice?,
        summary: JSONSlice?
    ) {
        let said = Self.texts(in: content)
        let texts = said.isEmpty ? Self.texts(in: summary) : said
        conversation.note(texts.isEmpty ? .hint : .pastReasoning, at: item.path)
        guard !texts.isEmpty else { return }
        appendToAssistant([], at: item.path)
        conversation.turns[conversation.turns.count - 1].reasoning += texts
    }

    private static func texts(in parts: JSONSlice?) -> [JSONSlice] {
        if let parts, parts.kind == .string { return [parts] }
        return parts?.elements.compactMap { part in
            let text = part.members.first { $0.name.isString("text") }?.value
            return text?.kind == .string ? text : nil
        } ?? []
    }

    private mutating func readMessage(
        _ item: Field,
        role: JSONSlice?,
        content: JSONSlice?
    ) throws(RequestError) {
        FieldTranslation.responsesItem.check(item.value, path: item.path, in: &conversation)
        let path = item.path + ".content"
        guard let content else { throw RequestError("\(path) is missing", field: path) }
        let parts = try readContent(Field(value: content, path: path), isResult: false)
        switch role?.string {
        case "assistant": appendToAssistant(parts, at: item.path)
        case "system", "developer":
            guard conversation.turns.isEmpty else {
                conversation.note(.lateSystem, at: item.path)
                return conversation.turns.append(Turn(role: .system, parts: parts, path: item.path))
            }
            conversation.system += parts.filter { $0.text != nil }
        case let role:
            if role != nil, role != "user" { conversation.note(.foreign, at: item.path + ".role") }
            conversation.turns.append(Turn(role: .user, parts: parts, path: item.path))
        }
    }

    /// What an answer held are several items here and one turn elsewhere.
    func endsInAssistant() -> Bool { conversation.turns.last?.role == .assistant }

    mutating func appendToAssistant(_ parts: [Turn.Part], at path: String) {
        if endsInAssistant() {
            conversation.turns[conversation.turns.count - 1].parts += parts
        } else {
            conversation.turns.append(Turn(role: .assistant, parts: parts, path: path))
        }
    }
}
