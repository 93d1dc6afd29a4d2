public import Events

/// How one simulated provider behaves.
///
/// The same spec and the same requests give the same answers, errors and delays, in this process
/// and in the next.
public struct SimulatedProviderSpec: Hashable, Sendable {
    /// The provider's name, which its model list gives as the owner.
    public var name: String
    /// Whether it poses as a provider on the user's own hardware.
    public var isLocal = false
    /// What every draw starts from.
    public var seed: UInt64 = 1
    /// The share of requests that fail with 500 or 503, 0 to 1.
    public var failureRate = 0.0
    /// The share of requests that are refused with 429, 0 to 1.
    public var rateLimitRate = 0.0
    /// The shortest wait that such a refusal asks for, in whole milliseconds; others ask for two or three
    /// times as long.
    public var retryAfter = Duration.seconds(1)
    /// The share of streams whose connection is cut in the middle, 0 to 1.
    public var cutRate = 0.0
    /// The mean time to the first token.
    public var latencyMean = Duration.zero
    /// The standard deviation of that time; a draw below zero counts as zero.
    public var latencyDeviation = Duration.zero
    /// How fast the answer follows its first token; 0 is as fast as can be.
    public var tokensPerSecond = 0.0
    /// The key that requests must bring; `nil` lets everyone in.
    public var apiKey: String?
    /// The models.
    public var models: [SimulatedModel]

    /// A provider with these models that never fails and answers at once.
    public init(name: String, models: [SimulatedModel]) {
        self.name = name
        self.models = models
    }

    /// The model with this id.
    public func model(named id: String) -> SimulatedModel? {
        models.first { $0.name == id }
    }
}

/// One model of a simulated provider.
public struct SimulatedModel: Hashable, Sendable {
    /// The model's id.
    public var name: String
    /// What it charges; `nil` is an unknown price.
    public var prices: TokenPrices?
    /// The share of its answers that are right, 0 to 1; what a demo scores it by.
    public var quality: Double
    /// Its context window in tokens; a longer prompt is refused.
    public var contextWindow: Int
    /// Its mean time to the first token instead of the provider's.
    public var latencyMean: Duration?
    /// Its deviation of that time instead of the provider's.
    public var latencyDeviation: Duration?
    /// Its speed instead of the provider's.
    public var tokensPerSecond: Double?
    /// The model of the outcome table that it answers as; its own name if `nil`.
    public var outcomeModel: String?
    /// What it poses as being able to do; `nil` leaves it open.
    public var capabilities: Capabilities?

    /// Whether it gives embeddings, and nothing else.
    public var embeds: Bool { capabilities?.contains(.embeddings) ?? false }

    /// A model with a name; all else is unremarkable unless given.
    public init(
        name: String,
        prices: TokenPrices? = nil,
        quality: Double = 0.8,
        contextWindow: Int = 128_000,
        latencyMean: Duration? = nil,
        tokensPerSecond: Double? = nil,
        outcomeModel: String? = nil,
        capabilities: Capabilities? = nil
    ) {
        self.name = name
        self.prices = prices
        self.quality = quality
        self.contextWindow = contextWindow
        self.latencyMean = latencyMean
        self.tokensPerSecond = tokensPerSecond
        self.outcomeModel = outcomeModel
        self.capabilities = capabilities
    }
}
