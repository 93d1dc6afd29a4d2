/// An ordered list of what to try.
public struct RoutingChain: FieldRecord {
    /// The chain's name.
    public var name: String = ""
    /// What to try, in order.
    public var entries: [ChainEntry] = []

    /// A record with every field empty.
    public init() {}

    /// A chain of these entries.
    public init(_ name: String, _ entries: [ChainEntry]) {
        self.name = name
        self.entries = entries
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "entries", &entries)
    }
}
