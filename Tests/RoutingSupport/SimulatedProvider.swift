import Events
import Routing
import TestSupport

/// A provider in virtual time: it answers, but for the stretches of its day in which it does not.
struct SimulatedProvider {
    /// How it is doing.
    enum Condition: Hashable {
        case up
        /// Most of what it is asked fails.
        case brownout
        /// It can't be reached.
        case outage
    }

    let policy: ProviderPolicy
    let price: Int64
    /// Requests a minute; more are refused until the next one.
    let requestsPerMinute: Int
    private var stretches: [(range: Range<Timestamp>, condition: Condition)] = []
    private var minute: Int64 = 0
    private var asked = 0

    init(
        _ name: String,
        priority: Int,
        price: Int64,
        requestsPerMinute: Int,
        limits: RateLimits?,
        day: Timestamp,
        draws: inout SeededRandom
    ) {
        var policy = ProviderPolicy(name, priority, defaultModel: "m", models: ["m"])
        policy.limits = limits
        var firstToken = FirstTokenPolicy()
        firstToken.typicalMicroseconds = 60_000_000
        firstToken.slowMicroseconds = 120_000_000
        policy.firstToken = firstToken
        self.policy = policy
        self.price = price
        self.requestsPerMinute = requestsPerMinute
        for _ in 0..<3 {
            let start = day + .seconds(draws.int(0...86_400))
            let end = start + .seconds(draws.int(60...5_400))
            stretches.append((start..<end, draws.oneIn(2) ? .outage : .brownout))
        }
    }

    func condition(at now: Timestamp) -> Condition {
        stretches.last { $0.range.contains(now) }?.condition ?? .up
    }

    /// Whether it would answer one more request now.
    func isUp(at now: Timestamp) -> Bool {
        condition(at: now) == .up && !isLimited(at: now)
    }

    private func isLimited(at now: Timestamp) -> Bool {
        minute == now.microseconds / 60_000_000 && asked >= requestsPerMinute
    }

    /// What becomes of a request that is sent now: it has at most a token for every two bytes, and an
    /// answer no longer than the limit that was sent with it.
    mutating func outcome(
        of received: RequestReceived,
        _ attempt: AttemptStarted,
        at now: Timestamp,
        draws: inout SeededRandom
    ) -> AttemptOutcome {
        var outcome = AttemptOutcome()
        switch condition(at: now) {
        case .outage:
            outcome.failure = draws.oneIn(3) ? .connectTimeout : .connectionFailed
            outcome.mayCost = false
            outcome.totalMicroseconds = outcome.failure == .connectTimeout ? 5_000_000 : 900
            return outcome
        case .brownout where !draws.oneIn(4):
            let statuses: [FailureKind: Int] = [.overloaded: 529, .serverError: 500]
            outcome.failure = draws.one(of: [.overloaded, .serverError, .firstTokenTimeout])
            outcome.status = outcome.failure.flatMap { statuses[$0] }
            outcome.mayCost = outcome.failure == .firstTokenTimeout
            // A hang lasts until it is abandoned.
            outcome.totalMicroseconds =
                outcome.failure == .firstTokenTimeout
                ? Int(attempt.stallTimeout?.microseconds ?? 60_000_000)
                : draws.int(20_000...8_000_000)
            return outcome
        case .up, .brownout: break
        }
        if isLimited(at: now) {
            outcome.failure = .rateLimited
            outcome.status = 429
            outcome.mayCost = false
            outcome.retryAfter = .microseconds(60_000_000 - now.microseconds % 60_000_000)
            outcome.totalMicroseconds = draws.int(10_000...60_000)
            return outcome
        }
        if minute != now.microseconds / 60_000_000 {
            minute = now.microseconds / 60_000_000
            asked = 0
        }
        asked += 1
        outcome.status = 200
        outcome.usage = TokenUsage(
            input: draws.int(1...received.features.promptBytes / 2),
            output: draws.int(1...min(900, attempt.reservedOutput ?? 900))
        )
        outcome.firstByteMicroseconds = draws.int(80_000...900_000)
        outcome.totalMicroseconds = draws.int(900_000...9_000_000)
        return outcome
    }
}
