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
        try log.forEach(from: sequence) { bytes, sequence, _ in
            let event: Event
            do throws(EventCodingError) {
                event = try Event(decoding: bytes, fields: fields)
            } catch {
                throw UndecodableEvent(sequence: sequence, reason: error)
            }
            return try body(event, sequence)
        }
    }
}

extension EventReader {
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
