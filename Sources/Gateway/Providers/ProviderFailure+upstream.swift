import Events
import Providers
import Upstream

extension ProviderFailure {
    /// The failure that a transport error stands for.
    init(_ error: UpstreamError) {
        let kind: FailureKind =
            switch error {
            case .poolExhausted: .poolExhausted
            case .resolveFailed, .connectionRefused, .connectionFailed, .tls: .connectionFailed
            case .connectTimeout: .connectTimeout
            case .firstTokenTimeout: .firstTokenTimeout
            case .idleTimeout: .idleTimeout
            case .totalTimeout: .totalTimeout
            case .cut(_, let bytes): bytes == 0 ? .connectionFailed : .cut
            case .protocolViolation, .headerTooLarge, .tooManyHeaders, .bodyTooLarge:
                .invalidResponse
            case .cancelled: .clientGone
            case .shutDown: .interrupted
            case .badRequest, .badURL, .system: .connectionFailed
            }
        self.init(kind, "\(error)")
    }
}
