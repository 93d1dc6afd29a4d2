/// What the connections to a provider were doing at an instant, and what they have done since the
/// process began.
public struct PoolStatistics: FieldRecord, Hashable, Sendable {
    /// Connections that stood or were being made.
    public var open: Int = 0
    /// Open connections that carried nothing.
    public var idle: Int = 0
    /// Requests that ran.
    public var inUse: Int = 0
    /// Requests that waited for their turn.
    public var queued: Int = 0
    /// The most requests that may run at once.
    public var connectionLimit: Int = 0
    /// The most requests that may wait; one more is refused.
    public var queueLimit: Int = 0
    /// Requests since the process began.
    public var requests: Int = 0
    /// Those of them that ran on the connection of an earlier one.
    public var reused: Int = 0
    /// Those of them that were refused because too many waited.
    public var refused: Int = 0
    /// The connections that are kept open though nobody asks; 0 where none is.
    public var keptOpen: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "open", &open)
        visitor.field(2, "idle", &idle)
        visitor.field(3, "in_use", &inUse)
        visitor.field(4, "queued", &queued)
        visitor.field(5, "connection_limit", &connectionLimit)
        visitor.field(6, "queue_limit", &queueLimit)
        visitor.field(7, "requests", &requests)
        visitor.field(8, "reused", &reused)
        visitor.field(9, "refused", &refused)
        visitor.field(10, "kept_open", &keptOpen)
    }
}
