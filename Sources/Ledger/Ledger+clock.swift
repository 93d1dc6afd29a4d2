public import Events
import Platform
import RouterState
import WriteAheadLog

extension Ledger {
    /// Why the wall clock is not believed, in words; `nil` while it is.
    public var clockDoubt: String? {
        doubt.map { ClockWords.doubted(clock: $0.wall, expected: $0.expected) }
    }

    /// Looks whether there is evidence for a clock that is doubted, and records what came of that.
    ///
    /// Reads files; call it every so often from a thread that may block.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    func judgeClock() throws(LogError) {
        if let doubt, doubt.isAhead {
            let isConfirmed = ClockConfirmation.take(in: directory, for: doubt.wall)
            if isConfirmed || Clocks.isSynchronized(Clocks.wall) {
                believeClock(isConfirmed ? .confirmed : .synchronized)
            }
        }
        guard hasJudgements else { return }
        // What is waiting to be recorded goes before the events of any section, of which this has none.
        try transact { _, _ in ([], ()) }
    }
}

/// What is said of a clock.
public enum ClockWords {
    /// That it is doubted, and what to do.
    public static func doubted(clock: Timestamp, expected: Timestamp) -> String {
        let isAhead = clock > expected
        let apart = Self.apart(clock, expected)
        return "the machine's clock says \(clock), \(apart) \(isAhead ? "ahead of" : "behind") the "
            + "log's time \(expected); the log goes on without it: "
            + (isAhead
                ? "set the clock, or run `logway log clock --confirm` if it is right"
                : "set the clock; if it is right, the log's time is wrong until the clock reaches it")
    }

    /// How far apart two instants are, in the largest unit that tells it.
    static func apart(_ left: Timestamp, _ right: Timestamp) -> String {
        let seconds = abs(
            left.microseconds.subtractingClamped(right.microseconds) / 1_000_000
        )
        return seconds >= 2 * 86_400
            ? "\(seconds / 86_400) days"
            : "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    }
}
