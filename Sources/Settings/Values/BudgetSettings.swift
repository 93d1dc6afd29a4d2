public import Events

/// How much may be spent.
public struct BudgetSettings: Hashable, Sendable {
    /// In a calendar month (UTC); `nil` is no limit.
    public var monthly: Nanodollars?
    /// In a day (UTC); `nil` is no limit.
    public var daily: Nanodollars?
    /// In a month for each task type that is named.
    public var perTask: [String: Nanodollars] = [:]
    /// The used share of a budget that raises an alert, 0 to 1.
    public var alertThreshold = 0.8
    /// The output limit of requests that set none, which makes their cost bounded.
    public var maxOutputTokens: Int?
    /// What happens to a request that does not fit.
    public var onLimit = BudgetLimitAction.refuse

    /// No limits.
    public init() {}
}

/// What happens to a request that a budget has no room for.
public enum BudgetLimitAction: String, Hashable, Sendable, CaseIterable {
    /// It gets an error.
    case refuse
    /// It goes to a cheaper model.
    case downgrade
    /// It goes through, and the overrun is reported.
    case warn
}
