import Events
import Glibc

/// The clocks of the machine, read at the edge and passed on as values.
enum Clocks {
    /// The wall clock, in UTC; it may jump.
    static var wall: Timestamp {
        Timestamp(microseconds: read(CLOCK_REALTIME))
    }

    /// Microseconds of a clock that never jumps, for measuring.
    static var monotonicMicroseconds: Int64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Safe: the struct outlives the call, which only fills it in.
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
