import Synchronization

/// What appenders and the commit thread share: frames that wait, and who waits for them.
///
/// Transitions happen under the lock, which is never held across I/O; waiters are resumed after it
/// was released.
final class CommitQueue: Sendable {
    fileprivate struct State {
        var current = PendingFrame()
        /// Frames that are full, oldest first; `current` follows them.
        var full: [PendingFrame] = []
        /// Buffers of written frames, to be used again.
        var spare: [[UInt8]] = []
        var nextSequence: UInt64
        var lastTime: Int64
        /// Bytes in `full`, in `current` and in the frames being written.
        var backlog = 0
        var isWriterAsleep = false
        /// Whether the writer has nothing that anybody waits for, and gives it a moment.
        var isWriterLingering = false
        var isClosing = false
        var failure: LogError?
        /// Set while nothing can be written; what was appended waits for space.
        var stall: Stall?
        var waiters = WaiterQueue()
        var poisonHandlers: [@Sendable (LogError) -> Void] = []
    }

    /// A wait for space.
    fileprivate struct Stall {
        let since: ContinuousClock.Instant
        var reason: LogError
        /// Whether it lasts so long that nobody waits for its end.
        var isLong = false
    }

    private let state: Mutex<State>
    private let durable: Atomic<UInt64>
    private let doorbell = Doorbell()
    private let groupLimit: Int
    private let frameTarget: Int
    private let backlogLimit: Int
    private let stallLimit: Duration

    init(nextSequence: UInt64, lastTime: Int64, options: LogOptions) {
        state = Mutex(State(nextSequence: nextSequence, lastTime: lastTime))
        durable = Atomic(nextSequence - 1)
        groupLimit = Format.groupLimit(segmentSize: options.segmentSize)
        frameTarget = min(Format.frameTarget, groupLimit)
        backlogLimit = options.backlogLimit
        stallLimit = options.stallLimit
    }

    var durableSequence: UInt64 { durable.load(ordering: .acquiring) }
    var nextSequence: UInt64 { state.withLock { $0.nextSequence } }
    /// Bytes that wait to be written.
    var backlog: Int { state.withLock { $0.backlog } }
}

// MARK: - Appenders

extension CommitQueue {
    func append(
        _ records: RecordBatch,
        time: Int64,
        isCompletion: Bool
    ) throws(LogError) -> UInt64 {
        let backlogLimit = isCompletion ? self.backlogLimit * 2 : self.backlogLimit
        let bytes = records.byteCount
        guard bytes <= groupLimit else {
            if records.count == 1 { throw .recordTooLarge(bytes: bytes, limit: groupLimit) }
            throw .groupTooLarge(bytes: bytes, limit: groupLimit)
        }
        let (result, mustWake) = state.withLock { state -> (Result<UInt64, LogError>, Bool) in
            if let failure = state.failure { return (.failure(failure), false) }
            if state.isClosing { return (.failure(.closed), false) }
            guard state.backlog + bytes <= backlogLimit || state.backlog == 0 else {
                return (.failure(.backlogFull(bytes: state.backlog, limit: backlogLimit)), false)
            }
            let first = state.nextSequence
            if records.isEmpty { return (.success(first), false) }
            if !state.current.isEmpty, state.current.bytes.count + bytes > frameTarget {
                state.full.append(state.current)
                state.current = PendingFrame(bytes: state.spare.popLast() ?? [])
            }
            let now = max(time, state.lastTime)
            state.backlog -= state.current.bytes.count
            state.current.add(records, sequence: first, time: now)
            state.backlog += state.current.bytes.count
            state.nextSequence += UInt64(records.count)
            state.lastTime = now
            let mustWake =
                state.isWriterAsleep || (state.isWriterLingering && !state.full.isEmpty)
            if mustWake { state.wakeWriter() }
            return (.success(first), mustWake)
        }
        if mustWake { doorbell.ring() }
        return try result.get()
    }

    /// Registers a waiter; returns the outcome if it is known already.
    func register(_ waiter: Waiter, for sequence: UInt64) -> Result<Void, LogError>? {
        let (known, mustWake) = state.withLock { state -> (Result<Void, LogError>?, Bool) in
            // Looked at again under the lock: the mark may have moved since the caller looked.
            if durable.load(ordering: .acquiring) >= sequence { return (.success(()), false) }
            if let failure = state.failure { return (.failure(failure), false) }
            if state.isClosing, sequence >= state.nextSequence {
                return (.failure(.closed), false)
            }
            if let stall = state.stall, stall.isLong || !waiter.isPatient {
                return (.failure(stall.reason), false)
            }
            state.waiters.insert(waiter, for: sequence)
            let mustWake = state.isWriterLingering
            if mustWake { state.wakeWriter() }
            return (nil, mustWake)
        }
        if mustWake { doorbell.ring() }
        return known
    }

    func onPoison(_ handler: @escaping @Sendable (LogError) -> Void) {
        let failure = state.withLock { state in
            if state.failure == nil { state.poisonHandlers.append(handler) }
            return state.failure
        }
        if let failure { handler(failure) }
    }

    /// Refuses further appends and lets the commit thread end when all is written.
    func beginClosing() {
        let waiters = state.withLock { state in
            state.isClosing = true
            state.wakeWriter()
            return state.waiters.removeAll(from: state.nextSequence)
        }
        for waiter in waiters { waiter.finish(.failure(.closed)) }
        doorbell.ring()
    }

    var failure: LogError? { state.withLock { $0.failure } }
}

// MARK: - The commit thread

extension CommitQueue {
    fileprivate enum Step {
        case write(PendingFrame)
        case linger
        case sleep
        case end
    }

    /// How long records that nobody waits for may wait to be written.
    ///
    /// A gateway's decision is not waited for until the provider answers, so the outcome that
    /// follows it soon shares its sync: half as many syncs, and a provider's answer within this time
    /// waits for one sync instead of the rest of one and another. A provider takes longer than this,
    /// so the decision's sync still hides behind it.
    static let linger = 2_000

    /// The next frame to write; sleeps until there is one.
    ///
    /// `nil` ends the thread: the log is closing and everything is written, or it failed.
    func next() -> PendingFrame? {
        var hasLingered = false
        while true {
            switch state.withLock({ $0.step(hasLingered: hasLingered) }) {
            case .write(let frame): return frame
            case .end: return nil
            case .sleep:
                doorbell.wait()
                hasLingered = false
            case .linger: hasLingered = !doorbell.wait(microseconds: Self.linger)
            }
        }
    }

    /// Publishes that a frame is durable, and wakes those who waited for it.
    func didCommit(_ frame: consuming PendingFrame) {
        let last = frame.firstSequence + UInt64(frame.count) - 1
        let length = frame.bytes.count
        var buffer = frame.bytes
        frame.bytes = []
        buffer.removeAll(keepingCapacity: true)
        let waiters = state.withLock { state in
            durable.store(last, ordering: .releasing)
            state.backlog -= length
            if state.spare.count < 2 { state.spare.append(buffer) }
            return state.waiters.removeThrough(last)
        }
        for waiter in waiters { waiter.finish(.success(())) }
    }

    /// Says that what was appended waits for space: who does not wait so long is told why, and everyone
    /// is once it lasts for too long.
    ///
    /// - Returns: after how long it is to be said again at the latest; `nil` once everyone was told.
    func stall(for reason: LogError) -> Duration? {
        let now = ContinuousClock.now
        let (waiters, rest) = state.withLock { state -> ([Waiter], Duration?) in
            let since = state.stall?.since ?? now
            let rest = stallLimit - (now - since)
            let isLong = rest <= .zero
            state.stall = Stall(since: since, reason: reason, isLong: isLong)
            if isLong { return (state.waiters.removeAll(from: 0), nil) }
            return (state.waiters.removeImpatient(), rest)
        }
        for waiter in waiters { waiter.finish(.failure(reason)) }
        return rest
    }

    /// Says that there is space; returns whether there was none.
    func resume() -> Bool {
        state.withLock { state in
            defer { state.stall = nil }
            return state.stall != nil
        }
    }

    /// Lets waiters go whose patience has ended, if what they wait for may take long.
    func dropImpatient() {
        let (waiters, stall) = state.withLock { state -> ([Waiter], Stall?) in
            (state.stall == nil ? [] : state.waiters.removeImpatient(), state.stall)
        }
        guard let stall else { return }
        for waiter in waiters { waiter.finish(.failure(stall.reason)) }
    }

    /// Ends the log after a failed write: waiters fail, and nothing is accepted again.
    func poison(_ failure: LogError) {
        let (waiters, handlers) = state.withLock { state in
            state.failure = failure
            state.full = []
            state.current = PendingFrame()
            defer { state.poisonHandlers = [] }
            return (state.waiters.removeAll(from: 0), state.poisonHandlers)
        }
        for waiter in waiters { waiter.finish(.failure(failure)) }
        for handler in handlers { handler(failure) }
    }
}

extension CommitQueue.State {
    /// What the writer does next; a frame is written at once when somebody waits for it.
    fileprivate mutating func step(hasLingered: Bool) -> CommitQueue.Step {
        isWriterLingering = false
        if failure != nil { return .end }
        if !full.isEmpty { return .write(full.removeFirst()) }
        guard !current.isEmpty else {
            if isClosing { return .end }
            // Under load the next records come soon, and nobody has to wake the writer for them.
            isWriterAsleep = hasLingered
            isWriterLingering = !hasLingered
            return hasLingered ? .sleep : .linger
        }
        guard hasLingered || isClosing || !waiters.isEmpty else {
            isWriterLingering = true
            return .linger
        }
        let frame = current
        current = PendingFrame(bytes: spare.popLast() ?? [])
        return .write(frame)
    }

    /// Marks the writer as awake; the caller rings.
    fileprivate mutating func wakeWriter() {
        isWriterAsleep = false
        isWriterLingering = false
    }
}
