import Events

/// Whether a request found nobody because nobody has its model: such a request fails the same way
/// however often it is sent, so it must not get a status that clients try again.
///
/// It goes by what is recorded, and no decision by it: who said that he has no such model is held for
/// an hour, so the first request learns it from attempts and those that follow from exclusions.
struct ModelAbsence {
    /// Whether the client named the model, and no chain did.
    let isExplicit: Bool
    private let attempts: [AttemptFinished]
    private let excluded: [RouteExclusion]

    /// Of a request that nobody was asked for.
    init(_ decision: RouteDecided) {
        isExplicit = decision.chain.isEmpty
        attempts = []
        excluded = decision.excluded
    }

    /// Of a request whose attempts have failed.
    init(_ running: RunningRequest) {
        isExplicit = running.decision.chain.isEmpty
        attempts = running.finished
        excluded = running.decision.excluded + running.skipped
    }

    /// Whether everybody who could have the model said that it is not there, and all others don't
    /// list it.
    var isCertain: Bool {
        attempts.allSatisfy { $0.failure?.fault == .model }
            && excluded.allSatisfy { $0.reason.isAbsence || $0.reason.isMissing }
            && (!attempts.isEmpty || excluded.contains(where: \.reason.isMissing))
    }

    /// Whether somebody has the model, but no endpoint for what is asked of it.
    var isOfEndpoint: Bool {
        attempts.contains { $0.failure == .endpointMissing }
            || excluded.contains { $0.reason == .endpointMissing }
    }

    /// Whether the client named a model that no provider lists but, perhaps, those that were asked.
    var isUnlistedElsewhere: Bool {
        isExplicit && !excluded.isEmpty && excluded.allSatisfy { $0.reason == .modelNotListed }
    }
}

extension ExclusionReason {
    /// Whether the provider said that the model, or an endpoint for it, is not there.
    fileprivate var isMissing: Bool { self == .modelMissing || self == .endpointMissing }
}
