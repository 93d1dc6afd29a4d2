public import Events

// What holds where the configuration names nothing, of what a policy takes over as it is.
//
// A record's own empty values are what its bytes leave out, so they can't be the defaults as well.

extension ExplorationPolicy {
    /// Five percent over two arms, where the section is there.
    public static var `default`: ExplorationPolicy {
        var policy = ExplorationPolicy()
        policy.floor = 50_000
        policy.arms = 2
        return policy
    }
}

extension HedgePolicy {
    /// After a second, a tenth of the requests, where the section is there.
    public static var `default`: HedgePolicy {
        var policy = HedgePolicy()
        policy.afterMicroseconds = 1_000_000
        policy.maxShare = 100_000
        return policy
    }
}

extension RetryPolicy {
    /// Once, after a quarter of a second; none that has to wait for more than five.
    public static var `default`: RetryPolicy {
        var policy = RetryPolicy()
        policy.times = 1
        policy.backoffMicroseconds = 250_000
        policy.longestMicroseconds = 5_000_000
        return policy
    }
}

extension BudgetPolicy {
    /// The output limit of requests that set none, under a budget that names none, and what a streamed
    /// answer is reserved for at first.
    public static let defaultOutputTokens = 4_096

    /// No limits.
    public static var `default`: BudgetPolicy {
        var policy = BudgetPolicy()
        policy.alertThreshold = 800_000
        policy.expectedOutput = defaultOutputTokens
        return policy
    }
}
