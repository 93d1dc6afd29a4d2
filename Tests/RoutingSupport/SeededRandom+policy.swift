import Events
import Routing
import TestSupport

extension SeededRandom {
    /// A policy over the world's providers, with something of everything that a policy may hold.
    mutating func policy() -> RoutingPolicy {
        var policy = RoutingPolicy()
        policy.mode = one(of: RoutingMode.allCases)
        policy.maxAttempts = int(1...4)
        policy.chain = "production"
        policy.chains = RoutingFixture.chains.sorted { $0.key < $1.key }.map(RoutingChain.init)
        policy.providers = RoutingFixture.providers.filter { _ in !oneIn(6) }
        policy.strategies = StrategyRegistry.all.names.filter { _ in oneIn(3) }
        if oneIn(2) {
            var exploration = ExplorationPolicy()
            exploration.floor = int(0...700_000)
            exploration.arms = int(1...6)
            policy.exploration = exploration
        }
        let entries = RoutingFixture.chains.sorted { $0.key < $1.key }.map(\.value)
        policy.taskChains = TaskType.allCases.filter { _ in oneIn(3) }.map {
            RoutingChain($0.name, one(of: entries))
        }
        for index in policy.providers.indices {
            policy.providers[index].priority = int(1...3)
            if oneIn(2) {
                let name = policy.providers[index].name
                policy.providers[index].cards = RoutingFixture.cards[name] ?? []
                policy.providers[index].isLocal = oneIn(2)
            }
            if oneIn(3) {
                var line = TaskModel()
                line.task = one(of: TaskType.allCases)
                line.model = "llama"
                policy.providers[index].taskModels = [line]
            }
            if oneIn(4) { policy.providers[index].defaultModel = nil }
            if oneIn(3) { policy.providers[index].limits = limits() }
            if oneIn(5) {
                var line = ModelLimits()
                line.model = "llama"
                line.limits = limits()
                policy.providers[index].modelLimits = [line]
            }
            if oneIn(3) { policy.providers[index].maxConcurrent = int(1...3) }
            if oneIn(3) { policy.providers[index].lanes = lanes() }
            if !oneIn(4) {
                var firstToken = FirstTokenPolicy()
                firstToken.typicalMicroseconds = Int64(int(1...60)) * 1_000_000
                firstToken.slowMicroseconds = Int64(int(1...120)) * 1_000_000
                policy.providers[index].firstToken = firstToken
            }
        }
        if oneIn(2) { policy.budgets = budgets() }
        policy.breaker.failuresToOpen = int(1...5)
        if !oneIn(4) {
            policy.hedge = HedgePolicy()
            policy.hedge?.afterMicroseconds = Int64(int(0...9)) * 100_000
            policy.hedge?.maxShare = one(of: [0, 300_000, 1_000_000])
        }
        if !oneIn(4) {
            policy.hang = HangPolicy()
            policy.hang?.leastMicroseconds = Int64(int(0...5)) * 1_000_000
            policy.hang?.multiple = int(1...4)
        }
        if !oneIn(4) {
            policy.retry = RetryPolicy()
            policy.retry?.times = int(0...3)
            policy.retry?.backoffMicroseconds = Int64(int(0...1_000)) * 1_000
            policy.retry?.longestMicroseconds = Int64(int(0...60)) * 1_000_000
        }
        policy.affinityMicroseconds = oneIn(2) ? 60_000_000 : nil
        return policy
    }

    private mutating func lanes() -> [LanePolicy] {
        (1...int(2...3)).map { number in
            var lane = LanePolicy()
            lane.name = "key \(number)"
            lane.endpoint = oneIn(2) ? "10.0.0.\(number)" : nil
            lane.weight = int(1...4)
            return lane
        }
    }

    private mutating func limits() -> RateLimits {
        var limits = RateLimits()
        limits.requestsPerMinute = oneIn(2) ? int(1...6) : nil
        limits.requestsPerDay = oneIn(2) ? int(1...20) : nil
        limits.tokensPerMinute = oneIn(2) ? int(1_000...60_000) : nil
        limits.tokensPerDay = oneIn(3) ? int(10_000...200_000) : nil
        return limits
    }

    private mutating func budgets() -> BudgetPolicy {
        var budgets = BudgetPolicy()
        budgets.daily = oneIn(2) ? Nanodollars(Int64(int(0...90_000_000))) : nil
        budgets.monthly = oneIn(2) ? Nanodollars(Int64(int(0...900_000_000))) : nil
        let names =
            TaskType.allCases.map { "task:\($0.name)" } + ["tenant:acme", "key:2bb80d537b1d"]
        for name in names where oneIn(4) {
            var scope = ScopedBudget()
            scope.scope = name
            scope.monthly = Nanodollars(Int64(int(0...90_000_000)))
            budgets.scopes.append(scope)
        }
        budgets.outputLimit = oneIn(2) ? 500 : nil
        budgets.onLimit = one(of: BudgetAction.allCases)
        budgets.allowsUnpriced = oneIn(2)
        return budgets
    }
}
