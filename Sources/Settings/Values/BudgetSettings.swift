public import Events

/// How much may be spent.
public struct BudgetSettings: Hashable, Sendable {
    /// In a calendar month (UTC); `nil` is no limit.
    public var monthly: Nanodollars?
    /// In a day (UTC); `nil` is no limit.
    public var daily: Nanodollars?
    /// In a month for each task type that is named.
    public var perTask: [String: Nanodollars] = [:]
    /// In a month for each tenant that is named.
    public var perTenant: [String: Nanodollars] = [:]
    /// In a month for each client key that is named by its fingerprint.
    public var perKey: [String: Nanodollars] = [:]
    /// The used share of a budget that raises an alert, 0 to 1.
    public var alertThreshold = 0.8
    /// The output limit of requests that set none, which makes their cost bounded.
    ///
    /// `nil` is ``usualOutputTokens`` where there is a budget.
    public var maxOutputTokens: Int?
    /// Whether models of unknown price may be asked under a budget.
    public var allowUnpriced = false
    /// What happens to a request that does not fit.
    public var onLimit = BudgetLimitAction.refuse

    /// What a streamed answer holds of the budgets while it is written.
    public var reserve = BudgetReservation.expected
    /// The output tokens that a streamed answer is reserved for while too little is known of its model.
    public var expectedOutputTokens = Self.usualOutputTokens

    /// The output limit of requests that set none, under a budget that names none.
    public static let usualOutputTokens = 4_096

    /// Whether a text is the fingerprint of a client's key: the first 12 hexadecimal digits of its SHA-256.
    public static func isFingerprint(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9a-f]{12}/) != nil
    }

    /// Whether there is any budget.
    public var isLimiting: Bool {
        monthly != nil || daily != nil || !perTask.isEmpty || !perTenant.isEmpty
            || !perKey.isEmpty
    }

    /// No limits.
    public init() {}
}

/// What a streamed answer holds of the budgets while it is written.
public enum BudgetReservation: String, Hashable, Sendable, CaseIterable {
    /// All that it may cost.
    case worstCase = "worst-case"
    /// What answers of its model usually cost, and more as it flows.
    case expected
}

/// What happens to a request that a budget has no room for.
public enum BudgetLimitAction: String, Hashable, Sendable, CaseIterable {
    /// It gets an error.
    case refuse
    /// It goes to a model that is free or still fits.
    case downgrade
    /// It goes through, and the overrun is recorded.
    case warn
}
