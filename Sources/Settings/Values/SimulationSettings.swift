public import Events

/// How a provider of the type `simulated` behaves.
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
    public var models: [SimulatedModelSettings] = []
    /// An outcome table (JSON lines) that the models answer from.
    public var outcomesFile: String?

    /// A provider without models that never fails.
    public init() {}
}

/// One model of a simulated provider.
public struct SimulatedModelSettings: Hashable, Sendable {
    /// The model's id.
    public var name: String
    /// What it charges; `nil` is an unknown price.
    public var prices: TokenPrices?
    /// The share of its answers that are right, 0 to 1.
    public var quality = 0.8
    /// Its context window in tokens.
    public var contextWindow = 128_000
    /// Its mean time to the first token instead of the provider's.
    public var latencyMean: Duration?
    /// Its deviation of that time instead of the provider's.
    public var latencyDeviation: Duration?
    /// Its speed instead of the provider's.
    public var tokensPerSecond: Double?
    /// The model of the outcome table whose answers it gives; its own name by default.
    public var outcomeModel: String?
    /// What it poses as being able to do; `nil` leaves it open.
    public var capabilities: Capabilities?

    /// A model with a name and nothing special.
    public init(name: String) {
        self.name = name
    }
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
