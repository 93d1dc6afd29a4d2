public import Events

/// How each provider has been doing: what its attempts came to, and its last probes.
public struct Health: Hashable, Sendable {
    var byProvider: [String: ProviderHealth] = [:]

    /// Nothing known of anyone.
    public init() {}

    /// The record of one provider; an empty one when it was never asked.
    public func of(_ provider: String) -> ProviderHealth {
        byProvider[provider] ?? ProviderHealth()
    }

    mutating func record(_ attempt: AttemptFinished, at time: Timestamp) {
        byProvider[attempt.provider, default: ProviderHealth()].record(attempt, at: time)
    }

    mutating func record(_ probe: HealthProbed, at time: Timestamp) {
        byProvider[probe.provider, default: ProviderHealth()].record(probe, at: time)
    }
}

/// One provider's record.
public struct ProviderHealth: Hashable, Sendable {
    /// Attempts and time of one hour.
    struct Hour: Hashable, Sendable {
        var index: Int64 = -1
        var successes = 0
        var failures = 0
        var microseconds: Int64 = 0
    }

    /// A failure that counted, for people to look at.
    public struct Failure: Hashable, Sendable {
        /// When it was recorded.
        public var time: Timestamp
        /// What it was.
        public var kind: FailureKind
        /// The model that was asked; absent for a probe.
        public var model: String?
        /// What the provider said.
        public var message: String?
    }

    /// How many failures are kept to look at.
    static let recentLimit = 10

    /// The last hour of each hour of the day, in its place.
    var hours = [Hour](repeating: Hour(), count: 24)
    /// Failures in a row that are the provider's fault.
    public internal(set) var consecutiveFailures = 0
    /// The last failures of any kind that ended an attempt, newest last.
    public internal(set) var recentFailures: [Failure] = []
    /// When an attempt or a probe last succeeded.
    public internal(set) var lastSuccess: Timestamp?
    /// Whether the last probe found the provider; `nil` when it was never probed.
    public internal(set) var answeredLastProbe: Bool?
    /// When it was last probed.
    public internal(set) var lastProbe: Timestamp?
    /// What the connections to it were doing then; `nil` where there were none.
    public internal(set) var pool: PoolStatistics?

    /// Attempts of the last 24 hours that succeeded or were the provider's own failure.
    ///
    /// They are counted by the clock hour: the one under way and the 23 before it.
    public func attempts(at now: Timestamp) -> (successes: Int, failures: Int) {
        window(at: now).reduce(into: (0, 0)) { sum, hour in
            sum.0 += hour.successes
            sum.1 += hour.failures
        }
    }

    /// The share of the last 24 hours' attempts that failed; `nil` when there were none.
    public func errorRate(at now: Timestamp) -> Double? {
        let (successes, failures) = attempts(at: now)
        guard successes + failures > 0 else { return nil }
        return Double(failures) / Double(successes + failures)
    }

    /// The share of the last 24 hours' attempts that succeeded; `nil` when there were none.
    public func availability(at now: Timestamp) -> Double? {
        errorRate(at: now).map { 1 - $0 }
    }

    /// The mean time of the last 24 hours' successful attempts.
    public func meanLatency(at now: Timestamp) -> Duration? {
        let hours = window(at: now)
        let count = hours.reduce(0) { $0 + $1.successes }
        guard count > 0 else { return nil }
        return .microseconds(hours.reduce(0) { $0.addingClamped($1.microseconds) } / Int64(count))
    }

    /// The clock hour under way and the 23 before it.
    private func window(at now: Timestamp) -> [Hour] {
        let current = now.hour
        return hours.filter { $0.index > current - 24 && $0.index <= current }
    }

    mutating func record(_ attempt: AttemptFinished, at time: Timestamp) {
        if let kind = attempt.failure {
            if kind.fault != .gateway && kind.fault != .request {
                note(kind, model: attempt.model, message: attempt.message, at: time)
            }
            guard kind.fault == .provider else { return }
            consecutiveFailures += 1
            hour(of: time) { $0.failures += 1 }
        } else {
            consecutiveFailures = 0
            lastSuccess = time
            hour(of: time) {
                $0.successes += 1
                $0.microseconds.addClamped(Int64(attempt.totalMicroseconds))
            }
        }
    }

    mutating func record(_ probe: HealthProbed, at time: Timestamp) {
        answeredLastProbe = probe.failure == nil
        lastProbe = time
        pool = probe.pool
        if let kind = probe.failure {
            note(kind, model: nil, message: probe.message, at: time)
        } else {
            lastSuccess = time
        }
    }

    private mutating func note(
        _ kind: FailureKind,
        model: String?,
        message: String?,
        at time: Timestamp
    ) {
        recentFailures.append(Failure(time: time, kind: kind, model: model, message: message))
        if recentFailures.count > Self.recentLimit { recentFailures.removeFirst() }
    }

    private mutating func hour(of time: Timestamp, _ change: (inout Hour) -> Void) {
        let index = time.hour
        let slot = Self.slot(of: index)
        if hours[slot].index != index { hours[slot] = Hour(index: index) }
        change(&hours[slot])
    }

    static func slot(of index: Int64) -> Int { Int((index % 24 + 24) % 24) }

    /// A record in which nothing happened.
    public init() {}
}

extension Timestamp {
    /// The hours since 1970-01-01T00:00:00Z, rounded down.
    fileprivate var hour: Int64 {
        let (hours, rest) = microseconds.quotientAndRemainder(dividingBy: 3_600_000_000)
        return rest < 0 ? hours - 1 : hours
    }
}
