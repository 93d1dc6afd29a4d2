import Events
import Ledger
import Platform
import Providers
import RouterState
import Routing
import WriteAheadLog

extension RunningRequest {
    /// Records that the attempt failed and takes the next candidate that passes the constraints now,
    /// in one section; if there is none, the request stays open for `complete`.
    ///
    /// - Returns: whether there is another attempt.
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func failOver(
        _ result: AttemptResult,
        in ledger: Ledger
    ) throws(LogError) -> Bool {
        guard let attempt else { return false }
        let open = self
        // Both have ended when a hedge has; those after it in the decision's order are left.
        let hedge = hedges.last.flatMap { $0.number > attempt.number ? $0 : nil }
        let hedgeFailure = finished.first { $0.number == hedge?.number }?.failure
        var settled = AttemptFinished()
        let (sequence, next) = try ledger.transact(
            first: { state, now in
                settled = open.finishedEvent(of: attempt, result, state: state, now: now)
                return .attemptFinished(settled)
            },
            then: { state, now in
                let next = NextAttempt(
                    after: hedge ?? attempt,
                    failure: hedge == nil ? settled.failure : hedgeFailure,
                    of: open.decision,
                    received: open.received,
                    in: RoutingContext(state, at: now)
                )
                return (next.attempt.map { [.attemptStarted($0)] } ?? [], next)
            }
        )
        self.sequence = sequence
        finished.append(settled)
        skipped += next.skipped
        if next.attempt == nil { unasked = next.skipped }
        self.attempt = next.attempt
        attemptStart = Clocks.monotonicMicroseconds
        return next.attempt != nil
    }

    /// Records how the attempt under way ended, if there is one, and that the request is over.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func complete(
        _ result: AttemptResult? = nil,
        _ ending: RequestEnding,
        in ledger: Ledger
    ) throws(LogError) {
        let (sequence, last) = try ledger.transact { state, now in
            var events: [EventBody] = []
            events.reserveCapacity(2)
            var last: AttemptFinished?
            if let attempt = attempt, let result {
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

    private func completedEvent(
        _ ending: RequestEnding,
        last: AttemptFinished?
    ) -> RequestCompleted {
        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = ending.outcome
        completed.status = ending.status
        completed.attempts = finished.count + (last == nil ? 0 : 1)
        completed.provider = (last ?? finished.last)?.provider
        completed.model = (last ?? finished.last)?.model
        completed.cost = cost(with: last)
        completed.failure = ending.failure
        completed.message = ending.message
        completed.skipped = unasked
        completed.decideMicroseconds = admitted.decideMicroseconds
        completed.logWaitMicroseconds = logWait
        completed.firstByteMicroseconds = firstByte
        completed.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        return completed
    }

    /// The event that settles an attempt that ends now.
    func finishedEvent(
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

extension AttemptResult {
    /// What routing makes an event of.
    fileprivate var outcome: AttemptOutcome {
        var outcome = AttemptOutcome()
        outcome.failure = failure?.kind
        outcome.status = failure?.status ?? status
        outcome.message = failure?.message
        outcome.retryAfter = failure?.retryAfter
        outcome.usage = usage
        outcome.receipt = receipt
        outcome.finishReason = finishReason
        outcome.model = model
        outcome.outputTextBytes = outputTextBytes
        outcome.mayCost = mayCost
        outcome.isUnreadable = isUnreadable
        outcome.held = held
        outcome.refusedStatus = refusedStatus
        outcome.connectMicroseconds = connectMicroseconds
        outcome.firstByteMicroseconds = firstByteMicroseconds
        return outcome
    }
}
