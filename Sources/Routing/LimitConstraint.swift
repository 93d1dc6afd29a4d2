import Events
import RouterState

/// Whether quotas and budgets have room for a request at one candidate.
struct LimitConstraint {
    let reference: ModelReference
    let provider: ProviderInForce
    let bounds: RequestBounds
    /// The budgets that count the request; empty without any.
    let budgets: [BudgetUse]

    /// The first limit that has no room; `nil` when the request fits.
    func violation(state: RouterState, now: Timestamp) -> RouteExclusion? {
        // Most providers have no quota and most gateways no budget: neither costs anything then.
        guard provider.policy.isLimited || !state.quotas.isEmpty || !budgets.isEmpty else {
            return nil
        }
        let reservation = reservation(state)
        if let quota = shortage(reservation, state: state, now: now) {
            return exclusion(.quotaExhausted, until: quota.until, quota.shortage)
        }
        guard !budgets.isEmpty, !reservation.isFree,
            let policy = state.policy.policy.budgets
        else { return nil }
        guard let cost = reservation.cost else {
            return policy.allowsUnpriced ? nil : exclusion(.unpriced)
        }
        guard policy.onLimit != .warn, let full = budgets.first(where: { !$0.fits(cost) }) else {
            return nil
        }
        return exclusion(.budgetExceeded, until: full.end, LimitShortage(full, needed: cost))
    }

    /// The quota that has no room, where no lane that is free has any; that of the first one.
    private func shortage(
        _ reservation: Reservation,
        state: RouterState,
        now: Timestamp
    ) -> (shortage: LimitShortage, until: Timestamp?)? {
        let policy = provider.policy
        let tokens = reservation.quotaTokens ?? 0
        var first: (shortage: LimitShortage, until: Timestamp?)?
        for key in policy.keys {
            if policy.hasLanes,
                state.holds.keyRejected(reference.provider, key: key, at: now) != nil
                    || state.holds.rateLimited(reference, key: key, at: now) != nil
            {
                continue
            }
            let shortage = state.quotas.shortage(
                at: reference.model,
                of: policy,
                key: key,
                tokens: tokens,
                now: now
            )
            guard let shortage else { return nil }
            first = first ?? shortage
        }
        return first
    }

    /// The budget that the request passes at this candidate though it only warns; `nil` when it fits.
    func overrun(state: RouterState) -> String? {
        guard !budgets.isEmpty, state.policy.policy.budgets?.onLimit == .warn else { return nil }
        let reservation = reservation(state)
        guard let cost = reservation.cost, cost > .zero else { return nil }
        return budgets.first { !$0.fits(cost) }?.name
    }

    private func reservation(_ state: RouterState) -> Reservation {
        Reservation(of: bounds, at: reference, provider.policy, state: state)
    }

    private func exclusion(
        _ reason: ExclusionReason,
        until: Timestamp? = nil,
        _ shortage: LimitShortage? = nil
    ) -> RouteExclusion {
        var exclusion = RouteExclusion(
            provider: reference.provider,
            model: reference.model,
            reason: reason,
            until: until
        )
        exclusion.shortage = shortage
        return exclusion
    }
}

extension LimitShortage {
    fileprivate init(_ use: BudgetUse, needed: Nanodollars) {
        self.init()
        name = use.name
        limit = use.limit.count
        used = use.spent.count.addingClamped(use.assumed.count)
        reserved = use.reserved.count
        self.needed = needed.count
        isMoney = true
    }
}

extension RouteDecided {
    /// Takes the candidates that a budget which refuses has no room for out of the ranked ones, and
    /// with the first of all every other.
    ///
    /// `refuse` means that nobody silently gets a lesser model; `downgrade` is for that.
    mutating func exclude(_ refused: [ModelReference: RouteExclusion]) {
        guard let first = candidates.first, !refused.isEmpty else { return }
        let isRefusing = refused[first.reference] != nil
        let ranked = candidates
        candidates = []
        for candidate in ranked {
            if let exclusion = refused[candidate.reference] {
                excluded.append(exclusion)
            } else if isRefusing {
                excluded.append(
                    RouteExclusion(
                        provider: candidate.provider,
                        model: candidate.model,
                        reason: .notDowngraded
                    )
                )
            } else {
                candidates.append(candidate)
            }
        }
    }

    /// Puts the candidates whose providers have as many attempts under way as they may after the
    /// others, each in the order there was; asked all the same, a request waits in the pool's queue.
    mutating func preferIdle(state: RouterState) {
        var busy = 0
        for index in candidates.indices {
            let name = candidates[index].provider
            guard let most = state.policy.providerInForce(name)?.policy.maxConcurrent,
                state.inFlight.attempts(at: name) >= most
            else { continue }
            candidates[index].isBusy = true
            busy += 1
        }
        guard busy > 0, busy < candidates.count else { return }
        candidates = candidates.filter { !$0.isBusy } + candidates.filter(\.isBusy)
    }
}

extension RouteRefusal {
    /// The refusal for limits, where they are what keeps the request from everybody who could answer.
    init?(limits excluded: [RouteExclusion]) {
        let present = excluded.filter { !$0.reason.isAbsence }
        if present.contains(where: { $0.reason == .notDowngraded }) {
            self = .budgetExceeded
            return
        }
        let budget: Set<ExclusionReason> = [.budgetExceeded, .unpriced]
        let rates: Set<ExclusionReason> = [.quotaExhausted, .rateLimited]
        guard !present.isEmpty,
            present.allSatisfy({ budget.contains($0.reason) || rates.contains($0.reason) })
        else { return nil }
        if present.contains(where: { budget.contains($0.reason) }) {
            self = .budgetExceeded
        } else if present.contains(where: { $0.reason == .quotaExhausted }) {
            self = .quotaExhausted
        } else {
            return nil
        }
    }
}
