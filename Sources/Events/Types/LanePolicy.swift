/// One of several ways to the same provider: a key of its own, or an address of its own.
public struct LanePolicy: FieldRecord {
    /// What people call it: `key 2`, or the host and port of its address; never the key itself.
    public var name: String = ""
    /// The host and port of its address; absent where all lanes have the provider's.
    public var endpoint: String?
    /// Its share of the traffic beside the others' weights, at least 1.
    public var weight: Int = 1

    /// A lane of weight 1 without a name.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "endpoint", &endpoint)
        visitor.field(3, "weight", &weight)
    }
}
