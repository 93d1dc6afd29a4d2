import EventLog
public import Events
public import RouterState

extension StateHistory {
    /// Folds the log from its first event, without any snapshot.
    ///
    /// - Parameters:
    ///   - time: where to stop: at the last event at or before it.
    ///   - progress: told now and then of the events read, and of all that there are.
    /// - Returns: the state, and what it was folded from.
    /// - Throws: `StateRetired`, and what reading the log throws.
    public mutating func replay(
        until time: Timestamp? = nil,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> StateReplay {
        let first = try reader.firstSequence()
        let total = try reader.lastSequence()
        var fold = StateFold(RouterState(), isWhole: first == 1, next: first)
        var replay = StateReplay(first: first)
        try reader.forEach(from: first, fields: Self.countedFields) { event, sequence in
            if let time, event.time > time { return false }
            fold.apply(event, sequence: sequence)
            replay.count(event)
            if replay.events % Self.progressStep == 0 {
                progress(replay.events, Int(total + 1 - first))
            }
            return true
        }
        guard fold.isWhole else { throw StateRetired(earliest: try earliestTime()) }
        replay.state = fold.state
        return replay
    }

    /// Decides everything again that was decided for the requests of a scope.
    ///
    /// The whole log is folded from its first event; where a scope begins later, from the nearest
    /// snapshot before it.
    ///
    /// - Parameters:
    ///   - scope: the requests to look at.
    ///   - keepsAll: whether every difference is kept, not only the first.
    ///   - progress: told now and then of the events read, and of all that there are.
    /// - Returns: what was compared, and what differs.
    /// - Throws: what reading the log throws.
    public mutating func check(
        _ scope: ReplayScope = ReplayScope(),
        keepsAll: Bool = false,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> ReplayFindings {
        let fold = try start(of: scope)
        let total = try reader.lastSequence()
        var check = ReplayCheck(
            scope,
            from: fold.state,
            isWhole: fold.isWhole,
            keepsAll: keepsAll
        )
        try reader.forEachRecord(from: fold.next) { record, event, sequence in
            let goesOn = check.take(event, record, sequence: sequence)
            if check.findings.events % Self.progressStep == 0 {
                progress(check.findings.events, Int(total + 1 - fold.next))
            }
            return goesOn
        }
        return check.findings
    }

    /// Decides the requests of a scope again under another policy than the one that was in force.
    ///
    /// - Parameters:
    ///   - policy: the policy to decide under.
    ///   - scope: the requests to look at.
    ///   - visit: takes what was decided and what the policy decides, in the order of the log.
    /// - Returns: how many were decided, and how many could not be.
    /// - Throws: what reading the log throws, and what `visit` does.
    @discardableResult
    public mutating func trial(
        of policy: PolicyInForce,
        _ scope: ReplayScope = ReplayScope(),
        _ visit: (DecisionPair) throws -> Void
    ) throws -> PolicyTrial.Tally {
        let fold = try start(of: scope)
        var trial = PolicyTrial(of: policy, scope, from: fold.state, isWhole: fold.isWhole)
        try reader.forEach(from: fold.next) { event, sequence in
            if let pair = trial.take(event, sequence: sequence) { try visit(pair) }
            return !trial.isOver
        }
        return trial.tally
    }

    /// Where the fold for a scope begins.
    private mutating func start(of scope: ReplayScope) throws -> StateFold {
        let first = try reader.firstSequence()
        let whole = StateFold(RouterState(), isWhole: first == 1, next: first)
        guard let time = scope.start else { return whole }
        let before = try reader.lastSequence(atOrBefore: time.advanced(byMicroseconds: -1))
        // What lies among the retired events is counted as such.
        return try before.map { try start(before: $0 + 1) } ?? whole
    }

    /// What a fold asks for, and enough of the other type to tell its events apart.
    private static let countedFields = RouterState.fields
        .through(1, of: .routeDecided(RouteDecided()))

    /// Events between two reports of progress.
    private static let progressStep = 100_000
}

/// A state, with what it was folded from.
public struct StateReplay: Sendable {
    /// The state.
    public internal(set) var state = RouterState()
    /// The sequence number of the first event that is kept.
    public let first: UInt64
    /// Events folded.
    public private(set) var events = 0
    /// How many there were of each type, by its name.
    public private(set) var eventsByType: [String: Int] = [:]
    /// The time of the first event; `nil` when there was none.
    public private(set) var since: Timestamp?

    init(first: UInt64) { self.first = first }

    fileprivate mutating func count(_ event: Event) {
        events += 1
        since = since ?? event.time
        eventsByType[event.body.name, default: 0] += 1
    }
}
