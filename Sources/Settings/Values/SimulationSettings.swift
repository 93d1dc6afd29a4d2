/// How a provider of the type `simulated` behaves.
///
/// A `SimulatedProviderSpec` is what one server runs: it has a name and a key, and may come from no
/// configuration.
public struct SimulationSettings: Hashable, Sendable {
    /// What every draw starts from; the same seed and requests give the same answers.
    public var seed: UInt64 = 1
    /// Whether the provider poses as one on the user's own hardware.
    public var isLocal = false
    /// The share of requests that fail with a server error, 0 to 1.
    public var failureRate = 0.0
    /// The share of requests that are refused with 429, 0 to 1.
    public var rateLimitRate = 0.0
    /// The shortest wait that such a refusal asks for; others ask for two or three times as long.
    public var retryAfter = Duration.seconds(1)
    /// The share of streamed answers that are cut off in the middle, 0 to 1.
    public var cutRate = 0.0
    /// The mean time to the first token.
    public var latencyMean = Duration.milliseconds(200)
    /// The spread of the time to the first token: the standard deviation.
    public var latencyDeviation = Duration.milliseconds(50)
    /// How fast the answer follows; 0 is as fast as can be.
    public var tokensPerSecond = 100.0
    /// The models, each with its own price.
    public var models: [SimulatedModel] = []
    /// An outcome table (JSON lines) that the models answer from.
    public var outcomesFile: String?

    /// A provider without models that never fails.
    public init() {}
}

/// The simulated providers that stand in when no real one is found.
///
/// Their models and prices are in `SimulatedProviderSpec.builtIn`, under these names.
public enum BuiltInSimulation {
    /// Poses as a free, slower and weaker model on the user's own machine.
    public static let local = "sim-local"
    /// Poses as a cheap and fast hosted provider.
    public static let fast = "sim-fast"
    /// Poses as a dear and strong hosted provider.
    public static let strong = "sim-strong"
    /// All of them, first to last.
    public static let names = [local, fast, strong]
}
