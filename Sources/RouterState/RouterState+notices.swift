public import Events

extension RouterState {
    /// The warnings and alerts that are due after an event was applied: quotas at 80 and 90 per cent,
    /// budgets at their threshold; each once in its window or period.
    ///
    /// They are events as well, so that nobody is told twice, after a restart neither.
    public func notices(after body: EventBody, at now: Timestamp) -> [EventBody] {
        switch body {
        case .attemptStarted(let attempt):
            quotaWarnings(attempt.provider, attempt.model, attempt.key, at: now)
        case .attemptFinished(let attempt):
            quotaWarnings(attempt.provider, attempt.model, attempt.key, at: now)
                + budgetAlerts(at: now)
        case .quotaTick(let tick): quotaWarnings(tick.provider, tick.model, tick.key, at: now)
        default: []
        }
    }

    private func quotaWarnings(
        _ provider: String,
        _ model: String,
        _ key: Int,
        at now: Timestamp
    ) -> [EventBody] {
        guard !quotas.isEmpty, let provider = policy.provider(provider) else { return [] }
        return quotas.warnings(for: model, of: provider, key: key, at: now)
            .map(EventBody.quotaWarned)
    }

    private func budgetAlerts(at now: Timestamp) -> [EventBody] {
        guard let threshold = policy.policy.budgets?.alertThreshold, threshold > 0 else {
            return []
        }
        return budgetUses(at: now).compactMap { use in
            var spent = use.spent
            spent.addClamped(use.assumed)
            guard !use.wasAlerted, use.limit > .zero,
                Int128(spent.count) * 1_000_000 >= Int128(use.limit.count) * Int128(threshold)
            else { return nil }
            var alert = BudgetAlerted()
            alert.budget = use.name
            alert.periodStart = use.start
            alert.spent = spent
            alert.reserved = use.reserved
            alert.limit = use.limit
            alert.threshold = threshold
            return .budgetAlerted(alert)
        }
    }
}
