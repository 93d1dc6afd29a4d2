import Platform
import Synchronization

/// Whether a client's connection is at rest, for those who look at it from other threads.
final class ConnectionUse: Sendable {
    /// Since when it is at rest, in microseconds of the monotonic clock; one of these where it is not.
    private let since: Atomic<Int64>
    /// When the head began that is on its way; 0 where none is.
    private let head = Atomic<Int64>(0)

    /// How many requests have begun to be answered.
    private let begun = Atomic<Int>(0)

    private static let busy = Int64.max
    private static let leaving = Int64.max - 1

    init(at now: Int64 = Clocks.monotonicMicroseconds) { since = Atomic(now) }

    /// Since when it is at rest; `nil` while a request is under way, and once it was told to close.
    var restingSince: Int64? {
        let since = since.load(ordering: .relaxed)
        return since < Self.leaving ? since : nil
    }

    /// Since when the head of a request has been coming in; `nil` where none is.
    var headSince: Int64? {
        let head = head.load(ordering: .relaxed)
        return head == 0 ? nil : head
    }

    /// Whether a request is under way.
    var isBusy: Bool { since.load(ordering: .relaxed) == Self.busy }

    /// How many requests have begun to be answered, this one under way included.
    var begunCount: Int { begun.load(ordering: .relaxed) }

    /// A request begins.
    func begin() {
        begun.wrappingAdd(1, ordering: .relaxed)
        since.store(Self.busy, ordering: .relaxed)
        head.store(0, ordering: .relaxed)
    }

    /// The last request was answered.
    func rest(at now: Int64) { since.store(now, ordering: .relaxed) }

    /// The head of a request begins to come.
    func headBegan(at now: Int64) { head.store(now, ordering: .relaxed) }

    /// Claims a connection at rest for closing, so that nobody else chooses it; whether it was.
    func leave() -> Bool {
        guard let since = restingSince else { return false }
        return self.since.compareExchange(
            expected: since,
            desired: Self.leaving,
            ordering: .relaxed
        ).exchanged
    }

    /// It was busy after all when it was to close.
    func stay() {
        _ = since.compareExchange(
            expected: Self.leaving,
            desired: Self.busy,
            ordering: .relaxed
        )
    }
}
