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

    /// Why no new work should be taken: the next segment can't be made, and of the current one there
    /// is no more than what runs may need to be finished.
    ///
    /// `nil` in health, and again once there is space.
    public var shortage: LogError? { writer.shortage }

    /// Why so many bytes more may not become durable for now, as `LogWriter.shortage(of:)`.
    public func shortage(of bytes: Int) -> LogError? { writer.shortage(of: bytes) }

    /// Calls the handler with what happens to the log while it goes on; it must not own the log.
    public func onNotice(_ handler: @escaping @Sendable (LogNotice) -> Void) {
        writer.onNotice(handler)
    }

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
    /// Events of a completion end what earlier ones began; they are taken while the disk stalls and
    /// new work is refused.
    ///
    /// - Returns: the sequence number of the first.
    /// - Throws: `LogError` when the log takes nothing more.
    @discardableResult
    public func append(_ events: [Event], isCompletion: Bool = false) throws(LogError) -> UInt64 {
        var batch = RecordBatch(capacity: events.count * Self.typicalLength)
        for event in events { batch.appendRecord { bytes in event.encode(into: &bytes) } }
        return try writer.append(
            batch,
            time: events.last?.time.microseconds ?? 0,
            isCompletion: isCompletion
        )
    }

    /// Appends events of one instant, as above, without the secrets that may be in their texts.
    ///
    /// What was encoded is looked through, not field by field, so that no field of an event can be forgotten.
    ///
    /// - Parameters:
    ///   - bodies: the events; as they were appended afterwards, for whoever applies them.
    ///   - time: the instant.
    ///   - isCompletion: as above.
    ///   - redaction: what is a secret.
    ///   - batch: where they are encoded; empty afterwards, with its memory kept for the next call.
    /// - Returns: the sequence number of the first.
    /// - Throws: `LogError` when the log takes nothing more.
    public func append(
        _ bodies: inout [EventBody],
        at time: Timestamp,
        isCompletion: Bool = false,
        without redaction: Redaction,
        in batch: inout RecordBatch
    ) throws(LogError) -> UInt64 {
        // What an event of megabytes took is given back.
        defer { batch.removeAll(keepingAtMost: Self.keptBytes) }
        for index in bodies.indices {
            batch.appendRecord { bytes in
                let start = bytes.count
                bodies[index].encode(at: time, into: &bytes)
                guard redaction.mayApply(to: bytes, from: start),
                    let redacted = redaction.redacted(bodies[index])
                else { return }
                bodies[index] = redacted
                bytes.removeSubrange(start...)
                redacted.encode(at: time, into: &bytes)
            }
        }
        return try writer.append(batch, time: time.microseconds, isCompletion: isCompletion)
    }

    /// Bytes to make room for; most events are shorter, and a few make a batch grow.
    private static let typicalLength = 256
    /// Bytes of a batch that are kept for the next group; a request's events take a few thousand.
    private static let keptBytes = 64 << 10

    /// Suspends until every event through `sequence` is durable.
    ///
    /// - Throws: `LogError` when it never will be, and when a wait for space is abandoned, as
    ///   `LogWriter.waitUntilDurable` does.
    public func waitUntilDurable(
        _ sequence: UInt64,
        _ patience: Patience? = nil
    ) async throws(LogError) {
        guard sequence > writer.durableSequence else { return }
        try await writer.waitUntilDurable(sequence, patience)
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
