import Events

@testable import RouterState

/// A log in memory with its fold: what a test says has happened, in order.
struct Journal {
    /// 2026-11-21T12:00:00Z, the start of an hour.
    static let noon = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(12 * 3_600)

    private(set) var state = RouterState()
    private(set) var events: [Event] = []
    /// The time of the next event.
    var now = Journal.noon
    private var requests: UInt64 = 0

    /// Lets time pass.
    mutating func wait(_ duration: Duration) { now = now + duration }

    mutating func append(_ bodies: EventBody...) {
        for body in bodies {
            let event = Event(body, at: now)
            events.append(event)
            state.apply(event, sequence: UInt64(events.count))
        }
    }

    /// A request arrives.
    mutating func receive() -> RequestID {
        requests += 1
        var received = RequestReceived()
        received.request = RequestID(time: now, random: (0, requests))
        received.requestedModel = "auto"
        append(.requestReceived(received))
        return received.request
    }

    /// An attempt of it begins.
    mutating func start(
        _ id: RequestID,
        at provider: String = "groq",
        model: String = "llama",
        number: Int = 1,
        reserving input: Int = 100,
        output: Int? = 200,
        change: (inout AttemptStarted) -> Void = { _ in }
    ) {
        var attempt = AttemptStarted()
        attempt.request = id
        attempt.number = number
        attempt.provider = provider
        attempt.model = model
        attempt.statePosition = state.position
        attempt.reservedInput = input
        attempt.reservedOutput = output
        change(&attempt)
        append(.attemptStarted(attempt))
    }

    /// The attempt under way ends.
    mutating func finish(
        _ id: RequestID,
        _ failure: FailureKind? = nil,
        cost: Nanodollars? = .zero,
        usage: TokenUsage = TokenUsage(),
        retryAt: Timestamp? = nil,
        microseconds: Int = 1_000,
        change: (inout AttemptFinished) -> Void = { _ in }
    ) {
        let attempt = state.inFlight[id]?.attempt ?? RunningAttempt()
        var finished = AttemptFinished()
        finished.request = id
        finished.number = attempt.number
        finished.provider = attempt.provider
        finished.model = attempt.model
        finished.failure = failure
        finished.cost = cost
        finished.usage = usage
        finished.retryAt = retryAt
        finished.totalMicroseconds = microseconds
        change(&finished)
        append(.attemptFinished(finished))
    }

    /// The request ends.
    mutating func complete(_ id: RequestID, _ outcome: RequestOutcome = .answered) {
        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = outcome
        append(.requestCompleted(completed))
    }

    /// A whole request of one attempt.
    mutating func attempt(
        _ failure: FailureKind? = nil,
        at provider: String = "groq",
        model: String = "llama",
        cost: Nanodollars? = .zero,
        retryAt: Timestamp? = nil,
        microseconds: Int = 1_000
    ) {
        let id = receive()
        start(id, at: provider, model: model)
        finish(id, failure, cost: cost, retryAt: retryAt, microseconds: microseconds)
        complete(id, failure == nil ? .answered : .failed)
    }

    /// The process ends and another opens the log.
    mutating func restart() {
        for body in state.inFlight.interruptions(prices: state.prices, at: now) { append(body) }
        append(.nodeStarted(NodeStarted()))
    }

    mutating func apply(policy: RoutingPolicy) {
        var applied = PolicyApplied()
        applied.policy = policy
        applied.fingerprint = Fingerprint(bytes: [UInt8(truncatingIfNeeded: events.count), 7])
        append(.policyApplied(applied))
    }

    mutating func apply(prices: [ModelPrices]) {
        var applied = PricesApplied()
        applied.prices = prices
        append(.pricesApplied(applied))
    }

    /// What the breaker of a provider lets through now.
    func breaker(of provider: String = "groq") -> Breakers.Position {
        state.breakers.position(of: provider, at: now)
    }

    /// The health of a provider.
    func health(of provider: String = "groq") -> ProviderHealth { state.health.of(provider) }
}

extension ModelPrices {
    init(_ provider: String, _ model: String?, _ prices: TokenPrices) {
        self.init()
        self.provider = provider
        self.model = model
        self.prices = prices
        source = "test"
    }
}

extension FailureKind {
    /// The kinds that are the fault of one of the given parties.
    static func kinds(_ faults: Fault...) -> [FailureKind] {
        allCases.filter { faults.contains($0.fault) }
    }
}
