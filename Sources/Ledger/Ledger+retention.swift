import EventLog
import Events
import RouterState
import WriteAheadLog

extension Ledger {
    /// Closes the months that are over, then gives up the segments that a rule does not keep.
    ///
    /// Each step leaves a log that is whole, so after a crash at any point the next call goes on
    /// from what it finds. Call it from one place at a time. Blocks on I/O.
    ///
    /// - Parameters:
    ///   - rule: what is kept.
    ///   - goesOn: asked for each event that is read and each month; `false` leaves the rest to the next
    ///     call.
    /// - Returns: what was pruned; `nil` when there was nothing.
    /// - Throws: `LogError`, or what reading the log throws.
    @discardableResult
    func retain(
        _ rule: Retention,
        while goesOn: () -> Bool = { true }
    ) throws -> RetentionPlan? {
        try closeMonths(while: goesOn)
        return try retire(rule, while: goesOn)
    }

    /// Records what each month that is over came to, once each.
    ///
    /// The clock of the events never goes back, so no event of such a month can follow.
    private func closeMonths(while goesOn: () -> Bool) throws {
        let (closed, current) = read { state, now in
            (state.closedThrough, CalendarMonth(now.date))
        }
        var reader = try EventReader(directory)
        guard let first = try closed?.next ?? reader.firstMonth(), first < current else { return }
        try log.flush()
        var closing = MonthClosing(from: first, before: current)
        try reader.forEach(from: reader.log.firstSequence()) { event, sequence in
            closing.take(event, sequence: sequence) && goesOn()
        }
        // Of what was not read to its end, no month is known to be whole.
        guard goesOn() else { return }
        closing.finish()
        for month in closing.closings where goesOn() { try record(month) }
    }

    /// One by one: a group has a limit, and a crash in between leaves the rest to the next call.
    private func record(_ month: MonthClosed) throws(LogError) {
        let events = month.events()
        try checkRoom(for: events)
        for event in events { try record([event]) }
    }

    /// Makes sure that what a step appends can become durable: on a full disk it would take the room of
    /// what runs, or wait in memory, and the next step would append it again.
    ///
    /// What others append meanwhile may still be in its way.
    ///
    /// - Throws: why there is no space.
    private func checkRoom(for events: @autoclosure () -> [EventBody]) throws(LogError) {
        // Nearly always the next segment can be made, and nothing has to be measured.
        guard log.shortage(of: .max) != nil else { return }
        var bytes: [UInt8] = []
        var frames = 0
        for event in events() {
            event.encode(at: now, into: &bytes)
            frames += Self.frameOverhead
        }
        if let shortage = log.shortage(of: bytes.count + frames) { throw shortage }
    }

    /// More bytes than the log adds to an event that comes alone.
    private static let frameOverhead = 256

    private func retire(_ rule: Retention, while goesOn: () -> Bool) throws -> RetentionPlan? {
        guard rule != .all, goesOn() else { return nil }
        var reader = try EventReader(directory)
        let segments = try reader.log.segments()
        let (closed, now) = read { state, now in (state.closedThrough, now) }
        guard
            let plan = RetentionPlan(rule, segments: segments, closedThrough: closed, now: now)
        else { return nil }
        let closings = try reader.closings(before: plan.firstKept, while: goesOn)
        // From here on the step is done to its end: what it records would only be recorded again.
        guard goesOn() else { return nil }
        let retired = SegmentRetired(plan, by: rule)
        try checkRoom(
            for: closings.flatMap { $0.events() } + read { state, _ in state }.carried.events()
                + [.segmentRetired(retired)]
        )
        // Reports of months outlive their events, so closings among them are recorded again.
        for month in closings { try record(month) }
        try transactInGroups { state, _ in
            // A state of the usual size and what goes are one group; pieces come in one section.
            let pieces = state.carried.events()
            return pieces.dropLast().map { [$0] } + [
                [pieces[pieces.count - 1], .segmentRetired(retired)]
            ]
        }
        try log.flush()
        try log.retire(throughSegment: plan.through)
        return plan
    }
}

extension RouterState {
    /// The whole of it as an event.
    fileprivate var carried: StateCarried {
        var carried = StateCarried()
        carried.position = position
        carried.state = OpaqueBytes(encodedToCarry)
        return carried
    }
}

extension SegmentRetired {
    /// What a plan gives up.
    fileprivate init(_ plan: RetentionPlan, by rule: Retention) {
        self.init()
        through = UInt64(plan.through)
        firstKept = plan.firstKept
        keptSince = plan.keptSince
        bytes = plan.bytes
        self.rule = rule.description
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
    fileprivate mutating func closings(
        before end: UInt64,
        while goesOn: () -> Bool
    ) throws -> [MonthClosed] {
        var found: [CalendarMonth: MonthClosed] = [:]
        var assembly = MonthAssembly()
        try forEach(from: log.firstSequence(), fields: .closings) { event, sequence in
            // Of a closing in parts the first one is what has to be kept, and goes with it.
            guard goesOn(), sequence < end || assembly.isUnderWay else { return false }
            if case .monthPart(let part) = event.body, part.part == 1, sequence >= end {
                return false
            }
            if let closed = assembly.take(event.body) {
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
