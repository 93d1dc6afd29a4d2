/// Where and how the gateway listens.
public struct ServerSettings: Hashable, Sendable {
    /// The address to bind.
    public var host = "127.0.0.1"
    /// The port to bind; 0 lets the system choose.
    public var port = 8080
    /// The largest request body in bytes.
    public var maxBodyBytes = 32 * 1_024 * 1_024
    /// The bytes that the bodies of all requests under way may take together.
    public var maxBodiesBytes = Self.defaultMemory
    /// The bytes that all answers under way may take together.
    public var maxAnswersBytes = Self.defaultMemory
    /// How many clients may be connected; `nil` is what the system's limit of open files allows, 4,096
    /// at most.
    public var maxConnections: Int?
    /// How long a stopping server waits for requests in flight.
    public var shutdownGrace = Duration.milliseconds(10_000)

    /// The names that the gateway may be asked by, besides addresses and names that no website can have
    /// (`HostPattern.unregistrable`).
    public var hosts: [HostPattern] = []
    /// The websites whose pages may use the gateway, besides those of this machine.
    public var origins: [OriginPattern] = []

    /// What bodies, and answers, may take by default: five of the largest bodies at once, or hundreds of
    /// an agent's, and both together fit a small machine.
    public static let defaultMemory = 512 * 1_024 * 1_024

    /// Loopback, port 8080, bodies of 32 MiB, ten seconds of grace.
    public init() {}

    /// Whether only this machine can connect.
    public var isLoopback: Bool { Loopback.contains(host: host) }
}
