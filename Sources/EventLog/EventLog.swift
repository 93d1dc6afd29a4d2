public import Events
public import WriteAheadLog

/// The log of events: what happened, in order, for ever.
public final class EventLog: Sendable {
    private let writer: LogWriter
    /// The directory that holds it.
    public let directory: String

    /// Opens the log for appending, after recovering it if need be; the directory's only writer.
    ///
    /// Blocks on I/O.
    ///
    /// - Throws: `LogError`, as `LogWriter.open` does.
    public init(
        _ directory: String,
        options: LogOptions = LogOptions(),
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) {
        var options = options
        if options.dictionary.isEmpty { options.dictionary = SampleEvents.bytes }
        writer = try LogWriter.open(directory, options: options, fileSystem: fileSystem)
        self.directory = directory
    }

    /// What opening found and did.
    public var recovery: RecoveryReport { writer.recovery }

    /// The sequence number of the next event.
    public var nextSequence: UInt64 { writer.nextSequence }

    /// The last sequence number that is durable; 0 for none.
    public var durableSequence: UInt64 { writer.durableSequence }

    /// Why the next segment could not be prepared while the current one still has room.
    ///
    /// `nil` in health.
    public var shortage: LogError? { writer.shortage }

    /// Why a sealed segment could not be recompressed; the log goes on as before.
    ///
    /// `nil` in health.
    public var recompressionFailure: LogError? { writer.recompressionFailure }

    /// Deletes the oldest segments, through this one; readers that ask for their events get
    /// `LogError.retired` from then on.
    ///
    /// Blocks on I/O.
    ///
    /// - Throws: as `LogWriter.retire(throughSegment:)`.
    public func retire(throughSegment number: UInt32) throws(LogError) {
        try writer.retire(throughSegment: number)
    }

    /// Appends events that become durable together or not at all; never waits for the disk.
    ///
    /// Events that are `settling` end what earlier ones began; they are taken while the disk stalls and
    /// new work is refused.
    ///
    /// - Returns: the sequence number of the first.
    /// - Throws: `LogError` when the log takes nothing more.
    @discardableResult
    public func append(_ events: [Event], settling: Bool = false) throws(LogError) -> UInt64 {
        var batch = RecordBatch(capacity: events.count * Self.usualLength)
        for event in events { batch.appendRecord { bytes in event.encode(into: &bytes) } }
        return try writer.append(
            batch,
            time: events.last?.time.microseconds ?? 0,
            settling: settling
        )
    }

    /// Appends events of one instant, as above.
    ///
    /// - Returns: the sequence number of the first.
    /// - Throws: `LogError` when the log takes nothing more.
    public func append(
        _ bodies: [EventBody],
        at time: Timestamp,
        settling: Bool = false
    ) throws(LogError) -> UInt64 {
        var batch = RecordBatch(capacity: bodies.count * Self.usualLength)
        for body in bodies { batch.appendRecord { bytes in body.encode(at: time, into: &bytes) } }
        return try writer.append(batch, time: time.microseconds, settling: settling)
    }

    /// Bytes to make room for; most events are shorter, and a few make a batch grow.
    private static let usualLength = 256

    /// Suspends until every event through `sequence` is durable.
    ///
    /// - Throws: `LogError` when it never will be.
    public func waitUntilDurable(_ sequence: UInt64) async throws(LogError) {
        guard sequence > writer.durableSequence else { return }
        try await writer.waitUntilDurable(sequence)
    }

    /// Blocks until everything appended is durable.
    ///
    /// - Throws: `LogError` when it never will be.
    public func flush() throws(LogError) { try writer.flush() }

    /// Calls the handler once when the log can take nothing more; the process must stop then.
    public func onPoison(_ handler: @escaping @Sendable (LogError) -> Void) {
        writer.onPoison(handler)
    }

    /// Makes everything durable and lets go of the directory.
    ///
    /// - Throws: `LogError` when something appended is not durable.
    public func close() throws(LogError) { try writer.close() }
}
