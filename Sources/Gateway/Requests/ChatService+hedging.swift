import ClientHTTP
import EventLog
import Events
import Ledger
import Providers
import Upstream
import WriteAheadLog

extension ChatService {
    /// What happens while attempts race.
    private enum Step: Sendable {
        /// Nothing has come for too long.
        case due
        /// The attempt with this number began to answer, or failed.
        case opened(Int, AttemptRunner.Opening)
    }

    /// Runs the attempt under way and, where nothing comes of it for a while, a second one beside it.
    ///
    /// The first content wins; the other attempt is cancelled and settled. One that fails leaves the
    /// race to the other. In the end one attempt is under way, with its opening.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    func race(
        _ running: inout RunningRequest,
        _ attempt: AttemptStarted,
        after delay: Duration,
        watch: ClientWatch
    ) async throws(LogError) -> AttemptRunner.Opening {
        let ended: Result<AttemptRunner.Opening, LogError> = await withTaskGroup(of: Step.self) {
            group in
            defer { group.cancelAll() }
            add(attempt, of: running, to: &group, watch)
            group.addTask {
                do { try await Task.sleep(for: delay) } catch { /* The race is over. */  }
                return .due
            }
            do throws(LogError) {
                return .success(try await winner(of: &group, &running, watch))
            } catch {
                return .failure(error)
            }
        }
        return try ended.get()
    }

    /// Starts an attempt of the race; under `strict`, a second one too is durable before its provider
    /// is asked.
    private func add(
        _ attempt: AttemptStarted,
        of running: RunningRequest,
        to group: inout TaskGroup<Step>,
        _ watch: ClientWatch
    ) {
        group.addTask {
            if attempt.hedge != nil, ledger.durability == .strict {
                do throws(LogError) {
                    _ = try await settle(running)
                } catch {
                    // The one under way goes on; where nothing can be recorded any more, its end says so.
                    let failure = ProviderFailure(unsettled: error)
                    let result = AttemptResult(failure: failure, mayCost: false)
                    return .opened(attempt.number, .failed(result))
                }
            }
            return .opened(attempt.number, await open(attempt, of: running, watch: watch))
        }
    }

    private func winner(
        of group: inout TaskGroup<Step>,
        _ running: inout RunningRequest,
        _ watch: ClientWatch
    ) async throws(LogError) -> AttemptRunner.Opening {
        var other: OtherAttempt?
        while let step = await group.next() {
            switch step {
            case .due:
                guard other == nil, !isOver(watch), let hedge = try running.hedge(in: ledger)
                else { continue }
                var beside = running
                beside.attempt = hedge.attempt
                beside.attemptStart = hedge.start
                add(hedge.attempt, of: beside, to: &group, watch)
                other = hedge
            case .opened(let number, let opening):
                guard var beside = other else { return opening }
                if number == beside.attempt.number { running.change(with: &beside) }
                // Now the one under way has opened, and the one beside it has not.
                if case .failed(let result) = opening, !isOver(watch), !result.isLast {
                    running.change(with: &beside)
                    try running.settle(beside, result, in: ledger)
                    other = nil
                    continue
                }
                let loss = try await loss(of: beside, to: &group, running, watch)
                try running.settle(beside, loss, in: ledger)
                return opening
            }
        }
        return .failed(AttemptResult(failure: .stopped(clientGone: false)))
    }

    /// Whether nobody waits for an answer any more.
    func isOver(_ watch: ClientWatch) -> Bool {
        Task.isCancelled || watch.isStopped || watch.isGone
    }

    /// Cancels the attempt beside the one that opened and tells what became of it.
    private func loss(
        of other: OtherAttempt,
        to group: inout TaskGroup<Step>,
        _ running: RunningRequest,
        _ watch: ClientWatch
    ) async throws(LogError) -> AttemptResult {
        let failure: ProviderFailure =
            Task.isCancelled || watch.isStopped
            ? .stopped(clientGone: false)
            : watch.isGone
                ? .stopped(clientGone: true)
                : ProviderFailure(
                    .hedgeLost,
                    "attempt \(running.attempt?.number ?? 0) was first and this one was cancelled"
                )
        group.cancelAll()
        while let step = await group.next() {
            switch step {
            case .due, .opened(_, .whole): continue
            case .opened(_, .flowing(let flowing)): flowing.exchange.cancel()
            case .opened(_, .failed(var result)):
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
    fileprivate var isLast: Bool { failure?.kind.fault == .request }
}
