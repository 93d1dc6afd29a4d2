public import Events

/// How candidates are chosen and how long they are tried.
public struct RoutingSettings: Hashable, Sendable {
    /// The chain that requests for `auto` follow.
    public var chain = Settings.defaultChain
    /// The strategies in their order, by name; empty means the built-in order.
    public var strategies: [String] = []
    /// How much traffic explores; `nil` is none.
    public var exploration: ExplorationPolicy?
    /// For how long a conversation stays with who answered it; `nil` for not at all.
    public var affinity: Duration? = .seconds(3_600)
    /// When a second attempt is made beside a slow one; `nil` for never.
    public var hedge: HedgePolicy?
    /// How a hang is told from a slow answer.
    public var hang = HangPolicy()
    /// When who failed is asked again; no time at all is never.
    public var retry = RetryPolicy.default
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
