import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

/// Where quotas and budgets meet what strategies rank and exploration draws.
@Suite("Limits and ranking")
struct LimitedRankingTests {
    /// A daily budget that has room for Groq's `llama` and not for Claude's `haiku`.
    static func world(_ action: BudgetAction) -> RoutingFixture {
        RoutingFixture.withCards {
            var budgets = BudgetPolicy()
            budgets.daily = Nanodollars(1_000_000)
            budgets.onLimit = action
            $0.budgets = budgets
        }
    }

    static func request(_ model: String, in world: RoutingFixture) -> RequestReceived {
        world.request(model, limit: 1_000)
    }

    @Test func `a budget refuses where it has no room for the one that is ranked first`() {
        let world = Self.world(.refuse)
        let decision = world.decide(Self.request("auto", in: world))
        #expect(decision.refusal == .budgetExceeded)
        #expect(decision.candidates.isEmpty)
        #expect(decision.chosen == nil)
        #expect(
            decision.rejections == [
                "claude:haiku budget exceeded", "groq:llama not downgraded",
                "ollama:qwen3:8b not downgraded",
            ]
        )
        // It says who would have been asked.
        #expect(decision.verdicts.last?.name == "fallback")
    }

    @Test func `a budget does not refuse for one that the strategy puts behind others`() throws {
        let world = Self.world(.refuse)
        let decision = world.decide(Self.request("auto:cheap", in: world))
        #expect(decision.refusal == nil)
        let chosen = try #require(decision.chosen)
        #expect(decision.candidates[chosen].predictedCost == .zero)
        #expect(decision.rejections.contains("claude:haiku budget exceeded"))
        #expect(decision.ranking.contains("groq:llama"))
        #expect(!decision.rejections.contains { $0.hasSuffix("not downgraded") })
    }

    @Test func `the next one takes its place where the budget says so`() {
        let world = Self.world(.downgrade)
        let decision = world.decide(Self.request("auto", in: world))
        #expect(decision.ranking == ["groq:llama", "ollama:qwen3:8b"])
        #expect(decision.rejections == ["claude:haiku budget exceeded"])
    }

    @Test func `nobody is explored whom a budget has no room for, or who is at capacity`() throws {
        for action in [BudgetAction.refuse, .downgrade] {
            var world = Self.world(action)
            var policy = world.state.policy.policy
            var exploration = ExplorationPolicy()
            exploration.floor = 300_000
            exploration.arms = 3
            policy.exploration = exploration
            policy.providers[1].maxConcurrent = 1
            world.apply(policy)
            world.attempt("groq", "llama", nil, ends: false)
            var drawn: Set<String> = []
            for seed in UInt64(0)..<100 {
                let decision = decide(
                    Self.request("auto:cheap", in: world),
                    in: world.context,
                    seed: seed
                )
                let busy = decision.candidates.filter(\.isBusy)
                #expect(busy.map(\.provider) == ["groq"])
                #expect(busy.map(\.probability) == [0])
                #expect(decision.candidates.last?.isBusy == true)
                #expect(decision.candidates.reduce(0) { $0 + $1.probability } == 1_000_000)
                let chosen = decision.candidates[try #require(decision.chosen)]
                drawn.insert(chosen.provider)
            }
            #expect(drawn.contains("ollama"))
            #expect(drawn.isDisjoint(with: ["claude", "groq"]))
        }
    }

    @Test func `a task's budget counts requests of that task, named or inferred`() {
        let world = RoutingFixture {
            var budgets = BudgetPolicy()
            for task in [TaskType.documentation, .simpleQuery] {
                var scope = ScopedBudget()
                scope.scope = "task:\(task.name)"
                scope.monthly = Nanodollars(1_000_000_000)
                budgets.scopes.append(scope)
            }
            $0.budgets = budgets
        }
        var received = Self.request("auto", in: world)
        received.task = TaskType.documentation.name
        #expect(world.decide(received).charges == ["task:documentation"])
        received.task = nil
        received.features.instructionBytes = 20
        let inferred = world.decide(received)
        #expect(inferred.classification.task == .simpleQuery)
        #expect(!inferred.classification.isTaskGiven)
        #expect(inferred.charges == ["task:simple-query"])
        received.task = TaskType.planning.name
        #expect(world.decide(received).charges.isEmpty)
    }
}
