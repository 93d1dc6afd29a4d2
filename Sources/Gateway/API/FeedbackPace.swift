import Synchronization

/// How fast feedback is taken, from all senders together: each look-up reads the log, and each judgement is kept
/// for ever, while any program of this machine and any page that may use the gateway can send them.
///
/// A look-up that reads much takes more than one place: one more for each ``RequestLookup/stride`` of events, so
/// that what all of them read is bounded too, whichever ids are asked for. It is refused before it reads or not
/// at all: one that was broken off had taken its places for nothing, and so would each that was sent after it. What
/// there are no places for is owed, and none begins until that has come in; so no more is owed than what one
/// look-up on each thread reads.
///
/// In memory: a restart is no way to send more.
final class FeedbackPace: Sendable {
    /// What comes at once: the answers of a batch that was judged as a whole.
    static let burst = 1_000
    /// What comes on and on: more answers than are judged by people or by a model.
    static let perSecond = 100

    private let bucket: Mutex<TokenBucket>

    init(burst: Int = FeedbackPace.burst, perSecond: Int = FeedbackPace.perSecond) {
        bucket = Mutex(TokenBucket(size: burst, perSecond: perSecond))
    }

    /// Takes a place for one; the microseconds until there is one, where there is none.
    func take(at microseconds: Int64) -> Int64? {
        bucket.withLock { $0.take(at: microseconds) }
    }

    /// Takes a place that was used, whether there is one or not.
    func charge(at microseconds: Int64) {
        bucket.withLock { $0.charge(at: microseconds) }
    }

    /// The microseconds until nothing is owed; `nil` where nothing is.
    func debt(at microseconds: Int64) -> Int64? {
        bucket.withLock { $0.debt(at: microseconds) }
    }
}

/// A bucket that fills at a steady pace, and of which each who comes takes one.
struct TokenBucket {
    /// The microseconds in which one comes in.
    private let interval: Int64
    /// The microseconds in which it fills.
    private let whole: Int64
    /// When it was or will be full, counted in what is missing: each who takes one puts it off.
    private var fullAt = Int64.min

    /// - Precondition: both are above 0, and the pace is at most a million.
    init(size: Int, perSecond: Int) {
        precondition(size > 0 && (1...1_000_000).contains(perSecond))
        interval = 1_000_000 / Int64(perSecond)
        whole = interval * Int64(size)
    }

    /// Takes one at an instant of a clock that never goes back.
    ///
    /// - Returns: the microseconds until there is one; `nil` where one was taken.
    mutating func take(at now: Int64) -> Int64? {
        let next = max(fullAt, now) + interval
        let wait = next - now - whole
        guard wait <= 0 else { return wait }
        fullAt = next
        return nil
    }

    /// Takes one, and owes it where there is none.
    mutating func charge(at now: Int64) { fullAt = max(fullAt, now) + interval }

    /// The microseconds until no one is owed; `nil` where none is.
    func debt(at now: Int64) -> Int64? {
        // Nobody has taken one yet: the difference would not fit.
        guard fullAt > now else { return nil }
        let wait = fullAt - now - whole
        return wait > 0 ? wait : nil
    }
}
