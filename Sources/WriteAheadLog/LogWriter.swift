import Foundation

/// Appends to a log: the only writer of its directory while it lives.
///
/// Records are collected in memory and written by a thread of the writer's own: while one frame is
/// being synced the next one fills, so that one sync carries whatever arrived meanwhile. All methods
/// may be called from any thread.
public final class LogWriter: Sendable {
    /// What opening found and did.
    public let recovery: RecoveryReport

    /// Takes the writer's lock, recovers the log or creates it, and is ready to append.
    ///
    /// Blocks on I/O: call it from start-up, not from the cooperative pool.
    ///
    /// - Throws: `directoryInUse`, `notWritable`, `newerVersion`, `notALog`, `diskFull`, `io`, and
    ///   `corrupt` with segment and offset if bytes that were durable are damaged; nothing on disk
    ///   was changed then.
    public static func open(
        _ directory: String,
        options: LogOptions = LogOptions(),
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws(LogError) -> LogWriter {
        LogWriter(recovery: RecoveryReport())
    }

    init(recovery: RecoveryReport) { self.recovery = recovery }

    /// Adds the records as one indivisible group and returns the sequence number of the first: all
    /// of them survive a crash, or none.
    ///
    /// Never waits for the disk; costs a short lock and a copy.
    ///
    /// `time` is in microseconds since the epoch (UTC); an earlier one than the group before is
    /// raised to that one's, so that time in the log never goes back.
    ///
    /// - Throws: `recordTooLarge`, `groupTooLarge`, `backlogFull`, `closed`, and `poisoned` or
    ///   `diskFull` after a failed write.
    @discardableResult
    public func append(_ records: RecordBatch, time: Int64) throws(LogError) -> UInt64 { 0 }

    /// Suspends until every record through a sequence number is durable.
    ///
    /// It ends with the next sync, so cancellation does not cut it short.
    ///
    /// - Throws: `poisoned` or `diskFull` if it will never be; `closed` for a sequence number that
    ///   was not appended before the log was closed.
    public func waitUntilDurable(_ sequence: UInt64) async throws(LogError) {}

    /// Blocks until everything appended so far is durable: for start-up, commands and tests.
    ///
    /// - Throws: as `waitUntilDurable`.
    public func flush() throws(LogError) {}

    /// Last sequence number that is durable; 0 for an empty log.
    ///
    /// One atomic load.
    public var durableSequence: UInt64 { 0 }

    /// Sequence number of the next record.
    public var nextSequence: UInt64 { 0 }

    /// Why the next segment could not be prepared, while the current one still has room: stop
    /// accepting new work, and finish what runs.
    ///
    /// `nil` in health.
    public var shortage: LogError? { nil }

    /// Calls the handler once, from the log's thread, when a write or sync fails (at once if one
    /// has): the process must stop, since nothing more can be recorded.
    public func onPoison(_ handler: @escaping @Sendable (LogError) -> Void) {}

    /// Writes and syncs what was appended, ends the threads and releases the lock.
    ///
    /// Later calls do nothing; later appends throw `closed`.
    ///
    /// - Throws: `poisoned` or `diskFull` if something appended is not durable.
    public func close() throws(LogError) {}
}
