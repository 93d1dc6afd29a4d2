import Evaluation
import EventLog
import Events
import Reporting
import RouterState
import WriteAheadLog

/// What the reading commands ask of a log, beside a running server or without one.
struct LogQueries {
    var reader: EventReader
    private let directory: String

    /// Opens the log in a directory.
    init(_ directory: String) throws {
        self.directory = directory
        reader = try EventReader(directory)
    }

    /// The state folded from every event, or from those up to an instant.
    ///
    /// - Throws: `StateRetired` when some of them were given up.
    func state(at time: Timestamp? = nil) throws -> RouterState {
        var history = try StateHistory(directory)
        return try history.state(at: time)
    }

    /// Everything about one request; `nil` when the log does not know it.
    ///
    /// Where the log is damaged behind the request, `damage` says so: more of it may be lost.
    mutating func record(
        of id: RequestID,
        damage: inout (any Error)?
    ) throws -> RequestRecord? {
        var record = RequestRecord(id: id)
        let start = try unlessRetired { reader in try reader.firstSequence(of: id) }
        // Of a request that was received about when the log begins now, the event may be kept.
        let end = id.time + .seconds(60)
        do {
            try reader.forEach(from: start ?? firstSequence()) { event, sequence in
                record.apply(event, sequence: sequence)
                return start != nil || !record.isEmpty || event.time <= end
            }
        } catch {
            if record.isEmpty { throw error }
            damage = error
        }
        if start == nil, record.isEmpty { throw try retired("request \(id)") }
        return record.isEmpty ? nil : record
    }

    /// Where the events since an instant begin.
    ///
    /// - Throws: `CommandError` when some of them were retired.
    mutating func firstKept(since time: Timestamp) throws -> UInt64 {
        let first = try unlessRetired { reader in
            try reader.log.firstSequence(atOrAfter: time.microseconds)
        }
        guard let first else { throw try retired("what happened at \(time)") }
        return first
    }

    /// The requests received since an instant, as they stood at another.
    ///
    /// - Throws: `CommandError` when what happened then was retired.
    mutating func requests(
        since time: Timestamp?,
        at end: Timestamp? = nil
    ) throws -> RequestList {
        var list = RequestList()
        let last = try end.map { try reader.lastSequence(atOrBefore: $0) } ?? reader.lastSequence()
        guard let last else { throw try retired("what happened before that time") }
        let first = try time.map { try firstKept(since: $0) } ?? firstSequence()
        guard first <= last else { return list }
        try reader.forEach(from: first) { event, sequence in
            list.apply(event, sequence: sequence)
            return sequence < last
        }
        return list
    }

    /// The cost report of a month, from the events up to an instant.
    mutating func costs(year: Int, month: Int, at time: Timestamp? = nil) throws -> CostReport {
        var report = CostReport(year: year, month: month)
        var closed: MonthClosed?
        try reader.forEach(from: firstSequence()) { event, _ in
            if let time, event.time > time { return false }
            if case .monthClosed(let event) = event.body, event.year == year, event.month == month {
                closed = event
                return false
            }
            report.apply(event)
            return true
        }
        if let closed { return CostReport(closed) }
        // The first requests of a month began in the month before.
        let needed = CalendarMonth(year: year, month: month).earlier(by: 1)
        let first = try unlessRetired { reader in
            try reader.log.firstSequence(atOrAfter: needed.start.microseconds)
        }
        if first == nil { throw try retired("the report of \(needed.next)") }
        return report
    }

    /// Visits events from a sequence number on and returns where to go on.
    mutating func forEach(
        from sequence: UInt64,
        _ body: (Event, UInt64) throws -> Bool
    ) throws -> UInt64 {
        try reader.forEach(from: sequence, body)
    }

    /// Where to begin to look for a request's events; none of them is before.
    mutating func firstSequence(of id: RequestID) throws -> UInt64 {
        try reader.firstSequence(of: id)
    }

    /// The first sequence number that can be read: 1, unless older events were retired.
    mutating func firstSequence() throws -> UInt64 {
        try reader.log.firstSequence()
    }

    /// The last sequence number that can be read now.
    mutating func lastSequence() throws -> UInt64 {
        try reader.log.durableSequence()
    }

    /// The same; `nil` where damage hides the end of the log.
    mutating func lastSequenceUnlessDamaged() throws -> UInt64? {
        do {
            return try reader.log.durableSequence()
        } catch {
            guard case .corrupt = error else { throw error }
            return nil
        }
    }
}
