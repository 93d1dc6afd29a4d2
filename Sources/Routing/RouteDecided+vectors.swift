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
        let name = Self.name(ofModel: first.model)
        let others = candidates.filter { Self.name(ofModel: $0.model) != name }
        guard !others.isEmpty else { return }
        candidates.removeAll { Self.name(ofModel: $0.model) != name }
        excluded += others.map { other in
            RouteExclusion(provider: other.provider, model: other.model, reason: .otherVectors)
        }
    }

    /// Ollama's `NAME:latest` is the same model as `NAME`.
    private static func name(ofModel name: String) -> Substring {
        let tag = ":latest"
        return name.hasSuffix(tag) ? name.dropLast(tag.count) : name[...]
    }
}

extension ExclusionReason {
    /// Whether the candidate may answer the next request of its kind, once something has passed.
    fileprivate var isForNow: Bool {
        switch self {
        case .keyRejected, .modelMissing, .rateLimited, .breakerOpen, .breakerProbing,
            .modelBreakerOpen, .modelBreakerProbing, .quotaExhausted, .budgetExceeded,
            .notDowngraded, .busy:
            true
        default: false
        }
    }
}
