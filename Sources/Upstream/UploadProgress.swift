/// How far the body of a request is, and when that last changed.
///
/// Written is what the kernel took, which may be megabytes more than the upstream's side has: only what
/// that acknowledges tells an upstream that reads from one that does not. Nothing says when it does, so
/// it is looked at from time to time.
struct UploadProgress {
    /// How often it is looked at within the time that nothing may happen.
    static let looks = 8

    /// What a look finds.
    struct Reading: Equatable {
        /// Bytes of the body that were handed to the kernel.
        var written: Int
        /// Bytes on the connection that the other side has not acknowledged.
        var unacknowledged: Int
    }

    /// When the upstream was last seen to have taken something.
    private(set) var lastAt: UInt64
    private let count: Int
    private var last: Reading?

    /// `nil` for a request without a body.
    init?(of count: Int, since now: UInt64) {
        guard count > 0 else { return nil }
        self.count = count
        lastAt = now
    }

    /// Counts the time from here on: until now the upstream had a reason to take nothing.
    mutating func restart(at now: UInt64) { lastAt = now }

    /// Whether the kernel has all of the body, so that the upstream may have it too: what it acknowledges
    /// can be lost on its way.
    var isHandedOver: Bool { (last?.written ?? 0) >= count }

    /// Takes in a look; whether the upstream has all of the body.
    mutating func note(_ reading: Reading, at now: UInt64) -> Bool {
        if reading != last {
            last = reading
            lastAt = now
        }
        return reading.written >= count && reading.unacknowledged == 0
    }
}
