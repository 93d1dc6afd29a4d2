import Catalog
import Events
import Policies
import Settings
import Testing

@Suite("The routing policy of a configuration")
struct RoutingPolicyTests {
    static func policy(_ change: (inout Settings) -> Void = { _ in }) throws -> RoutingPolicy {
        var settings = Settings(origin: .discovery, providers: [ProviderSettings(type: .groq)])
        change(&settings)
        return RoutingPolicy(settings, catalog: try .shipped, simulated: [])
    }

    @Test func `what the configuration names nothing of has its defaults, or is absent`() throws {
        let policy = try Self.policy()
        #expect(policy.mode == .hybrid)
        #expect(policy.chains == [RoutingChain("production", [.provider("groq")])])
        #expect(policy.retry == .default)
        #expect(policy.hang == HangPolicy())
        #expect(policy.hedge == nil)
        #expect(policy.exploration == nil)
        #expect(policy.budgets == nil)
        #expect(policy.providers.map(\.limits) == [nil])
    }

    @Test func `a budget gives requests without a limit on their output one`() throws {
        var policy = try Self.policy { $0.budgets.daily = Nanodollars(1) }
        #expect(policy.budgets?.outputLimit == BudgetPolicy.defaultOutputTokens)
        #expect(policy.budgets?.expectedOutput == BudgetPolicy.defaultOutputTokens)
        policy = try Self.policy { $0.budgets.outputLimit = 9 }
        #expect(policy.budgets?.outputLimit == 9)
        #expect(policy.budgets?.isLimiting == false)
    }

    @Test func `no retry at all, and limits of nothing, are absent`() throws {
        let policy = try Self.policy {
            $0.routing.retry.times = 0
            $0.providers[0].modelLimits = ["m": RateLimits()]
        }
        #expect(policy.retry == nil)
        #expect(policy.providers[0].modelLimits == [])
    }
}
