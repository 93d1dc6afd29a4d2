public import Events
public import RouterState

/// The version of the deciding code; a change of what it decides is a new version.
public let deciderVersion = 4

/// The output tokens that a cost prediction assumes when the client sets no limit.
let assumedOutputTokens = 256

/// Chooses a provider and model for a request; pure: equal arguments give an equal decision.
///
/// Every provider that was looked at is in the result: ranked among the candidates, or excluded with
/// its reason. Nothing is read but the arguments.
///
/// - Parameters:
///   - received: the request, as recorded.
///   - state: the fold of every event before the decision.
///   - now: the time of the decision, not before `state.time`.
///   - seed: the seed of the draw, recorded with the decision.
/// - Returns: the decision, complete but for its place in the log.
public func decide(
    _ received: RequestReceived,
    state: RouterState,
    now: Timestamp,
    seed: UInt64
) -> RouteDecided {
    if let expired = state.expired(at: now) {
        return decide(received, state: expired, now: now, seed: seed)
    }
    let policy = state.policy.policy
    var decision = RouteDecided()
    decision.request = received.request
    decision.statePosition = state.position
    decision.deciderVersion = deciderVersion
    decision.policy = state.policy.fingerprint
    decision.policyPosition = state.policy.position
    decision.pricesPosition = state.prices.position
    decision.seed = seed
    decision.maxAttempts = policy.maxAttempts
    decision.deadline = now.advanced(byMicroseconds: policy.totalMicroseconds)

    decision.bound(by: received, policy: policy)
    let bounds = RequestBounds(decision)
    let budgets = state.budgetUses(charges: decision.charges, at: now)

    let target = RouteTarget(received.requestedModel, state: state)
    decision.strategy = target.strategy
    decision.chain = target.chainName
    var proposals = target.proposals(state: state)
    if policy.mode == .localFirst {
        proposals = proposals.filter(\.isLocal) + proposals.filter { !$0.isLocal }
    }

    var seen: Set<ModelReference> = []
    var isRefusing = false
    for proposal in proposals {
        guard case .model(let model, let provider) = proposal.offer else {
            if let exclusion = proposal.exclusion { decision.excluded.append(exclusion) }
            continue
        }
        let reference = ModelReference(provider: provider.name, model: model)
        guard seen.insert(reference).inserted else { continue }
        let constraint = Constraint(reference, of: provider, freeOnly: proposal.isFreeOnly)
        let limits = LimitConstraint(
            reference: reference,
            provider: provider,
            bounds: bounds,
            budgets: budgets
        )
        if let exclusion = constraint.violation(received, state: state, now: now)
            ?? limits.violation(state: state, now: now)
        {
            let isFirst = exclusion.reason == .budgetExceeded && decision.candidates.isEmpty
            if isFirst, policy.budgets?.onLimit == .refuse { isRefusing = true }
            decision.excluded.append(exclusion)
        } else {
            var next = candidate(reference, of: provider, proposal, received, state)
            next.overBudget = limits.overrun(state: state)
            decision.candidates.append(next)
        }
    }
    if isRefusing { decision.refuseInPlaceOfOthers() }
    decision.preferIdle(state: state)

    if decision.candidates.isEmpty {
        decision.refusal =
            RouteRefusal(limits: decision.excluded)
            ?? target.refusal(excluded: decision.excluded, policy: policy)
    } else {
        decision.chosen = 0
        decision.candidates[0].probability = 1_000_000
    }
    return decision
}

private func candidate(
    _ reference: ModelReference,
    of provider: ProviderPolicy,
    _ proposal: RouteProposal,
    _ received: RequestReceived,
    _ state: RouterState
) -> RouteCandidate {
    var candidate = RouteCandidate()
    candidate.provider = reference.provider
    candidate.model = reference.model
    candidate.family = provider.family
    candidate.chainEntry = proposal.entry
    candidate.isFreeOnly = proposal.isFreeOnly
    candidate.priority = provider.priority
    let prices = state.prices.prices(provider: reference.provider, model: reference.model)
    candidate.predictedCost = prices.cost(
        of: TokenUsage(
            input: received.features.inputTokens,
            output: received.features.outputLimit ?? assumedOutputTokens
        )
    )
    return candidate
}
