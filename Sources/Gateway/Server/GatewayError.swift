/// Why the gateway can't start.
public enum GatewayError: Error, Sendable {
    /// Something listens on the port already.
    case portInUse(host: String, port: Int)
    /// The address can't be bound for another reason.
    case cannotListen(host: String, port: Int, reason: String)
    /// A part of the gateway ended by itself.
    case serviceEnded(kind: String)
    /// The address is reachable from other machines, which nothing protects yet.
    case publicAddress(host: String)
    /// `routing.strategies` names one that this build does not have.
    case unknownStrategy(name: String, known: [String])
}

extension GatewayError: CustomStringConvertible {
    /// What happened and what to do.
    public var description: String {
        switch self {
        case .portInUse(let host, let port):
            "\(host):\(port) is in use by another process; stop it, or choose another port with "
                + "--port (0 takes a free one)"
        case .cannotListen(let host, let port, let reason):
            "can't listen on \(host):\(port): \(reason)"
        case .serviceEnded(let kind):
            "a part of the gateway ended by itself (\(kind)); start it again"
        case .unknownStrategy(let name, let known):
            "routing.strategies names '\(name)', and there is no such strategy; there are "
                + known.joined(separator: ", ")
        case .publicAddress(let host):
            "\(host) can be reached from other machines, and this version has no client keys yet; "
                + "use 127.0.0.1"
        }
    }
}
