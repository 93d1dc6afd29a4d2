public import Events

// Sums for folds. What an event holds comes from outside (a receipt, a count, a clock), and a fold
// that trapped on it would trap again at every start: the log can't be changed. So a sum that does
// not fit stays at the end of its range, which is far beyond every true one.

extension FixedWidthInteger where Self: SignedInteger {
    /// The sum, or the end of the range that it runs past.
    public func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }

    /// The difference, or the end of the range that it runs past.
    public func subtractingClamped(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        guard overflow else { return difference }
        return other < 0 ? .max : .min
    }

    /// Adds in place, up to the end of the range.
    public mutating func addClamped(_ other: Self) {
        self = addingClamped(other)
    }
}

extension Nanodollars {
    /// Adds in place, up to the end of the range.
    public mutating func addClamped(_ other: Nanodollars) {
        count.addClamped(other.count)
    }

    /// Subtracts in place, down to the end of the range.
    mutating func subtractClamped(_ other: Nanodollars) {
        count = count.subtractingClamped(other.count)
    }
}

extension TokenUsage {
    /// The prompt tokens where they are known, however they were priced.
    public var knownPrompt: Int {
        (input ?? 0).addingClamped(cachedInput ?? 0).addingClamped(cacheWrite ?? 0)
    }
}

extension Timestamp {
    /// The instant `duration` later, or the end of time.
    func addingClamped(_ duration: Duration) -> Timestamp {
        Timestamp(microseconds: microseconds.addingClamped(duration.microseconds))
    }
}
