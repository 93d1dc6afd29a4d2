import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("Strategies")
struct StrategyTests {
    /// A request whose text has these words in it.
    static func request(
        _ world: RoutingFixture,
        _ model: String = "auto",
        _ change: (inout RequestReceived) -> Void = { _ in }
    ) -> RequestReceived {
        var received = world.request(model)
        change(&received)
        return received
    }

    @Test func `without a strategy of its own the policy follows the chain`() {
        let decision = RoutingFixture.withCards().decide("auto")
        #expect(decision.ranking == ["claude:haiku", "groq:llama", "ollama:qwen3:8b"])
        #expect(decision.strategy == .chain)
        #expect(
            decision.verdicts.map(\.name) == ["explicit", "task-based", "capability", "fallback"]
        )
        #expect(decision.verdicts.map(\.hasAbstained) == [true, true, true, false])
    }

    @Test func `a kind of work has its own chain, given or inferred`() {
        let world = RoutingFixture.withCards {
            $0.taskChains = [RoutingChain("code-review", ["claude:opus", "groq"])]
        }
        let given = world.decide(Self.request(world) { $0.task = "code-review" })
        let inferred = world.decide(
            Self.request(world) { $0.features.cues = [.review, .program] }
        )
        for decision in [given, inferred] {
            #expect(decision.ranking == ["claude:opus", "groq:llama"])
            #expect(decision.strategy == .taskBased)
            #expect(decision.chain == "code-review")
            #expect(decision.candidates.map(\.chainEntry) == [1, 2])
        }
        #expect(given.classification.isTaskGiven)
        #expect(!inferred.classification.isTaskGiven)
        let named = world.decide(Self.request(world, "groq:llama") { $0.task = "code-review" })
        #expect(named.ranking == ["groq:llama"])
        let chain = world.decide(Self.request(world, "auto:twice") { $0.task = "code-review" })
        #expect(chain.chain == "twice")
    }

    @Test func `kinds of work decide nothing where the strategy is not asked`() {
        let world = RoutingFixture.withCards(["cost"]) {
            $0.taskChains = [RoutingChain("code-review", ["claude:opus"])]
        }
        let decision = world.decide(Self.request(world) { $0.task = "code-review" })
        #expect(decision.chain == "production")
    }

    @Test func `a provider has its own model for a kind of work`() {
        var line = TaskModel()
        line.task = .planning
        line.model = "opus"
        let world = RoutingFixture.withCards { $0.providers[0].taskModels = [line] }
        let decision = world.decide(Self.request(world) { $0.task = "planning" })
        #expect(decision.ranking == ["claude:opus", "groq:llama", "ollama:qwen3:8b"])
        #expect(decision.strategy == .taskBased)
        #expect(world.decide("auto").ranking.first == "claude:haiku")
    }

    @Test func `a need rules out, finds another model of the provider, and prefers the known`() {
        let world = RoutingFixture.withCards {
            $0.chains = [RoutingChain("production", ["openrouter:a/paid", "ollama", "claude"])]
        }
        let decision = world.decide(
            Self.request(world) { $0.hints.required = .structuredOutput }
        )
        // Ollama's default can't, but its other model can; nobody knows what a/paid can do.
        #expect(decision.ranking == ["ollama:llama", "openrouter:a/paid"])
        #expect(decision.strategy == .capability)
        #expect(
            decision.rejections == [
                "ollama:qwen3:8b lacks capability", "claude:haiku lacks capability",
                "claude:opus lacks capability",
            ]
        )
        #expect(decision.excluded.first?.figures == "structured output")
        #expect(decision.candidates.map(\.chainEntry) == [2, 1])
    }

    @Test func `a prompt that does not fit goes to a model with a larger window`() {
        let world = RoutingFixture.withCards()
        let decision = world.decide(Self.request(world) { $0.features.inputTokens = 500_000 })
        #expect(decision.ranking == ["claude:opus"])
        #expect(decision.excluded.allSatisfy { $0.reason == .contextTooSmall })
        #expect(decision.excluded.first?.figures == "about 500000 tokens, at most 200000")
        let none = world.decide(Self.request(world) { $0.features.inputTokens = 5_000_000 })
        #expect(none.refusal == .unsatisfiable)
    }

    @Test(arguments: [
        (Complexity.simple, ["claude:haiku", "ollama:qwen3:8b", "ollama:llama", "groq:llama"]),
        (.moderate, ["groq:llama"]), (.complex, ["claude:opus"]), (.veryComplex, ["claude:opus"]),
    ])
    func `complexity picks the tier`(complexity: Complexity, first: [String]) {
        let world = RoutingFixture.withCards(["complexity"])
        let decision = world.decide(Self.request(world) { $0.hints.complexity = complexity })
        #expect(decision.strategy == .complexityTier)
        #expect(Array(decision.ranking.prefix(first.count)) == first)
        // Every known model of the chain's providers is there, once.
        #expect(decision.candidates.count == 5)
    }

    @Test func `the cheapest is first, and one of unknown price last`() {
        let world = RoutingFixture.withCards(["cost"])
        let decision = world.decide("auto")
        #expect(decision.strategy == .cost)
        #expect(decision.ranking.prefix(2) == ["ollama:qwen3:8b", "ollama:llama"])
        #expect(decision.candidates[0].score == 0)
        #expect(decision.candidates[0].parts == [ScorePart("cost", 0)])
        let costs = decision.candidates.compactMap { $0.predictedCost?.count }
        #expect(costs == costs.sorted())
    }

    @Test func `the quickest is first once it was measured`() {
        var world = RoutingFixture.withCards(["performance"])
        #expect(world.decide("auto").strategy == .chain)
        #expect(
            world.decide("auto").verdicts[1].reason == "no candidate was asked 5 times lately"
        )
        for _ in 0..<6 {
            world.attempt("claude", "haiku", nil, microseconds: 900_000)
            world.attempt("groq", "llama", nil, microseconds: 90_000)
        }
        let decision = world.decide("auto")
        #expect(decision.strategy == .performance)
        #expect(decision.ranking.prefix(2) == ["groq:llama", "claude:haiku"])
        #expect(decision.candidates[2].score == nil)
        #expect(decision.candidates[0].predictedMicroseconds ?? 0 >= 90_000)
        // A model that often fails is slow, however quick it fails.
        for _ in 0..<4 { world.attempt("groq", "llama", .serverError) }
        #expect(world.decide("auto").ranking.first == "claude:haiku")
    }

    @Test func `what is too slow for the client comes last`() {
        var world = RoutingFixture.withCards()
        for _ in 0..<6 { world.attempt("claude", "haiku", nil, microseconds: 900_000) }
        let decision = world.decide(
            Self.request(world) { $0.hints.maxLatencyMicroseconds = 500_000 }
        )
        #expect(decision.ranking == ["groq:llama", "ollama:qwen3:8b", "claude:haiku"])
        #expect(decision.candidates.map(\.isLate) == [false, false, true])
    }

    @Test(arguments: [
        ("auto:cheap", "ollama:qwen3:8b", RoutingStrategy.cost),
        ("auto:best", "claude:opus", .quality),
        ("auto:fast", "claude:haiku", .chain), ("auto:local", "ollama:qwen3:8b", .chain),
        ("auto:free", "ollama:qwen3:8b", .chain),
    ])
    func `a wish is a name`(name: String, first: String, strategy: RoutingStrategy) {
        let decision = RoutingFixture.withCards().decide(name)
        #expect(decision.ranking.first == first)
        #expect(decision.strategy == strategy)
    }

    @Test func `what people thought of the answers decides which are best`() {
        var world = RoutingFixture.withCards()
        var feedback = FeedbackReceived()
        feedback.provider = "ollama"
        feedback.model = "qwen3:8b"
        feedback.score = 1_000_000
        for _ in 0..<5 { world.append(.feedbackReceived(feedback)) }
        #expect(world.decide("auto:best").ranking.first == "ollama:qwen3:8b")
        #expect(world.decide("auto:best").candidates.first?.predictedQuality == 1_000_000)
    }

    @Test func `local and free are kept to, whatever else is in the chain`() {
        let local = RoutingFixture.withCards().decide("auto:local")
        #expect(local.ranking == ["ollama:qwen3:8b", "ollama:llama"])
        #expect(local.requirements.isLocalOnly)
        let free = RoutingFixture.withCards().decide("auto:free")
        #expect(
            free.ranking == [
                "ollama:qwen3:8b", "openrouter:\(RoutingFixture.free)", "ollama:llama",
            ]
        )
        #expect(free.requirements.isFreeOnly)
    }

    @Test func `a chain of the operator's beats a wish of the same name`() {
        let world = RoutingFixture.withCards {
            $0.chains.append(RoutingChain("best", ["groq"]))
        }
        #expect(world.decide("auto:best").ranking == ["groq:llama"])
    }

    @Test func `a price ceiling rules out what costs more and what nobody knows the price of`() {
        let world = RoutingFixture.withCards {
            $0.chains = [RoutingChain("production", ["claude", "groq:gemma", "groq", "ollama"])]
        }
        let decision = world.decide(Self.request(world) { $0.hints.maxCost = Nanodollars(80_000) })
        #expect(decision.ranking == ["groq:llama", "ollama:qwen3:8b"])
        #expect(
            decision.rejections == [
                "claude:haiku above cost limit", "groq:gemma above cost limit",
            ]
        )
        #expect(decision.excluded[0].figures == "$0.00228, at most $0.00008")
        #expect(decision.excluded[1].figures == "unknown cost, at most $0.00008")
    }

    @Test func `a named model that is not local is refused where nothing may leave`() {
        let world = RoutingFixture.withCards()
        let decision = world.decide(
            Self.request(world, "groq:llama") { $0.hints.isLocalOnly = true }
        )
        #expect(decision.ranking.isEmpty)
        #expect(decision.rejections == ["groq:llama not local"])
        #expect(decision.refusal == .unsatisfiable)
    }

    @Test func `with local first no hosted model is explored while a local one can answer`() {
        let world = RoutingFixture.withCards(mode: .localFirst) {
            var exploration = ExplorationPolicy()
            exploration.floor = 200_000
            exploration.arms = 3
            $0.exploration = exploration
        }
        let decision = world.decide("auto")
        #expect(decision.candidates.map(\.probability) == [1_000_000, 0, 0])
    }

    @Test func `a strategy that this build does not know is passed over`() {
        #expect(RoutingFixture.withCards(["nosuch", "cost"]).decide("auto").strategy == .cost)
    }
}
