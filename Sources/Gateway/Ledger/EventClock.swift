import Events

/// The time that events are stamped with: the wall clock's, but it never goes back and never stands.
///
/// When the wall clock is set back, or the log was written under one that was ahead, time goes on from
/// the last event at the pace of a clock that can't be set, until the wall clock has caught up. If it
/// stood instead, nothing that waits for a time (breakers, holds, days) would end meanwhile.
struct EventClock {
    private var last: Timestamp
    private var lastMonotonic: Int64

    /// A clock that shows no time before `time`.
    init(after time: Timestamp) {
        last = time
        lastMonotonic = Clocks.monotonicMicroseconds
    }

    /// The time now, by the machine's clocks.
    mutating func now() -> Timestamp {
        now(wall: Clocks.wall, monotonic: Clocks.monotonicMicroseconds)
    }

    /// The time at a reading of both clocks, of which the second is in microseconds and never set.
    mutating func now(wall: Timestamp, monotonic: Int64) -> Timestamp {
        let paced = last.advanced(byMicroseconds: max(0, monotonic - lastMonotonic))
        last = max(wall, paced)
        lastMonotonic = monotonic
        return last
    }
}
