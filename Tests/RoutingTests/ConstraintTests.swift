import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("Constraints")
struct ConstraintTests {
    @Test(
        arguments: [
            (
                .hybrid, "auto:production", ["claude:haiku", "groq:llama", "ollama:qwen3:8b"], []
            ),
            (
                .localFirst, "auto:production",
                ["ollama:qwen3:8b", "claude:haiku", "groq:llama"], []
            ),
            (.localFirst, "llama", ["ollama:llama", "groq:llama"], nil),
            (.localFirst, "groq:llama", ["groq:llama"], []),
            (
                .hosted, "auto:production", ["claude:haiku", "groq:llama"],
                ["ollama:qwen3:8b not hosted"]
            ),
            (.hosted, "ollama:llama", [], ["ollama:llama not hosted"]),
            (
                .freeOnly, "auto:production", ["ollama:qwen3:8b"],
                ["claude not free", "groq not free"]
            ),
            (
                .freeOnly, "auto:development",
                ["ollama:qwen3:8b", "openrouter:\(RoutingFixture.free)"],
                ["groq:gemma not free", "claude not free"]
            ),
            (.freeOnly, "llama", ["ollama:llama"], nil),
            (.freeOnly, "claude:haiku", [], ["claude:haiku not free"]),
        ] as [(RoutingMode, String, [String], [String]?)]
    )
    func `the mode says which providers may be used, and in which order`(
        mode: RoutingMode,
        model: String,
        ranking: [String],
        rejections: [String]?
    ) {
        let decision = RoutingFixture(mode: mode).decide(model)
        #expect(decision.ranking == ranking)
        if let rejections { #expect(decision.rejections == rejections) }
    }

    @Test func `a price that is unknown in part is not free`() {
        let prices = [
            ModelPrices("groq", "gemma", TokenPrices(input: 0)),
            ModelPrices("groq", "llama", TokenPrices(input: 0, output: 1)),
        ]
        let world = RoutingFixture(mode: .freeOnly, prices: prices)
        #expect(world.decide("groq:gemma").rejections == ["groq:gemma not free"])
        #expect(world.decide("groq:llama").rejections == ["groq:llama not free"])
    }

    @Test func `a rejected key excludes the provider until it is tried again`() {
        var world = RoutingFixture()
        world.attempt("groq", "gemma", .keyRejected)
        let decision = world.decide("auto")
        #expect(decision.ranking == ["claude:haiku", "ollama:qwen3:8b"])
        #expect(decision.rejections == ["groq:llama key rejected"])
        #expect(decision.excluded.map(\.until) == [world.now + .seconds(3_600)])
        world.now = world.now + .seconds(3_600)
        #expect(world.decide("auto").excluded.isEmpty)
    }

    @Test func `a missing model and a rate limit exclude that model alone`() {
        var world = RoutingFixture()
        let until = world.now + .seconds(30)
        world.attempt("groq", "gemma", .modelMissing)
        world.attempt("groq", "llama", .rateLimited, retryAt: until)
        #expect(world.decide("groq:gemma").rejections == ["groq:gemma model missing"])
        #expect(world.decide("groq:llama").rejections == ["groq:llama rate limited"])
        #expect(world.decide("groq:llama").excluded.map(\.until) == [until])
        #expect(world.decide("llama").ranking == ["ollama:llama"])
        world.now = until
        #expect(world.decide("groq:llama").ranking == ["groq:llama"])
    }

    @Test func `an open breaker excludes, a half-open one lets one request through`() {
        var world = RoutingFixture()
        world.openBreaker(of: "groq", "llama")
        let until = world.now + .seconds(30)
        #expect(world.decide("groq:gemma").rejections == ["groq:gemma breaker open"])
        #expect(world.decide("groq:gemma").excluded.map(\.until) == [until])
        world.now = until
        #expect(world.decide("groq:gemma").ranking == ["groq:gemma"])
        world.attempt("groq", "llama", nil, ends: false)
        #expect(world.decide("groq:gemma").rejections == ["groq:gemma breaker probing"])
    }

    @Test func `a model that fails while its provider's others answer is excluded alone`() {
        var world = RoutingFixture()
        for _ in 0..<5 {
            world.attempt("groq", "llama", .serverError)
            world.attempt("groq", "gemma", nil)
        }
        let until = world.now + .seconds(30)
        #expect(world.decide("groq:llama").rejections == ["groq:llama model breaker open"])
        #expect(world.decide("groq:llama").excluded.map(\.until) == [until])
        #expect(world.decide("groq:gemma").ranking == ["groq:gemma"])
        #expect(world.decide("auto").rejections == ["groq:llama model breaker open"])
        world.now = until
        #expect(world.decide("groq:llama").ranking == ["groq:llama"])
        world.attempt("groq", "llama", nil, ends: false)
        #expect(world.decide("groq:llama").rejections == ["groq:llama model breaker probing"])
        #expect(world.decide("groq:gemma").ranking == ["groq:gemma"])
    }

    @Test func `a field that a family has no word for excludes its providers and is named`() {
        let world = RoutingFixture()
        let received = world.request(
            "auto",
            obstacles: [.anthropic: ["logit_bias", "n"], .ollama: ["logit_bias"]]
        )
        let decision = world.decide(received)
        #expect(decision.ranking == ["groq:llama"])
        #expect(
            decision.rejections == [
                "claude:haiku untranslatable", "ollama:qwen3:8b untranslatable",
            ]
        )
        #expect(decision.excluded.map(\.fields) == [["logit_bias", "n"], ["logit_bias"]])
    }

    @Test(
        arguments: [
            ("nosuch", [], .unknownModel),
            // That provider is always asked, listed or not.
            ("groq:nosuch", [], nil),
            ("auto:nosuch", [], .unknownModel),
            ("haiku", [.anthropic], .untranslatable), ("auto", [], nil),
            ("auto", [.openai, .anthropic, .ollama], .untranslatable),
            ("auto", [.openai, .anthropic], nil),
            // What is not there can't speak any family.
            ("auto:missing", [.openai], .untranslatable),
            ("auto:ghosts", [], .noneAvailable),
        ] as [(String, [WireFamily], RouteRefusal?)]
    )
    func `a decision without a candidate says why`(
        model: String,
        obstacles: [WireFamily],
        refusal: RouteRefusal?
    ) {
        var chains = RoutingFixture.chains
        chains["ghosts"] = ["nobody"]
        let world = RoutingFixture(chains: chains)
        let fields = Dictionary(uniqueKeysWithValues: obstacles.map { ($0, ["n"]) })
        let decision = world.decide(world.request(model, obstacles: fields))
        #expect(decision.refusal == refusal)
        #expect(decision.candidates.isEmpty == (refusal != nil))
        #expect((decision.chosen == nil) == (refusal != nil))
    }

    @Test(arguments: ["auto", "llama", "groq:llama", "auto:nosuch", ""])
    func `without a provider the refusal says so`(model: String) {
        let world = RoutingFixture(providers: [], chains: [:], lists: [:], prices: [])
        #expect(world.decide(model).refusal == .noProvider)
        let before = Routing.decide(
            world.request(model),
            in: RoutingContext(RouterState(), at: world.now),
            seed: 1
        )
        #expect(before.refusal == .noProvider)
    }

    @Test func `a request that another provider could take later is not its own fault`() {
        var world = RoutingFixture()
        world.attempt("groq", "llama", .keyRejected)
        let received = world.request("auto", obstacles: [.anthropic: ["n"], .ollama: ["n"]])
        #expect(world.decide(received).refusal == .noneAvailable)
        world.attempt("claude", "haiku", .keyRejected)
        #expect(world.decide("haiku").refusal == .noneAvailable)
    }
}
