public import Events
import JSONBytes
public import RouterState

/// What the budgets in force have spent, held and left at an instant.
public struct BudgetStatus: Sendable {
    /// The instant.
    public let time: Timestamp
    /// The budgets in force: daily, monthly, then those with a scope.
    public let budgets: [BudgetUse]
    /// The rules that go with them; `nil` without a budget.
    public let policy: BudgetPolicy?
    /// What is spent without any budget: today and this month.
    public let spent: (today: Nanodollars, month: Nanodollars)

    /// The status in a state at an instant.
    public init(_ given: RouterState, at time: Timestamp) {
        self.time = time
        let state = given.expired(at: time) ?? given
        budgets = state.budgetUses(at: time)
        policy = state.policy.policy.budgets
        spent = (state.spend.cost(day: time.daysSinceEpoch), state.spend.cost(inMonthOf: time))
    }

    /// A table of the budgets, and what happens at their limits.
    public var text: String {
        guard let policy, !budgets.isEmpty else {
            return "no budget is configured; spent today \(Format.cost(spent.today)), this month "
                + "\(Format.cost(spent.month))\n"
        }
        var table = TextTable([
            .text("Budget"), .number("Limit"), .number("Spent"), .number("Assumed"),
            .number("Reserved"), .number("Remaining"), .text("Until"), .text("Alert"),
        ])
        for use in budgets {
            table.add([
                use.name, Format.cost(use.limit), Format.cost(use.spent),
                Format.cost(use.assumed), Format.cost(use.reserved),
                Format.cost(use.remaining), String(use.end.description.prefix(10)),
                use.wasAlerted ? "raised" : "–",
            ])
        }
        let action =
            switch policy.onLimit {
            case .refuse: "a request that does not fit is refused"
            case .downgrade: "a request that does not fit goes to what is free or still fits"
            case .warn: "a request that does not fit goes through and is recorded"
            }
        return table.text() + "\nAlert at \(Format.percent(millionths: policy.alertThreshold)); "
            + "\(action); models of unknown price are "
            + (policy.allowsUnpriced ? "asked, and in no budget\n" : "not asked\n")
    }

    /// The status for scripts: one JSON object, members sorted by name; money in nano-dollars.
    public var json: String {
        JSONWriter.text(.indented) { status in
            status.member("alert_threshold_ppm", ifPresent: policy?.alertThreshold)
            status.member("allow_unpriced", ifPresent: policy?.allowsUnpriced)
            status.array("budgets") { list in
                for use in budgets { list.object { use.write(to: &$0) } }
            }
            status.member("max_output_tokens", ifPresent: policy?.outputLimit)
            status.member("on_limit", ifPresent: policy?.onLimit.name)
            status.member("spent_this_month_nanodollars", spent.month.count)
            status.member("spent_today_nanodollars", spent.today.count)
            status.member("time", time.description)
        }
    }
}

extension BudgetUse {
    fileprivate func write(to budget: inout JSONWriter) {
        budget.member("alerted", wasAlerted)
        budget.member("assumed_nanodollars", assumed.count)
        budget.member("budget", name)
        budget.member("end", end.description)
        budget.member("limit_nanodollars", limit.count)
        budget.member("remaining_nanodollars", remaining.count)
        budget.member("reserved_nanodollars", reserved.count)
        budget.member("spent_nanodollars", spent.count)
        budget.member("start", start.description)
    }
}
