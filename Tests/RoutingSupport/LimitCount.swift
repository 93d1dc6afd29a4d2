import Events

/// Counts what quotas and budgets allow over a log's events, by sums of its own: no fold of the
/// router's state has a part in it, so that the two can be held against each other.
///
/// It knows providers with one lane, and prices per token of whole providers.
struct LimitCount {
    /// A quota of a provider in one of its windows.
    private struct Window {
        let end: Timestamp
        var held = 0
        var used = 0
    }

    private struct Quota: Hashable {
        let provider: String
        let kind: QuotaKind
    }

    private struct Running {
        let attempt: AttemptStarted
        /// Which of each quota's windows it counts in.
        let windows: [Quota: Int]
    }

    /// A budget in one of its periods.
    private struct Period: Hashable {
        let budget: String
        let start: Int
    }

    /// Each limit that was passed, in words.
    private(set) var violations: [String] = []
    /// What was spent on every attempt, by tokens and prices.
    private(set) var spent: Int64 = 0
    private var policy = RoutingPolicy()
    private var prices: [String: TokenPrices] = [:]
    private var running: [RequestID: Running] = [:]
    private var windows: [Quota: [Window]] = [:]
    private var spending: [Period: Int64] = [:]

    mutating func take(_ event: Event) {
        switch event.body {
        case .policyApplied(let applied): policy = applied.policy
        case .pricesApplied(let applied):
            for line in applied.prices { prices[line.provider] = line.prices }
        case .attemptStarted(let attempt): start(attempt, at: event.time)
        case .attemptFinished(let attempt): finish(attempt, at: event.time)
        default: break
        }
    }

    /// Whether every limit has room for a request at a provider, by the bounds of docs/operations.md.
    func hasRoom(
        for received: RequestReceived,
        charges: [String],
        at provider: ProviderPolicy,
        now: Timestamp
    ) -> Bool {
        let price = prices[provider.name] ?? TokenPrices()
        let features = received.features
        let input = features.promptBytes + 16 * features.messages + 64
        let output = features.outputLimit ?? (price.isFree ? 256 : policy.budgets?.outputLimit ?? 0)
        for quota in quotas(of: provider) {
            let window = windows[quota]?.last
            let taken = window.map { now < $0.end ? $0.used + $0.held : 0 } ?? 0
            let needed = quota.kind.countsTokens ? input + output : 1
            if let limit = provider.limits?[quota.kind], taken + needed > limit { return false }
        }
        let cost = price.isFree ? 0 : Self.cost(input, output, price)
        return cost == 0
            || budgets(charges, at: now).allSatisfy { period, limit in
                taken(period) + cost <= limit
            }
    }

    // Attempts.

    private mutating func start(_ attempt: AttemptStarted, at now: Timestamp) {
        var places: [Quota: Int] = [:]
        for provider in policy.providers where provider.name == attempt.provider {
            for quota in quotas(of: provider) {
                if windows[quota]?.last.map({ now < $0.end }) != true {
                    windows[quota, default: []].append(Window(end: quota.kind.end(from: now)))
                }
                let last = windows[quota, default: []].count - 1
                places[quota] = last
                windows[quota]?[last].held += attempt.held(in: quota.kind)
                check(quota, last, at: now)
            }
        }
        running[attempt.request] = Running(attempt: attempt, windows: places)
        guard let cost = attempt.reservedCost, cost > .zero else { return }
        for (period, limit) in budgets(attempt.charges, at: now) where taken(period) > limit {
            violations.append("\(now): \(taken(period)) taken of \(period.budget)'s \(limit)")
        }
    }

    private mutating func finish(_ attempt: AttemptFinished, at now: Timestamp) {
        guard let begun = running.removeValue(forKey: attempt.request) else {
            return violations.append("\(now): an attempt ended that had not begun")
        }
        for (quota, index) in begun.windows {
            let held = begun.attempt.held(in: quota.kind)
            windows[quota]?[index].held -= held
            windows[quota]?[index].used += attempt.used(in: quota.kind, held: held)
            check(quota, index, at: now)
        }
        let price = prices[attempt.provider] ?? TokenPrices()
        guard attempt.costOrigin != .uncharged, !price.isFree else { return }
        let cost = Self.cost(attempt.usage.input ?? 0, attempt.usage.output ?? 0, price)
        if attempt.cost?.count != cost {
            violations.append("\(now): an attempt cost \(cost), and the log says otherwise")
        }
        spent += cost
        for (period, limit) in budgets(begun.attempt.charges, at: now) {
            spending[period, default: 0] += cost
            if let sum = spending[period], sum > limit {
                violations.append("\(now): \(sum) spent of \(period.budget)'s \(limit)")
            }
        }
    }

    private mutating func check(_ quota: Quota, _ index: Int, at now: Timestamp) {
        guard let window = windows[quota]?[index],
            let limit = policy.providers.first(where: { $0.name == quota.provider })?
                .limits?[quota.kind],
            window.held + window.used > limit
        else { return }
        violations.append(
            "\(now): \(window.used) used and \(window.held) held of \(quota.provider)'s "
                + "\(quota.kind.name), which is \(limit)"
        )
    }

    // Limits.

    private func quotas(of provider: ProviderPolicy) -> [Quota] {
        QuotaKind.allCases.filter { provider.limits?[$0] != nil }
            .map { Quota(provider: provider.name, kind: $0) }
    }

    /// The budgets that count a request, each with its limit.
    private func budgets(_ charges: [String], at now: Timestamp) -> [(Period, Int64)] {
        let date = now.date
        let month = CivilDate(year: date.year, month: date.month, day: 1).daysSinceEpoch
        var budgets: [(Period, Int64)] = []
        if let limit = policy.budgets?.daily {
            budgets.append((Period(budget: "daily", start: date.daysSinceEpoch), limit.count))
        }
        if let limit = policy.budgets?.monthly {
            budgets.append((Period(budget: "monthly", start: month), limit.count))
        }
        for line in policy.budgets?.scopes ?? [] where charges.contains(line.scope) {
            budgets.append((Period(budget: line.scope, start: month), line.monthly.count))
        }
        return budgets
    }

    /// What is spent of a budget, and what running attempts hold of it.
    private func taken(_ period: Period) -> Int64 {
        let isScope = period.budget.contains(":")
        return running.values.reduce(spending[period] ?? 0) { sum, running in
            let counts = !isScope || running.attempt.charges.contains(period.budget)
            return sum + (counts ? running.attempt.reservedCost?.count ?? 0 : 0)
        }
    }

    /// Nano-dollars; the prices of the simulated providers come to whole ones.
    private static func cost(_ input: Int, _ output: Int, _ price: TokenPrices) -> Int64 {
        let sum = Int64(input) * (price.input ?? 0) + Int64(output) * (price.output ?? 0)
        precondition(sum.isMultiple(of: 1_000_000), "a price that would have to be rounded")
        return sum / 1_000_000
    }
}

extension QuotaKind {
    /// A minute from its first request, or the rest of the day in UTC.
    fileprivate func end(from now: Timestamp) -> Timestamp {
        guard isDaily else { return now + .seconds(60) }
        return CivilDate(daysSinceEpoch: now.date.daysSinceEpoch + 1).start
    }
}

extension AttemptStarted {
    fileprivate func held(in kind: QuotaKind) -> Int {
        kind.countsTokens ? reservedTokens ?? 0 : 1
    }
}

extension AttemptFinished {
    /// What it used: nothing where nobody was reached; what was held where the tokens are unknown.
    fileprivate func used(in kind: QuotaKind, held: Int) -> Int {
        if failure != nil, status == nil, costOrigin == .uncharged { return 0 }
        guard kind.countsTokens else { return 1 }
        guard let input = usage.input, let output = usage.output else {
            return costOrigin == .uncharged ? 0 : held
        }
        return input + output
    }
}
