public import Events

/// What was spent, by day and provider.
public struct Spend: Hashable, Sendable {
    /// A sum over attempts.
    public struct Total: Hashable, Sendable {
        /// Attempts that finished, whatever their result.
        public var attempts = 0
        /// Those of them whose cost is unknown.
        public var unknownCosts = 0
        /// The sum of the known costs.
        public var cost = Nanodollars.zero
        /// The sum of the known prompt tokens.
        public var inputTokens = 0
        /// The sum of the known output tokens.
        public var outputTokens = 0

        /// The sum of nothing.
        public init() {}
    }

    /// The totals of one day by provider.
    struct Day: Hashable, Sendable {
        var byProvider: [String: Total] = [:]
    }

    /// How many days are kept, so that the state does not grow for ever.
    ///
    /// A year and a month: the longest period that anyone asks of the state. Reports go further back.
    static let keptDays = 400

    private var days: [Int: Day] = [:]
    /// The last day that something was spent on, and what its month's days before it came to: they
    /// follow from `days`, and a monthly budget asks for them in each decision.
    private var lastDay: Int?
    private var earlierInMonth = Nanodollars.zero

    /// Nothing spent.
    public init() {}

    /// The sum over a day (`CivilDate.daysSinceEpoch`), for one provider or for all.
    public func total(day: Int, provider: String? = nil) -> Total {
        let byProvider = days[day]?.byProvider ?? [:]
        if let provider { return byProvider[provider] ?? Total() }
        return byProvider.values.reduce(into: Total()) { sum, part in
            sum.attempts += part.attempts
            sum.unknownCosts += part.unknownCosts
            sum.cost.addClamped(part.cost)
            sum.inputTokens.addClamped(part.inputTokens)
            sum.outputTokens.addClamped(part.outputTokens)
        }
    }

    /// The known costs of a day (`CivilDate.daysSinceEpoch`).
    public func cost(day: Int) -> Nanodollars {
        var sum = Nanodollars.zero
        for part in (days[day]?.byProvider ?? [:]).values { sum.addClamped(part.cost) }
        return sum
    }

    /// The known costs of the month that an instant falls in, up to it.
    public func cost(inMonthOf time: Timestamp) -> Nanodollars {
        guard let lastDay else { return .zero }
        let month = CalendarMonth(time.date)
        if CalendarMonth(CivilDate(daysSinceEpoch: lastDay)) == month {
            var sum = earlierInMonth
            sum.addClamped(cost(day: lastDay))
            return sum
        }
        return cost(from: month.firstDay, before: month.next.firstDay)
    }

    private func cost(from first: Int, before end: Int) -> Nanodollars {
        var sum = Nanodollars.zero
        for day in first..<max(first, end) { sum.addClamped(cost(day: day)) }
        return sum
    }

    mutating func add(_ attempt: AttemptFinished, at time: Timestamp) {
        let day = time.daysSinceEpoch
        // In place where it can be, since this happens with every attempt.
        if day == lastDay, let today = days.index(forKey: day),
            let known = days.values[today].byProvider.index(forKey: attempt.provider)
        {
            return days.values[today].byProvider.values[known].add(attempt)
        }
        if days[day]?.byProvider[attempt.provider, default: Total()].add(attempt) == nil {
            days = days.filter { $0.key > day - Self.keptDays }
            days[day] = Day(byProvider: [attempt.provider: Total()])
            days[day]?.byProvider[attempt.provider]?.add(attempt)
        }
        index()
    }

    private mutating func index() {
        lastDay = days.keys.max()
        guard let lastDay else { return earlierInMonth = .zero }
        let month = CalendarMonth(CivilDate(daysSinceEpoch: lastDay))
        earlierInMonth = cost(from: month.firstDay, before: lastDay)
    }
}

extension Spend.Total {
    fileprivate mutating func add(_ attempt: AttemptFinished) {
        attempts += 1
        if let cost = attempt.cost {
            self.cost.addClamped(cost)
        } else {
            unknownCosts += 1
        }
        inputTokens.addClamped(attempt.usage.knownPrompt)
        outputTokens.addClamped(attempt.usage.output ?? 0)
    }
}

extension Spend: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "days", &days)
        index()
    }
}

extension Spend.Day: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "providers", &byProvider)
    }
}

extension Spend.Total: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "attempts", &attempts)
        visitor.field(2, "unknown_costs", &unknownCosts)
        visitor.field(3, "cost_nanodollars", &cost)
        visitor.field(4, "input_tokens", &inputTokens)
        visitor.field(5, "output_tokens", &outputTokens)
    }
}
