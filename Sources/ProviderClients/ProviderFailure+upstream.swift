import Events
public import Platform
public import Providers
public import Upstream

extension ProviderFailure {
    /// The failure that a transport error stands for.
    public init(_ error: UpstreamError) {
        let kind: FailureKind =
            switch error {
            case .poolExhausted: .poolExhausted
            case .resolveFailed, .connectionRefused, .connectionFailed, .tls: .connectionFailed
            case .connectTimeout: .connectTimeout
            case .firstTokenTimeout: .firstTokenTimeout
            case .idleTimeout, .uploadTimeout: .idleTimeout
            case .totalTimeout: .totalTimeout
            case .cut(_, let bytes): bytes == 0 ? .connectionFailed : .cut
            case .protocolViolation, .headerTooLarge, .tooManyHeaders, .bodyTooLarge:
                .invalidResponse
            case .cancelled: .clientGone
            case .shutDown: .interrupted
            case .badRequest, .badURL: .connectionFailed
            case .system, .noLocalPort: .ownShortage
            }
        let code: String? = if case .noLocalPort = error { Self.noLocalPort } else { nil }
        self.init(kind, "\(error)", code: code)
    }

    /// The word for a lack that is of one address alone.
    private static let noLocalPort = "no_local_port"

    /// What this machine lacks, where that is the failure.
    public var shortage: Shortages.Kind? {
        guard kind == .ownShortage else { return nil }
        return code == Self.noLocalPort ? .ports : .system
    }
}
