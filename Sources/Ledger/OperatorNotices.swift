import EventLog
import Events
import Reporting

/// The warnings and alerts among the log's events, said to the operator as lines.
enum OperatorNotices {
    /// How many may wait for whoever says them: quotas warn twice in their window, budgets once.
    static let limit = 64

    /// An observer of a log that says them.
    static func observer(
        of log: EventLog,
        notice: @escaping @Sendable (String) -> Void
    ) -> EventObserver {
        // Weak: a ledger that is let go of lets go of its log at once.
        EventObserver("logway.notices", limit: limit, wants: isOne) { [weak log] observation in
            switch observation {
            case .event(let event, let sequence): notice(line(event, sequence))
            case .missed(let range):
                do {
                    try log?.forEach(in: range) { event, sequence in
                        if isOne(event.body) { notice(line(event, sequence)) }
                    }
                } catch {
                    notice(
                        "the warnings and alerts among events \(range.lowerBound) to "
                            + "\(range.upperBound) could not be said: \(error)"
                    )
                }
            }
        }
    }

    private static func isOne(_ body: EventBody) -> Bool {
        switch body {
        case .quotaWarned, .budgetAlerted, .clockJudged: true
        default: false
        }
    }

    private static func line(_ event: Event, _ sequence: UInt64) -> String {
        guard case .clockJudged(let judged) = event.body else {
            return EventLine(event, sequence).text
        }
        return judged.verdict == .doubted
            ? ClockWords.doubted(clock: judged.clock, expected: judged.expected)
            : "the machine's clock is believed again (\(judged.verdict.name)): \(judged.clock)"
    }
}
