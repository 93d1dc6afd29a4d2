/// A gateway process closed the log in good order.
public struct NodeStopped: FieldRecord {
    /// The node's id in a fleet.
    public var node: UInt64 = 0
    /// Why it stopped.
    public var reason: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "node", &node)
        visitor.field(2, "reason", &reason)
    }
}
