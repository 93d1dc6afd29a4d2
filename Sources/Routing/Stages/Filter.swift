import Events
import RouterState

/// The proposals, sorted into candidates and those that break a hard constraint, each once.
struct FilteredCandidates {
    /// The models that may answer, in the order in which they were proposed.
    fileprivate(set) var candidates: [RouteCandidate] = []
    /// What was looked up of each candidate, in their order.
    fileprivate(set) var facts: [CandidateFacts] = []
    /// The others, each with its reason.
    fileprivate(set) var excluded: [RouteExclusion] = []
    /// The candidates that only a budget which refuses has no room for, each with that exclusion.
    ///
    /// They are ranked like the others: one that comes first is refused, and no other takes its place
    /// (`applyBudgetRefusals`).
    fileprivate(set) var overBudget: [ModelReference: RouteExclusion] = [:]

    /// Nothing yet, with room for so many.
    fileprivate init(capacity: Int) {
        candidates.reserveCapacity(capacity)
        facts.reserveCapacity(capacity)
    }
}

/// What was looked up of a candidate, for the strategies to use again.
struct CandidateFacts: Sendable {
    /// What is known of its model.
    var card: ModelPolicy?
    /// How its model has been doing.
    var record: ModelRecord?
}

/// The third stage: sorts out what breaks a hard constraint.
///
/// A candidate that only a budget which refuses has
/// no room for stays until all are ranked.
func filter(
    _ proposals: Proposals,
    for request: ClassifiedRequest,
    in context: RoutingContext
) -> FilteredCandidates {
    let budgets = context.budgetUses(charges: request.charges)
    let isRefusing = context.policy.policy.budgets?.onLimit == .refuse
    var filtered = FilteredCandidates(capacity: proposals.list.count)
    var seen = Set<ModelReference>(minimumCapacity: proposals.list.count)
    for proposal in proposals.list {
        guard case .model(let reference, let provider) = proposal.offer else {
            if let exclusion = proposal.exclusion { filtered.excluded.append(exclusion) }
            continue
        }
        guard seen.insert(reference).inserted else { continue }
        let constraint = Constraint(
            reference,
            of: provider,
            freeOnly: proposal.isFreeOnly,
            requirements: proposals.requirements,
            in: context
        )
        let limits = LimitConstraint(
            reference: reference,
            provider: provider,
            bounds: request.bounds,
            budgets: budgets
        )
        if let exclusion = constraint.violation(by: request.received, in: context)
            ?? limits.violation(in: context)
        {
            guard isRefusing, exclusion.reason == .budgetExceeded else {
                filtered.excluded.append(exclusion)
                continue
            }
            filtered.overBudget[reference] = exclusion
        }
        let facts = CandidateFacts(
            card: constraint.card,
            record: context.state.statistics.of(reference)
        )
        var candidate = constraint.candidate(proposal, facts, request.classification.task)
        candidate.overBudget = limits.overrun(in: context)
        filtered.candidates.append(candidate)
        filtered.facts.append(facts)
    }
    return filtered
}

extension Constraint {
    /// The model as one that may answer, with what is predicted of it.
    fileprivate func candidate(
        _ proposal: RouteProposal,
        _ facts: CandidateFacts,
        _ task: TaskType?
    ) -> RouteCandidate {
        var candidate = RouteCandidate()
        candidate.provider = reference.provider
        candidate.model = reference.model
        candidate.family = provider.policy.family
        candidate.chainEntry = proposal.entry
        candidate.isFreeOnly = proposal.isFreeOnly
        candidate.priority = provider.policy.priority
        candidate.predictedCost = requirements.cost(at: prices)
        candidate.predictedMicroseconds = facts.record?.duration(percent: 50)
        candidate.predictedQuality = QualityStrategy.prediction(
            facts.record,
            facts.card,
            task: task
        )
        if let limit = requirements.maxLatencyMicroseconds,
            let expected = candidate.predictedMicroseconds
        {
            candidate.isLate = expected > limit
        }
        return candidate
    }
}
