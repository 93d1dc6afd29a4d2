import Events
import RouterState

/// What was looked up of a candidate, for the strategies to use again.
struct CandidateFacts: Sendable {
    /// What is known of its model.
    var card: ModelPolicy?
    /// How its model has been doing.
    var record: ModelRecord?
}

/// What sifting leaves beside the candidates.
struct Sifted {
    /// Of each candidate, in their order.
    var facts: [CandidateFacts] = []
    /// The candidates that only a budget which refuses has no room for, each with that exclusion.
    ///
    /// They are ranked like the others: one that comes first is refused, and nobody takes its place
    /// (`RouteDecided.exclude`).
    var refused: [ModelReference: RouteExclusion] = [:]
}

extension RouteDecided {
    /// Sorts what is proposed into candidates and those that break a hard constraint, each once.
    ///
    /// The candidates that only a budget which refuses has no room for are among them.
    ///
    /// - Returns: what was looked up of the candidates, and which ones a budget refuses.
    mutating func sift(
        _ proposals: [RouteProposal],
        _ received: RequestReceived,
        state: RouterState,
        now: Timestamp
    ) -> Sifted {
        let bounds = RequestBounds(self)
        let budgets = state.budgetUses(charges: charges, at: now)
        let isRefusing = state.policy.policy.budgets?.onLimit == .refuse
        var sifted = Sifted()
        var seen = Set<ModelReference>(minimumCapacity: proposals.count)
        candidates.reserveCapacity(proposals.count)
        sifted.facts.reserveCapacity(proposals.count)
        for proposal in proposals {
            guard case .model(let reference, let provider) = proposal.offer else {
                if let exclusion = proposal.exclusion { excluded.append(exclusion) }
                continue
            }
            guard seen.insert(reference).inserted else { continue }
            let constraint = Constraint(
                reference,
                of: provider,
                freeOnly: proposal.isFreeOnly,
                requirements: requirements,
                state: state
            )
            let limits = LimitConstraint(
                reference: reference,
                provider: provider,
                bounds: bounds,
                budgets: budgets
            )
            if let exclusion = constraint.violation(received, state: state, now: now)
                ?? limits.violation(state: state, now: now)
            {
                guard isRefusing, exclusion.reason == .budgetExceeded else {
                    excluded.append(exclusion)
                    continue
                }
                sifted.refused[reference] = exclusion
            }
            let facts = CandidateFacts(
                card: constraint.card,
                record: state.statistics.of(reference)
            )
            var next = candidate(constraint, facts, proposal)
            next.overBudget = limits.overrun(state: state)
            candidates.append(next)
            sifted.facts.append(facts)
        }
        return sifted
    }

    /// A model that may answer, with what is predicted of it.
    private func candidate(
        _ constraint: Constraint,
        _ facts: CandidateFacts,
        _ proposal: RouteProposal
    ) -> RouteCandidate {
        var candidate = RouteCandidate()
        candidate.provider = constraint.reference.provider
        candidate.model = constraint.reference.model
        candidate.family = constraint.provider.policy.family
        candidate.chainEntry = proposal.entry
        candidate.isFreeOnly = proposal.isFreeOnly
        candidate.priority = constraint.provider.policy.priority
        candidate.predictedCost = requirements.cost(at: constraint.prices)
        candidate.predictedMicroseconds = facts.record?.duration(percent: 50)
        candidate.predictedQuality = QualityStrategy.prediction(
            facts.record,
            facts.card,
            task: classification.task
        )
        if let limit = requirements.maxLatencyMicroseconds,
            let expected = candidate.predictedMicroseconds
        {
            candidate.isLate = expected > limit
        }
        return candidate
    }
}
