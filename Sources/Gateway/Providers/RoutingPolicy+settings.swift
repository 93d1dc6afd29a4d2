import Catalog
import Events
import Settings

extension RoutingPolicy {
    /// The policy that settings ask for.
    init(_ settings: Settings) {
        self.init()
        mode =
            switch settings.mode {
            case .localFirst: .localFirst
            case .hosted: .hosted
            case .freeOnly: .freeOnly
            case .hybrid: .hybrid
            }
        providers = settings.enabledProviders.compactMap(ProviderPolicy.init)
        chains = settings.chains.sorted { $0.key < $1.key }.map { name, entries in
            var chain = RoutingChain()
            chain.name = name
            chain.entries = entries.map(RoutingChainEntry.init)
            return chain
        }
        chain = settings.routing.chain
        maxAttempts = settings.routing.maxAttempts
        isSimulated = settings.isSimulated
        totalMicroseconds = settings.routing.timeouts.total.microseconds
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
