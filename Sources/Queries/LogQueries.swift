public import EventLog
public import Events
import Projections
public import Reporting

/// Questions to the log in a data directory, beside a running server or without one.
///
/// What the log says now is asked of the read model, brought up to date first; and of the log itself
/// where the read model can't be had: in a directory that can't be written, on a full disk, beside
/// the file of a later build. Both give the same answer; the log takes longer. What it said at an
/// instant is folded from the log.
///
/// Every question reads files and blocks meanwhile. Besides what its own page says it throws
/// `LogError` with what is wrong with the log and `UndecodableEvent` for an event of a later build.
public struct LogQueries: Sendable {
    /// The data directory.
    public let directory: String
    /// Told, in a sentence, when a question takes another way than the usual one.
    let notice: @Sendable (String) -> Void

    /// Questions to the log in a directory; nothing is opened before one is asked.
    ///
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - notice: told, in a sentence, that the read model is rebuilt, that the log is read in its
    ///     place, or that it could not be checked, and why.
    public init(
        _ directory: String,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.directory = directory
        self.notice = notice
    }
}

/// Everything that the log knows of a request.
public struct FoundRequest: Sendable {
    /// The request's events.
    public let record: RequestRecord
    /// What kept the log from being read to its end; `nil` where the record is whole.
    ///
    /// It is `LogError` or `UndecodableEvent`, and more of the request may be lost.
    public let damage: (any Error)?
}

extension LogQueries {
    /// The last requests that a filter lets through, newest first.
    ///
    /// - Parameters:
    ///   - limit: how many at most; at least 1.
    ///   - filter: which requests.
    ///   - time: as they stood at this instant; `nil` for now.
    /// - Returns: a line for each.
    /// - Throws: `QueryError.retired` when the filter or the instant leads to events that were pruned.
    public func requests(
        _ limit: Int,
        _ filter: RequestFilter = RequestFilter(),
        at time: Timestamp? = nil
    ) throws -> [RequestLine] {
        try answer(at: time, needsBeginning: filter.since != nil) { model in
            try model.requests(limit, filter)
        } orFold: { log in
            try log.requests(since: filter.since, at: time).newest(limit, filter)
                .map(RequestLine.init)
        }
    }

    /// The same requests, each with all of its events.
    ///
    /// - Throws: as `requests(_:_:at:)`.
    public func records(
        _ limit: Int,
        _ filter: RequestFilter = RequestFilter(),
        at time: Timestamp? = nil
    ) throws -> [RequestRecord] {
        try answer(at: time, needsBeginning: filter.since != nil) { model in
            try model.records(limit, filter)
        } orFold: { log in
            try log.requests(since: filter.since, at: time).newest(limit, filter)
        }
    }

    /// Everything about one request, from the log itself; `nil` when the log does not know it.
    ///
    /// - Throws: `QueryError.retired` where its events may have been pruned.
    public func request(_ id: RequestID) throws -> FoundRequest? {
        var log = try LogFold(directory)
        return try log.request(id)
    }

    /// Everything about the newest request; `nil` when the log holds none yet.
    public func newestRequest() throws -> FoundRequest? {
        try records(1).first.map { FoundRequest(record: $0, damage: nil) }
    }

    /// The texts that were kept of a request and its answers, in the order in which they were kept;
    /// none unless `log.capture` asked for them.
    public func texts(of record: RequestRecord) throws -> [CapturedBody] {
        // An answer may have been handed over to be kept for so long after the request's end.
        let end = record.completed.map { $0.time + .seconds(60) }
        var reader = try BodyReader(in: directory)
        return try reader?.bodies(of: record.id, until: end) ?? []
    }

    /// What a month cost, exact to the nano-dollar against the events.
    ///
    /// - Parameters:
    ///   - month: the month, in UTC.
    ///   - time: as the log stood at this instant; `nil` for now.
    /// - Returns: the report, empty for a month of which the log says nothing.
    /// - Throws: `QueryError.retired` when events of the month were pruned before it was closed.
    public func costs(of month: CalendarMonth, at time: Timestamp? = nil) throws -> CostReport {
        try answer(at: time, needsBeginning: true) { model in
            try model.costs(of: month)
        } orFold: { log in
            try log.costs(of: month, at: time)
        }
    }

    /// Asks the read model, brought up to date first, or else folds the log.
    ///
    /// - Parameters:
    ///   - time: the instant that is asked for, of which only the log knows; `nil` for now.
    ///   - needsBeginning: whether the answer may need events that retention pruned; where it pruned
    ///     some, the log is asked, which knows what can't be answered any more.
    ///   - ask: asks the read model.
    ///   - fold: asks the log.
    /// - Returns: the answer of one of them.
    /// - Throws: what the log throws.
    private func answer<Answer>(
        at time: Timestamp?,
        needsBeginning: Bool,
        _ ask: (ReadModel) throws -> Answer,
        orFold fold: (inout LogFold) throws -> Answer
    ) throws -> Answer {
        if time != nil || needsBeginning {
            var log = try LogFold(directory)
            if try time != nil || log.isWithoutBeginning() { return try fold(&log) }
        }
        do {
            return try ask(ReadModel(directory, notice: notice))
        } catch let error as ReadModelError {
            notice("reading the log instead, which takes longer: \(error)")
            var log = try LogFold(directory)
            return try fold(&log)
        }
    }
}

extension LogFold {
    /// Whether the oldest events were pruned.
    fileprivate mutating func isWithoutBeginning() throws -> Bool {
        try reader.firstSequence() > 1
    }
}
