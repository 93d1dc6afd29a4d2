import EventLog
import Events
import RouterState
import Settings
import WriteAheadLog

extension Ledger {
    /// Closes the months that are over, then gives up the segments that a rule does not keep.
    ///
    /// Each step leaves a log that is whole, so after a crash at any point the next call goes on
    /// from what it finds. Call it from one place at a time. Blocks on I/O.
    ///
    /// - Returns: what was given up; `nil` when there was nothing.
    /// - Throws: `LogError`, or what reading the log throws.
    @discardableResult
    func retain(_ rule: Retention) throws -> RetentionPlan? {
        try closeMonths()
        return try retire(rule)
    }

    /// Records what each month that is over came to, once each.
    ///
    /// The clock of the events never goes back, so no event of such a month can follow.
    private func closeMonths() throws {
        let (closed, current) = read { state, now in
            (state.closedThrough, CalendarMonth(now.date))
        }
        var reader = try EventReader(directory)
        guard let first = try closed?.next ?? reader.firstMonth(), first < current else { return }
        try log.flush()
        var closing = MonthClosing(from: first, before: current)
        try reader.forEach(from: reader.log.firstSequence()) { closing.take($0, sequence: $1) }
        closing.finish()
        // One by one: a group has a limit, and a crash in between leaves the rest to the next call.
        for month in closing.closings { try record([.monthClosed(month)]) }
    }

    private func retire(_ rule: Retention) throws -> RetentionPlan? {
        guard rule != .all else { return nil }
        var reader = try EventReader(directory)
        let segments = try reader.log.segments()
        let (closed, now) = read { state, now in (state.closedThrough, now) }
        guard
            let plan = RetentionPlan(rule, segments: segments, closedThrough: closed, now: now)
        else { return nil }
        // Reports of months outlive their events, so closings among them are recorded again.
        for month in try reader.closings(before: plan.firstKept) {
            try record([.monthClosed(month)])
        }
        try transact { state, _ in
            var carried = StateCarried()
            carried.position = state.position
            carried.state = OpaqueBytes(state.encoded)
            var retired = SegmentRetired()
            retired.through = UInt64(plan.through)
            retired.firstKept = plan.firstKept
            retired.keptSince = plan.keptSince
            retired.bytes = plan.bytes
            retired.rule = rule.description
            return ([.stateCarried(carried), .segmentRetired(retired)], ())
        }
        try log.flush()
        try log.retire(throughSegment: plan.through)
        return plan
    }
}

extension EventReader {
    /// The month of the first event; `nil` in an empty log.
    fileprivate mutating func firstMonth() throws -> CalendarMonth? {
        var month: CalendarMonth?
        try forEach(from: log.firstSequence()) { event, _ in
            month = CalendarMonth(event.time.date)
            return false
        }
        return month
    }

    /// The closings of months among the events before one, each month once.
    fileprivate mutating func closings(before end: UInt64) throws -> [MonthClosed] {
        var found: [CalendarMonth: MonthClosed] = [:]
        try forEach(from: log.firstSequence(), fields: .closings) { event, sequence in
            guard sequence < end else { return false }
            if case .monthClosed(let closed) = event.body {
                found[CalendarMonth(year: closed.year, month: closed.month)] = closed
            }
            return true
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension EventFields {
    /// Of the frequent types nothing: only closings are looked for.
    fileprivate static let closings = EventFields.all
        .through(0, of: .requestReceived(RequestReceived()))
        .through(0, of: .routeDecided(RouteDecided()))
        .through(0, of: .attemptStarted(AttemptStarted()))
        .through(0, of: .attemptFinished(AttemptFinished()))
        .through(0, of: .requestCompleted(RequestCompleted()))
        .through(0, of: .healthProbed(HealthProbed()))
}

extension Retention {
    /// The rule of a configuration.
    init(_ setting: LogRetention) {
        switch setting {
        case .all: self = .all
        case .days(let count): self = .days(count)
        case .months(let count): self = .months(count)
        case .bytes(let count): self = .bytes(count)
        }
    }
}
