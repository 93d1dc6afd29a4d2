extension SimulatedProviderSpec {
    /// The simulated provider that settings describe: a built-in one when they leave it open.
    public init(_ provider: ProviderSettings) {
        guard let simulation = provider.simulation else {
            self = .builtIn(named: provider.name)
            return
        }
        self.init(name: provider.name, models: simulation.models)
        isLocal = simulation.isLocal
        seed = simulation.seed
        failureRate = simulation.failureRate
        rateLimitRate = simulation.rateLimitRate
        retryAfter = simulation.retryAfter
        cutRate = simulation.cutRate
        latencyMean = simulation.latencyMean
        latencyDeviation = simulation.latencyDeviation
        tokensPerSecond = simulation.tokensPerSecond
        apiKey = provider.lanes.isEmpty ? provider.apiKey?.revealed : nil
    }
}
