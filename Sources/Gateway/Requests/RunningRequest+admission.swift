import Events
import Providers
import RouterState
import Routing
import WriteAheadLog

extension Ledger {
    /// Decides for a request and records it: received, decided, and the first attempt or the refusal.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    func admit(
        _ client: ClientRequest,
        as received: RequestReceived,
        seed: UInt64,
        start: Int64
    ) throws(LogError) -> RunningRequest {
        let (sequence, opening) = try transact { state, now in
            let admission = Admission(of: received, state: state, now: now, seed: seed)
            var events: [EventBody] = []
            events.reserveCapacity(3)
            events.append(.requestReceived(received))
            events.append(.routeDecided(admission.decision))
            if let attempt = admission.attempt { events.append(.attemptStarted(attempt)) }
            let opening = Opening(
                admission: admission,
                whole: admission.decision.deadline - now,
                hedgeDelay: Hedge.delay(for: received, state: state)
            )
            return (events, opening)
        }
        let now = Clocks.monotonicMicroseconds
        return RunningRequest(
            admitted: AdmittedRequest(
                client,
                as: received,
                decision: opening.admission.decision,
                start: start,
                decidedAt: now,
                whole: opening.whole,
                hedgeDelay: opening.hedgeDelay
            ),
            sequence: sequence,
            attempt: opening.admission.attempt,
            attemptStart: now
        )
    }

    /// Records a request that could not be read, and how it ended.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    func refuse(
        _ received: RequestReceived,
        _ ending: RequestEnding,
        start: Int64
    ) throws(LogError) -> UInt64 {
        var completed = RequestCompleted()
        completed.request = received.request
        completed.outcome = ending.outcome
        completed.status = ending.status
        completed.cost = .zero
        completed.failure = ending.failure
        completed.message = ending.message
        completed.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        return try record([.requestReceived(received), .requestCompleted(completed)])
    }
}

/// What a request begins with.
private struct Opening {
    let admission: Admission
    /// How long it may take with all its attempts.
    let whole: Duration
    let hedgeDelay: Duration?
}
