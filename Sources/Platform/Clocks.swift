import CTimex
public import Events
import Glibc

/// The clocks of the machine, read at the edge and passed on as values.
public enum Clocks {
    /// The wall clock, in UTC; it may jump.
    public static var wall: Timestamp {
        Timestamp(microseconds: read(CLOCK_REALTIME))
    }

    /// Microseconds of a clock that never jumps, for measuring.
    public static var monotonicMicroseconds: Int64 { read(CLOCK_MONOTONIC) }

    /// Microseconds since the machine started, its sleep included, which nobody can set.
    public static var elapsedMicroseconds: Int64 { read(CLOCK_BOOTTIME) }

    /// Whether the kernel says that a time server keeps this reading of the wall clock.
    ///
    /// A reading that is not the kernel's own, as of a process that is shown another time, has no such
    /// word for it.
    public static func isSynchronized(_ wall: Timestamp) -> Bool {
        var seconds = 0
        // SAFETY: the call fills in the one number, which outlives it.
        guard unsafe ctimex_is_synchronized(&seconds) == 1 else { return false }
        return abs(wall.microseconds / 1_000_000 - Int64(seconds)) <= 2
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // SAFETY: the struct outlives the call, which only fills it in.
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
