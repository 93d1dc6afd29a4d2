public import EventLog
public import Events
import Platform
import Reporting
public import RouterState
import Synchronization
public import WriteAheadLog

/// The log and the state folded from it, behind one lock.
///
/// Deciding and appending happen in one short section, so that no two requests decide on the same
/// state, and the state changes only by applying what was appended. Nothing in the section waits.
public final class Ledger: Sendable {
    /// The state, the clock that its events are stamped by, and who hears of them.
    private struct Inside {
        var state: RouterState
        var clock: EventClock
        var observers: [EventObserver] = []
        /// Where events are encoded; used again, so that a section allocates nothing for them.
        var batch = RecordBatch()
    }

    let log: EventLog
    private let inside: Mutex<Inside>
    private let failure = Failure()
    private let snapshots: StateSnapshots?
    /// Takes secrets out of every event before it is appended and applied.
    public let redaction: Redaction
    /// Takes clients' own keys out of what they name.
    public let clientKeys = ClientKeyRedactions()
    /// What has to be durable before what.
    public let durability: Durability

    /// A ledger over an open log whose events give `state`.
    public convenience init(log: EventLog, state: RouterState, durability: Durability) {
        self.init(log: log, state: state, durability: durability, snapshots: nil)
    }

    init(
        log: EventLog,
        state: RouterState,
        durability: Durability,
        snapshots: StateSnapshots?,
        redaction: Redaction = Redaction(),
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.redaction = redaction
        self.log = log
        self.snapshots = snapshots
        let clock = EventClock(after: state.time, doubted: state.doubtedClock)
        inside = Mutex(
            Inside(
                state: state,
                clock: clock,
                observers: [OperatorNotices.observer(of: log, notice: notice)]
            )
        )
        self.durability = durability
        log.onPoison { [failure] error in failure.error.withLock { $0 = error } }
    }

    /// Why the log takes nothing more, once it does not; held apart, since the log's handlers may
    /// not own the log.
    private final class Failure: Sendable {
        let error = Mutex<LogError?>(nil)
    }

    /// Reads the state; the body must be short and may not keep it.
    public func read<Result>(_ body: (RouterState, Timestamp) -> Result) -> sending Result {
        inside.withLock { inside in
            let now = inside.clock.now()
            return body(inside.state, now)
        }
    }

    /// The log's time: the wall clock, but never before the last event.
    public var now: Timestamp { read { _, now in now } }

    /// What is doubted of the wall clock, by its last reading.
    var doubt: EventClock.Doubt? { inside.withLock { $0.clock.doubt } }

    /// Whether the log was not told yet what was made of the wall clock.
    var hasJudgements: Bool { inside.withLock { !$0.clock.judgements.isEmpty } }

    /// Goes to the wall clock, which was doubted.
    func believeClock(_ verdict: ClockVerdict) {
        inside.withLock {
            $0.clock.believe(
                verdict,
                wall: Clocks.wall,
                elapsed: Clocks.elapsedMicroseconds
            )
        }
    }

    /// Runs a body under the lock, then wakes the observers: what it appended before it threw, too.
    private func section<Outcome: Sendable>(
        _ body: (inout Inside) throws(LogError) -> Outcome
    ) throws(LogError) -> Outcome {
        let (outcome, observers) = inside.withLock { inside in
            let outcome = Result { () throws(LogError) in try body(&inside) }
            return (outcome, inside.observers)
        }
        for observer in observers { observer.wake() }
        return try outcome.get()
    }

    /// The time of a section's events; what was made of the clock on the way is recorded before them.
    private func time(of inside: inout Inside) throws(LogError) -> Timestamp {
        let now = inside.clock.now()
        // Nearly always there is none.
        while let judged = inside.clock.judgements.first {
            do throws(LogError) {
                try append([.clockJudged(judged)], to: &inside, at: now)
            } catch {
                // It waits for room by itself: what is recorded behind it may find some still.
                guard case .backlogFull = error else { throw error }
                break
            }
            inside.clock.judgements.removeFirst()
        }
        return now
    }

    /// Decides on the state and appends what came of it, in one section.
    ///
    /// The events get the same instant, never before that of the last event (`EventClock`).
    ///
    /// - Parameter body: gives the events to append, from the state and the instant.
    /// - Returns: the sequence number of the last event appended, the last one before if there was
    ///   none, and the body's own result.
    /// - Throws: `LogError` when the log takes nothing more; the state is unchanged then.
    @discardableResult
    public func transact<Result: Sendable>(
        _ body: (RouterState, Timestamp) -> (events: [EventBody], result: Result)
    ) throws(LogError) -> (sequence: UInt64, result: Result) {
        try section { inside throws(LogError) in
            let now = try time(of: &inside)
            let (bodies, result) = body(inside.state, now)
            try append(bodies, to: &inside, at: now)
            return (inside.state.position, result)
        }
    }

    /// Records an event, then decides on the state that knows of it, in one section.
    ///
    /// - Returns: as `transact` of one step.
    /// - Throws: `LogError` when the log takes nothing more; the state holds what was appended.
    public func transact<Result: Sendable>(
        first: (RouterState, Timestamp) -> EventBody,
        then: (RouterState, Timestamp) -> (events: [EventBody], result: Result)
    ) throws(LogError) -> (sequence: UInt64, result: Result) {
        try section { inside throws(LogError) in
            let now = try time(of: &inside)
            try append([first(inside.state, now)], to: &inside, at: now)
            let (bodies, result) = then(inside.state, now)
            try append(bodies, to: &inside, at: now)
            return (inside.state.position, result)
        }
    }

    /// Appends groups of events in one section, so that nothing comes between them.
    ///
    /// - Throws: `LogError` when the log takes nothing more; the state holds what was appended.
    func transactInGroups(
        _ body: (RouterState, Timestamp) -> [[EventBody]]
    ) throws(LogError) {
        try section { inside throws(LogError) in
            let now = try time(of: &inside)
            for group in body(inside.state, now) {
                try append(group, to: &inside, at: now)
            }
        }
    }

    /// Appends a group, and the warnings and alerts that come of it.
    private func append(
        _ bodies: [EventBody],
        to inside: inout Inside,
        at now: Timestamp
    ) throws(LogError) {
        guard !bodies.isEmpty else { return }
        // What ends an attempt or a request must find room where a new request finds none.
        let isCompletion = bodies.allSatisfy(\.isCompletion)
        var bodies = bodies
        try appendGroup(&bodies, to: &inside, at: now, isCompletion: isCompletion)
        for body in bodies {
            for due in inside.state.notices(after: body, at: now) {
                do throws(LogError) {
                    var due = [due]
                    try appendGroup(&due, to: &inside, at: now, isCompletion: isCompletion)
                } catch {
                    // The events stand; what was not recorded stays due, and is told with the next.
                    continue
                }
            }
        }
        snapshots?.offer(inside.state)
    }

    /// Appends, applies and offers to the observers what becomes durable together.
    private func appendGroup(
        _ bodies: inout [EventBody],
        to inside: inout Inside,
        at now: Timestamp,
        isCompletion: Bool
    ) throws(LogError) {
        var sequence = try log.append(
            &bodies,
            at: now,
            isCompletion: isCompletion,
            without: redaction,
            in: &inside.batch
        )
        for body in bodies {
            inside.state.apply(body, at: now, sequence: sequence)
            for observer in inside.observers {
                observer.offer(body, at: now, sequence: sequence)
            }
            sequence += 1
        }
    }

    /// Hands every event that is appended from now on to an observer.
    ///
    /// - Returns: the sequence number of the last event before those.
    @discardableResult
    public func addObserver(_ observer: EventObserver) -> UInt64 {
        inside.withLock { inside in
            inside.observers.append(observer)
            return inside.state.position
        }
    }

    /// Blocks until every observer was handed what was appended so far.
    public func drainObservers() {
        for observer in inside.withLock({ $0.observers }) { observer.drain() }
    }

    /// Appends events that need no decision.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    @discardableResult
    public func record(_ events: [EventBody]) throws(LogError) -> UInt64 {
        try transact { _, _ in (events, ()) }.sequence
    }

    /// Suspends until an event is as durable as the policy wants it before a client hears of it.
    ///
    /// - Parameters:
    ///   - sequence: the number of the event.
    ///   - patience: when a wait for space is abandoned.
    /// - Returns: the microseconds that it took.
    /// - Throws: `LogError` when it never will be, and when a wait for space is abandoned or takes too
    ///   long: it may be durable later.
    public func waitUntilDurable(
        _ sequence: UInt64,
        _ patience: Patience? = nil
    ) async throws(LogError) -> Int {
        guard durability != .async, sequence > log.durableSequence else { return 0 }
        let start = Clocks.monotonicMicroseconds
        try await log.waitUntilDurable(sequence, patience)
        return Int(Clocks.monotonicMicroseconds - start)
    }

    /// Whether an event is as durable as the policy wants it before a client hears of it.
    public func isDurable(_ sequence: UInt64) -> Bool {
        durability == .async || sequence <= log.durableSequence
    }

    /// Whether new requests can be recorded; `nil` when they can.
    public var shortage: LogError? { failure.error.withLock { $0 } ?? log.shortage }

    /// Why a sealed segment could not be recompressed; the log goes on as before.
    var recompressionFailure: LogError? { log.recompressionFailure }

    /// Calls the handler once when the log can take nothing more; the process must stop then.
    ///
    /// What the observers have not heard of by then they hear first.
    public func onPoison(_ handler: @escaping @Sendable (LogError) -> Void) {
        let observers = inside.withLock { $0.observers }
        log.onPoison { error in
            for observer in observers { observer.drain() }
            handler(error)
        }
    }

    /// The directory of the log.
    public var directory: String { log.directory }

    /// Makes everything durable, writes the state down for the next start, closes the log, and lets the
    /// observers hear of all of it.
    ///
    /// Blocks on I/O, and until they have.
    ///
    /// - Throws: `LogError` when something appended is not durable.
    public func close() throws(LogError) {
        defer { drainObservers() }
        snapshots?.finish(read { state, _ in state })
        try log.close()
    }
}

extension EventBody {
    /// Whether the event ends something that an earlier one began, or stands before such an end.
    fileprivate var isCompletion: Bool {
        switch self {
        case .attemptFinished, .requestCompleted, .nodeStopped, .clockJudged: true
        default: false
        }
    }
}
