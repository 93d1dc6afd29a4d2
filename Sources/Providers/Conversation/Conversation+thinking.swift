import Events
import JSONBytes

extension Conversation {
    /// What a model that is told by `control` is told of thinking, or one of which nothing is known.
    ///
    /// A demand reaches even a model that is held not to think, whose provider then refuses it:
    /// routing has left out those that surely don't.
    func thinkingSetting(
        by control: ThinkingControl?,
        in family: WireFamily
    ) -> AskedThinking.Setting {
        guard let thinking else { return .unsaid }
        if !thinking.isOn, control == nil, family == .openai { return .unsaid }
        let isIdle = control?.form == .never && thinking.isDemanded
        return thinking.setting(by: (isIdle ? nil : control) ?? .default(in: family))
    }

    /// Takes an effort in OpenAI's words, a wish.
    mutating func readEffort(_ field: Field) throws(RequestError) {
        let word = try field.string()
        let effort = word.string.flatMap(ThinkingEffort.init)
        thinking = AskedThinking(
            isOn: !word.isString("none"),
            effort: effort,
            word: word,
            path: field.path
        )
        if word.isString("none") { return }
        note(effort == nil ? .effortWord : .effort, at: field.path)
    }

    /// Notes, once everything is read, where thinking excludes other things that were asked for.
    mutating func noteThinking() {
        guard let thinking else { return }
        if !thinking.isOn, thinking.word == nil { note(.thinkingOff, at: thinking.path) }
        guard thinking.isOn else { return }
        if isBoundForThinking {
            note(.boundEffort, at: thinking.path)
        } else if thinking.isDemanded {
            for path in sampling.boundPaths { note(.boundSampling, at: path) }
        }
    }

    /// Whether the request asks for what Anthropic refuses together with thinking, and what weighs more
    /// than that: a tool that must be called, a beginning of the answer, and beside a mere wish to think a
    /// temperature other than 1 or top-k sampling (its "Extended thinking", "Feature compatibility";
    /// November 2026).
    var isBoundForThinking: Bool {
        if thinking?.isDemanded != true, !sampling.boundPaths.isEmpty { return true }
        if turns.last?.role == .assistant { return true }
        return switch toolChoice {
        case .required, .named: true
        case nil, .auto, .some(.none): false
        }
    }

    /// Whether the model is to go on after the results of tools that it called.
    var isInToolLoop: Bool {
        guard let last = turns.last(where: { $0.role != .system }) else { return false }
        return !last.parts.toolResults.isEmpty
    }
}

extension Turn {
    /// What the assistant thought, for a model that demands it back; a blank where that is lost, since
    /// such models refuse an answer without any (DeepSeek's "Thinking mode"), and some an empty one
    /// (Moonshot's "Use kimi-k2-thinking"; November 2026).
    var returnedThinking: [JSONSlice] {
        let said = reasoning.filter { !$0.isEmptyString }
        return said.isEmpty ? [.string(of: " ".utf8)] : said
    }
}

extension Conversation {
    /// The conversation with Gemini's signatures at its calls, where the client didn't send them back.
    func signed(by signature: (String) -> String?) -> Conversation {
        var signed = self
        for turn in turns.indices where turns[turn].role == .assistant {
            for part in turns[turn].parts.indices {
                guard var call = turns[turn].parts[part].toolCall, call.signature == nil,
                    let known = signature(call.id.string ?? "")
                else { continue }
                call.signature = .string(of: known.utf8)
                signed.turns[turn].parts[part].content = .toolCall(call)
            }
        }
        return signed
    }
}
