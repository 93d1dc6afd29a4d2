import EventLog
public import Events
public import Logging
import Platform
public import ServiceLifecycle

/// Looks after old segments: closes months, gives up what need not be kept, and tells of what could not
/// be recompressed; at the start, then every hour, beside the requests.
public struct RetentionSchedule: Service {
    /// Rules count in days or in whole segments, so nothing is lost by waiting.
    static let interval = Duration.seconds(3_600)

    let ledger: Ledger
    let rule: Retention
    let bodies: BodyRecorder?
    let bodiesKeptDays: Int
    let logger: Logger

    /// A schedule for a ledger and for the texts that are kept beside it.
    ///
    /// - Parameters:
    ///   - ledger: whose segments are looked after.
    ///   - rule: which of its events are kept.
    ///   - bodies: the texts of requests and answers; `nil` where none are kept.
    ///   - bodiesKeptDays: for how many days they are.
    ///   - logger: where the operator reads what happens.
    public init(
        ledger: Ledger,
        rule: Retention,
        bodies: BodyRecorder?,
        bodiesKeptDays: Int,
        logger: Logger
    ) {
        self.ledger = ledger
        self.rule = rule
        self.bodies = bodies
        self.bodiesKeptDays = bodiesKeptDays
        self.logger = logger
    }

    /// Runs until the service is told to stop; a step that began is broken off where the log is whole.
    ///
    /// It runs on even when a step failed: a service that ends stops the gateway.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await step()
                await retireBodies()
                reportRecompressionFailure()
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    return
                }
            }
        }
    }

    /// One step; what fails is told, and tried again by the next.
    private func step() async {
        do {
            let plan = try await BlockingWork.run { [ledger, rule] isWanted in
                try ledger.retain(rule, while: isWanted)
            }
            guard let plan else { return }
            logger.notice(
                """
                events before \(plan.keptSince) were pruned (\(rule)): \(plan.bytes) bytes, \
                the log begins with number \(plan.firstKept)
                """
            )
        } catch {
            logger.warning("retention failed, the next try is in an hour: \(error)")
        }
    }

    private func reportRecompressionFailure() {
        guard let failure = ledger.recompressionFailure else { return }
        logger.warning(
            """
            a sealed segment was not recompressed and stays as it is, the next start tries again; \
            `logway log verify` tells whether it is damaged: \(failure)
            """
        )
    }

    private func retireBodies() async {
        guard let bodies else { return }
        let (days, now) = (bodiesKeptDays, ledger.now)
        do {
            let bytes = try await BlockingWork.run {
                try bodies.retire(olderThanDays: days, now: now)
            }
            guard bytes > 0 else { return }
            logger.notice("texts older than \(days) days were deleted: \(bytes) bytes")
        } catch {
            logger.warning(
                "old texts could not be deleted, the next try is in an hour: \(error)"
            )
        }
    }
}

extension RetentionSchedule: CustomStringConvertible {
    /// The name alone: the lifecycle's errors print the service that they are about.
    public var description: String { "retention" }
}
