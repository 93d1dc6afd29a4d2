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
    /// Bytes of a segment that are kept for what runs when no other can be made.
    private let reserve: Int
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
        reserve = Format.reserve(segmentSize: options.segmentSize)
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
    /// Records of a completion end what earlier ones began, and may fill twice the backlog's limit:
    /// when the disk stalls, what runs can still be finished after new work is refused.
    ///
    /// - Throws: `recordTooLarge`, `groupTooLarge`, `backlogFull`, `closed`, and `poisoned` or
    ///   `diskFull` after a failed write.
    @discardableResult
    public func append(
        _ records: RecordBatch,
        time: Int64,
        isCompletion: Bool = false
    ) throws(LogError) -> UInt64 {
        try queue.append(records, time: time, isCompletion: isCompletion)
    }

    /// Suspends until every record through a sequence number is durable.
    ///
    /// It ends with the next sync, so neither the end of the patience nor cancellation cuts it short, but
    /// while that waits for space.
    ///
    /// - Throws: `poisoned` or `diskFull` if it will never be; `closed` for a sequence number that
    ///   was not appended before the log was closed; what `shortage` says while there is no space, if the
    ///   patience has ended, the task was cancelled or that has lasted for `LogOptions.stallLimit`: it may
    ///   be durable later.
    public func waitUntilDurable(
        _ sequence: UInt64,
        _ patience: Patience? = nil
    ) async throws(LogError) {
        if queue.durableSequence >= sequence { return }
        let wait = Patience(within: patience)
        wait.covers(queue)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let known = queue.register(.task(continuation, wait), for: sequence) {
                    continuation.resume(returning: known)
                }
            }
        } onCancel: {
            wait.end()
        }
        try result.get()
    }

    /// Blocks until everything appended so far is durable: for start-up, commands and tests.
    ///
    /// - Throws: as `waitUntilDurable`, and what `shortage` says while there is no space for it: it is
    ///   durable once there is.
    public func flush() throws(LogError) {
        let last = queue.nextSequence - 1
        while true {
            let doorbell = Doorbell()
            if let known = queue.register(.thread(doorbell), for: last) { return try known.get() }
            // Rung when the record is durable, never will be, or waits for space.
            doorbell.wait()
        }
    }

    /// Last sequence number that is durable; 0 for an empty log.
    ///
    /// One atomic load.
    public var durableSequence: UInt64 { queue.durableSequence }

    /// Sequence number of the next record.
    public var nextSequence: UInt64 { queue.nextSequence }

    /// Why no new work should be taken: the next segment can't be made, and of the current one there
    /// is no more than what runs may need to be finished.
    ///
    /// `nil` in health, and again once there is space.
    public var shortage: LogError? { shortage(of: reserve) }

    /// Why so many bytes more may not become durable for now: the next segment can't be made, and the
    /// current one has no room for them.
    ///
    /// `nil` in health. The bytes are those of records, which take less when they are compressed.
    public func shortage(of bytes: Int) -> LogError? {
        guard let failure = thread.preparer.failure else { return nil }
        return thread.room - queue.backlog < bytes ? failure : nil
    }

    /// Calls the handler with what happens to the log while it goes on, from a thread of the log's.
    ///
    /// The handler must not own the writer.
    public func onNotice(_ handler: @escaping @Sendable (LogNotice) -> Void) {
        thread.preparer.notices.onNotice(handler)
    }

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
    /// A recompression that does not get the processor to end is left to itself; it has the lock
    /// until then, or until the process ends.
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
            thread.preparer.giveUp()
            thread.join()
            if let recompressor, !recompressor.join() {
                let held = lock
                recompressor.whenEnded { [thread] in
                    withExtendedLifetime(held) { thread.releaseLock() }
                }
            } else {
                thread.releaseLock()
            }
            lock = nil
        }
    }
}
