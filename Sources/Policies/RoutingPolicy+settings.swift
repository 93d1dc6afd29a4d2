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
        mode = settings.mode
        providers = settings.enabledProviders.map { provider in
            var policy = ProviderPolicy(provider)
            let spec = simulated.first { $0.name == provider.name }
            policy.addCards(provider, catalog: catalog, simulated: spec)
            return policy
        }
        chains = Self.chains(settings.chains)
        taskChains = Self.chains(settings.taskChains)
        strategies = settings.routing.strategies
        exploration = settings.routing.exploration
        hedge = settings.routing.hedge
        hang = settings.routing.hang
        if settings.routing.retry.times > 0 { retry = settings.routing.retry }
        referenceModel = settings.routing.referenceModel
        aliases = settings.aliases
        tenants = settings.tenants.sorted { $0.name < $1.name }
        affinityMicroseconds = settings.routing.affinity?.microseconds
        chain = settings.routing.chain
        maxAttempts = settings.routing.maxAttempts
        isSimulated = settings.isSimulated
        totalMicroseconds = settings.routing.timeouts.total.microseconds
        budgets = settings.budgets.inForce
    }

    /// Records have no dictionaries: what the configuration finds by name is listed by name here, so that
    /// equal configurations have equal fingerprints.
    private static func chains(_ settings: [String: [ChainEntry]]) -> [RoutingChain] {
        settings.sorted { $0.key < $1.key }.map { RoutingChain($0, $1) }
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
        limits = settings.limits
        modelLimits = settings.modelLimits.sorted { $0.key < $1.key }
            .filter { $0.value != RateLimits() }
            .map { ModelLimits($0, $1) }
        if settings.quotaReset != QuotaReset() { quotaReset = settings.quotaReset }
        maxConcurrent = settings.concurrency
        fallbackProvider = settings.fallbackProvider
        var firstToken = FirstTokenPolicy()
        firstToken.typicalMicroseconds = settings.timeouts.firstToken.microseconds
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

extension BudgetPolicy {
    /// The budgets of a configuration; `nil` where nothing is limited.
    ///
    /// Under a budget a request without a limit on its output gets one, so that its cost is bounded.
    fileprivate var inForce: BudgetPolicy? {
        guard isLimiting || outputLimit != nil else { return nil }
        var policy = self
        policy.outputLimit = outputLimit ?? Self.defaultOutputTokens
        return policy
    }
}
