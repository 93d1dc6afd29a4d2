import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("What a tenant may use")
struct TenantTests {
    static func world(_ rules: [String: [String]]) -> RoutingFixture {
        RoutingFixture { policy in
            policy.tenants = rules.sorted { $0.key < $1.key }.map { name, models in
                var rule = TenantPolicy()
                rule.name = name
                rule.allowedModels = models
                return rule
            }
        }
    }

    static func decide(
        _ world: RoutingFixture,
        _ tenant: String?,
        _ model: String = "auto"
    ) -> RouteDecided {
        var received = world.request(model)
        received.tenant = tenant
        return world.decide(received)
    }

    @Test(arguments: [
        ("llama", ["groq:llama"]), ("groq:llama", ["groq:llama"]), ("groq", ["groq:llama"]),
        ("ollama", ["ollama:qwen3:8b"]), ("claude:opus", []),
    ])
    func `a rule names a model, a provider's model or a provider`(
        entry: String,
        ranking: [String]
    ) {
        let decision = Self.decide(Self.world(["acme": [entry]]), "acme")
        #expect(decision.ranking == ranking)
        #expect(decision.excluded.allSatisfy { $0.reason == .notAllowed })
        #expect((decision.refusal == .unsatisfiable) == ranking.isEmpty)
    }

    @Test func `others may use everything, unless there is a rule for them`() {
        let open = Self.world(["acme": ["groq"]])
        #expect(Self.decide(open, "other").ranking.count == 3)
        #expect(Self.decide(open, nil).ranking.count == 3)
        let closed = Self.world(["acme": ["groq"], "*": ["ollama"]])
        #expect(Self.decide(closed, "other").ranking == ["ollama:qwen3:8b"])
        #expect(Self.decide(closed, nil).ranking == ["ollama:qwen3:8b"])
        #expect(Self.decide(closed, "acme").ranking == ["groq:llama"])
    }

    @Test func `a model that the tenant may not use is refused by name as well`() {
        let decision = Self.decide(Self.world(["acme": ["groq"]]), "acme", "haiku")
        #expect(decision.chosen == nil)
        #expect(decision.rejections.contains("claude:haiku not allowed"))
    }

    @Test func `a rule that comes into force meanwhile holds on failover`() {
        var world = Self.world(["*": ["groq", "ollama", "claude"]])
        let decision = Self.decide(world, "acme")
        var policy = world.state.policy.policy
        policy.tenants[0].allowedModels = ["ollama"]
        world.apply(policy)
        let next = nextCandidate(
            of: decision,
            after: 0,
            attempts: 1,
            in: world.context
        )
        #expect(next.candidate.map { decision.ranking[$0] } == "ollama:qwen3:8b")
        #expect(next.skipped.map(\.reason) == [.notAllowed])
    }
}

@Suite("The provider that steps in")
struct FallbackProviderTests {
    static func world(_ fallbacks: [String: String], mode: RoutingMode = .hybrid) -> RoutingFixture
    {
        var providers = RoutingFixture.providers
        for index in providers.indices {
            providers[index].fallbackProvider = fallbacks[providers[index].name]
        }
        return RoutingFixture(mode: mode, providers: providers)
    }

    @Test func `comes right behind the first, before the rest of the chain`() {
        let decision = Self.world(["claude": "ollama"]).decide("auto")
        #expect(decision.ranking == ["claude:haiku", "ollama:qwen3:8b", "groq:llama"])
    }

    @Test func `of another than the first does not come before its turn`() {
        let decision = Self.world(["groq": "ollama"]).decide("auto")
        #expect(decision.ranking == ["claude:haiku", "groq:llama", "ollama:qwen3:8b"])
    }

    @Test func `needs no place in the chain, and may have one of its own`() {
        let world = RoutingFixture(
            providers: RoutingFixture.providers.map { provider in
                var provider = provider
                if provider.name == "groq" { provider.fallbackProvider = "ollama" }
                if provider.name == "ollama" { provider.fallbackProvider = "groq" }
                return provider
            },
            chains: ["production": ["groq", "claude"]]
        )
        #expect(world.decide("auto").ranking == ["groq:llama", "ollama:qwen3:8b", "claude:haiku"])
    }

    @Test func `is no way to paid models where only free ones may be asked`() {
        let world = RoutingFixture(
            providers: RoutingFixture.providers.map { provider in
                var provider = provider
                if provider.name == "ollama" { provider.fallbackProvider = "claude" }
                return provider
            },
            chains: ["production": ["ollama:free"]]
        )
        let decision = world.decide("auto")
        #expect(decision.ranking == ["ollama:qwen3:8b"])
        #expect(decision.rejections == ["claude not free"])
    }

    @Test func `does not put a hosted one before a local one under local first`() {
        var providers = RoutingFixture.providers
        providers.append(
            ProviderPolicy("other", 5, isLocal: true, defaultModel: "small")
        )
        for index in providers.indices where providers[index].name == "ollama" {
            providers[index].fallbackProvider = "claude"
        }
        let world = RoutingFixture(
            mode: .localFirst,
            providers: providers,
            chains: ["production": ["ollama", "groq", "claude", "other"]]
        )
        #expect(world.decide("auto").ranking.prefix(2) == ["ollama:qwen3:8b", "other:small"])
    }
}
