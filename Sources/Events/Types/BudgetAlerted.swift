/// A budget's used share reached the threshold; once in its period.
public struct BudgetAlerted: FieldRecord {
    /// Which budget: `monthly`, `daily`, or a scope such as `task:documentation`.
    public var budget: String = ""
    /// When its period began.
    public var periodStart: Timestamp = .empty
    /// What was spent in the period, what is assumed for attempts of unknown cost included.
    public var spent: Nanodollars = .zero
    /// What running attempts may still cost.
    public var reserved: Nanodollars = .zero
    /// How much may be spent.
    public var limit: Nanodollars = .zero
    /// The threshold in millionths of the limit.
    public var threshold: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "budget", &budget)
        visitor.field(2, "period_start", &periodStart)
        visitor.field(3, "spent_nanodollars", &spent)
        visitor.field(4, "reserved_nanodollars", &reserved)
        visitor.field(5, "limit_nanodollars", &limit)
        visitor.field(6, "threshold_ppm", &threshold)
    }
}
