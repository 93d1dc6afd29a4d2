/// The oldest segments of the log are about to be removed; nothing of them can be read after this.
public struct SegmentRetired: FieldRecord {
    /// The number of the newest segment that goes; those before it go or have gone.
    public var through: UInt64 = 0
    /// The sequence number of the first event that is kept.
    public var firstKept: UInt64 = 0
    /// No event that is kept is older than this.
    public var keptSince: Timestamp = .empty
    /// The bytes of the files that go.
    public var bytes: Int64 = 0
    /// The rule that asked for it, such as `keepMonths: 13`.
    public var rule: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "through", &through)
        visitor.field(2, "first_kept", &firstKept)
        visitor.field(3, "kept_since", &keptSince)
        visitor.field(4, "bytes", &bytes)
        visitor.field(5, "rule", &rule)
    }
}
