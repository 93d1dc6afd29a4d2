import JSONBytes

extension Conversation {
    /// The tool that each call's id belongs to, for families that know results by the tool's name.
    var toolNames: [String: JSONSlice] {
        var names: [String: JSONSlice] = [:]
        for call in turns.flatMap(\.parts.toolCalls) {
            names[call.id.string ?? ""] = call.name
        }
        return names
    }
}

extension [Turn] {
    /// Turns of one role in a row made one, which begins with the results of tools: Anthropic and
    /// Gemini want all results right after the turn that called them.
    var mergedByRole: [Turn] {
        var merged: [Turn] = []
        for turn in self {
            if merged.last?.role == turn.role {
                merged[merged.count - 1].parts += turn.parts
            } else {
                merged.append(turn)
            }
        }
        return merged.map { turn in
            var turn = turn
            let results = turn.parts.filter(\.isToolResult)
            turn.parts = results + turn.parts.filter { !$0.isToolResult }
            return turn
        }
    }
}

extension Turn.Part {
    fileprivate var isToolResult: Bool {
        if case .toolResult = self { true } else { false }
    }
}
