public import Events

/// One budget at an instant: how much of it is spent, held and left.
public struct BudgetUse: Hashable, Sendable {
    /// Which: `daily`, `monthly`, or a scope such as `task:documentation`.
    public var name: String
    /// How much may be spent.
    public var limit: Nanodollars
    /// The known costs of the period.
    public var spent: Nanodollars
    /// What is assumed for attempts whose cost is unknown: the bounds that they had reserved.
    public var assumed: Nanodollars
    /// What running attempts may cost at most.
    public var reserved: Nanodollars
    /// When the period began.
    public var start: Timestamp
    /// When it ends, exclusive.
    public var end: Timestamp
    /// Whether its alert was raised in this period.
    public var wasAlerted: Bool

    /// Everything that counts against the limit.
    public var taken: Nanodollars {
        var sum = spent
        sum.addClamped(assumed)
        sum.addClamped(reserved)
        return sum
    }

    /// What is left, not less than nothing.
    public var remaining: Nanodollars {
        var rest = limit
        rest.subtractClamped(taken)
        return max(.zero, rest)
    }

    /// Whether a cost still fits.
    public func fits(_ cost: Nanodollars) -> Bool {
        var sum = taken
        sum.addClamped(cost)
        return sum <= limit
    }
}

extension RouterState {
    /// The budgets of a policy that count a request, at an instant: the daily one, the monthly one, then
    /// those with a scope.
    ///
    /// - Parameters:
    ///   - policy: the policy; by default the one in force.
    ///   - charges: the scopes that the request counts in; `nil` for every budget of the policy.
    ///   - now: the instant.
    /// - Returns: the budgets; empty where the policy has none.
    public func budgetUses(
        under policy: PolicyInForce? = nil,
        charges: [String]? = nil,
        at now: Timestamp
    ) -> [BudgetUse] {
        guard let policy = (policy ?? self.policy).policy.budgets else { return [] }
        var uses: [BudgetUse] = []
        if let limit = policy.daily {
            uses.append(
                use("daily", limit, spend.cost(day: now.daysSinceEpoch), .day, at: now)
            )
        }
        if let limit = policy.monthly {
            uses.append(use("monthly", limit, spend.cost(inMonthOf: now), .month, at: now))
        }
        for line in policy.scopes where charges?.contains(line.scope) ?? true {
            var scoped = use(
                line.scope,
                line.monthly,
                budgets.spent(by: line.scope, at: now),
                .month,
                at: now
            )
            // A scope's sum holds what was assumed already.
            scoped.assumed = .zero
            scoped.reserved = budgets.reserved(by: line.scope)
            uses.append(scoped)
        }
        return uses
    }

    private func use(
        _ name: String,
        _ limit: Nanodollars,
        _ spent: Nanodollars,
        _ period: BudgetPeriod,
        at now: Timestamp
    ) -> BudgetUse {
        let start = period.start(of: now)
        return BudgetUse(
            name: name,
            limit: limit,
            spent: spent,
            assumed: budgets.assumed(period, at: now),
            reserved: budgets.reserved,
            start: start,
            end: period.end(of: now),
            wasAlerted: budgets.wasAlerted(name, since: start)
        )
    }
}
