import Synchronization

/// How often each request has come, so that a retry can fare otherwise than the first try.
final class OccurrenceCounter: Sendable {
    /// Enough for every prompt of a demo or test; at 16 bytes each it stays small in a soak, where
    /// counting starts over.
    private static let limit = 100_000

    private let counts = Mutex<[UInt64: Int]>([:])

    /// How often a request with this fingerprint came before.
    func next(_ fingerprint: UInt64) -> Int {
        counts.withLock { counts in
            if counts.count >= Self.limit { counts.removeAll(keepingCapacity: true) }
            let seen = counts[fingerprint, default: 0]
            counts[fingerprint] = seen + 1
            return seen
        }
    }
}
