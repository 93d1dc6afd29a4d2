/// An amount of thinking in words, least first.
///
/// The words are those of OpenAI's `reasoning_effort` (its API reference, November 2026); those that
/// other families have are among them.
public enum ThinkingEffort: String, Sendable, CaseIterable {
    /// As little as there is.
    case minimal
    /// Little.
    case low
    /// What OpenAI's models do unless they are told otherwise.
    case medium
    /// Much.
    case high
    /// More than `high`, which only some models have.
    case xhigh
    /// The most that a model has.
    case max

    /// The tokens that an effort stands for where a model takes a count.
    ///
    /// Google documents 1,024, 8,192 and 24,576 for `low`, `medium` and `high`, by which its API that
    /// is compatible with OpenAI's does the same (ai.google.dev, "OpenAI compatibility",
    /// "Thinking"). Below `low` is half of it; above `high` is the largest budget that Google
    /// documents for any model ("Gemini thinking", 32,768), behind which Anthropic too sees little
    /// gain ("Extended thinking": above 32,000).
    public var tokens: Int {
        switch self {
        case .minimal: 512
        case .low: 1_024
        case .medium: 8_192
        case .high: 24_576
        case .xhigh, .max: 32_768
        }
    }

    /// The effort that a count of tokens stands for: the most that does not exceed it, and never
    /// more than `high`, which a count can't tell from what is above.
    public init(tokens: Int) {
        let common: [ThinkingEffort] = [.high, .medium, .low]
        self = common.first { $0.tokens <= tokens } ?? .minimal
    }
}

extension ThinkingEffort: Comparable {
    /// Whether one is less thinking than another.
    public static func < (left: ThinkingEffort, right: ThinkingEffort) -> Bool {
        left.place < right.place
    }

    private var place: Int {
        switch self {
        case .minimal: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .xhigh: 4
        case .max: 5
        }
    }
}
