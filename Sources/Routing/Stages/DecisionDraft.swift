import Events
import RouterState

/// A decision while it is made: the result of the stages so far.
///
/// The event is built from it once, at the end.
struct DecisionDraft {
    /// The request, classified.
    let request: ClassifiedRequest
    /// What was proposed for it.
    let proposals: Proposals
    /// What was looked up of each candidate, in the order in which they were proposed.
    let facts: [CandidateFacts]
    /// The candidates that only a budget which refuses has no room for, each with that exclusion.
    let overBudget: [ModelReference: RouteExclusion]
    /// The candidates: as proposed, after `rank` best first.
    var candidates: [RouteCandidate]
    /// What may not answer, each with its reason, in the order in which it was looked at.
    var excluded: [RouteExclusion]
    /// The strategy that ranked the candidates.
    var strategy: RoutingStrategy
    /// What the strategies said, in the order in which they were asked.
    var verdicts: [StrategyVerdict] = []
    /// The request's conversation; `nil` where conversations are not kept together.
    var affinity: RouteAffinity?
    /// The index of the candidate that was drawn; `nil` without candidates.
    var chosen: Int?
    /// The least probability of an explored candidate, in millionths; 0 without exploration.
    var floor = 0

    /// A draft of which nothing is ranked yet.
    init(
        of request: ClassifiedRequest,
        among proposals: Proposals,
        _ filtered: FilteredCandidates
    ) {
        self.request = request
        self.proposals = proposals
        facts = filtered.facts
        overBudget = filtered.overBudget
        candidates = filtered.candidates
        excluded = filtered.excluded
        strategy = proposals.target.isExplicit ? .explicit : .chain
    }

    /// When the request's whole time is used up: the first candidate has the time on top that it may take
    /// to read the prompt.
    fileprivate func deadline(in context: RoutingContext) -> Timestamp {
        let whole = context.policy.policy.totalMicroseconds
        let deadline = context.now.advanced(byMicroseconds: whole)
        guard let first = candidates.first,
            let policy = context.policy.providerInForce(first.provider)?.policy.firstToken
        else { return deadline }
        let reading = policy.readingMicroseconds(of: proposals.requirements.inputTokens)
        return reading > 0 ? deadline.advanced(byMicroseconds: reading) : deadline
    }
}

extension RouteDecided {
    /// The event that a finished draft comes to.
    init(_ draft: DecisionDraft, seed: UInt64, in context: RoutingContext) {
        self.init()
        let received = draft.request.received
        let bounds = draft.request.bounds
        request = received.request
        statePosition = context.state.position
        deciderVersion = Routing.deciderVersion
        policy = context.policy.fingerprint
        policyPosition = context.policy.position
        pricesPosition = context.state.prices.position
        strategy = draft.strategy
        chain = draft.proposals.target.chainName
        alias = context.policy.alias(of: received.requestedModel)
        candidates = draft.candidates
        excluded = draft.excluded
        chosen = draft.chosen
        self.seed = seed
        floor = draft.floor
        maxAttempts = context.policy.policy.maxAttempts
        refusal =
            draft.candidates.isEmpty
            ? RouteRefusal(draft.excluded, of: draft.proposals.target, context.policy.policy) : nil
        deadline = draft.deadline(in: context)
        inputBound = bounds.input
        outputBound = bounds.output
        charges = draft.request.charges
        choices = received.choices
        classification = draft.request.classification
        requirements = draft.proposals.requirements
        verdicts = draft.verdicts
        affinity = draft.affinity
        reservesExpected = bounds.isExpected
        surcharges = bounds.surcharges
    }
}
