import Events

/// How much too long a request is for every model that could answer it, in the words by which agents
/// shorten a conversation or ask for less.
///
/// Sources: OpenAI's `context_length_exceeded`; Anthropic's "prompt is too long: N tokens > M maximum"
/// and "input length and `max_tokens` exceed context limit", which Claude Code reads (2.1.332).
struct PromptExcess {
    private let prompt: Int
    private let output: Int
    /// The longest context of those that were left out.
    private let limit: Int

    /// `nil` where somebody was left out for another reason.
    init?(_ decision: RouteDecided) {
        let present = decision.excluded.filter { !$0.reason.isAbsence }
        guard !present.isEmpty, present.allSatisfy({ $0.reason == .contextTooSmall }),
            let limit = present.compactMap(\.limit).max()
        else { return nil }
        prompt = decision.requirements.inputTokens
        output = max(0, decision.requirements.contextTokens - decision.requirements.inputTokens)
        self.limit = Int(limit)
    }

    func message(isAnthropic: Bool) -> String {
        if prompt <= limit {
            return "input length and `max_tokens` exceed context limit: \(prompt) + \(output) > "
                + "\(limit), decrease input length or `max_tokens` and try again"
        }
        if isAnthropic { return "prompt is too long: \(prompt) tokens > \(limit) maximum" }
        return "the prompt is too long: the maximum context length of a model that may answer is "
            + "\(limit) tokens, and the prompt has about \(prompt)"
    }
}
