public import Events

/// What was spent, by day and provider.
public struct Spend: Hashable, Sendable {
    /// A sum over attempts.
    public struct Total: Hashable, Sendable {
        /// Attempts that finished, whatever they came to.
        public var attempts = 0
        /// Those of them whose cost is unknown.
        public var unknownCosts = 0
        /// The sum of the known costs.
        public var cost = Nanodollars.zero
        /// The sum of the known prompt tokens.
        public var inputTokens = 0
        /// The sum of the known output tokens.
        public var outputTokens = 0
    }

    private var days: [Int: [String: Total]] = [:]

    /// The sum over a day (`CivilDate.daysSinceEpoch`), for one provider or for all.
    public func total(day: Int, provider: String? = nil) -> Total {
        let byProvider = days[day] ?? [:]
        if let provider { return byProvider[provider] ?? Total() }
        return byProvider.values.reduce(into: Total()) { sum, part in
            sum.attempts += part.attempts
            sum.unknownCosts += part.unknownCosts
            sum.cost.addClamped(part.cost)
            sum.inputTokens.addClamped(part.inputTokens)
            sum.outputTokens.addClamped(part.outputTokens)
        }
    }

    mutating func apply(_ event: Event) {
        guard case .attemptFinished(let attempt) = event.body else { return }
        let day = event.time.date.daysSinceEpoch
        var total = days[day]?[attempt.provider] ?? Total()
        total.attempts += 1
        if let cost = attempt.cost {
            total.cost.addClamped(cost)
        } else {
            total.unknownCosts += 1
        }
        total.inputTokens.addClamped(attempt.usage.knownPrompt)
        total.outputTokens.addClamped(attempt.usage.output ?? 0)
        days[day, default: [:]][attempt.provider] = total
    }
}
