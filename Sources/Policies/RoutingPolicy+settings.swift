public import Catalog
public import Events
import Foundation
public import Settings

extension RoutingPolicy {
    /// The policy that settings ask for.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - catalog: where what is known of the models comes from.
    ///   - simulated: the simulated providers that run.
    public init(_ settings: Settings, catalog: Catalog, simulated: [SimulatedProviderSpec]) {
        self.init()
        mode =
            switch settings.mode {
            case .localFirst: .localFirst
            case .hosted: .hosted
            case .freeOnly: .freeOnly
            case .hybrid: .hybrid
            }
        providers = settings.enabledProviders.map { provider in
            var policy = ProviderPolicy(provider)
            let spec = simulated.first { $0.name == provider.name }
            policy.addCards(provider, catalog: catalog, simulated: spec)
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
        hedge = settings.routing.hedge.map { hedge in
            var policy = HedgePolicy()
            policy.afterMicroseconds = hedge.after.microseconds
            policy.maxShare = Int((hedge.maxShare * 1_000_000).rounded())
            return policy
        }
        var hang = HangPolicy()
        hang.leastMicroseconds = settings.routing.hang.least.microseconds
        hang.multiple = settings.routing.hang.multiple
        self.hang = hang
        let retry = settings.routing.retry
        if retry.times > 0 {
            var policy = RetryPolicy()
            policy.times = retry.times
            policy.backoffMicroseconds = retry.backoff.microseconds
            policy.longestMicroseconds = retry.longest.microseconds
            self.retry = policy
        }
        referenceModel = settings.routing.referenceModel
        aliases = settings.aliases
        tenants = settings.tenants.sorted { $0.key < $1.key }.map { name, models in
            var rule = TenantPolicy()
            rule.name = name
            rule.allowedModels = models
            return rule
        }
        affinityMicroseconds = settings.routing.affinity?.microseconds
        chain = settings.routing.chain
        maxAttempts = settings.routing.maxAttempts
        isSimulated = settings.isSimulated
        totalMicroseconds = settings.routing.timeouts.total.microseconds
        budgets = BudgetPolicy(settings.budgets)
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
    /// The provider as routing sees it.
    fileprivate init(_ settings: ProviderSettings) {
        self.init()
        name = settings.name
        type = settings.type.name
        family = settings.family
        priority = settings.priority
        isLocal = settings.isLocal
        defaultModel = settings.defaultModel
        models = settings.models
        limits = RateLimits(settings.limits)
        modelLimits = settings.modelLimits.sorted { $0.key < $1.key }.compactMap { model, limits in
            guard let limits = RateLimits(limits) else { return nil }
            var line = ModelLimits()
            line.model = model
            line.limits = limits
            return line
        }
        if settings.quotaReset != QuotaReset() { quotaReset = settings.quotaReset }
        maxConcurrent = settings.concurrency
        fallbackProvider = settings.fallbackProvider
        var firstToken = FirstTokenPolicy()
        firstToken.usualMicroseconds = settings.timeouts.firstToken.microseconds
        firstToken.slowMicroseconds = settings.timeouts.slowFirstToken.microseconds
        firstToken.prefillTokensPerSecond = settings.prefillTokensPerSecond
        self.firstToken = firstToken
        isOwnHardware = settings.isOwnHardware
        maxContextTokens = settings.maxContextTokens
        promptModels = settings.promptModels
        responseModels = settings.responseModels
        guard settings.lanes.count > 1 else { return }
        lanes = settings.lanes.enumerated().map { LanePolicy($1, number: $0 + 1) }
    }
}

extension LanePolicy {
    /// A lane as routing sees it, without its key.
    fileprivate init(_ settings: LaneSettings, number: Int) {
        self.init()
        endpoint = settings.baseURL.flatMap(URLComponents.init).map { url in
            (url.host ?? "") + (url.port.map { ":\($0)" } ?? "") + url.path
        }
        name = endpoint ?? "key \(number)"
        weight = settings.weight
    }
}

extension RateLimits {
    /// The limits of a configuration; `nil` for none.
    fileprivate init?(_ settings: ProviderLimits) {
        guard !settings.isEmpty else { return nil }
        self.init()
        requestsPerMinute = settings.requestsPerMinute
        requestsPerDay = settings.requestsPerDay
        tokensPerMinute = settings.tokensPerMinute
        tokensPerDay = settings.tokensPerDay
    }
}

extension BudgetPolicy {
    /// The budgets of a configuration; `nil` where nothing is limited.
    fileprivate init?(_ settings: BudgetSettings) {
        guard settings.isLimiting || settings.maxOutputTokens != nil else { return nil }
        self.init()
        monthly = settings.monthly
        daily = settings.daily
        for (kind, amounts) in [
            ("task", settings.perTask), ("tenant", settings.perTenant), ("key", settings.perKey),
        ] {
            for (name, amount) in amounts.sorted(by: { $0.key < $1.key }) {
                var line = ScopedBudget()
                line.scope = "\(kind):\(name)"
                line.monthly = amount
                scopes.append(line)
            }
        }
        alertThreshold = Int((settings.alertThreshold * 1_000_000).rounded())
        outputLimit = settings.maxOutputTokens ?? BudgetSettings.usualOutputTokens
        onLimit =
            switch settings.onLimit {
            case .refuse: .refuse
            case .downgrade: .downgrade
            case .warn: .warn
            }
        allowsUnpriced = settings.allowUnpriced
        if settings.reserve == .expected { expectedOutput = settings.expectedOutputTokens }
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
