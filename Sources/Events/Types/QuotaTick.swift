/// A provider said more of a quota than was known: others use the same account.
///
/// Not every answer's headers are recorded, only what changes a count (`Quotas.news`).
public struct QuotaTick: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model that was asked, since providers count by model.
    public var model: String = ""
    /// Which of the provider's keys; 0 for the first.
    public var key: Int = 0
    /// What is counted.
    public var kind: QuotaKind = .requestsPerMinute
    /// How much the provider allows; absent when it did not say.
    public var limit: Int?
    /// How much it says is left.
    public var remaining: Int = 0
    /// When it says that more comes; absent when it did not say.
    public var resetsAt: Timestamp?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "key", &key)
        visitor.field(4, "kind", &kind)
        visitor.field(5, "limit", &limit)
        visitor.field(6, "remaining", &remaining)
        visitor.field(7, "resets_at", &resetsAt)
    }
}
