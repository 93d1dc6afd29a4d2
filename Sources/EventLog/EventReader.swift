public import Events
public import WriteAheadLog

/// Reads the events of a log, in any process, also beside its live writer.
public struct EventReader {
    /// The reader of the records below.
    public var log: LogReader

    /// Opens the log in a directory for reading.
    ///
    /// - Throws: `LogError`, as `LogReader` does.
    public init(_ directory: String) throws(LogError) {
        log = try LogReader(directory)
    }

    /// Visits the events from a sequence number on, up to what is durable at this moment.
    ///
    /// Of each event the `fields` asked for are read. The body returns false to stop.
    ///
    /// - Returns: the sequence number to go on from.
    /// - Throws: `LogError` with the place of a damaged block, `UndecodableEvent` with the sequence
    ///   number of a record that is no event, or what the body throws.
    @discardableResult
    public mutating func forEach(
        from sequence: UInt64 = 1,
        fields: EventFields = .all,
        _ body: (Event, UInt64) throws -> Bool
    ) throws -> UInt64 {
        try forEachRecord(from: sequence, fields: fields) { _, event, sequence in
            try body(event, sequence)
        }
    }

    /// Visits the events as `forEach(from:fields:_:)` does, each with its bytes in the log, which are
    /// borrowed for the call.
    ///
    /// - Returns: the sequence number to go on from.
    /// - Throws: as `forEach(from:fields:_:)`.
    @discardableResult
    public mutating func forEachRecord(
        from sequence: UInt64 = 1,
        fields: EventFields = .all,
        _ body: (Span<UInt8>, Event, UInt64) throws -> Bool
    ) throws -> UInt64 {
        try log.forEach(from: sequence) { bytes, sequence, _ in
            let event: Event
            do throws(EventCodingError) {
                event = try Event(decoding: bytes, fields: fields)
            } catch {
                throw UndecodableEvent(sequence: sequence, reason: error)
            }
            return try body(bytes, event, sequence)
        }
    }

    /// Visits the events at or after an instant.
    ///
    /// - Throws: as `forEach(from:_:)`.
    public mutating func forEach(
        since time: Timestamp,
        _ body: (Event, UInt64) throws -> Bool
    ) throws {
        try forEach(from: firstSequence(atOrAfter: time), body)
    }
}

extension EventReader {
    /// First sequence number that can be visited: 1, unless older segments were retired.
    ///
    /// - Throws: as `LogReader.firstSequence()`.
    public mutating func firstSequence() throws(LogError) -> UInt64 { try log.firstSequence() }

    /// Last sequence number that may be visited now; 0 for an empty log.
    ///
    /// - Throws: as `LogReader.durableSequence()`.
    public mutating func lastSequence() throws(LogError) -> UInt64 { try log.durableSequence() }

    /// The first event at or after an instant; the one after the last where there is none.
    ///
    /// Goes by the log's index of times.
    ///
    /// - Throws: as `LogReader.firstSequence(atOrAfter:)`; `LogError.retired` if such events were
    ///   retired.
    public mutating func firstSequence(atOrAfter time: Timestamp) throws -> UInt64 {
        try log.firstSequence(atOrAfter: time.microseconds)
    }

    /// The last event at or before an instant; the one before the first where there is none, `nil`
    /// where events after the instant were retired.
    ///
    /// - Throws: as `LogReader.firstSequence(atOrAfter:)`, but for what was retired.
    public mutating func lastSequence(atOrBefore time: Timestamp) throws -> UInt64? {
        do {
            return try firstSequence(atOrAfter: time.advanced(byMicroseconds: 1)) - 1
        } catch let error as LogError {
            guard case .retired = error else { throw error }
            return nil
        }
    }

    /// Where to begin to look for a request's events: none of them lies before.
    ///
    /// - Throws: as `LogReader.firstSequence(atOrAfter:)`; `LogError.retired` if the request's time
    ///   lies among what was retired.
    public mutating func firstSequence(of id: RequestID) throws -> UInt64 {
        try log.firstSequence(atOrAfter: id.earliestTime.microseconds)
    }
}

extension RequestID {
    /// An instant that no event of the request lies before.
    ///
    /// The id has the wall clock's millisecond of its making (RFC 9562 §5.7), the log a time that
    /// never goes back; a second of leeway is for a clock that was set back in between.
    public var earliestTime: Timestamp { time + .seconds(-1) }
}

/// A record that passed its checksum but is no event that this build can read.
public struct UndecodableEvent: Error, CustomStringConvertible {
    /// The record's sequence number.
    public let sequence: UInt64
    /// What is wrong with it.
    public let reason: EventCodingError

    /// What happened and what to do.
    public var description: String {
        "event \(sequence) can't be read: \(reason); it was written by another build of logway"
    }
}
