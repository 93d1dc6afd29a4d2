/// The log was opened after a crash, and this is what was found.
public struct LogRecovered: FieldRecord {
    /// The segment whose tail was torn.
    public var segment: Int64 = 0
    /// The byte offset at which it was cut.
    public var offset: Int64 = 0
    /// The bytes that were cut; 0 when nothing was torn.
    public var cutBytes: Int64 = 0
    /// Requests that were in flight, each completed as interrupted after this.
    public var interruptedRequests: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "segment", &segment)
        visitor.field(2, "offset", &offset)
        visitor.field(3, "cut_bytes", &cutBytes)
        visitor.field(4, "interrupted_requests", &interruptedRequests)
    }
}
