import Events
import RouterState

/// Leaves, of candidates for embeddings, those of the first proposed model that embeds at all.
///
/// Two models' vectors lie in different spaces: an index that holds both finds nonsense, and nothing says
/// so. So embeddings go to another provider of the same model, or fail, also while the first model is out
/// for a time.
func restrictToOneEmbeddingModel(_ draft: inout DecisionDraft) {
    guard draft.request.received.operation == .embeddings else { return }
    let first = draft.proposals.list.lazy.compactMap(\.reference).first { reference in
        draft.candidates.contains { $0.reference == reference }
            || draft.excluded.contains {
                $0.provider == reference.provider && $0.model == reference.model
                    && $0.reason.isTemporary
            }
    }
    guard let first else { return }
    let name = first.model.withoutLatestTag ?? first.model
    let ranked = draft.candidates
    draft.candidates = []
    for candidate in ranked {
        if (candidate.model.withoutLatestTag ?? candidate.model) == name {
            draft.candidates.append(candidate)
        } else {
            draft.excluded.append(candidate.exclusion(.otherVectors))
        }
    }
}

extension ExclusionReason {
    /// Whether the candidate may answer the next request of its kind, once something has passed.
    fileprivate var isTemporary: Bool {
        switch self {
        case .keyRejected, .modelMissing, .rateLimited, .breakerOpen, .breakerProbing,
            .modelBreakerOpen, .modelBreakerProbing, .quotaExhausted, .budgetExceeded,
            .notDowngraded:
            true
        default: false
        }
    }
}
