import Events
import JSONBytes

extension Conversation {
    /// Gives the conversation the beginning and the end that a family demands.
    ///
    /// Sources, November 2026: Anthropic's API reference, "Create a Message" (the first message is the
    /// user's; a last one of the assistant doesn't end in white space); Google's "Text generation" (a
    /// conversation ends with the user's turn or a function's result).
    mutating func closeEnds(for family: WireFamily) {
        guard family == .anthropic || family == .gemini, !turns.spoken.isEmpty else { return }
        if turns.spoken.first?.role == .assistant {
            turns.insert(Turn(role: .user, parts: [.note(Self.start)], path: ""), at: 0)
        }
        guard turns.spoken.last?.role == .assistant else { return }
        if family == .gemini {
            turns.append(Turn(role: .user, parts: [.note(Self.next)], path: ""))
        } else {
            trimLastText()
        }
    }

    /// What the user is taken to have said before an assistant that begins.
    static let start = "[the conversation begins with the assistant's words]"
    /// What the user is taken to say where the assistant's words are the last.
    static let next = "[go on]"

    private mutating func trimLastText() {
        guard let turn = turns.lastIndex(where: { !$0.isEmpty }),
            let part = turns[turn].parts.lastIndex(where: { !$0.isBlank }),
            let text = turns[turn].parts[part].text?.text, text.last.map({ $0 <= 0x20 }) == true
        else { return }
        let end = text.lastIndex { $0 > 0x20 } ?? text.startIndex
        turns[turn].parts[part].content = .text(.string(of: text[...end]))
    }

    /// Leaves the last marks of the cache that Anthropic takes, four (its "Prompt caching", November
    /// 2026): those of the longest beginnings of the prompt.
    mutating func limitCacheMarks() {
        var surplus = cacheMarks - Self.mostCacheMarks
        guard surplus > 0 else { return }
        func drop(_ mark: inout JSONSlice?) {
            guard mark != nil, surplus > 0 else { return }
            mark = nil
            surplus -= 1
        }
        for index in tools.indices { drop(&tools[index].cacheControl) }
        for index in system.indices { drop(&system[index].cacheControl) }
        for turn in turns.indices {
            for part in turns[turn].parts.indices { drop(&turns[turn].parts[part].cacheControl) }
        }
    }

    private static let mostCacheMarks = 4

    private var cacheMarks: Int {
        let marks =
            tools.map(\.cacheControl) + system.map(\.cacheControl)
            + turns.flatMap(\.parts).map(\.cacheControl)
        return marks.count { $0 != nil }
    }
}
