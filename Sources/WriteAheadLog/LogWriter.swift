import Synchronization

/// Appends to a log: the only writer of its directory while it lives.
///
/// Records are collected in memory and written by a thread of the writer's own: while one frame is
/// being synced the next one fills, so that one sync carries whatever arrived meanwhile. All methods
/// may be called from any thread.
public final class LogWriter: Sendable {
    /// What opening found and did.
    public let recovery: RecoveryReport
    private let queue: CommitQueue
    private let thread: CommitThread
    /// The file whose lock keeps other writers out; `nil` once closed.
    private let lock: Mutex<(any File)?>
    let recompressor: SegmentRecompressor?
    let paths: LogPaths
    let fileSystem: any FileSystem

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
        let recovered = try Recovery.run(directory, options: options, in: fileSystem)
        return LogWriter(recovered, LogPaths(directory: directory), options, fileSystem)
    }

    private init(
        _ recovered: Recovery.Recovered,
        _ paths: LogPaths,
        _ options: LogOptions,
        _ fileSystem: any FileSystem
    ) {
        recovery = recovered.report
        queue = CommitQueue(
            nextSequence: recovered.report.lastSequence + 1,
            lastTime: recovered.report.lastTime,
            options: options
        )
        recompressor =
            options.recompresses
            ? SegmentRecompressor(paths, in: fileSystem, pending: recovered.pending) : nil
        thread = CommitThread(
            queue,
            recovered,
            recompressor,
            paths,
            in: fileSystem,
            options: options
        )
        lock = Mutex(recovered.lock)
        self.paths = paths
        self.fileSystem = fileSystem
        thread.start()
        recompressor?.start()
    }

    deinit { end() }

    /// Adds the records as one indivisible group and returns the sequence number of the first: all
    /// of them survive a crash, or none.
    ///
    /// Never waits for the disk; costs a short lock and a copy.
    ///
    /// `time` is in microseconds since the epoch (UTC); an earlier one than the group before is
    /// raised to that one's, so that time in the log never goes back.
    ///
    /// Records that are `settling` end what earlier ones began, and may fill twice the backlog's limit:
    /// when the disk stalls, what runs can still be finished after new work is refused.
    ///
    /// - Throws: `recordTooLarge`, `groupTooLarge`, `backlogFull`, `closed`, and `poisoned` or
    ///   `diskFull` after a failed write.
    @discardableResult
    public func append(
        _ records: RecordBatch,
        time: Int64,
        settling: Bool = false
    ) throws(LogError) -> UInt64 {
        try queue.append(records, time: time, settling: settling)
    }

    /// Suspends until every record through a sequence number is durable.
    ///
    /// It ends with the next sync, so cancellation does not cut it short.
    ///
    /// - Throws: `poisoned` or `diskFull` if it will never be; `closed` for a sequence number that
    ///   was not appended before the log was closed.
    public func waitUntilDurable(_ sequence: UInt64) async throws(LogError) {
        if queue.durableSequence >= sequence { return }
        let result = await withCheckedContinuation { continuation in
            if let known = queue.register(.task(continuation), for: sequence) {
                continuation.resume(returning: known)
            }
        }
        try result.get()
    }

    /// Blocks until everything appended so far is durable: for start-up, commands and tests.
    ///
    /// - Throws: as `waitUntilDurable`.
    public func flush() throws(LogError) {
        let last = queue.nextSequence - 1
        let doorbell = Doorbell()
        if let known = queue.register(.thread(doorbell), for: last) { return try known.get() }
        doorbell.wait()
        // Woken because the record is durable, or because it never will be.
        if queue.durableSequence < last { throw queue.failure ?? .closed }
    }

    /// Last sequence number that is durable; 0 for an empty log.
    ///
    /// One atomic load.
    public var durableSequence: UInt64 { queue.durableSequence }

    /// Sequence number of the next record.
    public var nextSequence: UInt64 { queue.nextSequence }

    /// Why the next segment could not be prepared, while the current one still has room: stop
    /// accepting new work, and finish what runs.
    ///
    /// `nil` in health.
    public var shortage: LogError? { thread.preparer.failure }

    /// Why a sealed segment could not be recompressed; the log itself goes on as before, and the
    /// next writer tries again.
    ///
    /// `nil` in health. `corrupt` means that the sealed segment is damaged: `logway log verify`.
    public var recompressionFailure: LogError? { recompressor?.failure }

    /// Calls the handler once, from the log's thread, when a write or sync fails (at once if one
    /// has): the process must stop, since nothing more can be recorded.
    ///
    /// The handler must neither close nor own the writer: the log's thread would wait for itself.
    public func onPoison(_ handler: @escaping @Sendable (LogError) -> Void) {
        queue.onPoison(handler)
    }

    /// Writes and syncs what was appended, ends the threads and releases the lock.
    ///
    /// Later calls do nothing; later appends throw `closed`.
    ///
    /// - Throws: `poisoned` or `diskFull` if something appended is not durable.
    public func close() throws(LogError) {
        end()
        if let failure = queue.failure { throw failure }
    }

    /// Runs the body while the writer's lock is held, and closing waits.
    ///
    /// - Throws: `closed`, or what the body throws.
    func whileOpen(_ body: () throws(LogError) -> Void) throws(LogError) {
        let result = lock.withLock { lock -> Result<Void, LogError> in
            guard lock != nil else { return .failure(.closed) }
            return Result { () throws(LogError) in try body() }
        }
        try result.get()
    }

    /// Ends the threads, then gives up the lock; only the first call does.
    private func end() {
        lock.withLock { lock in
            guard lock != nil else { return }
            recompressor?.stop()
            queue.beginClosing()
            thread.join()
            recompressor?.join()
            lock = nil
        }
    }
}
