import Events

extension SimulatedProviderSpec {
    /// The providers that stand in when no real one is found, in the order of their priority.
    public static let builtIn: [SimulatedProviderSpec] = [local, fast, strong]

    /// The built-in provider with this name; any other name gets the models of `sim-fast`.
    public static func builtIn(named name: String) -> SimulatedProviderSpec {
        var spec = builtIn.first { $0.name == name } ?? fast
        spec.name = name
        return spec
    }

    /// Free, slower and weaker, as a small model on the user's own machine is.
    private static let local: SimulatedProviderSpec = {
        var spec = SimulatedProviderSpec(
            name: "sim-local",
            models: [
                SimulatedModel(
                    name: "sim-local-3b",
                    prices: .free,
                    quality: 0.55,
                    contextWindow: 8_192
                ),
                SimulatedModel(
                    name: "sim-local-8b",
                    prices: .free,
                    quality: 0.65,
                    contextWindow: 32_768,
                    latencyMean: .milliseconds(350),
                    tokensPerSecond: 60
                ),
            ]
        )
        spec.isLocal = true
        spec.seed = 11
        spec.failureRate = 0.02
        spec.latencyMean = .milliseconds(200)
        spec.latencyDeviation = .milliseconds(60)
        spec.tokensPerSecond = 120
        return spec
    }()

    /// Cheap and quick, with a tight rate.
    private static let fast: SimulatedProviderSpec = {
        var spec = SimulatedProviderSpec(
            name: "sim-fast",
            models: [
                SimulatedModel(
                    name: "sim-fast-mini",
                    prices: dollars(input: 0.10, output: 0.40, cachedInput: 0.025),
                    quality: 0.72
                ),
                SimulatedModel(
                    name: "sim-fast-large",
                    prices: dollars(input: 0.60, output: 2.40, cachedInput: 0.15),
                    quality: 0.80,
                    latencyMean: .milliseconds(120)
                ),
                SimulatedModel(
                    name: "sim-fast-embed",
                    prices: TokenPrices(input: 20_000_000, output: 0),
                    contextWindow: 8_192,
                    latencyMean: .milliseconds(20),
                    capabilities: .embeddings
                ),
            ]
        )
        spec.seed = 22
        spec.failureRate = 0.01
        spec.rateLimitRate = 0.03
        spec.latencyMean = .milliseconds(60)
        spec.latencyDeviation = .milliseconds(20)
        spec.tokensPerSecond = 400
        return spec
    }()

    /// Dear and good.
    private static let strong: SimulatedProviderSpec = {
        var spec = SimulatedProviderSpec(
            name: "sim-strong",
            models: [
                SimulatedModel(
                    name: "sim-strong-pro",
                    prices: dollars(input: 3, output: 15, cachedInput: 0.30),
                    quality: 0.93,
                    contextWindow: 200_000
                ),
                SimulatedModel(
                    name: "sim-strong-max",
                    prices: dollars(input: 10, output: 50, cachedInput: 1),
                    quality: 0.97,
                    contextWindow: 1_000_000,
                    latencyMean: .milliseconds(500)
                ),
            ]
        )
        spec.seed = 33
        spec.failureRate = 0.005
        spec.latencyMean = .milliseconds(250)
        spec.latencyDeviation = .milliseconds(80)
        spec.tokensPerSecond = 150
        return spec
    }()

    /// Prices in dollars per million tokens, all multiples of a tenth of a cent.
    private static func dollars(input: Double, output: Double, cachedInput: Double) -> TokenPrices {
        func nanodollars(_ dollars: Double) -> Int64 {
            Int64((dollars * 1_000).rounded()) * 1_000_000
        }
        return TokenPrices(
            input: nanodollars(input),
            output: nanodollars(output),
            cachedInput: nanodollars(cachedInput)
        )
    }
}
