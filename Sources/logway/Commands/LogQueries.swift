import EventLog
import Events
import Reporting
import RouterState
import WriteAheadLog

/// What the reading commands ask of a log, beside a running server or without one.
struct LogQueries {
    private var reader: EventReader

    /// Opens the log in a directory.
    init(_ directory: String) throws {
        reader = try EventReader(directory)
    }

    /// The state folded from every event, or from those up to an instant.
    mutating func state(at time: Timestamp? = nil) throws -> RouterState {
        var state = RouterState()
        try reader.forEach { event, sequence in
            if let time, event.time > time { return false }
            state.apply(event, sequence: sequence)
            return true
        }
        return state
    }

    /// Everything about one request; `nil` when the log does not know it.
    mutating func record(of id: RequestID) throws -> RequestRecord? {
        var record = RequestRecord(id: id)
        let start = try firstSequence(of: id)
        try reader.forEach(from: start) { event, sequence in
            record.apply(event, sequence: sequence)
            return true
        }
        return record.isEmpty ? nil : record
    }

    /// The requests received since an instant.
    mutating func requests(since time: Timestamp?) throws -> RequestList {
        var list = RequestList()
        let take = { (event: Event, sequence: UInt64) in
            list.apply(event, sequence: sequence)
            return true
        }
        if let time {
            try reader.forEach(since: time, take)
        } else {
            try reader.forEach(from: 1, take)
        }
        return list
    }

    /// The cost report of a month, from the events up to an instant.
    mutating func costs(year: Int, month: Int, at time: Timestamp? = nil) throws -> CostReport {
        var report = CostReport(year: year, month: month)
        try reader.forEach { event, _ in
            if let time, event.time > time { return false }
            report.apply(event)
            return true
        }
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
}
