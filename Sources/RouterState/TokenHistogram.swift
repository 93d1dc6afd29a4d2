import Events

/// Counts of tokens in buckets of fixed bounds, four to each doubling.
///
/// They are those of `LatencyHistogram`, with a token in the place of each of its units of time, and
/// reach beyond a million tokens.
struct TokenHistogram: Hashable, Sendable {
    private var counts = LatencyHistogram()

    /// Nothing counted.
    init() {}

    mutating func add(_ tokens: Int) { counts.add(min(max(0, tokens), 1 << 40) << 10) }

    mutating func fade(by halvings: Int) { counts.fade(by: halvings) }

    /// The end of the bucket in which the share is reached, in tokens; `nil` with fewer observations
    /// than `least`, by their faded weight.
    func percentile(_ percent: Int, of least: Int) -> Int? {
        counts.percentile(percent, of: least).map { $0 >> 10 }
    }
}

extension TokenHistogram: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "counts", unlessEmpty: &counts)
    }
}
