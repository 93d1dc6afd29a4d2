/// What holds for every exchange of a client.
public struct UpstreamOptions: Sendable {
    /// Idle connections kept for reuse over all pools; the oldest is closed when there are more.
    public var maximumIdleConnections: Int
    /// How long an idle connection may still be reused, in whole seconds.
    public var idleConnectionAge: Duration
    /// Bytes of a body that may wait for their reader before the transfer pauses.
    ///
    /// The bound is soft by what libcurl had already read, about 32 KiB.
    public var bufferedBodyLimit: Int
    /// Whether several exchanges may share one HTTP/2 connection.
    ///
    /// Sharing saves handshakes when a burst starts. But libcurl 7.88 goes on reading a shared
    /// connection while one of its streams is paused, and keeps up to 32 MiB for that stream (the
    /// window that it announced), so ``bufferedBodyLimit`` no longer bounds memory. Hence not by
    /// default: every exchange has a connection to itself while it runs, as with HTTP/1.1.
    public var sharesConnections: Bool
    /// A PEM file of certificate authorities to trust instead of the system's.
    public var trustedCertificatesFile: String?

    /// Creates options.
    ///
    /// - Precondition: The counts are at least 1.
    public init(
        maximumIdleConnections: Int = 1024,
        idleConnectionAge: Duration = .seconds(300),
        bufferedBodyLimit: Int = 256 * 1024,
        sharesConnections: Bool = false,
        trustedCertificatesFile: String? = nil
    ) {
        precondition(maximumIdleConnections >= 1 && bufferedBodyLimit >= 1)
        self.maximumIdleConnections = maximumIdleConnections
        self.idleConnectionAge = idleConnectionAge
        self.bufferedBodyLimit = bufferedBodyLimit
        self.sharesConnections = sharesConnections
        self.trustedCertificatesFile = trustedCertificatesFile
    }
}
