/// How long an answer took, for clients whose format has a place for it.
public struct AnswerDurations: Hashable, Sendable {
    /// From the provider's being asked to the answer's end.
    public var total: Duration
    /// From the provider's being asked to the first content of a stream; `nil` for an answer that came
    /// whole, of which nobody knows.
    public var untilContent: Duration?

    /// Durations as they were measured; what is negative counts as nothing.
    public init(total: Duration, untilContent: Duration? = nil) {
        self.total = max(total, .zero)
        self.untilContent = untilContent.map { min(max($0, .zero), self.total) }
    }

    /// How much longer a token takes to write than to read, where only the sum is known: servers read
    /// a prompt in batches.
    private static let weight = 10

    /// The parts for reading a prompt of some tokens and for writing the answer, each at least a
    /// nanosecond, since clients divide by them.
    func split(promptTokens: Int, outputTokens: Int) -> (prompt: Duration, output: Duration) {
        let prompt: Duration
        if let untilContent {
            prompt = untilContent
        } else {
            let output = Double(max(1, outputTokens)) * Double(Self.weight)
            prompt =
                total * (Double(max(0, promptTokens)) / (Double(max(0, promptTokens)) + output))
        }
        return (max(prompt, .nanoseconds(1)), max(total - prompt, .nanoseconds(1)))
    }
}

extension Duration {
    /// The duration in whole nanoseconds.
    var nanoseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    }
}
