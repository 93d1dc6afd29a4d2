/// The pool that a request is admitted by: usually one per configured provider.
///
/// Requests whose pools have the same name share one; the limits of the latest request apply.
public struct UpstreamPool: Sendable, Hashable {
    /// The name, which statistics and errors show.
    public var name: String
    /// Exchanges that may run at once, at least 1.
    ///
    /// Each has a connection to itself while it runs, so this bounds the connections in use as well;
    /// with ``UpstreamOptions/sharesConnections`` it bounds streams.
    public var maximumConnections: Int
    /// Exchanges that may wait for their turn; one more fails with
    /// ``UpstreamError/poolExhausted(pool:limit:queued:)``.
    public var maximumQueued: Int

    /// Creates a pool description.
    ///
    /// - Precondition: `maximumConnections` is at least 1 and `maximumQueued` at least 0.
    public init(name: String, maximumConnections: Int, maximumQueued: Int = 1024) {
        precondition(maximumConnections >= 1, "a pool needs at least one connection")
        precondition(maximumQueued >= 0, "a queue can't be shorter than empty")
        self.name = name
        self.maximumConnections = maximumConnections
        self.maximumQueued = maximumQueued
    }

    /// A pool for a provider on this machine: 10 connections, since it computes on one GPU anyway.
    public static func local(_ name: String) -> UpstreamPool {
        UpstreamPool(name: name, maximumConnections: 10)
    }

    /// A pool for a hosted provider: 512 connections.
    public static func hosted(_ name: String) -> UpstreamPool {
        UpstreamPool(name: name, maximumConnections: 512)
    }
}
