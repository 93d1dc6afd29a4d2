/// How candidates are chosen and how long they are tried.
public struct RoutingSettings: Hashable, Sendable {
    /// The chain that requests for `auto` follow.
    public var chain = Settings.defaultChain
    /// The strategies in their order, by name; empty means the built-in order.
    public var strategies: [String] = []
    /// How much traffic explores; `nil` is none.
    public var exploration: ExplorationSettings?
    /// For how long a conversation stays with who answered it; `nil` for not at all.
    public var affinity: Duration? = .seconds(3_600)
    /// When a second attempt is made beside a slow one; `nil` for never.
    public var hedge: HedgeSettings?
    /// How a hang is told from a slow answer.
    public var hang = HangSettings()
    /// When who failed is asked again.
    public var retry = RetrySettings()
    /// The model that savings are measured against.
    public var referenceModel: String?
    /// How many candidates one request may try.
    public var maxAttempts = 3
    /// After how long a silence the client of a stream is sent a ping; `nil` for never.
    public var keepAlive: Duration? = .seconds(15)
    /// How long an attempt may take, where a provider does not say otherwise.
    public var timeouts = Timeouts()

    /// The chain `production`, three attempts, no exploration.
    public init() {}
}

/// The share of traffic that goes to other than the best candidate.
public struct ExplorationSettings: Hashable, Sendable {
    /// The least probability of each arm, 0 to 0.5.
    public var floor = 0.05
    /// How many of the best candidates are arms.
    public var arms = 2

    /// Five percent over two arms.
    public init() {}
}

/// When a streamed request gets a second attempt beside one that is slow to begin its answer.
public struct HedgeSettings: Hashable, Sendable {
    /// How long nothing has come by then.
    public var after = Duration.seconds(1)
    /// The most requests that get one, as a share of all that asked a provider, 0 to 1.
    public var maxShare = 0.1

    /// After a second, a tenth of the requests.
    public init() {}
}

/// How a hang is told from a slow answer.
public struct HangSettings: Hashable, Sendable {
    /// An attempt waits for its first content for this long at least.
    public var least = Duration.seconds(5)
    /// How many times the model's usual time to it an attempt waits.
    public var multiple = 3

    /// Five seconds, three times.
    public init() {}
}

/// When who failed is asked again, where nobody else is left.
public struct RetrySettings: Hashable, Sendable {
    /// How many times in a request.
    public var times = 1
    /// The wait before the first one; each later one is twice as long.
    public var backoff = Duration.milliseconds(250)
    /// The longest wait: who asks for a longer one is not asked again.
    public var longest = Duration.seconds(5)

    /// Once, after a quarter of a second.
    public init() {}
}

/// Which providers may serve a request that leaves the choice open.
public enum ProviderMode: String, Hashable, Sendable, CaseIterable {
    /// Local providers before hosted ones.
    case localFirst = "local_first"
    /// Hosted providers only.
    case hosted
    /// Models that cost nothing only.
    case freeOnly = "free_only"
    /// All of them, by priority.
    case hybrid
}
