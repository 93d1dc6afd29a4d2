/// How long the phases of an attempt at a provider may take.
///
/// Most of them are the transfer's business; what routing decides by is in `FirstTokenPolicy`, where the
/// speed that depends on the provider is filled in.
public struct Timeouts: Hashable, Sendable {
    /// Until the connection stands, TLS included.
    public var connect = Duration.milliseconds(10_000)
    /// From the request sent to the answer's first content, at most.
    public var firstToken = Duration.milliseconds(60_000)
    /// The same of a model that thinks before it writes, or may have to be loaded first.
    public var slowFirstToken = Duration.milliseconds(120_000)
    /// How many tokens of a prompt a second a provider reads at least: a long prompt has that time on
    /// top of both; `nil` for what follows from where the provider is.
    public var prefillTokensPerSecond: Int?
    /// Between two pieces of an answer.
    public var idle = Duration.milliseconds(60_000)
    /// For the request with all its attempts, until an answer flows.
    public var total = Duration.milliseconds(600_000)

    /// The defaults: 10 s, 60 s, 120 s, 60 s and 10 min.
    public init() {}
}
