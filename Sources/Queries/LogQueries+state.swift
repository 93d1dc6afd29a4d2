public import Evaluation
public import Events
public import Reporting
public import RouterState

extension LogQueries {
    /// The state folded from every event, or from those up to an instant.
    ///
    /// - Throws: `StateRetired` when events were pruned that the state needs.
    public func state(at time: Timestamp? = nil) throws -> RouterState {
        var history = try StateHistory(directory)
        return try history.state(at: time)
    }

    /// How the providers are doing, and which models they have.
    ///
    /// - Parameters:
    ///   - time: as it stood at this instant; `nil` for now.
    ///   - now: the machine's time.
    /// - Returns: their status.
    /// - Throws: as `state(at:)`.
    public func providers(at time: Timestamp? = nil, now: Timestamp) throws -> ProviderStatus {
        let state = try state(at: time)
        return ProviderStatus(state, at: time ?? Self.present(of: state, now))
    }

    /// How much of the providers' quotas is used, and when they reset.
    ///
    /// The parameters and errors are those of `providers(at:now:)`.
    public func quotas(at time: Timestamp? = nil, now: Timestamp) throws -> QuotaStatus {
        let state = try state(at: time)
        return QuotaStatus(state, at: time ?? Self.present(of: state, now))
    }

    /// What the budgets have spent, reserved and left.
    ///
    /// The parameters and errors are those of `providers(at:now:)`.
    public func budgets(at time: Timestamp? = nil, now: Timestamp) throws -> BudgetStatus {
        let state = try state(at: time)
        return BudgetStatus(state, at: time ?? max(now, state.time))
    }

    /// The instant at which a state is looked at now.
    private static func present(of state: RouterState, _ now: Timestamp) -> Timestamp {
        // The log goes on without a clock that is doubted, and so does what is told of it.
        state.doubtedClock == nil ? max(now, state.time) : state.time
    }

    /// Folds the log from its first event, without any snapshot.
    ///
    /// - Parameters:
    ///   - time: where to stop: at the last event at or before it; `nil` for the end of the log.
    ///   - progress: told now and then of the events read, and of all that there are.
    /// - Returns: the state, and what it was folded from.
    /// - Throws: as `state(at:)`.
    public func replay(
        until time: Timestamp? = nil,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> StateReplay {
        var history = try StateHistory(directory)
        return try history.replay(until: time, progress: progress)
    }

    /// Decides everything again that was decided for the requests of a scope, and compares it with
    /// what was recorded, byte for byte.
    ///
    /// - Parameters:
    ///   - scope: the requests to look at.
    ///   - keepsAll: whether every difference is kept, not only the first.
    ///   - progress: told now and then of the events read, and of all that there are.
    /// - Returns: what was compared, and what differs.
    /// - Throws: what reading the log throws.
    public func check(
        _ scope: ReplayScope = ReplayScope(),
        keepsAll: Bool = false,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> ReplayFindings {
        var history = try StateHistory(directory)
        return try history.check(scope, keepsAll: keepsAll, progress: progress)
    }
}
