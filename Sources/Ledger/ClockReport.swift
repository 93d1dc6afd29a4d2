public import Events
import Platform
public import RouterState

/// The log's time beside the machine's clock, as a command sees them that only reads the log.
public struct ClockReport: Sendable {
    /// The time of the last event; `nil` where there is none.
    public let logTime: Timestamp?
    /// What the machine's clock says.
    public let clock: Timestamp
    /// Whether the kernel says that a time server keeps it.
    public let isSynchronized: Bool
    /// Why the clock is not believed, by the server that runs or by the next start; `nil` if it is.
    public let doubt: String?
    /// Whether confirming it would help: a log's time can't go back.
    public let isAhead: Bool

    /// The report on a log with this state, now.
    public init(_ state: RouterState) {
        self.init(state, clock: Clocks.wall, isSynchronized: Clocks.isSynchronized(Clocks.wall))
    }

    init(_ state: RouterState, clock: Timestamp, isSynchronized: Bool) {
        self.clock = clock
        self.isSynchronized = isSynchronized
        logTime = state.position == 0 ? nil : state.time
        var start = EventClock(
            after: state.time,
            doubted: state.doubtedClock,
            elapsed: 0
        )
        _ = start.now(wall: clock, elapsed: 0)
        let found = start.doubt.flatMap { $0.isAhead && isSynchronized ? nil : $0 }
        doubt = found.map { ClockWords.doubted(clock: $0.wall, expected: $0.expected) }
        isAhead = found?.isAhead ?? false
    }
}
