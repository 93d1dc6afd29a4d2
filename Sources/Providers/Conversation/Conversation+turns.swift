import JSONBytes

extension Conversation {
    /// Notes, once everything is read, the turns that hold nothing, which some families refuse; if there
    /// is no other, then the field that they are in.
    mutating func noteEmptyTurns(in field: String) {
        for turn in turns where turn.isEmpty { note(.emptyTurn, at: turn.path) }
        guard turns.spoken.isEmpty else { return }
        note(system.contains { !$0.isBlank } ? .systemAlone : .noTurn, at: field)
    }
}

extension [Turn] {
    /// The turns that hold something.
    var spoken: [Turn] { filter { !$0.isEmpty } }

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
            let results = turn.parts.filter { $0.toolResult != nil }
            turn.parts = results + turn.parts.filter { $0.toolResult == nil }
            return turn
        }
    }
}

extension Turn {
    /// Whether it holds nothing but blank texts: no image, no call or result of a tool.
    ///
    /// What an assistant thought is none of it: the families that refuse empty turns don't take it.
    var isEmpty: Bool { parts.allSatisfy(\.isBlank) }
}

extension Turn.Part {
    /// Whether it is a text of nothing but white space, which Anthropic refuses as it does an empty one
    /// ("text content blocks must contain non-whitespace text").
    var isBlank: Bool { text?.isBlankString ?? false }
}
