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
    /// The largest context window in tokens of any model that is known; `nil` when none is.
    public private(set) var largestContextWindow: Int?
    /// The providers by their priority; equal ones in the order of the configuration.
    public private(set) var providersByPriority: [ProviderInForce] = []
    private var providersByName: [String: ProviderInForce] = [:]
    private var cards: [ModelReference: ModelPolicy] = [:]
    /// Whether any provider has a configured quota.
    private(set) var hasLimits = false
    /// Whether any provider has another that steps in for it.
    public private(set) var hasFallbacks = false

    /// The provider with this configured name.
    public func provider(_ name: String) -> ProviderPolicy? { providersByName[name]?.policy }

    /// The same, with what follows from it.
    public func providerInForce(_ name: String) -> ProviderInForce? { providersByName[name] }

    /// What is known of a model; `nil` when nothing is.
    ///
    /// Ollama's `NAME:latest` is the same model as `NAME`.
    public func card(_ model: ModelReference) -> ModelPolicy? {
        if let card = cards[model] { return card }
        guard let name = model.model.withoutLatestTag,
            provider(model.provider)?.family == .ollama
        else { return nil }
        return cards[ModelReference(provider: model.provider, model: name)]
    }

    /// The chain of a kind of work; `nil` when it has none of its own.
    public func chain(of task: TaskType) -> RoutingChain? {
        policy.taskChains.first { $0.name == task.name }
    }

    /// The rule on models that holds for a tenant: its own, else that for everyone; `nil` without one.
    public func tenantRule(_ tenant: String?) -> TenantPolicy? {
        let rules = policy.tenants
        guard !rules.isEmpty else { return nil }
        return rules.first { $0.name == tenant }
            ?? rules.first { $0.name == TenantPolicy.everyone }
    }

    /// The chain with this name.
    public func chain(_ name: String) -> RoutingChain? {
        policy.chains.first { $0.name == name }
    }

    /// Nothing in force.
    public init() {}

    mutating func apply(_ applied: ConfigurationApplied) { configuration = applied }

    mutating func apply(_ applied: PolicyApplied, sequence: UInt64) {
        policy = applied.policy
        fingerprint = applied.fingerprint
        position = sequence
        index()
    }

    private mutating func index() {
        hasLimits = policy.providers.contains(where: \.isLimited)
        hasFallbacks = policy.providers.contains { $0.fallbackProvider != nil }
        let providers = policy.providers.map(ProviderInForce.init)
        providersByName = Dictionary(providers.map { ($0.policy.name, $0) }) { first, _ in first }
        providersByPriority = providers.enumerated()
            .sorted { left, right in
                (left.element.policy.priority, left.offset)
                    < (right.element.policy.priority, right.offset)
            }
            .map(\.element)
        cards = [:]
        largestContextWindow = nil
        for provider in policy.providers {
            for card in provider.cards {
                cards[ModelReference(provider: provider.name, model: card.name)] = card
                guard let window = card.contextWindow else { continue }
                largestContextWindow = max(largestContextWindow ?? 0, window)
            }
        }
    }
}

extension PolicyInForce: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        // Before the first policy the defaults of an empty one hold, which are not all zero: it is
        // written like any other.
        visitor.field(1, "policy", &policy)
        visitor.field(2, "fingerprint", &fingerprint)
        visitor.field(3, "position", &position)
        visitor.field(4, "configuration", &configuration)
        index()
    }
}
