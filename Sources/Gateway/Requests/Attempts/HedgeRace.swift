import ClientHTTP
import Events
import Ledger
import Providers
import Upstream
import WriteAheadLog

/// An attempt that runs beside the one under way.
struct HedgeAttempt: Sendable {
    let attempt: AttemptStarted
    /// When it began, on the monotonic clock.
    let start: Int64
}

/// Two attempts of a request that race for the first content (docs/decisions/0021).
struct HedgeRace {
    /// What happens while attempts race.
    private enum Turn: Sendable {
        /// Nothing has come for too long.
        case due
        /// The attempt with this number began to answer, or failed.
        case responded(Int, FirstResponse)
    }

    let attempts: AttemptRunner
    let ledger: Ledger
    let watch: ClientWatch

    /// Runs the attempt under way and, where nothing comes of it for a while, a second one beside it.
    ///
    /// The first content wins; the other attempt is cancelled and recorded. One that fails leaves the
    /// race to the other. In the end one attempt is under way.
    ///
    /// - Parameters:
    ///   - attempt: the attempt under way.
    ///   - running: its request.
    ///   - delay: how long nothing may come.
    /// - Returns: what came first of the attempt that is under way in the end.
    /// - Throws: `LogError` when the log takes nothing more.
    func firstResponse(
        to attempt: AttemptStarted,
        of running: inout RunningRequest,
        after delay: Duration
    ) async throws(LogError) -> FirstResponse {
        let first = HedgeAttempt(attempt: attempt, start: running.attemptStart)
        let ended: Result<FirstResponse, LogError> = await withTaskGroup(of: Turn.self) { group in
            defer { group.cancelAll() }
            add(first, of: running, to: &group)
            group.addTask {
                do { try await Task.sleep(for: delay) } catch { /* The race is over. */  }
                return .due
            }
            do throws(LogError) {
                return .success(try await winner(of: &running, in: &group))
            } catch {
                return .failure(error)
            }
        }
        return try ended.get()
    }

    /// Starts an attempt of the race; under `strict`, a second one too is durable before its provider
    /// is asked.
    private func add(
        _ racer: HedgeAttempt,
        of running: RunningRequest,
        to group: inout TaskGroup<Turn>
    ) {
        group.addTask { [attempts, ledger, watch] in
            let number = racer.attempt.number
            if racer.attempt.hedge != nil {
                do throws(LogError) {
                    var waiting = running
                    try await waiting.waitIfStrict(in: ledger)
                } catch {
                    // The one under way goes on; where nothing can be recorded any more, its end says so.
                    let failure = ProviderFailure(notDurable: error)
                    return .responded(number, .failed(AttemptResult(uncharged: failure)))
                }
            }
            let response = await attempts.firstResponse(
                to: racer.attempt,
                since: racer.start,
                of: running.admitted,
                watch: watch
            )
            return .responded(number, response)
        }
    }

    private func winner(
        of running: inout RunningRequest,
        in group: inout TaskGroup<Turn>
    ) async throws(LogError) -> FirstResponse {
        var hedge: HedgeAttempt?
        while let turn = await group.next() {
            switch turn {
            case .due:
                guard hedge == nil, !watch.isAbandoned,
                    let second = try running.beginHedge(in: ledger)
                else { continue }
                add(second, of: running, to: &group)
                hedge = second
            case .responded(let number, let response):
                guard var beside = hedge else { return response }
                if number == beside.attempt.number { running.promoteHedge(&beside) }
                // Now the one under way has responded, and the one beside it has not.
                if case .failed(let result) = response, !watch.isAbandoned, !result.isFinal {
                    running.promoteHedge(&beside)
                    try running.recordLoser(beside, result, in: ledger)
                    hedge = nil
                    continue
                }
                let loss = await cancelLoser(in: &group, against: running.attempt?.number ?? 0)
                try running.recordLoser(beside, loss, in: ledger)
                return response
            }
        }
        return .failed(AttemptResult(failure: .stopped(clientGone: false)))
    }

    /// Cancels the attempt beside the one that responded and tells what became of it.
    private func cancelLoser(
        in group: inout TaskGroup<Turn>,
        against winner: Int
    ) async -> AttemptResult {
        let failure: ProviderFailure =
            watch.isStopping
            ? .stopped(clientGone: false)
            : watch.isGone
                ? .stopped(clientGone: true)
                : ProviderFailure(
                    .hedgeLost,
                    "attempt \(winner) was first and this one was cancelled"
                )
        group.cancelAll()
        while let turn = await group.next() {
            switch turn {
            case .due, .responded(_, .complete): continue
            case .responded(_, .streaming(let stream)): stream.exchange.cancel()
            case .responded(_, .failed(var result)):
                // What it failed by itself stands, what the cancelling did to it does not.
                if result.failure?.kind.fault == .gateway { result.failure = failure }
                return result
            }
        }
        return AttemptResult(failure: failure)
    }
}

extension AttemptResult {
    /// Whether no other attempt can do better: the request itself is at fault.
    fileprivate var isFinal: Bool { failure?.kind.fault == .request }
}
