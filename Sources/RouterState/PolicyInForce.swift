public import Events

/// The routing policy in force and the event that put it there.
public struct PolicyInForce: Hashable, Sendable {
    /// The policy; an empty one, without providers, before the first is applied.
    public private(set) var policy = RoutingPolicy()
    /// The fingerprint of the policy's encoding.
    public private(set) var fingerprint = Fingerprint.empty
    /// The sequence number of the event; 0 before the first.
    public private(set) var position: UInt64 = 0
    /// The configuration in force.
    public private(set) var configuration = ConfigurationApplied()
    private var providersByName: [String: Int] = [:]

    /// The provider with this configured name.
    public func provider(_ name: String) -> ProviderPolicy? {
        providersByName[name].map { policy.providers[$0] }
    }

    /// The chain with this name.
    public func chain(_ name: String) -> RoutingChain? {
        policy.chains.first { $0.name == name }
    }

    mutating func apply(_ event: Event, sequence: UInt64) {
        if case .configurationApplied(let applied) = event.body { configuration = applied }
        guard case .policyApplied(let applied) = event.body else { return }
        policy = applied.policy
        fingerprint = applied.fingerprint
        position = sequence
        providersByName = Dictionary(
            policy.providers.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
