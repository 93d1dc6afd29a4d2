import Events
import RouterState

/// What the last probe says of a provider, unless an answer since then says more.
///
/// A probe asks for the list of models, and some servers have none while they answer chats: only one
/// that got no answer at all speaks against the provider.
enum ProbeFinding: Hashable {
    /// It got the list, or there was none, or Logway itself was at fault, or an answer came since.
    case nothingWrong
    /// Nobody answered.
    case silent
    /// The provider does not take the key.
    case keyRejected
    /// The provider answered with something else than a list, in these words.
    case noList(String)
}

extension ProviderHealth {
    /// What the last probe says of the provider.
    var probeFinding: ProbeFinding {
        guard answeredLastProbe == false, let lastProbe else { return .nothingWrong }
        if let lastSuccess, lastSuccess >= lastProbe { return .nothingWrong }
        // With ten failures since then the probe's is forgotten, and they tell the same.
        let own = recentFailures.last { $0.model == nil && $0.time == lastProbe }
        guard let failure = own ?? recentFailures.last else { return .silent }
        switch failure.kind {
        case .connectionFailed, .connectTimeout, .firstTokenTimeout, .idleTimeout, .totalTimeout,
            .cut:
            return .silent
        case .keyRejected: return .keyRejected
        case .clientGone, .poolExhausted, .interrupted, .deadlinePassed, .hedgeLost,
            .budgetExhausted, .translationRejected, .malformedOutput, .ownShortage, .outputOverrun:
            return .nothingWrong
        case .invalidRequest, .contextTooLong, .modelMissing, .endpointMissing, .rateLimited,
            .overloaded, .serverError, .invalidResponse:
            return .noList(failure.message ?? failure.kind.name)
        }
    }
}
