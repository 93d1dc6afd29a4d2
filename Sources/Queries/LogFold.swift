import EventLog
import Events
import Reporting
import WriteAheadLog

/// Answers that are folded from the log itself.
struct LogFold {
    /// The log.
    var reader: EventReader

    /// Opens the log in a directory.
    init(_ directory: String) throws(LogError) {
        reader = try EventReader(directory)
    }

    /// Everything about one request; `nil` when the log does not know it.
    ///
    /// - Throws: `QueryError.retired` where its events may have been pruned.
    mutating func request(_ id: RequestID) throws -> FoundRequest? {
        var record = RequestRecord(id: id)
        var damage: (any Error)?
        let start = try unlessRetired { reader in try reader.firstSequence(of: id) }
        // Of a request that was received about when the log begins now, the event may be kept.
        let end = id.time + .seconds(60)
        do {
            try reader.forEach(from: start ?? reader.firstSequence()) { event, sequence in
                record.apply(event, sequence: sequence)
                return start != nil || !record.isEmpty || event.time <= end
            }
        } catch {
            if record.isEmpty { throw error }
            damage = error
        }
        if start == nil, record.isEmpty { throw try retired("request \(id)") }
        return record.isEmpty ? nil : FoundRequest(record: record, damage: damage)
    }

    /// The requests received since an instant, as they stood at another.
    ///
    /// - Throws: `QueryError.retired` when what happened then was pruned.
    mutating func requests(
        since time: Timestamp?,
        at end: Timestamp? = nil
    ) throws -> RequestList {
        var list = RequestList()
        let last = try end.map { try reader.lastSequence(atOrBefore: $0) } ?? reader.lastSequence()
        guard let last else { throw try retired("what happened before that time") }
        let first = try time.map { try firstKept(since: $0) } ?? reader.firstSequence()
        guard first <= last else { return list }
        try reader.forEach(from: first) { event, sequence in
            list.apply(event, sequence: sequence)
            return sequence < last
        }
        return list
    }

    /// The cost report of a month, from the events up to an instant.
    ///
    /// - Throws: `QueryError.retired` when events of the month were pruned before it was closed.
    mutating func costs(of month: CalendarMonth, at time: Timestamp? = nil) throws -> CostReport {
        var report = CostReport(year: month.year, month: month.month)
        var closed: MonthClosed?
        var assembly = MonthAssembly()
        try reader.forEach(from: reader.firstSequence()) { event, _ in
            if let time, event.time > time { return false }
            if let found = assembly.take(event.body), found.year == month.year,
                found.month == month.month
            {
                closed = found
                return false
            }
            report.apply(event)
            return true
        }
        if let closed { return CostReport(closed) }
        // The first requests of a month began in the month before.
        let needed = month.earlier(by: 1)
        let first = try unlessRetired { reader in
            try reader.firstSequence(atOrAfter: needed.start)
        }
        if first == nil { throw try retired("the report of \(needed.next)") }
        return report
    }

    /// Where the events since an instant begin.
    private mutating func firstKept(since time: Timestamp) throws -> UInt64 {
        let first = try unlessRetired { reader in try reader.firstSequence(atOrAfter: time) }
        guard let first else { throw try retired("what happened at \(time)") }
        return first
    }

    /// What a search in the log gives; `nil` where it leads to events that were retired.
    mutating func unlessRetired<Result>(
        _ body: (inout EventReader) throws -> Result
    ) throws -> Result? {
        do {
            return try body(&reader)
        } catch let error as LogError {
            guard case .retired = error else { throw error }
            return nil
        }
    }

    /// What can't be told any more, and what can.
    private mutating func retired(_ what: String) throws -> QueryError {
        let first = try reader.firstSequence()
        var since: Timestamp?
        try reader.forEach(from: first) { event, _ in
            since = event.time
            return false
        }
        return .retired(what, first: first, since: since)
    }
}
