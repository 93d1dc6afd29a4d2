import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("What a request asks for")
struct TargetTests {
    @Test(arguments: [
        // A model goes to whichever providers have it, by priority.
        ("haiku", ["claude:haiku"]),
        ("gemma", ["groq:gemma"]),
        ("llama", ["groq:llama", "ollama:llama"]),
        // Ids hold colons and slashes; a prefix that is no provider is part of the id.
        ("qwen3:8b", ["ollama:qwen3:8b"]),
        (RoutingFixture.free, ["openrouter:\(RoutingFixture.free)"]),
        // A provider and a model are split at the first colon.
        ("ollama:qwen3:8b", ["ollama:qwen3:8b"]),
        ("ollama:llama", ["ollama:llama"]),
        ("openrouter:\(RoutingFixture.free)", ["openrouter:\(RoutingFixture.free)"]),
        // A provider that the client names is asked, whatever it lists.
        ("groq:haiku", ["groq:haiku"]),
        // Chains.
        ("auto", ["claude:haiku", "groq:llama", "ollama:qwen3:8b"]),
        ("auto:production", ["claude:haiku", "groq:llama", "ollama:qwen3:8b"]),
        (
            "auto:development",
            ["ollama:qwen3:8b", "groq:gemma", "openrouter:\(RoutingFixture.free)", "claude:haiku"]
        ),
        ("auto:twice", ["groq:llama", "ollama:qwen3:8b"]),
        // Nothing.
        ("nosuch", []), ("groq:", []), (":llama", []), ("", []),
        ("auto:nosuch", []), ("auto:", []), ("AUTO", []),
    ])
    func `a model name leads to its candidates in order`(model: String, ranking: [String]) {
        let decision = RoutingFixture().decide(model)
        #expect(decision.ranking == ranking)
        #expect(decision.refusal == (ranking.isEmpty ? .unknownModel : nil))
        #expect(decision.chosen == (ranking.isEmpty ? nil : 0))
    }

    @Test(arguments: [
        // Asked, listed, and whether it is the same model.
        ("llama3.2", "llama3.2:latest", true), ("llama3.2:latest", "llama3.2", true),
        ("llama3.2", "llama3.2:1b", false), ("llama3.2:1b", "llama3.2:latest", false),
        ("llama3.2:1b", "llama3.2:1b:latest", false), ("llama3", "llama3.2:latest", false),
        ("box:5000/me/mine", "box:5000/me/mine:latest", true),
    ])
    func `Ollama's models need no tag if it is the usual one`(
        asked: String,
        listed: String,
        isSame: Bool
    ) {
        let ollama = ProviderPolicy("ollama", 1, family: .ollama)
        var named = ollama
        named.models = [listed]
        let other = ProviderPolicy("ollama", 1)
        let lists = ["ollama": [listed]]
        for (policy, isFound) in [(ollama, isSame), (named, isSame), (other, asked == listed)] {
            let world = RoutingFixture(providers: [policy], lists: lists)
            // The provider is told the name that was asked for, which it knows.
            #expect(world.decide(asked).ranking == (isFound ? ["ollama:\(asked)"] : []))
            let named = world.decide("ollama:" + asked).ranking
            #expect(named == (isFound || policy.models.isEmpty ? ["ollama:\(asked)"] : []))
        }
    }

    @Test(
        arguments: [
            // Asked, listed, and by which name the provider is asked.
            ("claude-sonnet-4-5", ["claude-sonnet-4-5-20250929"], "claude-sonnet-4-5-20250929"),
            (
                "claude-sonnet-4-5-latest", ["claude-sonnet-4-5-20250929"],
                "claude-sonnet-4-5-20250929"
            ),
            ("claude-x", ["claude-x-20250101", "claude-x-20260101"], "claude-x-20260101"),
            ("claude-x-20250101", ["claude-x"], "claude-x"),
            ("claude-x-latest", ["claude-x", "claude-x-20250101"], "claude-x"),
            ("claude-x[1m]", ["claude-x"], "claude-x"),
            ("claude-x[1m]", ["claude-x-20250101"], "claude-x-20250101"),
            ("claude-x-20240101", ["claude-x-20250101"], nil),
            ("claude-x", ["claude-x-y-20250101"], nil), ("claude", ["claude-20250101"], nil),
            ("gpt-x", ["gpt-x-20250101"], nil),
        ] as [(String, [String], String?)]
    )
    func `Claude's names need no date`(asked: String, listed: [String], found: String?) {
        let provider = ProviderPolicy("a", 1, family: .anthropic)
        let world = RoutingFixture(providers: [provider], lists: ["a": listed])
        #expect(world.decide(asked).ranking == (found.map { ["a:\($0)"] } ?? []))
        // The provider that is named is asked all the same.
        let plain = asked.replacing("[1m]", with: "")
        #expect(world.decide("a:" + asked).ranking == ["a:\(found ?? plain)"])
    }

    @Test func `equal priorities keep the order of the configuration`() {
        let names = ["d", "b", "a", "c"]
        let providers = names.map { ProviderPolicy($0, $0 == "c" ? 1 : 2, models: ["m"]) }
        let decision = RoutingFixture(providers: providers, lists: [:]).decide("m")
        #expect(decision.ranking == ["c:m", "d:m", "b:m", "a:m"])
        #expect(decision.candidates.map(\.priority) == [1, 2, 2, 2])
    }

    @Test func `a provider whose models nobody knows is asked for an explicit one`() {
        let world = RoutingFixture(lists: ["groq": ["llama"]])
        #expect(world.decide("nosuch").ranking == ["openrouter:nosuch", "ollama:nosuch"])
        #expect(world.decide("openrouter:a:b/c").ranking == ["openrouter:a:b/c"])
    }

    /// It would be asked for a model of that name, and the client not told which chains there are.
    @Test func `a chain that does not exist is asked of no provider`() {
        let world = RoutingFixture(lists: [:])
        #expect(world.decide("auto:nosuch").ranking.isEmpty)
        #expect(world.decide("auto:nosuch").refusal == .unknownModel)
    }

    @Test func `a restricted provider has no other model`() {
        let providers = [ProviderPolicy("groq", 1, models: ["gemma"])]
        let world = RoutingFixture(providers: providers)
        #expect(world.decide("llama").rejections == ["groq:llama model not listed"])
        #expect(world.decide("gemma").ranking == ["groq:gemma"])
    }

    @Test func `a decision names its strategy, its chain and each candidate's entry`() {
        let explicit = RoutingFixture().decide("llama")
        #expect(explicit.strategy == .explicit)
        #expect(explicit.chain == "")
        #expect(explicit.candidates.map(\.chainEntry) == [nil, nil])
        let chain = RoutingFixture().decide("auto:twice")
        #expect(chain.strategy == .chain)
        #expect(chain.chain == "twice")
        #expect(chain.candidates.map(\.chainEntry) == [1, 3])
    }

    @Test func `an entry of a provider that is not enabled is passed over with its reason`() {
        let decision = RoutingFixture().decide("auto:missing")
        #expect(decision.ranking == ["groq:llama"])
        #expect(decision.rejections == ["nobody not enabled", "nobody:llama not enabled"])
    }

    @Test func `an entry without a model takes the default, or else the first that is offered`() {
        let chains = ["production": ["groq", "openrouter", "claude"] as [ChainEntry]]
        let decision = RoutingFixture(chains: chains).decide("auto")
        #expect(decision.ranking == ["groq:llama", "openrouter:a/paid", "claude:haiku"])
        let unknown = RoutingFixture(chains: chains, lists: [:]).decide("auto")
        #expect(unknown.rejections == ["openrouter no default model"])
    }

    @Test(arguments: [
        (["all-minilm:latest", "bge-m3", "mistral:7b"], "mistral:7b"),
        (["BAAI/bge-large", "Qwen/Qwen3-8B", "a-reranker"], "Qwen/Qwen3-8B"),
        (["llama3.2:latest", "nomic-embed-text"], "llama3.2:latest"),
        (["mxbai-embed-large"], "mxbai-embed-large"),
    ])
    func `without a default the first listed model that can chat is taken`(
        list: [String],
        model: String
    ) {
        let chains = ["production": ["openrouter", "ollama"] as [ChainEntry]]
        let providers = [
            ProviderPolicy("ollama", 1, isLocal: true, family: .ollama),
            ProviderPolicy("openrouter", 2, defaultModel: "chosen"),
        ]
        let lists = ["ollama": list, "openrouter": list]
        for mode in [RoutingMode.hybrid, .localFirst] {
            let world = RoutingFixture(
                mode: mode,
                providers: providers,
                chains: chains,
                lists: lists
            )
            let decision = world.decide("auto")
            #expect(Set(decision.ranking) == ["openrouter:chosen", "ollama:\(model)"])
        }
    }

    @Test func `an entry for free models takes a free one only`() {
        let chains = ["production": ["groq:free", "openrouter:free"] as [ChainEntry]]
        let decision = RoutingFixture(chains: chains).decide("auto")
        #expect(decision.ranking == ["openrouter:\(RoutingFixture.free)"])
        #expect(decision.rejections == ["groq not free"])
    }

    /// Prices change only with a start, so what is free when it is decided is free on failover, and
    /// asking the same model twice would gain nothing.
    @Test(arguments: [
        (["openrouter:free", "openrouter:\(RoutingFixture.free)"], [RoutingFixture.free], [true]),
        (["openrouter:\(RoutingFixture.free)", "openrouter:free"], [RoutingFixture.free], [false]),
        (
            ["openrouter:free", "openrouter:a/paid"], [RoutingFixture.free, "a/paid"],
            [true, false]
        ),
        (
            ["openrouter:a/paid", "openrouter:free"], ["a/paid", RoutingFixture.free],
            [false, true]
        ),
    ])
    func `a model that a free and a plain entry lead to is asked once, as the first of them says`(
        entries: [String],
        models: [String],
        freeOnly: [Bool]
    ) {
        let chain = entries.map { ChainEntry(stringLiteral: $0) }
        let decision = RoutingFixture(chains: ["production": chain]).decide("auto")
        #expect(decision.candidates.map(\.model) == models)
        #expect(decision.candidates.map(\.isFreeOnly) == freeOnly)
        #expect(decision.excluded.isEmpty)
    }

    @Test func `a decision records what it rests on`() {
        var world = RoutingFixture()
        world.append(.nodeStarted(NodeStarted()))
        let received = world.request("auto")
        let decision = world.decide(received)
        #expect(decision.request == received.request)
        #expect(decision.statePosition == world.state.position)
        #expect(decision.deciderVersion == deciderVersion)
        #expect(decision.policy == world.state.policy.fingerprint)
        #expect(decision.policyPosition == 1)
        #expect(decision.pricesPosition == 2)
        #expect(decision.seed == 42)
        #expect(decision.floor == 0)
        #expect(decision.maxAttempts == 3)
    }

    @Test(
        arguments: [
            // Tokens in, limit, dollars at 1 in and 5 out per million.
            (1_000, 500, "0.0035"), (0, 0, "0"), (1_000_000, nil, "1.00128"),
        ] as [(Int, Int?, String)]
    )
    func `the predicted cost is that of the prompt and the output limit, or else 256 tokens`(
        tokens: Int,
        limit: Int?,
        dollars: String
    ) {
        let world = RoutingFixture()
        let decision = world.decide(world.request("haiku", tokens: tokens, limit: limit))
        #expect(decision.candidates.map(\.predictedCost) == [Nanodollars(dollars: dollars)])
        #expect(world.decide("gemma").candidates.map(\.predictedCost) == [nil])
    }
}
