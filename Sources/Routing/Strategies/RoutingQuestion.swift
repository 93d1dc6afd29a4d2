public import Events
public import RouterState

/// What a strategy is asked: a request, and the candidates that pass every hard constraint; a budget that
/// refuses looks at the ranked ones, so that the one it has no room for is ranked with the others.
public struct RoutingQuestion: Sendable {
    /// The request, as recorded.
    public let received: RequestReceived
    /// Its kind of work and its complexity.
    public let classification: Classification
    /// What every candidate fulfils.
    public let requirements: RouteRequirements
    /// The candidates in the order in which they were offered, with what is predicted of each; there
    /// is at least one.
    public let candidates: [RouteCandidate]
    /// What was looked up of each of them, in their order.
    let facts: [CandidateFacts]
    /// The fold of every event before the decision.
    public let state: RouterState
    /// The time of the decision.
    public let now: Timestamp
    /// What the model's name asks for.
    let target: RouteTarget

    /// What is known of a candidate's model; `nil` when nothing is.
    public func card(_ candidate: RouteCandidate) -> ModelPolicy? {
        state.policy.card(candidate.reference)
    }

    /// How a candidate's model has been doing; `nil` when it was never asked.
    public func record(_ candidate: RouteCandidate) -> ModelRecord? {
        state.statistics.of(candidate.reference)
    }

    /// Whether a candidate's provider runs on this machine.
    public func isLocal(_ candidate: RouteCandidate) -> Bool {
        state.policy.providerInForce(candidate.provider)?.policy.isLocal == true
    }

    /// The same score for all: the order in which they were offered.
    var orderOfOffer: [Score?] {
        [Score?](repeating: Score([]), count: candidates.count)
    }
}

extension RouteCandidate {
    var reference: ModelReference { ModelReference(provider: provider, model: model) }
}
