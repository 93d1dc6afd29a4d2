import Events
import Testing

@testable import RouterState

@Suite("Models, prices, policy")
struct TableTests {
    static func list(_ provider: String, _ models: [String]) -> EventBody {
        var list = ModelsListed()
        list.provider = provider
        list.models = models
        return .modelsListed(list)
    }

    static func provider(
        _ name: String,
        models: [String] = [],
        defaultModel: String? = nil
    ) -> ProviderPolicy {
        var provider = ProviderPolicy()
        provider.name = name
        provider.models = models
        provider.defaultModel = defaultModel
        return provider
    }

    @Test func `a list replaces the one before`() {
        var journal = Journal()
        #expect(journal.state.models.models(of: "groq") == nil)
        journal.append(Self.list("groq", ["a", "b"]))
        journal.append(Self.list("groq", ["b", "c"]))
        #expect(journal.state.models.models(of: "groq") == ["b", "c"])
        #expect(!journal.state.models.has("a", at: Self.provider("groq")))
        journal.append(Self.list("groq", []))
        #expect(journal.state.models.models(of: "groq") == [])
    }

    @Test func `what a server tells of its models goes with its list, also through the bytes`()
        throws
    {
        var journal = Journal()
        var list = ModelsListed()
        list.provider = "studio"
        list.models = ["a"]
        var model = ListedModel()
        (model.name, model.isLoaded, model.contextWindow) = ("a", false, 4_096)
        list.details = [model]
        #expect(!journal.state.models.holds(list))
        journal.append(.modelsListed(list))
        let models = try StateCodingTests.recoded(journal.state).models
        #expect(models.holds(list) && models.details(of: "studio") == [model])
        list.details = []
        #expect(!models.holds(list), "the same names, but nothing is told of them any more")
        journal.append(.modelsListed(list))
        #expect(journal.state.models.details(of: "studio").isEmpty)
    }

    @Test func `a provider has what it lists, unless the policy restricts it`() {
        var journal = Journal()
        journal.append(Self.list("groq", ["a", "b"]))
        let models = journal.state.models
        let open = Self.provider("groq", defaultModel: "d")
        let restricted = Self.provider("groq", models: ["z", "a"], defaultModel: "d")
        #expect(models.offered(by: open) == ["a", "b", "d"])
        #expect(models.offered(by: restricted) == ["a", "d", "z"])
        #expect(
            ["a", "b", "d", "z"].map { models.has($0, at: open) } == [true, true, true, false]
        )
        #expect(
            ["a", "b", "d", "z"].map { models.has($0, at: restricted) } == [
                true, false, true, true,
            ]
        )
        #expect(models.offered(by: Self.provider("other")).isEmpty)
    }

    @Test func `a model's own price stands before the provider's`() {
        var journal = Journal()
        journal.apply(prices: [
            ModelPrices("groq", nil, TokenPrices(input: 1, output: 2)),
            ModelPrices("groq", "llama", TokenPrices(input: 3, output: 4)),
        ])
        let prices = journal.state.prices
        #expect(prices.prices(provider: "groq", model: "llama").input == 3)
        #expect(prices.prices(provider: "groq", model: "other").input == 1)
        #expect(prices.prices(provider: "claude", model: "llama") == TokenPrices())
        #expect(prices.exactPrices(provider: "groq", model: "llama")?.output == 4)
        #expect(prices.exactPrices(provider: "groq", model: "other") == nil)
    }

    @Test func `a table of prices is replaced as a whole`() {
        var journal = Journal()
        journal.apply(prices: [
            ModelPrices("groq", nil, .free), ModelPrices("claude", "haiku", .free),
        ])
        #expect(journal.state.prices.position == 1)
        journal.apply(prices: [ModelPrices("groq", "llama", .free)])
        let prices = journal.state.prices
        #expect(prices.position == 2)
        #expect(prices.applied.prices.count == 1)
        #expect(prices.prices(provider: "groq", model: "other") == TokenPrices())
        #expect(prices.prices(provider: "claude", model: "haiku") == TokenPrices())
        #expect(prices.prices(provider: "groq", model: "llama").isFree)
    }

    @Test func `the last policy is in force, with the place of its event`() throws {
        var journal = Journal()
        #expect(journal.state.policy.position == 0)
        var first = RoutingPolicy()
        first.providers = [Self.provider("groq"), Self.provider("claude")]
        journal.apply(policy: first)
        var second = RoutingPolicy()
        second.providers = [Self.provider("ollama")]
        var chain = RoutingChain()
        chain.name = "development"
        second.chains = [chain]
        journal.append(.nodeStarted(NodeStarted()))
        journal.apply(policy: second)
        let policy = journal.state.policy
        #expect(policy.position == 3)
        #expect(policy.policy == second)
        #expect(policy.fingerprint != .empty)
        #expect(policy.provider("ollama")?.name == "ollama")
        #expect(policy.provider("groq") == nil)
        #expect(policy.chain("development") == chain)
        #expect(policy.chain("production") == nil)
    }

    @Test func `of two providers of one name the first counts`() {
        var journal = Journal()
        var policy = RoutingPolicy()
        policy.providers = [
            Self.provider("groq", defaultModel: "a"), Self.provider("groq", defaultModel: "b"),
        ]
        journal.apply(policy: policy)
        #expect(journal.state.policy.provider("groq")?.defaultModel == "a")
    }

    @Test func `the configuration in force is the last one applied`() {
        var journal = Journal()
        for source in ["one.yaml", "two.yaml"] {
            var configuration = ConfigurationApplied()
            configuration.source = source
            journal.append(.configurationApplied(configuration))
        }
        #expect(journal.state.policy.configuration.source == "two.yaml")
        #expect(journal.state.policy.position == 0)
    }

    @Test func `the state knows its position and never goes back in time`() {
        var journal = Journal()
        journal.append(.nodeStarted(NodeStarted()))
        journal.now = Journal.noon + .seconds(-60)
        journal.append(.nodeStopped(NodeStopped()))
        #expect(journal.state.position == 2)
        #expect(journal.state.time == Journal.noon)
    }
}
