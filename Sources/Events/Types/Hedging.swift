/// When a second attempt is made beside one that is slow to begin its answer.
public struct HedgePolicy: FieldRecord {
    /// Microseconds without content after which the second attempt begins.
    public var afterMicroseconds: Int64 = 0
    /// The most requests that get one, in millionths of those that asked a provider.
    public var maxShare: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "after_us", &afterMicroseconds)
        visitor.field(2, "max_share_ppm", &maxShare)
    }
}

/// Why an attempt was made beside another.
public struct HedgeReason: FieldRecord {
    /// The number of the attempt that was under way.
    public var besides: Int = 0
    /// For how many microseconds no content had come from it, at least.
    public var afterMicroseconds: Int64 = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "besides", &besides)
        visitor.field(2, "after_us", &afterMicroseconds)
    }
}
