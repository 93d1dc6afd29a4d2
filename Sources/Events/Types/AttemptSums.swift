/// Sums over attempts, which are what providers charge for.
public struct AttemptSums: FieldRecord {
    /// Requests that made at least one of the attempts.
    public var requests: Int = 0
    /// Attempts that ended.
    public var attempts: Int = 0
    /// The sum of the known costs.
    public var cost: Nanodollars = .zero
    /// Of the cost: what rests on counts that Logway estimated.
    public var estimated: Nanodollars = .zero
    /// Attempts whose cost is unknown; the true cost is higher by theirs.
    public var unknownCosts: Int = 0
    /// Prompt tokens, where they are known.
    public var inputTokens: Int = 0
    /// Of them: read from a provider's cache.
    public var cachedTokens: Int = 0
    /// Output tokens, where they are known.
    public var outputTokens: Int = 0
    /// The sum of the scores that the answers got, in millionths.
    public var scores: Int = 0
    /// How many scores there are.
    public var scoreCount: Int = 0
    /// Attempts whose estimate was more than they had reserved: what goes beyond it is in no sum.
    public var pastReservation: Int = 0

    /// The sums of nothing.
    public init() {}

    /// Walks the fields in the order of their tags, which are a `MonthLine`'s behind its name.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(2, "requests", &requests)
        visitor.field(3, "attempts", &attempts)
        visitor.field(4, "cost_nanodollars", &cost)
        visitor.field(5, "estimated_nanodollars", &estimated)
        visitor.field(6, "unknown_costs", &unknownCosts)
        visitor.field(7, "input_tokens", &inputTokens)
        visitor.field(8, "cached_tokens", &cachedTokens)
        visitor.field(9, "output_tokens", &outputTokens)
        visitor.field(10, "scores_ppm", &scores)
        visitor.field(11, "score_count", &scoreCount)
        visitor.field(12, "attempts_past_reservation", &pastReservation)
    }
}
