/// A provider was asked, free of charge, whether it is there.
public struct HealthProbed: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// Why it is not; absent when it is.
    public var failure: FailureKind?
    /// Microseconds in all.
    public var totalMicroseconds: Int = 0
    /// What went wrong, without secrets.
    public var message: String?
    /// The connections for requests to it at that time; absent where none was made yet.
    public var pool: PoolStatistics?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "failure", &failure)
        visitor.field(3, "total_us", &totalMicroseconds)
        visitor.field(4, "message", &message)
        visitor.field(5, "pool", &pool)
    }
}
