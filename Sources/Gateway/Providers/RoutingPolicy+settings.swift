import Catalog
import Events
import Settings
import Simulation

extension RoutingPolicy {
    /// The policy that settings ask for.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - catalog: where what is known of the models comes from.
    ///   - simulated: the simulated providers that run.
    init(_ settings: Settings, catalog: Catalog, simulated: [SimulatedProviderSpec]) {
        self.init()
        mode =
            switch settings.mode {
            case .localFirst: .localFirst
            case .hosted: .hosted
            case .freeOnly: .freeOnly
            case .hybrid: .hybrid
            }
        providers = settings.enabledProviders.compactMap { provider in
            var policy = ProviderPolicy(provider)
            let spec = simulated.first { $0.name == provider.name }
            policy?.addCards(provider, catalog: catalog, simulated: spec)
            return policy
        }
        chains = Self.chains(settings.chains)
        taskChains = Self.chains(settings.taskChains)
        strategies = settings.routing.strategies
        exploration = settings.routing.exploration.map { share in
            var policy = ExplorationPolicy()
            policy.floor = Int((share.floor * 1_000_000).rounded())
            policy.arms = share.arms
            return policy
        }
        chain = settings.routing.chain
        maxAttempts = settings.routing.maxAttempts
        isSimulated = settings.isSimulated
        totalMicroseconds = settings.routing.timeouts.total.microseconds
    }

    private static func chains(_ settings: [String: [ChainEntry]]) -> [RoutingChain] {
        settings.sorted { $0.key < $1.key }.map { name, entries in
            var chain = RoutingChain()
            chain.name = name
            chain.entries = entries.map(RoutingChainEntry.init)
            return chain
        }
    }
}

extension ProviderPolicy {
    /// The provider as routing sees it; `nil` for one whose family is not spoken yet, which the
    /// configuration refuses to enable.
    fileprivate init?(_ settings: ProviderSettings) {
        guard let family = settings.type.family else { return nil }
        self.init()
        name = settings.name
        type = settings.type.name
        self.family = family
        priority = settings.priority
        isLocal = settings.isLocal
        defaultModel = settings.defaultModel
        models = settings.models
    }
}

extension RoutingChainEntry {
    fileprivate init(_ entry: ChainEntry) {
        self.init()
        provider = entry.provider
        switch entry {
        case .provider: break
        case .model(_, let model): self.model = model
        case .freeModels: isFreeOnly = true
        }
    }
}
