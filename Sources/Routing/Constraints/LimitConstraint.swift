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
    func violation(in context: RoutingContext) -> RouteExclusion? {
        // Most providers have no quota and most gateways no budget: neither costs anything then.
        guard provider.policy.isLimited || !context.state.quotas.isEmpty || !budgets.isEmpty
        else { return nil }
        let reservation = reservation(in: context)
        if let quota = shortage(reservation, in: context) {
            return exclusion(.quotaExhausted, until: quota.until, quota.shortage)
        }
        guard !budgets.isEmpty, !reservation.isFree,
            let policy = context.policy.policy.budgets
        else { return nil }
        guard let cost = reservation.cost else {
            guard !policy.allowsUnpriced else { return nil }
            var unpriced = exclusion(.unpriced)
            unpriced.fields = bounds.surcharges(at: provider.policy) ?? []
            return unpriced
        }
        guard policy.onLimit != .warn, let full = budgets.first(where: { !$0.fits(cost) }) else {
            return nil
        }
        return exclusion(.budgetExceeded, until: full.end, LimitShortage(full, needed: cost))
    }

    /// The quota that has no room, where no lane that is free has any; that of the first one.
    private func shortage(
        _ reservation: Reservation,
        in context: RoutingContext
    ) -> (shortage: LimitShortage, until: Timestamp?)? {
        let policy = provider.policy
        let tokens = reservation.quotaTokens ?? 0
        var first: (shortage: LimitShortage, until: Timestamp?)?
        for key in policy.keys {
            if policy.hasLanes, context.isHeld(reference, key: key) { continue }
            let shortage = context.state.quotas.shortage(
                at: reference.model,
                of: policy,
                key: key,
                tokens: tokens,
                now: context.now
            )
            guard let shortage else { return nil }
            first = first ?? shortage
        }
        return first
    }

    /// The budget that the request passes at this candidate though it only warns; `nil` when it fits.
    func overrun(in context: RoutingContext) -> String? {
        guard !budgets.isEmpty, context.policy.policy.budgets?.onLimit == .warn else {
            return nil
        }
        let reservation = reservation(in: context)
        guard let cost = reservation.cost, cost > .zero else { return nil }
        return budgets.first { !$0.fits(cost) }?.name
    }

    private func reservation(in context: RoutingContext) -> Reservation {
        Reservation(of: bounds, at: reference, provider.policy, in: context)
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
