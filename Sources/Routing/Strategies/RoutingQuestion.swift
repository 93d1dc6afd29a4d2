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
    /// The candidates in the order in which they were proposed, with what is predicted of each; there
    /// is at least one.
    public let candidates: [RouteCandidate]
    /// What was looked up of each of them, in their order.
    let facts: [CandidateFacts]
    /// What the model's name asks for.
    let target: RouteTarget
    private let context: RoutingContext

    init(_ draft: DecisionDraft, in context: RoutingContext) {
        received = draft.request.received
        classification = draft.request.classification
        requirements = draft.proposals.requirements
        candidates = draft.candidates
        facts = draft.facts
        target = draft.proposals.target
        self.context = context
    }

    /// The fold of every event before the decision; the policy that it has in force need not be the one to
    /// decide under (`policy`).
    public var state: RouterState { context.state }
    /// The policy to decide under.
    public var policy: PolicyInForce { context.policy }
    /// The time of the decision.
    public var now: Timestamp { context.now }

    /// What is known of a candidate's model; `nil` when nothing is.
    public func card(_ candidate: RouteCandidate) -> ModelPolicy? {
        context.policy.card(candidate.reference)
    }

    /// How a candidate's model has been doing; `nil` when it was never asked.
    public func record(_ candidate: RouteCandidate) -> ModelRecord? {
        context.state.statistics.of(candidate.reference)
    }

    /// Whether a candidate's provider runs on this machine.
    public func isLocal(_ candidate: RouteCandidate) -> Bool {
        context.isLocal(candidate.provider)
    }

    /// The same score for all: the order in which they were proposed.
    var proposalOrder: [Score?] {
        [Score?](repeating: Score([]), count: candidates.count)
    }
}
