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
        return thinking.setting(by: (isIdle ? nil : control) ?? .usual(in: family))
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
        guard thinking.isOn, isBoundForThinking else { return }
        note(thinking.isDemanded ? .boundThinking : .boundEffort, at: thinking.path)
    }

    /// Whether the request asks for what Anthropic refuses together with thinking: a temperature
    /// other than 1, top-k sampling, a tool that must be called, a beginning of the answer (its
    /// "Extended thinking", "Feature compatibility"; November 2026).
    var isBoundForThinking: Bool {
        if let temperature = sampling.temperature?.double, temperature != 1 { return true }
        if sampling.topK != nil || turns.last?.role == .assistant { return true }
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
