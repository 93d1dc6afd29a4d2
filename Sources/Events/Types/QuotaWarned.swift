/// A quota is nearly used up; once in a window for each step.
public struct QuotaWarned: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model; absent when the quota is of all the provider's models.
    public var model: String?
    /// Which of the provider's keys; 0 for the first.
    public var key: Int = 0
    /// What is counted.
    public var kind: QuotaKind = .requestsPerMinute
    /// The step that was reached, in per cent: 80 or 90.
    public var percent: Int = 0
    /// How much of it is used.
    public var used: Int = 0
    /// How much of it there is.
    public var limit: Int = 0
    /// When it resets.
    public var resetsAt: Timestamp = .empty

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "key", &key)
        visitor.field(4, "kind", &kind)
        visitor.field(5, "percent", &percent)
        visitor.field(6, "used", &used)
        visitor.field(7, "limit", &limit)
        visitor.field(8, "resets_at", &resetsAt)
    }
}
