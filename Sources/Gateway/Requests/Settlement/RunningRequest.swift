import ClientHTTP
import EventLog
import Events
import Ledger
import Platform
import Providers
import RouterState
import Routing
import WriteAheadLog

/// One request on its way: what was decided for it, and what has come of it so far.
///
/// Everything that happens to the request is recorded through it, so each attempt is settled once and
/// the request completed once.
struct RunningRequest: Sendable {
    /// What it began with.
    let admitted: AdmittedRequest
    /// The sequence number of the last event of this request.
    private(set) var sequence: UInt64
    /// Microseconds that the client has waited for the log alone.
    private var logWait = 0
    /// When the first byte was sent to the client, in microseconds since the start.
    var firstByte: Int?
    /// The attempt under way, or the last one.
    private(set) var attempt: AttemptStarted?
    /// When that attempt began, on the monotonic clock.
    var attemptStart: Int64
    /// The paths of what the provider that answers was not told, as its family has no word for it.
    var dropped: [String] = []
    /// The attempts that finished.
    private(set) var finished: [AttemptFinished] = []
    /// The candidates that were passed over on failover.
    private(set) var skipped: [RouteExclusion] = []
    /// Those of them that were passed over after the last attempt failed.
    private var unasked: [RouteExclusion] = []
    /// What the last provider said that found fault with the request as Logway had translated it, or
    /// with what the model wrote.
    var lastRejection: ProviderFailure?
    /// What keeps its client's connection alive while its answer is silent.
    var keepAlive: KeepAlive?
    /// The attempt that was made beside another, once one was: one a request at most.
    private(set) var hedges: [AttemptStarted] = []

    /// A request that has been admitted.
    ///
    /// - Parameters:
    ///   - admitted: what it begins with.
    ///   - attempt: its first attempt; `nil` where there is none.
    ///   - start: when that begins, on the monotonic clock.
    ///   - sequence: the sequence number of the last event of its admission.
    init(
        _ admitted: AdmittedRequest,
        attempt: AttemptStarted?,
        at start: Int64,
        recordedThrough sequence: UInt64
    ) {
        self.admitted = admitted
        self.attempt = attempt
        attemptStart = start
        self.sequence = sequence
    }

    var id: RequestID { received.request }
    var client: ClientRequest { admitted.client }
    var received: RequestReceived { admitted.received }
    var decision: RouteDecided { admitted.decision }
    var start: Int64 { admitted.start }

    /// The whole cost so far; `nil` once an attempt's is unknown.
    var cost: Nanodollars? { cost(with: nil) }

    /// The whole cost with an attempt that is not among the finished ones yet.
    private func cost(with last: AttemptFinished?) -> Nanodollars? {
        var sum = Nanodollars.zero
        for attempt in finished {
            guard let cost = attempt.cost else { return nil }
            sum = sum + cost
        }
        guard let last else { return sum }
        return last.cost.map { sum + $0 }
    }

    // MARK: - Waiting

    /// Suspends until what the request recorded is as durable as a client may hear of it; on a full disk
    /// for as long as its client is there and the gateway does not stop.
    ///
    /// - Throws: `LogError` when it never will be, or is not waited for any longer.
    mutating func waitUntilDurable(in ledger: Ledger) async throws(LogError) {
        logWait += try await ledger.waitUntilDurable(sequence, admitted.patience)
    }

    /// The same under `strict`, where an attempt is durable before its provider is asked.
    mutating func waitIfStrict(in ledger: Ledger) async throws(LogError) {
        if ledger.durability == .strict { try await waitUntilDurable(in: ledger) }
    }

    // MARK: - A second attempt beside the first

    /// Begins a second attempt beside the one under way and records it, in one section.
    ///
    /// - Returns: the attempt; `nil` where none may be made.
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func beginHedge(in ledger: Ledger) throws(LogError) -> HedgeAttempt? {
        guard let attempt, hedges.isEmpty else { return nil }
        let open = self
        let (sequence, hedge) = try ledger.transact { state, now in
            let hedge = Hedge(
                beside: attempt,
                of: open.decision,
                received: open.received,
                in: RoutingContext(state, at: now)
            ).attempt
            return (hedge.map { [.attemptStarted($0)] } ?? [], hedge)
        }
        guard let hedge else { return nil }
        self.sequence = sequence
        hedges = [hedge]
        skipped += hedge.skipped
        return HedgeAttempt(attempt: hedge, start: Clocks.monotonicMicroseconds)
    }

    /// Makes the attempt beside it the one under way, and the other way round.
    mutating func promoteHedge(_ hedge: inout HedgeAttempt) {
        guard let attempt else { return }
        let before = HedgeAttempt(attempt: attempt, start: attemptStart)
        self.attempt = hedge.attempt
        attemptStart = hedge.start
        hedge = before
    }

    /// Records how the attempt beside the one under way ended, which goes on.
    ///
    /// Nobody waits until this is durable: the answer of the one under way rests on earlier events.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func recordLoser(
        _ loser: HedgeAttempt,
        _ result: AttemptResult,
        in ledger: Ledger
    ) throws(LogError) {
        let open = self
        let (_, finished) = try ledger.transact { state, now in
            let finished = open.finishedEvent(
                of: loser.attempt,
                since: loser.start,
                result,
                state: state,
                now: now
            )
            return ([.attemptFinished(finished)], finished)
        }
        self.finished.append(finished)
    }

    // MARK: - The ends

    /// Records that the attempt failed and takes the next candidate that passes the constraints now,
    /// in one section; if there is none, the request stays open for `complete`.
    ///
    /// - Returns: the next attempt; `nil` where there is none.
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func failOver(
        _ result: AttemptResult,
        in ledger: Ledger
    ) throws(LogError) -> AttemptStarted? {
        guard let attempt else { return nil }
        let open = self
        // Both have ended when a hedge has; those after it in the decision's order are left.
        let hedge = hedges.last.flatMap { $0.number > attempt.number ? $0 : nil }
        let hedgeFailure = finished.first { $0.number == hedge?.number }?.failure
        var failed = AttemptFinished()
        let (sequence, next) = try ledger.transact(
            first: { state, now in
                failed = open.finishedEvent(of: attempt, result, state: state, now: now)
                return .attemptFinished(failed)
            },
            then: { state, now in
                let next = NextAttempt(
                    after: hedge ?? attempt,
                    failure: hedge == nil ? failed.failure : hedgeFailure,
                    of: open.decision,
                    received: open.received,
                    in: RoutingContext(state, at: now)
                )
                return (next.attempt.map { [.attemptStarted($0)] } ?? [], next)
            }
        )
        self.sequence = sequence
        finished.append(failed)
        skipped += next.skipped
        if next.attempt == nil { unasked = next.skipped }
        self.attempt = next.attempt
        attemptStart = Clocks.monotonicMicroseconds
        return next.attempt
    }

    /// Records how the attempt under way ended, if there is one, and that the request is over.
    ///
    /// - Parameters:
    ///   - result: what the attempt under way came to; `nil` where that is recorded, or there is none.
    ///   - ending: how the request ends for its client.
    ///   - ledger: where it is recorded.
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func complete(
        _ result: AttemptResult? = nil,
        _ ending: RequestCompleted,
        in ledger: Ledger
    ) throws(LogError) {
        let (sequence, last) = try ledger.transact { state, now in
            var events: [EventBody] = []
            events.reserveCapacity(2)
            var last: AttemptFinished?
            if let attempt, let result {
                let finished = finishedEvent(of: attempt, result, state: state, now: now)
                events.append(.attemptFinished(finished))
                last = finished
            }
            var completed = completedEvent(ending, last: last)
            completed.isLocal = completed.provider.flatMap { state.policy.provider($0)?.isLocal }
            events.append(.requestCompleted(completed))
            return (events, last)
        }
        self.sequence = sequence
        attempt = nil
        if let last { finished.append(last) }
    }

    /// The event that ends the request, with all that came of it.
    private func completedEvent(
        _ ending: RequestCompleted,
        last: AttemptFinished?
    ) -> RequestCompleted {
        var completed = ending
        completed.request = id
        completed.attempts = finished.count + (last == nil ? 0 : 1)
        completed.provider = (last ?? finished.last)?.provider
        completed.model = (last ?? finished.last)?.model
        completed.cost = cost(with: last)
        completed.skipped = unasked
        completed.decideMicroseconds = admitted.decideMicroseconds
        completed.logWaitMicroseconds = logWait
        completed.firstByteMicroseconds = firstByte
        completed.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        return completed
    }

    /// The event that settles an attempt that ends now (`Settlement.swift` in Routing prices it).
    private func finishedEvent(
        of attempt: AttemptStarted,
        since start: Int64? = nil,
        _ result: AttemptResult,
        state: RouterState,
        now: Timestamp
    ) -> AttemptFinished {
        var outcome = result.outcome
        outcome.totalMicroseconds = Int(Clocks.monotonicMicroseconds - (start ?? attemptStart))
        return AttemptFinished(
            of: attempt,
            outcome,
            received: received,
            running: state.inFlight[id]?.attempt(attempt.number),
            prices: state.prices,
            at: now
        )
    }
}
