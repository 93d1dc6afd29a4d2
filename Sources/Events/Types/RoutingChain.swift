/// An ordered list of what to try.
public struct RoutingChain: FieldRecord {
    /// The chain's name.
    public var name: String = ""
    /// What to try, in order.
    public var entries: [RoutingChainEntry] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "entries", &entries)
    }
}

/// A step of a chain: a provider, one of its models, or its free ones.
public struct RoutingChainEntry: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model; absent for the provider's default.
    public var model: String?
    /// Whether only models that cost nothing may be used.
    public var isFreeOnly: Bool = false

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "free_only", &isFreeOnly)
    }
}
