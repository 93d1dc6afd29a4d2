public import Events

/// Circuit breakers, one for each provider, folded from the outcomes of attempts.
///
/// Closed until enough failures in a row; then open, and no request runs, until a time that every
/// reopening doubles; then half-open: one request at a time tries the provider, successes close it
/// and a failure reopens it. What time alone changes is computed from `now`, never by a timer.
public struct Breakers: Hashable, Sendable {
    /// What a breaker lets through.
    public enum Position: Hashable, Sendable {
        /// Every request.
        case closed
        /// None until the given time.
        case open(until: Timestamp)
        /// One probe at a time; whether one is under way.
        case halfOpen(probing: Bool)
    }

    struct Breaker: Hashable, Sendable {
        var consecutiveFailures = 0
        var openUntil: Timestamp?
        var reopenings = 0
        var successes = 0
        var probe: RequestID?
        /// The sequence number of the event that opened it last; 0 for one that never was.
        var openedAt: UInt64 = 0
    }

    private var byProvider: [String: Breaker] = [:]

    /// Every breaker closed.
    public init() {}

    /// What the provider's breaker lets through at an instant.
    public func position(of provider: String, at now: Timestamp) -> Position {
        guard let breaker = byProvider[provider], let until = breaker.openUntil else {
            return .closed
        }
        return now < until ? .open(until: until) : .halfOpen(probing: breaker.probe != nil)
    }

    /// Failures in a row, for the status table.
    public func consecutiveFailures(of provider: String) -> Int {
        byProvider[provider]?.consecutiveFailures ?? 0
    }

    mutating func start(_ attempt: AttemptStarted) {
        // An attempt at an open breaker is the probe: decide lets nothing else through.
        guard byProvider[attempt.provider]?.openUntil != nil else { return }
        byProvider[attempt.provider]?.probe = attempt.request
    }

    /// Takes in the end of an attempt that was decided on when the state stood at `started`; `nil`
    /// when that is not known.
    mutating func finish(
        _ attempt: AttemptFinished,
        started: UInt64?,
        at place: EventPlace,
        policy: BreakerPolicy
    ) {
        var breaker = byProvider[attempt.provider] ?? Breaker()
        // What was under way when the breaker opened says nothing about the provider now, not even
        // once the breaker has closed again.
        guard breaker.openedAt <= started ?? .max else { return }
        let before = breaker
        breaker.finish(attempt, at: place, policy: policy)
        guard breaker != before else { return }
        byProvider[attempt.provider] = breaker == Breaker() ? nil : breaker
    }

    /// An event's sequence number and time.
    typealias EventPlace = (sequence: UInt64, time: Timestamp)
}

extension Breakers.Breaker {
    fileprivate mutating func finish(
        _ attempt: AttemptFinished,
        at place: Breakers.EventPlace,
        policy: BreakerPolicy
    ) {
        let isProbe = openUntil != nil && probe == attempt.request
        guard openUntil == nil || isProbe else { return }
        if isProbe { probe = nil }
        switch attempt.failure?.fault {
        case nil:
            consecutiveFailures = 0
            guard isProbe else { return }
            successes += 1
            if successes >= policy.successesToClose { self = Self(openedAt: openedAt) }
        case .provider:
            consecutiveFailures += 1
            if isProbe {
                reopenings += 1
                open(at: place, policy: policy)
            } else if consecutiveFailures >= policy.failuresToOpen {
                open(at: place, policy: policy)
            }
        case .request, .key, .model, .rate, .gateway: break
        }
    }

    private mutating func open(at place: Breakers.EventPlace, policy: BreakerPolicy) {
        successes = 0
        openedAt = place.sequence
        var wait = policy.openMicroseconds
        for _ in 0..<reopenings where wait < policy.longestOpenMicroseconds {
            wait.addClamped(wait)
        }
        wait = min(wait, policy.longestOpenMicroseconds)
        openUntil = place.time.addingClamped(.microseconds(wait))
    }
}

extension Breakers: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "providers", &byProvider)
    }
}

extension Breakers.Breaker: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "consecutive_failures", &consecutiveFailures)
        visitor.field(2, "open_until", &openUntil)
        visitor.field(3, "reopenings", &reopenings)
        visitor.field(4, "successes", &successes)
        visitor.field(5, "probe", &probe)
        visitor.field(6, "opened_at", &openedAt)
    }
}
