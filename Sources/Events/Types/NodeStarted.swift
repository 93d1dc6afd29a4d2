/// A gateway process opened the log.
public struct NodeStarted: FieldRecord {
    /// The version of Logway.
    public var version: String = ""
    /// The node's id in a fleet.
    public var node: UInt64 = 0
    /// The process id.
    public var process: Int = 0
    /// The durability policy: strict, group or async.
    public var durability: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "version", &version)
        visitor.field(2, "node", &node)
        visitor.field(3, "process", &process)
        visitor.field(4, "durability", &durability)
    }
}
