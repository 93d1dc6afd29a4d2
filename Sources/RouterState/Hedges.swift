public import Events

/// How many requests asked a provider, and how many of them two at once, while the policy allows that.
///
/// Both counts are halved from time to time, so that what is long past weighs little.
public struct Hedges: FieldRecord {
    /// The requests after which both counts are halved.
    static let memory = 2_000

    /// Requests that asked a provider.
    public private(set) var requests = 0
    /// Those of them with a second attempt beside the first.
    public private(set) var hedged = 0

    /// None.
    public init() {}

    /// Whether the share of hedged requests lies below one in millionths.
    public func isBelow(share: Int) -> Bool {
        Int128(hedged) * 1_000_000 < Int128(share) * Int128(requests)
    }

    mutating func start(_ attempt: AttemptStarted) {
        if attempt.hedge != nil { return hedged.addClamped(1) }
        guard attempt.number == 1 else { return }
        requests.addClamped(1)
        guard requests >= Self.memory else { return }
        requests /= 2
        hedged /= 2
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "requests", &requests)
        visitor.field(2, "hedged", &hedged)
    }
}
