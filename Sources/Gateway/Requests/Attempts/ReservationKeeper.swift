import Events
import Ledger
import Platform
import Providers
import Routing
import Synchronization
import Upstream

/// Keeps what a streamed attempt holds of the budgets ahead of what its provider may have written, and
/// cancels the attempt where a budget has no more room (docs/decisions/0047), or where the provider writes
/// on past its limit (docs/decisions/0058).
///
/// Where a model shows all that it writes, the bytes of the answer bound its tokens. Where it may think
/// unseen, the time bounds them, from the start of the attempt on, so a clock looks once a second.
final class ReservationKeeper: Sendable {
    private struct Held {
        /// The output tokens that are held; more than any where nothing is to be kept ahead of.
        var tokens: Int
        /// When what is held must be renewed, on the monotonic clock, or it would expire.
        var renewal: Int64
        /// Why the attempt was cancelled.
        var end: ProviderFailure?
    }

    /// How often the clock looks.
    private static let tick = Duration.seconds(1)
    /// The least time between two renewals: what is held outlives the request's whole time by a minute.
    private static let leastRenewal = Duration.seconds(30)

    private let counted = Counted(.reservationKeepers)
    private let ledger: Ledger
    private let attempt: AttemptStarted
    private let exchange: UpstreamExchange
    private let start: Int64
    private let renewEvery: Int64
    /// The most that its provider may write; `nil` where it was sent no limit.
    private let allowance: OutputAllowance?
    private let held: Mutex<Held>

    /// A keeper of an attempt that has just been sent.
    ///
    /// - Parameters:
    ///   - attempt: the attempt.
    ///   - exchange: its call, which is cancelled where a budget is used up.
    ///   - whole: how long the attempt's request may take before its answer flows.
    ///   - ledger: where what it holds is recorded.
    init(
        of attempt: AttemptStarted,
        cancelling exchange: UpstreamExchange,
        within whole: Duration,
        in ledger: Ledger
    ) {
        self.ledger = ledger
        self.attempt = attempt
        self.exchange = exchange
        start = Clocks.monotonicMicroseconds
        allowance = OutputAllowance(of: attempt)
        renewEvery = max(Self.leastRenewal.microseconds, whole.microseconds / 2)
        let tokens = attempt.outputBound == nil ? nil : attempt.reservedOutput
        held = Mutex(Held(tokens: tokens ?? .max, renewal: start + renewEvery))
        guard attempt.unseenSpeed != nil else { return }
        Task { [weak self] in
            while true {
                do { try await Task.sleep(for: Self.tick) } catch { return }
                guard let self, self.isKept() else { return }
            }
        }
    }

    /// Why the attempt was cancelled; `nil` where it was not.
    var end: ProviderFailure? { held.withLock(\.end) }

    /// Takes in how many bytes have been written, and what of them is text.
    ///
    /// - Throws: `ProviderFailure` where that is far more than was asked for, or a budget has no room for it;
    ///   the call is cancelled then.
    func wrote(_ bytes: Int, _ text: WrittenText) throws(ProviderFailure) {
        if let overrun = allowance?.overrun(by: text) { cancel(.outputOverrun, overrun) }
        let now = Clocks.monotonicMicroseconds
        look(written: written(bytes, at: now), at: now)
        if let end { throw end }
    }

    /// Looks by the clock alone; whether there is anything left to look after.
    private func isKept() -> Bool {
        // Until the next look the model writes on.
        let now = Clocks.monotonicMicroseconds
        look(written: written(0, at: now + Self.tick.microseconds), at: now)
        return held.withLock { $0.end == nil && $0.tokens < .max }
    }

    /// The most output tokens that may have been written: no tokenizer makes more of a text than it has
    /// bytes, and what is not shown takes its time.
    private func written(_ bytes: Int, at now: Int64) -> Int {
        guard let speed = attempt.unseenSpeed else { return bytes }
        let unseen = Int128(max(0, now - start)) * Int128(speed) / 1_000_000
        return max(Int(clamping: unseen), TokenEstimate.wholeTokens(ofBytes: bytes))
    }

    private func look(written: Int, at now: Int64) {
        let isDue = held.withLock { held in
            guard held.end == nil else { return false }
            let needed = written.addingReportingOverflow(ReservationExtension.ahead)
            return now >= held.renewal || needed.overflow || needed.partialValue > held.tokens
        }
        guard isDue else { return }
        do {
            let (_, outcome) = try ledger.transact { state, time in
                let extending = ReservationExtension(
                    of: attempt.request,
                    attempt.number,
                    written: written,
                    in: RoutingContext(state, at: time)
                )
                guard case .holds = extending else { return (extending.events, extending) }
                var change = ReservationExtended()
                change.request = attempt.request
                change.number = attempt.number
                change.written = written
                let renewal = state.renewal(of: change)
                let isOver = now >= held.withLock(\.renewal)
                return (isOver ? renewal.map { [.reservationExtended($0)] } ?? [] : [], extending)
            }
            take(outcome, at: now)
        } catch {
            cancel(.interrupted, "what the answer may cost could not be recorded")
        }
    }

    private func take(_ outcome: ReservationExtension, at now: Int64) {
        switch outcome {
        case .refused(let budget):
            cancel(
                .budgetExhausted,
                "the budget '\(budget)' has no room for more of the answer, which was cut"
            )
        case .extended(let event):
            held.withLock { held in
                held.tokens = event.output.flatMap { $0 == attempt.outputBound ? nil : $0 } ?? .max
                held.renewal = now + renewEvery
            }
        case .holds:
            // It holds all that it may take, or has ended.
            held.withLock { held in
                held.tokens = .max
                held.renewal = now + renewEvery
            }
        }
    }

    private func cancel(_ kind: FailureKind, _ message: String) {
        held.withLock { $0.end = ProviderFailure(kind, message) }
        exchange.cancel()
    }
}

extension ReservationExtension {
    /// The event that records it.
    fileprivate var events: [EventBody] {
        if case .extended(let event) = self { [.reservationExtended(event)] } else { [] }
    }
}
