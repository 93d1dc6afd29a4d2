import Events
import RouterState

extension RouteDecided {
    /// Sorts what is proposed into candidates and those that break a hard constraint, each once.
    ///
    /// - Returns: the candidates that only a budget which refuses has no room for, each with that
    ///   exclusion. They are ranked like the others: one that comes first is refused, and nobody takes
    ///   its place (`exclude`).
    mutating func sift(
        _ proposals: [RouteProposal],
        _ received: RequestReceived,
        state: RouterState,
        now: Timestamp
    ) -> [ModelReference: RouteExclusion] {
        let bounds = RequestBounds(self)
        let budgets = state.budgetUses(charges: charges, at: now)
        let isRefusing = state.policy.policy.budgets?.onLimit == .refuse
        var refused: [ModelReference: RouteExclusion] = [:]
        var seen: Set<ModelReference> = []
        for proposal in proposals {
            guard case .model(let model, let provider) = proposal.offer else {
                if let exclusion = proposal.exclusion { excluded.append(exclusion) }
                continue
            }
            let reference = ModelReference(provider: provider.name, model: model)
            guard seen.insert(reference).inserted else { continue }
            let constraint = Constraint(
                reference,
                of: provider,
                freeOnly: proposal.isFreeOnly,
                requirements: requirements
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
                refused[reference] = exclusion
            }
            var next = candidate(reference, of: provider, proposal, state)
            next.overBudget = limits.overrun(state: state)
            candidates.append(next)
        }
        return refused
    }

    /// A model that may answer, with what is predicted of it.
    private func candidate(
        _ reference: ModelReference,
        of provider: ProviderPolicy,
        _ proposal: RouteProposal,
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
        candidate.predictedCost = requirements.cost(at: prices)
        let record = state.statistics.of(reference)
        candidate.predictedMicroseconds = record?.duration(percent: 50)
        candidate.predictedQuality = QualityStrategy.prediction(
            record,
            state.policy.card(reference),
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
