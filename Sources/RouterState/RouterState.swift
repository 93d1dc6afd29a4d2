public import Events

/// Everything that routing knows, folded from the events of the log and from nothing else.
///
/// Folding the same events in the same order gives an equal state, on any machine, at any time.
public struct RouterState: Hashable, Sendable {
    /// The sequence number of the last event applied; 0 before the first.
    public private(set) var position: UInt64 = 0
    /// The time of the last event applied.
    public private(set) var time = Timestamp(microseconds: 0)
    /// The policy in force.
    public private(set) var policy = PolicyInForce()
    /// The prices in force.
    public private(set) var prices = PriceTable()
    /// Which models the providers say they have.
    public private(set) var models = ModelLists()
    /// How the providers have been doing.
    public private(set) var health = Health()
    /// Which providers are left alone after failing in a row.
    public private(set) var breakers = Breakers()
    /// Which keys and models may not be used for now, at the provider's word.
    public private(set) var holds = Holds()
    /// What was spent, by day.
    public private(set) var spend = Spend()
    /// The requests that have not ended.
    public private(set) var inFlight = InFlight()

    /// The state before the first event.
    public init() {}

    /// Takes in the event with this sequence number; can't fail, whatever the event holds.
    public mutating func apply(_ event: Event, sequence: UInt64) {
        position = sequence
        time = max(time, event.time)
        policy.apply(event, sequence: sequence)
        prices.apply(event, sequence: sequence)
        models.apply(event)
        breakers.apply(
            event,
            sequence: sequence,
            policy: policy.policy.breaker,
            inFlight: inFlight
        )
        health.apply(event)
        holds.apply(event)
        spend.apply(event)
        inFlight.apply(event)
    }
}
