import Events
import RouterState

extension RouteDecided {
    /// Leaves the candidates that give the vectors of the first model that embeds at all.
    ///
    /// Two models' vectors lie in different spaces: an index that holds both finds nonsense, and nobody
    /// is told. So embeddings go to another provider of the same model, or fail, also while the first
    /// model is out for a time.
    mutating func keepToOneModel(_ proposals: [RouteProposal]) {
        let first = proposals.lazy.compactMap(\.reference).first { reference in
            candidates.contains { $0.reference == reference }
                || excluded.contains {
                    $0.provider == reference.provider && $0.model == reference.model
                        && $0.reason.isForNow
                }
        }
        guard let first else { return }
        let name = first.model.withoutLatestTag ?? first.model
        candidates.removeAll { other in
            guard (other.model.withoutLatestTag ?? other.model) != name else { return false }
            excluded.append(
                RouteExclusion(provider: other.provider, model: other.model, reason: .otherVectors)
            )
            return true
        }
    }
}

extension ExclusionReason {
    /// Whether the candidate may answer the next request of its kind, once something has passed.
    fileprivate var isForNow: Bool {
        switch self {
        case .keyRejected, .modelMissing, .rateLimited, .breakerOpen, .breakerProbing,
            .modelBreakerOpen, .modelBreakerProbing, .quotaExhausted, .budgetExceeded,
            .notDowngraded:
            true
        default: false
        }
    }
}
