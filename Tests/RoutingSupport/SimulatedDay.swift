import Events
import RouterState
import Routing
import TestSupport

/// A day of a gateway over six providers in virtual time, without sockets: decisions, attempts,
/// failovers and settlements are made by the functions that the gateway makes them by.
///
/// Providers have outages, brown-outs and rate limits, some of them told to the gateway and some not;
/// there is a budget a day, one a month and one of a tenant, and each runs out. Prices and the policy
/// change, midnight passes, and the gateway restarts. The same seed gives the same events.
struct SimulatedDay {
    /// What the day came to.
    struct Tally: Equatable {
        var received = 0
        /// Those received while a provider would have answered that every limit had room at.
        var answerable = 0
        /// Those of them that were answered.
        var answered = 0
        var failovers = 0
        /// Those that found some provider out of its quota.
        var metQuota = 0
        /// Those that found a budget without room for some provider.
        var metBudget = 0
    }

    private enum Step {
        case arrival
        case send(Running)
        case finish(Running, AttemptOutcome)
        case prices
        case policy
        case restart
    }

    private struct Running {
        var received: RequestReceived
        var decision: RouteDecided
        var attempt: AttemptStarted
        var isAnswerable: Bool
    }

    /// Noon, so that a day's budgets and quotas reset in the middle.
    static let start = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(43_200)
    private static let length: Int64 = 86_400_000_000
    private static let tenant = "acme"

    private(set) var tally = Tally()
    private(set) var state = RouterState()
    /// What was used of the limits, counted beside the state.
    private(set) var limits = LimitCount()
    private let requests: Int
    private var providers: [SimulatedProvider] = []
    private var draws: SeededRandom
    private var now = start
    private var steps = Timeline<Step>()
    private var visit: (Event, UInt64) throws -> Void = { _, _ in }

    /// What the day costs without a budget; `nil` for a day without.
    private var unlimitedCost: Int64?

    /// A day that has not begun.
    init(seed: UInt64, requests: Int, hasBudgets: Bool = true) throws {
        if hasBudgets {
            var day = try SimulatedDay(seed: seed, requests: requests, hasBudgets: false)
            try day.run { _, _ in }
            unlimitedCost = day.limits.spent
        }
        draws = SeededRandom(seed: seed)
        self.requests = requests
        // Limits that a day of so many requests runs into.
        for (index, limit) in [30, 40, 60, 60, 120, 600].enumerated() {
            let requestsPerMinute = max(1, limit * requests / 100_000)
            providers.append(
                SimulatedProvider(
                    "p\(index + 1)",
                    priority: index + 1,
                    price: Int64(index) * 400_000_000,
                    requestsPerMinute: requestsPerMinute,
                    limits: Self.limits(index, requestsPerMinute, of: requests),
                    day: Self.start,
                    draws: &draws
                )
            )
        }
    }

    /// What the gateway is told of a provider's limits: of half of them nothing.
    private static func limits(
        _ index: Int,
        _ requestsPerMinute: Int,
        of requests: Int
    ) -> RateLimits? {
        var limits = RateLimits()
        switch index {
        case 0: limits.requestsPerMinute = requestsPerMinute
        case 1:
            limits.requestsPerDay = requests / 6
            limits.tokensPerMinute = max(60_000, requests * 6 / 10)
        case 2: limits.tokensPerDay = max(60_000, requests * 150)
        default: return nil
        }
        return limits
    }

    /// Runs the day and visits its events, each with its sequence number.
    mutating func run(_ visit: @escaping (Event, UInt64) throws -> Void) throws {
        self.visit = visit
        try append([.nodeStarted(NodeStarted())])
        try applyPolicy(maxAttempts: 4)
        try applyPrices(factor: 1)
        steps.insert(.arrival, at: now)
        steps.insert(.prices, at: now + .seconds(40_000))
        steps.insert(.restart, at: now + .seconds(50_000))
        steps.insert(.policy, at: now + .seconds(60_000))
        while let (time, step) = steps.next() {
            now = time
            switch step {
            case .arrival: try receive()
            case .send(let running): ask(running)
            case .finish(let running, let outcome): try finish(running, outcome)
            case .prices: try applyPrices(factor: 2)
            case .policy: try applyPolicy(maxAttempts: 5)
            case .restart: try restart()
            }
        }
    }

    private mutating func append(_ bodies: [EventBody]) throws {
        for body in bodies {
            let event = Event(body, at: now)
            state.apply(event, sequence: state.position + 1)
            limits.take(event)
            try visit(event, state.position)
        }
    }

    private mutating func receive() throws {
        tally.received += 1
        if tally.received < requests {
            let mean = Int(Self.length) / requests
            steps.insert(.arrival, at: now + .microseconds(draws.int(0...2 * mean)))
        }
        var received = RequestReceived()
        received.request = RequestID(time: now, random: (0, UInt64(tally.received)))
        received.requestedModel = "auto"
        received.features.promptBytes = draws.int(20...16_000)
        received.features.inputTokens = received.features.promptBytes / 4
        received.features.outputLimit = draws.oneIn(2) ? nil : draws.int(16...2_000)
        received.features.messages = draws.int(1...9)
        received.isStreamed = draws.oneIn(2)
        received.tenant = draws.oneIn(10) ? Self.tenant : nil
        let charges = received.tenant.map { ["tenant:\($0)"] } ?? []
        let isAnswerable = providers.contains {
            $0.isUp(at: now)
                && limits.hasRoom(for: received, charges: charges, at: $0.policy, now: now)
        }
        if isAnswerable { tally.answerable += 1 }
        let context = RoutingContext(state, at: now)
        let admission = Admission(of: received, in: context, seed: draws.next())
        let reasons = Set(admission.decision.excluded.map(\.reason))
        if reasons.contains(.quotaExhausted) { tally.metQuota += 1 }
        if reasons.contains(.budgetExceeded) { tally.metBudget += 1 }
        try append([.requestReceived(received), .routeDecided(admission.decision)])
        guard let attempt = admission.attempt else {
            return try complete(received.request, .refused)
        }
        try append([.attemptStarted(attempt)])
        ask(
            Running(
                received: received,
                decision: admission.decision,
                attempt: attempt,
                isAnswerable: isAnswerable
            )
        )
    }

    private mutating func ask(_ running: Running) {
        let provider = providers.firstIndex { $0.policy.name == running.attempt.provider }
        guard let provider else { preconditionFailure("only the day's providers are asked") }
        let outcome = providers[provider].outcome(
            of: running.received,
            running.attempt,
            at: now,
            draws: &draws
        )
        let end = now + .microseconds(outcome.totalMicroseconds)
        steps.insert(.finish(running, outcome), at: end)
    }

    private mutating func finish(_ running: Running, _ outcome: AttemptOutcome) throws {
        // What a restart interrupted has ended already.
        guard state.inFlight[running.received.request] != nil else { return }
        let finished = AttemptFinished(
            of: running.attempt,
            outcome,
            received: running.received,
            prices: state.prices,
            at: now
        )
        try append([.attemptFinished(finished)])
        guard finished.failure != nil else {
            if running.isAnswerable { tally.answered += 1 }
            return try complete(running.received.request, .answered)
        }
        let next = NextAttempt(
            after: running.attempt,
            failure: finished.failure,
            of: running.decision,
            received: running.received,
            in: RoutingContext(state, at: now)
        )
        guard let attempt = next.attempt else {
            return try complete(running.received.request, .failed)
        }
        tally.failovers += 1
        try append([.attemptStarted(attempt)])
        var again = running
        again.attempt = attempt
        steps.insert(.send(again), at: now + .microseconds(attempt.retry?.waitMicroseconds ?? 0))
    }

    private mutating func complete(_ id: RequestID, _ outcome: RequestOutcome) throws {
        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = outcome
        completed.attempts = state.inFlight[id]?.finishedAttempts ?? 0
        completed.cost = state.inFlight[id]?.cost
        try append([.requestCompleted(completed)])
    }

    private mutating func restart() throws {
        try append(state.inFlight.interruptions(prices: state.prices, at: now))
        try append([.nodeStarted(NodeStarted())])
    }

    private mutating func applyPolicy(maxAttempts: Int) throws {
        var applied = PolicyApplied()
        applied.policy.providers = providers.map(\.policy)
        applied.policy.maxAttempts = maxAttempts
        applied.policy.chain = "production"
        let entries = providers.map { ChainEntry.provider($0.policy.name) }
        applied.policy.chains = [RoutingChain("production", entries)]
        applied.policy.budgets = budgets
        applied.policy.hang = HangPolicy()
        var retry = RetryPolicy()
        retry.times = 1
        retry.backoffMicroseconds = 250_000
        retry.longestMicroseconds = 5_000_000
        applied.policy.retry = retry
        applied.fingerprint = Fingerprint(bytes: [UInt8(maxAttempts)])
        try append([.policyApplied(applied)])
    }

    /// Less than the day costs without: when one has run out, the free provider is left, or nobody.
    private var budgets: BudgetPolicy? {
        guard let cost = unlimitedCost else { return nil }
        var budgets = BudgetPolicy()
        budgets.daily = Nanodollars(cost * 60 / 100)
        budgets.monthly = Nanodollars(cost * 94 / 100)
        var scope = ScopedBudget()
        scope.scope = "tenant:\(Self.tenant)"
        scope.monthly = Nanodollars(cost / 16)
        budgets.scopes = [scope]
        budgets.alertThreshold = 800_000
        budgets.outputLimit = 2_000
        budgets.onLimit = .downgrade
        return budgets
    }

    private mutating func applyPrices(factor: Int64) throws {
        var applied = PricesApplied()
        applied.prices = providers.map { provider in
            let price = provider.price * factor
            return ModelPrices(
                provider.policy.name,
                nil,
                TokenPrices(input: price, output: price * 5)
            )
        }
        try append([.pricesApplied(applied)])
    }
}
