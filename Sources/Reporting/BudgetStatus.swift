public import Events
import Foundation
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
            return "no budget is configured; spent today \(Wording.cost(spent.today)), this month "
                + "\(Wording.cost(spent.month))\n"
        }
        var table = TextTable([
            .text("Budget"), .number("Limit"), .number("Spent"), .number("Assumed"),
            .number("Reserved"), .number("Remaining"), .text("Until"), .text("Alert"),
        ])
        for use in budgets {
            table.add([
                use.name, Wording.cost(use.limit), Wording.cost(use.spent),
                Wording.cost(use.assumed), Wording.cost(use.reserved),
                Wording.cost(use.remaining), String(use.end.description.prefix(10)),
                use.wasAlerted ? "raised" : "–",
            ])
        }
        let action =
            switch policy.onLimit {
            case .refuse: "a request that does not fit is refused"
            case .downgrade: "a request that does not fit goes to what is free or still fits"
            case .warn: "a request that does not fit goes through and is recorded"
            }
        return table.text() + "\nAlert at \(Wording.percent(millionths: policy.alertThreshold)); "
            + "\(action); models of unknown price are "
            + (policy.allowsUnpriced ? "asked, and in no budget\n" : "not asked\n")
    }

    /// The status for scripts: one JSON object; money in nano-dollars.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let document = Document(
                time: time.description,
                spentToday: spent.today.count,
                spentThisMonth: spent.month.count,
                onLimit: policy?.onLimit.name,
                alertThreshold: policy?.alertThreshold,
                maxOutputTokens: policy?.outputLimit,
                allowsUnpriced: policy?.allowsUnpriced,
                budgets: budgets.map(Budget.init)
            )
            return String(decoding: try encoder.encode(document), as: UTF8.self)
        }
    }

    private struct Document: Encodable {
        var time: String
        var spentToday: Int64
        var spentThisMonth: Int64
        var onLimit: String?
        var alertThreshold: Int?
        var maxOutputTokens: Int?
        var allowsUnpriced: Bool?
        var budgets: [Budget]

        enum CodingKeys: String, CodingKey {
            case time
            case spentToday = "spent_today_nanodollars"
            case spentThisMonth = "spent_this_month_nanodollars"
            case onLimit = "on_limit"
            case alertThreshold = "alert_threshold_ppm"
            case maxOutputTokens = "max_output_tokens"
            case allowsUnpriced = "allow_unpriced"
            case budgets
        }
    }

    private struct Budget: Encodable {
        var budget: String
        var limit: Int64
        var spent: Int64
        var assumed: Int64
        var reserved: Int64
        var remaining: Int64
        var start: String
        var end: String
        var alerted: Bool

        init(_ use: BudgetUse) {
            budget = use.name
            limit = use.limit.count
            spent = use.spent.count
            assumed = use.assumed.count
            reserved = use.reserved.count
            remaining = use.remaining.count
            start = use.start.description
            end = use.end.description
            alerted = use.wasAlerted
        }

        enum CodingKeys: String, CodingKey {
            case budget
            case limit = "limit_nanodollars"
            case spent = "spent_nanodollars"
            case assumed = "assumed_nanodollars"
            case reserved = "reserved_nanodollars"
            case remaining = "remaining_nanodollars"
            case start
            case end
            case alerted
        }
    }
}
