/// The state folded from every event before this one, so that they may be pruned.
///
/// It holds the configuration, the policy and the prices in force as well. A fold takes it over
/// whole: what follows is the same whether the events before it were folded or are gone.
public struct StateCarried: FieldRecord {
    /// The sequence number of the last event in the state.
    public var position: UInt64 = 0
    /// The fields of the state, in the coding of events.
    public var state: OpaqueBytes = .empty

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "position", &position)
        visitor.field(2, "state", &state)
    }
}
