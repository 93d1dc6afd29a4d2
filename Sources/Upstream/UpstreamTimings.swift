/// Where the time of one exchange went, in microseconds since the pool admitted it.
///
/// The points of time are libcurl's (curl_easy_getinfo(3), "TIMES"); a phase that did not happen,
/// such as TLS over plain HTTP or a lookup on a reused connection, stands at 0.
public struct UpstreamTimings: Sendable, Hashable {
    /// How long the exchange waited for its turn in the pool, before the other times start.
    public var queued: Int64 = 0
    /// When the name was looked up.
    public var nameLookup: Int64 = 0
    /// When TCP was connected.
    public var connect: Int64 = 0
    /// When the TLS handshake was done.
    public var tls: Int64 = 0
    /// When the first byte of the response (of its head, not its body) arrived.
    public var firstByte: Int64 = 0
    /// When the exchange ended.
    public var total: Int64 = 0
    /// Whether a connection of an earlier exchange carried this one.
    public var reusedConnection = false
    /// The port of the peer, 0 if there was no connection.
    public var remotePort = 0
}
