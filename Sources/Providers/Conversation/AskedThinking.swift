import Events
import JSONBytes

/// How a client wants a model to think before it answers, in no family's words.
struct AskedThinking {
    /// Whether the model shall think at all.
    var isOn: Bool
    /// How much, in a word; `nil` where the client says no word.
    var effort: ThinkingEffort?
    /// The most tokens of it; `nil` where the client says no count.
    var budget: Int?
    /// Whether an answer without it is not what was asked for.
    ///
    /// A model that can't think refuses such a request at its own API. Else it is a wish, as OpenAI's effort and Anthropic's `adaptive`
    /// are, and a model that can't think answers all the same.
    var isDemanded = false
    /// The client's own word, in OpenAI's terms, which providers of that family know best.
    var word: JSONSlice?
    /// The field that says it.
    var path: String

    /// What a model is told.
    enum Setting: Equatable {
        /// Nothing: it does as it does.
        case unsaid
        /// To think, and how much is its own choice.
        case on
        case off(String)
        case effort(ThinkingEffort)
        /// Tokens.
        case budget(Int)
    }

    /// What a model with this control is told.
    ///
    /// - An amount in one form becomes the nearest in the other that is not more, or the model's least
    ///   (`ThinkingEffort.tokens`).
    /// - Off, at a model that can't be: its least.
    /// - A model that only thinks or doesn't is left alone by a wish for an amount: it thinks unless
    ///   it is told not to (ollama, "Thinking"), and one of which that isn't known would refuse.
    func setting(by control: ThinkingControl) -> Setting {
        guard control.form != .never else { return .unsaid }
        guard isOn else {
            if let off = control.off { return .off(off) }
            switch control.form {
            case .never, .toggle: return .unsaid
            case .effort: return .effort(control.efforts[0])
            case .budget: return .budget(control.budgets.lowerBound)
            }
        }
        let amount = effort ?? budget.map(ThinkingEffort.init(tokens:))
        switch control.form {
        case .never: return .unsaid
        case .toggle: return isDemanded ? .on : .unsaid
        case .effort:
            guard let amount else { return .on }
            return .effort(control.efforts.last { $0 <= amount } ?? control.efforts[0])
        case .budget:
            guard let tokens = budget ?? amount?.tokens else { return .on }
            let bounds = control.budgets
            return .budget(min(max(tokens, bounds.lowerBound), bounds.upperBound))
        }
    }
}

extension ThinkingControl {
    /// How a family's newer models are told, where nothing is known of the one that is asked.
    ///
    /// OpenAI's `none` is left out: servers of its family refuse words that they don't know, and many
    /// don't know this one. Sources: OpenAI's guide "Reasoning models"; Anthropic's "Troubleshooting thinking" (from Claude
    /// 4.6 on); Ollama's "Thinking"; Google's "Gemini thinking" (from Gemini 3 on, which can't be
    /// turned off). November 2026.
    static func `default`(in family: WireFamily) -> ThinkingControl {
        let words: [ThinkingEffort] = [.low, .medium, .high]
        return switch family {
        case .openai: ThinkingControl(.effort, efforts: words)
        case .anthropic: ThinkingControl(.effort, efforts: words, off: "disabled")
        case .ollama: ThinkingControl(.toggle, off: "false")
        case .gemini: ThinkingControl(.effort, efforts: words)
        }
    }
}
