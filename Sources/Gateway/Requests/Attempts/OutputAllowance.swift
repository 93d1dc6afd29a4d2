import Events
import Providers

/// How much text an answer may have at most that was asked for with a limit of tokens: far more than any
/// answer within the limit, so that only a provider that goes past it is cut (docs/decisions/0058).
struct OutputAllowance {
    /// The most bytes that a token stands for: the longest of the common vocabularies is one of 128 spaces
    /// (`o200k_base`); most are of three or four.
    static let bytesOfToken = 128
    /// What comes on top whatever the limit: a limit of one token still gives a call with its name.
    static let margin = 4_096
    /// What comes on top of thinking, which some servers do not count in the limit: half a million bytes are
    /// the 128,000 tokens that the models which think longest may take for it.
    static let thinkingMargin = 512 << 10

    /// The tokens that were asked for, of all answers together.
    let tokens: Int

    /// The allowance of an attempt; `nil` where its provider was sent no limit.
    init?(of attempt: AttemptStarted) {
        guard let tokens = attempt.outputBound ?? attempt.reservedOutput else { return nil }
        self.tokens = tokens
    }

    private var bytes: Int {
        let (bytes, overflow) = tokens.multipliedReportingOverflow(by: Self.bytesOfToken)
        return overflow ? .max - Self.thinkingMargin : min(bytes, .max - Self.thinkingMargin)
    }

    /// What to say of an answer that is longer than it may be; `nil` of one that is not.
    func overrun(by text: WrittenText) -> String? {
        let isShownOver = text.shown > bytes + Self.margin
        guard isShownOver || text.shown + text.thought > bytes + Self.thinkingMargin else {
            return nil
        }
        return
            "the provider wrote \(text.shown + text.thought) bytes, more than the \(tokens) tokens that "
            + "it was asked for can have; the call was ended"
    }
}
