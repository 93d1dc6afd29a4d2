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
    }

    private var byProvider: [String: Breaker] = [:]

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

    mutating func apply(_ event: Event, policy: BreakerPolicy) {
        switch event.body {
        case .attemptStarted(let attempt):
            // An attempt at an open breaker is the probe: decide lets nothing else through.
            guard byProvider[attempt.provider]?.openUntil != nil else { return }
            byProvider[attempt.provider]?.probe = attempt.request
        case .attemptFinished(let attempt):
            var breaker = byProvider[attempt.provider] ?? Breaker()
            breaker.finish(attempt, at: event.time, policy: policy)
            byProvider[attempt.provider] = breaker == Breaker() ? nil : breaker
        case .policyApplied:
            // Providers may have changed entirely under the same names.
            byProvider = [:]
        default: break
        }
    }
}

extension Breakers.Breaker {
    mutating func finish(_ attempt: AttemptFinished, at time: Timestamp, policy: BreakerPolicy) {
        let isProbe = openUntil != nil && probe == attempt.request
        // What was under way when the breaker opened says nothing about the provider now.
        guard openUntil == nil || isProbe else { return }
        if isProbe { probe = nil }
        switch attempt.failure?.fault {
        case nil:
            consecutiveFailures = 0
            guard isProbe else { return }
            successes += 1
            if successes >= policy.successesToClose { self = Self() }
        case .provider:
            consecutiveFailures += 1
            if isProbe {
                reopenings += 1
                open(from: time, policy: policy)
            } else if consecutiveFailures >= policy.failuresToOpen {
                open(from: time, policy: policy)
            }
        case .request, .key, .model, .rate, .gateway: break
        }
    }

    private mutating func open(from time: Timestamp, policy: BreakerPolicy) {
        successes = 0
        var wait = policy.openMicroseconds
        for _ in 0..<reopenings where wait < policy.longestOpenMicroseconds { wait *= 2 }
        wait = min(wait, policy.longestOpenMicroseconds)
        openUntil = time + .microseconds(wait)
    }
}
