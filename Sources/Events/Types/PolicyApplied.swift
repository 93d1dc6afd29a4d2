/// A routing policy came into force.
public struct PolicyApplied: FieldRecord {
    /// The fingerprint of the policy's encoding.
    public var fingerprint: Fingerprint = .empty
    /// The policy.
    public var policy: RoutingPolicy = RoutingPolicy()

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "fingerprint", &fingerprint)
        visitor.field(2, "policy", &policy)
    }
}
