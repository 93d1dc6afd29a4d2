extension AttemptFinished {
    /// Microseconds in all; `nil` for an attempt that a crash ended, which nobody timed.
    public var measuredMicroseconds: Int? {
        failure == .interrupted && totalMicroseconds == 0 ? nil : totalMicroseconds
    }
}

extension RequestCompleted {
    /// Whether the next start ended it after a crash: a client that an orderly stop turns away is
    /// sent a status.
    public var isEndedByCrash: Bool { outcome == .interrupted && status == 0 }

    /// Microseconds in all; `nil` after a crash, when the gateway's down time is in them.
    public var measuredMicroseconds: Int? { isEndedByCrash ? nil : totalMicroseconds }
}
