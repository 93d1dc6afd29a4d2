import Events
import Ledger
import Platform
import Routing
import WriteAheadLog

/// An attempt that runs beside the one under way.
struct OtherAttempt: Sendable {
    var attempt: AttemptStarted
    /// When it began, on the monotonic clock.
    var start: Int64
}

extension RunningRequest {
    /// Begins a second attempt beside the one under way and records it, in one section.
    ///
    /// - Returns: the attempt; `nil` where none may be made.
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func hedge(in ledger: Ledger) throws(LogError) -> OtherAttempt? {
        guard let attempt, hedges.isEmpty else { return nil }
        let open = self
        let (sequence, hedge) = try ledger.transact { state, now in
            let hedge = Hedge(
                besides: attempt,
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
        return OtherAttempt(attempt: hedge, start: Clocks.monotonicMicroseconds)
    }

    /// Records how the other attempt ended; the one under way goes on.
    ///
    /// Nobody waits until this is durable: the answer of the one under way rests on earlier events.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func settle(
        _ other: OtherAttempt,
        _ result: AttemptResult,
        in ledger: Ledger
    ) throws(LogError) {
        let open = self
        let (_, settled) = try ledger.transact { state, now in
            let settled = open.finishedEvent(
                of: other.attempt,
                since: other.start,
                result,
                state: state,
                now: now
            )
            return ([.attemptFinished(settled)], settled)
        }
        finished.append(settled)
    }

    /// Makes the other attempt the one under way.
    mutating func change(with other: inout OtherAttempt) {
        guard let attempt else { return }
        let before = OtherAttempt(attempt: attempt, start: attemptStart)
        self.attempt = other.attempt
        attemptStart = other.start
        other = before
    }
}
