public import Events

/// The routing policy in force and the event that put it there.
///
/// A class that never changes, since each decision hands the state around: a copy of the policy's
/// record costs a reference count for each of its lists and texts.
public final class PolicyInForce: Sendable {
    /// The policy; an empty one, without providers, before the first is applied.
    public let policy: RoutingPolicy
    /// The fingerprint of the policy's encoding.
    public let fingerprint: Fingerprint
    /// The sequence number of the event; 0 before the first.
    public let position: UInt64
    /// The configuration in force.
    public let configuration: ConfigurationApplied
    /// The largest context window in tokens of any model that is known; `nil` when none is.
    public let largestContextWindow: Int?
    /// The providers by their priority; equal ones in the order of the configuration.
    public let providersByPriority: [ProviderInForce]
    private let providersByName: [String: ProviderInForce]
    private let aliases: ModelAliases
    private let cards: [ModelReference: ModelPolicy]
    /// Whether any provider has a configured quota.
    let hasLimits: Bool
    /// Whether any provider has another that steps in for it.
    public let hasFallbacks: Bool

    /// The provider with this configured name.
    public func provider(_ name: String) -> ProviderPolicy? { providersByName[name]?.policy }

    /// The same, with what follows from it.
    public func providerInForce(_ name: String) -> ProviderInForce? { providersByName[name] }

    /// What is known of a model; `nil` when nothing is.
    ///
    /// Ollama's `NAME:latest` is the same model as `NAME`, and a Claude's dated name that without.
    public func card(_ model: ModelReference) -> ModelPolicy? {
        if let card = cards[model] { return card }
        if let name = model.model.withoutClaudeDate {
            return cards[ModelReference(provider: model.provider, model: name)]
        }
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

    /// What a name that a client gives stands for, by the aliases; `nil` where it stands for itself.
    ///
    /// Globs leave what the router goes by itself: `auto`, the chains and `PROVIDER:MODEL`.
    public func alias(of name: String) -> String? {
        guard !aliases.isEmpty else { return nil }
        let head = name.prefix { $0 != ":" }
        let isOwn =
            name == "auto"
            || (head.count < name.count && (head == "auto" || providersByName[String(head)] != nil))
        return aliases.target(of: name, besidesGlobs: isOwn)
            ?? name.withoutLongWindowMark.flatMap { aliases.target(of: $0, besidesGlobs: isOwn) }
    }

    /// Nothing in force.
    convenience init() { self.init(Record()) }

    /// A policy as a value, to decide under whatever is in force.
    ///
    /// - Parameters:
    ///   - policy: the policy.
    ///   - fingerprint: that of its encoding, by which decisions name it.
    ///   - position: the sequence number of the event that applied it; 0 where none did.
    public convenience init(
        _ policy: RoutingPolicy,
        fingerprint: Fingerprint,
        position: UInt64 = 0
    ) {
        var record = Record()
        record.policy = policy
        record.fingerprint = fingerprint
        record.position = position
        self.init(record)
    }

    init(_ record: Record) {
        policy = record.policy
        fingerprint = record.fingerprint
        position = record.position
        configuration = record.configuration
        aliases = ModelAliases(policy.aliases)
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
        var cards: [ModelReference: ModelPolicy] = [:]
        var largest: Int?
        for provider in policy.providers {
            for card in provider.cards {
                cards[ModelReference(provider: provider.name, model: card.name)] = card
                guard let window = card.contextWindow else { continue }
                largest = max(largest ?? 0, window)
            }
        }
        self.cards = cards
        largestContextWindow = largest
    }

    func applying(_ applied: ConfigurationApplied) -> PolicyInForce {
        var record = record
        record.configuration = applied
        return PolicyInForce(record)
    }

    func applying(_ applied: PolicyApplied, sequence: UInt64) -> PolicyInForce {
        var record = record
        record.policy = applied.policy
        record.fingerprint = applied.fingerprint
        record.position = sequence
        return PolicyInForce(record)
    }
}

extension PolicyInForce {
    /// What was applied, from which all else follows.
    struct Record: FieldRecord {
        var policy = RoutingPolicy()
        var fingerprint = Fingerprint.empty
        var position: UInt64 = 0
        var configuration = ConfigurationApplied()

        /// Walks the fields in the order of their tags.
        mutating func visit(_ visitor: inout some FieldVisitor) {
            // Before the first policy the defaults of an empty one hold, which are not all zero: it is
            // written like any other.
            visitor.field(1, "policy", &policy)
            visitor.field(2, "fingerprint", &fingerprint)
            visitor.field(3, "position", &position)
            visitor.field(4, "configuration", &configuration)
        }
    }

    var record: Record {
        var record = Record()
        record.policy = policy
        record.fingerprint = fingerprint
        record.position = position
        record.configuration = configuration
        return record
    }
}

extension PolicyInForce: Hashable {
    /// Whether they are of equal records, from which all else follows.
    public static func == (left: PolicyInForce, right: PolicyInForce) -> Bool {
        left === right || left.record == right.record
    }

    /// Feeds the record.
    public func hash(into hasher: inout Hasher) { hasher.combine(record) }
}
