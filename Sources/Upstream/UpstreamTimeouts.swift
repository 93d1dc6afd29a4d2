/// The limits in time of one exchange; `nil` is no limit.
public struct UpstreamTimeouts: Sendable, Hashable {
    /// From admission by the pool until the connection stands, name lookup and TLS included.
    ///
    /// `nil` leaves libcurl's own limit of 300 s.
    public var connect: Duration?
    /// From the start of sending the request on a ready connection to the first byte of the body.
    ///
    /// Headers don't stop this clock: a provider sends them long before a token.
    public var firstToken: Duration?
    /// Whether that clock goes on until the reader says that content has come.
    ///
    /// Comments and events that only say that the provider is there then don't stop it either.
    /// ``UpstreamExchange/contentBegan()`` says so.
    public var awaitsContent: Bool
    /// Between two pieces of the body; and how long the upstream may take nothing of the request's body
    /// while it has not all of it, seen by a quarter of that later at most.
    ///
    /// The clock stands while the reader holds the stream back.
    public var idle: Duration?
    /// Whether a server may leave a request unread while it answers another one of the pool.
    ///
    /// One of a single thread does. It then counts as taking nothing only where it has no other.
    public var readsOneByOne: Bool
    /// From ``UpstreamClient/start(_:)`` to the end of the body, the wait in the queue included; of one
    /// that awaits content only to that: an answer that flows may take as long as it is.
    public var total: Duration?

    /// Creates limits; the defaults suit a hosted provider.
    public init(
        connect: Duration? = .seconds(30),
        firstToken: Duration? = .seconds(120),
        awaitsContent: Bool = false,
        idle: Duration? = .seconds(60),
        readsOneByOne: Bool = false,
        total: Duration? = .seconds(600)
    ) {
        self.connect = connect
        self.firstToken = firstToken
        self.awaitsContent = awaitsContent
        self.idle = idle
        self.readsOneByOne = readsOneByOne
        self.total = total
    }
}
