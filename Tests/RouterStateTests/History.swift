import Events
import TestSupport

@testable import RouterState

/// A random but well-formed history: what a gateway could have recorded, with requests that overlap,
/// failures of every kind, restarts and changes of policy and prices.
struct History {
    static let providers = ["groq", "claude", "ollama"]
    static let models = ["llama", "haiku", "qwen/qwen3:8b"]

    private(set) var journal = Journal()
    private var draws: SeededRandom
    /// Requests that ended, for feedback.
    private var ended: [RequestID] = []

    init(seed: UInt64, steps: Int) {
        draws = SeededRandom(seed: seed)
        journal.append(.nodeStarted(NodeStarted()))
        changePolicy()
        changePrices()
        for _ in 0..<steps { step() }
    }

    private mutating func step() {
        journal.wait(.microseconds(draws.one(of: [0, 1, 900, 70_000, 9_000_000, 61_000_000])))
        if draws.oneIn(40) { journal.wait(.seconds(draws.int(1...30) * 3_600)) }
        switch draws.int(1...100) {
        case 1...25: _ = journal.receive()
        case 26...45: startSome()
        case 46...50: hedgeSome()
        case 51...80: finishSome()
        case 81...88: completeSome()
        case 89...91: probe()
        case 92...94: listModels()
        case 95: judge()
        case 96: tick()
        case 97: restart()
        case 98: changePolicy()
        default: changePrices()
        }
    }

    /// Begins an attempt of a waiting request, where the breaker lets one through.
    private mutating func startSome() {
        let waiting = journal.state.inFlight.ids.filter {
            journal.state.inFlight[$0]?.attempt == nil
        }
        let provider = draws.one(of: Self.providers)
        let mayStart = [.closed, .halfOpen(probing: false)].contains(journal.breaker(of: provider))
        guard !waiting.isEmpty, mayStart else { return }
        let id = draws.one(of: waiting)
        journal.start(
            id,
            at: provider,
            model: draws.one(of: Self.models),
            number: (journal.state.inFlight[id]?.finishedAttempts ?? 0) + 1,
            reserving: draws.int(0...9_000),
            output: draws.oneIn(3) ? nil : draws.int(0...4_000)
        ) { attempt in
            attempt.key = draws.int(0...2)
            attempt.conversation = draws.oneIn(2) ? UInt64(draws.int(1...5)) : nil
            attempt.lane = draws.oneIn(2) ? "key \(attempt.key + 1)" : nil
            attempt.reservedTokens = draws.oneIn(3) ? nil : draws.int(0...9_000)
            attempt.reservedCost =
                draws.oneIn(3) ? nil : Nanodollars(Int64(draws.int(0...9_999_999_999)))
            attempt.charges = ["task:code", "tenant:acme"].filter { _ in draws.oneIn(3) }
        }
        notify()
    }

    /// Begins an attempt beside one that runs.
    private mutating func hedgeSome() {
        let alone = journal.state.inFlight.ids.filter {
            guard let request = journal.state.inFlight[$0] else { return false }
            return request.attempt != nil && request.hedges.isEmpty
        }
        let provider = draws.one(of: Self.providers)
        let mayStart = [.closed, .halfOpen(probing: false)].contains(journal.breaker(of: provider))
        guard !alone.isEmpty, mayStart else { return }
        let id = draws.one(of: alone)
        let first = journal.state.inFlight[id]?.attempt
        guard first?.provider != provider else { return }
        journal.start(id, at: provider, number: (first?.number ?? 0) + 1) { attempt in
            attempt.reservedTokens = draws.int(0...9_000)
            attempt.reservedCost = Nanodollars(Int64(draws.int(0...9_999_999_999)))
            attempt.hedge = HedgeReason()
        }
        notify()
    }

    /// Records what the last event made due, as the ledger does.
    private mutating func notify() {
        guard let last = journal.events.last else { return }
        for notice in journal.state.notices(after: last.body, at: journal.now) {
            journal.append(notice)
        }
    }

    private mutating func tick() {
        var tick = QuotaTick()
        tick.provider = draws.one(of: Self.providers)
        tick.model = draws.one(of: Self.models)
        tick.kind = draws.one(of: QuotaKind.allCases)
        tick.limit = draws.oneIn(3) ? nil : draws.int(0...5_000)
        tick.remaining = draws.int(0...5_000)
        journal.append(.quotaTick(tick))
        notify()
    }

    private mutating func limits() -> RateLimits? {
        guard draws.oneIn(2) else { return nil }
        var limits = RateLimits()
        limits.requestsPerMinute = draws.oneIn(2) ? draws.int(1...20) : nil
        limits.requestsPerDay = draws.oneIn(2) ? draws.int(1...100) : nil
        limits.tokensPerMinute = draws.oneIn(2) ? draws.int(1...40_000) : nil
        limits.tokensPerDay = draws.oneIn(2) ? draws.int(1...90_000) : nil
        return limits
    }

    private mutating func budgets() -> BudgetPolicy? {
        guard draws.oneIn(2) else { return nil }
        var budgets = BudgetPolicy()
        budgets.alertThreshold = 800_000
        budgets.daily = Nanodollars(Int64(draws.int(1...99_999_999_999)))
        budgets.monthly = Nanodollars(Int64(draws.int(1...999_999_999_999)))
        var scope = ScopedBudget()
        scope.scope = "task:code"
        scope.monthly = Nanodollars(Int64(draws.int(1...99_999_999_999)))
        if draws.oneIn(2) { budgets.scopes = [scope] }
        return budgets
    }

    private mutating func finishSome() {
        let running = journal.state.inFlight.ids.filter {
            journal.state.inFlight[$0]?.attempt != nil
        }
        guard !running.isEmpty else { return }
        let id = draws.one(of: running)
        let hedge = journal.state.inFlight[id]?.hedges.first
        let failure = draws.oneIn(2) ? draws.one(of: FailureKind.allCases) : nil
        let retryAt = journal.now + .milliseconds(draws.int(-1_000...90_000))
        journal.finish(
            id,
            failure,
            cost: draws.oneIn(5) ? nil : Nanodollars(Int64(draws.int(0...9_999_999_999))),
            usage: draws.oneIn(4)
                ? TokenUsage()
                : TokenUsage(input: draws.int(0...5_000), output: draws.int(0...5_000)),
            retryAt: failure == .rateLimited && draws.oneIn(2) ? retryAt : nil,
            microseconds: draws.int(1...90_000_000)
        ) { finished in
            finished.costOrigin = draws.one(of: CostOrigin.allCases)
            finished.status = draws.oneIn(2) ? 500 : nil
            guard let hedge, draws.oneIn(2) else { return }
            finished.number = hedge.number
            finished.provider = hedge.provider
            finished.model = hedge.model
        }
        notify()
        if failure == nil, hedge == nil { complete(id, .answered) }
    }

    private mutating func completeSome() {
        let waiting = journal.state.inFlight.ids.filter {
            journal.state.inFlight[$0]?.attempt == nil
        }
        guard !waiting.isEmpty else { return }
        complete(draws.one(of: waiting), draws.one(of: [.failed, .refused, .cancelled, .cut]))
    }

    private mutating func complete(_ id: RequestID, _ outcome: RequestOutcome) {
        journal.complete(id, outcome)
        ended.append(id)
    }

    private mutating func probe() {
        var probe = HealthProbed()
        probe.provider = draws.one(of: Self.providers)
        probe.failure = draws.oneIn(2) ? .connectionFailed : nil
        probe.totalMicroseconds = draws.int(1...5_000_000)
        journal.append(.healthProbed(probe))
    }

    private mutating func listModels() {
        var list = ModelsListed()
        list.provider = draws.one(of: Self.providers)
        list.models = Self.models.filter { _ in draws.oneIn(2) }.sorted()
        journal.append(.modelsListed(list))
    }

    private mutating func judge() {
        guard !ended.isEmpty else { return }
        var feedback = FeedbackReceived()
        feedback.request = draws.one(of: ended)
        feedback.score = draws.int(0...1_000_000)
        feedback.source = "user"
        if !draws.oneIn(3) {
            feedback.provider = draws.one(of: Self.providers)
            feedback.model = draws.one(of: Self.models)
            feedback.task = draws.oneIn(2) ? nil : draws.one(of: TaskType.allCases)
        }
        journal.append(.feedbackReceived(feedback))
    }

    private mutating func restart() {
        ended += journal.state.inFlight.ids
        journal.restart()
    }

    private mutating func changePolicy() {
        var policy = RoutingPolicy()
        policy.mode = draws.one(of: RoutingMode.allCases)
        policy.maxAttempts = draws.int(1...4)
        policy.breaker.failuresToOpen = draws.int(1...5)
        policy.providers = Self.providers.filter { _ in !draws.oneIn(4) }.map { name in
            var provider = ProviderPolicy()
            provider.name = name
            provider.priority = draws.int(1...3)
            provider.limits = limits()
            if let limits = limits() {
                var line = ModelLimits()
                line.model = draws.one(of: Self.models)
                line.limits = limits
                provider.modelLimits = [line]
            }
            if draws.oneIn(2) {
                var reset = QuotaReset()
                reset.rule = draws.one(of: DayReset.allCases)
                reset.minute = draws.int(0...1_439)
                provider.quotaReset = reset
            }
            return provider
        }
        policy.budgets = budgets()
        policy.hedge = draws.oneIn(2) ? HedgePolicy() : nil
        journal.apply(policy: policy)
    }

    private mutating func changePrices() {
        let prices = Self.providers.flatMap { provider in
            [nil, draws.one(of: Self.models)].map { model in
                ModelPrices(
                    provider,
                    model,
                    draws.oneIn(4)
                        ? .free
                        : TokenPrices(
                            input: draws.oneIn(5) ? nil : Int64(draws.int(0...20_000_000_000)),
                            output: Int64(draws.int(0...80_000_000_000))
                        )
                )
            }
        }
        journal.apply(prices: prices)
    }
}
