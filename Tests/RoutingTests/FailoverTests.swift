import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("Failover")
struct FailoverTests {
    /// The candidates asked, in order, when each of them fails in a given way, and what was passed
    /// over after the last one.
    static func run(
        _ world: inout RoutingFixture,
        _ decision: RouteDecided,
        failing kinds: [FailureKind]
    ) -> (asked: [String], skipped: [String]) {
        var asked: [String] = []
        var last: Int?
        var skipped: [String] = []
        for kind in kinds {
            let next = nextCandidate(
                of: decision,
                after: last,
                attempts: asked.count,
                in: world.context
            )
            skipped += next.skipped.map(\.words)
            guard let index = next.candidate else { break }
            last = index
            asked.append(decision.ranking[index])
            let candidate = decision.candidates[index]
            world.attempt(candidate.provider, candidate.model, kind)
        }
        return (asked, skipped)
    }

    @Test(arguments: FailureKind.allCases)
    func `after a failure the next candidate of the same decision is asked`(kind: FailureKind) {
        var world = RoutingFixture()
        let decision = world.decide("auto")
        let course = Self.run(&world, decision, failing: [kind, kind])
        #expect(course.asked == ["claude:haiku", "groq:llama"])
        #expect(course.skipped.isEmpty)
    }

    @Test func `with two attempts of three candidates it stops at two and says so`() {
        var world = RoutingFixture(maxAttempts: 2)
        let decision = world.decide("auto")
        #expect(decision.maxAttempts == 2)
        let course = Self.run(&world, decision, failing: [.serverError, .cut, .cut])
        #expect(course.asked == ["claude:haiku", "groq:llama"])
        #expect(course.skipped == ["ollama:qwen3:8b attempts used up"])
    }

    @Test func `with every candidate asked nothing is left and nothing was passed over`() {
        var world = RoutingFixture(maxAttempts: 9)
        let decision = world.decide("auto")
        let course = Self.run(&world, decision, failing: [.cut, .cut, .cut, .cut])
        #expect(course.asked == ["claude:haiku", "groq:llama", "ollama:qwen3:8b"])
        #expect(course.skipped.isEmpty)
    }

    @Test func `what other requests met meanwhile is passed over with its reason`() {
        var world = RoutingFixture(maxAttempts: 9)
        let decision = world.decide("auto:development")
        let until = world.now + .seconds(20)
        world.attempt("groq", "gemma", .rateLimited, retryAt: until)
        world.openBreaker(of: "openrouter", RoutingFixture.free)
        let next = nextCandidate(
            of: decision,
            after: 0,
            attempts: 1,
            in: world.context
        )
        #expect(next.candidate == 3)
        #expect(
            next.skipped.map(\.words) == [
                "groq:gemma rate limited", "openrouter:\(RoutingFixture.free) breaker open",
            ]
        )
        #expect(next.skipped.map(\.until) == [until, world.now + .seconds(30)])
    }

    @Test func `a failure that rejects the key passes over the provider's other models`() {
        let chains = ["production": ["groq", "groq:gemma", "claude"] as [ChainEntry]]
        var world = RoutingFixture(chains: chains)
        let decision = world.decide("auto")
        let course = Self.run(&world, decision, failing: [.keyRejected, .cut])
        #expect(course.asked == ["groq:llama", "claude:haiku"])
        #expect(course.skipped == ["groq:gemma key rejected"])
    }

    @Test func `a provider that is not configured any more is passed over`() {
        var world = RoutingFixture()
        let decision = world.decide("auto")
        var policy = world.state.policy.policy
        policy.providers.removeAll { $0.name == "groq" }
        world.apply(policy)
        let course = Self.run(&world, decision, failing: [.cut, .cut])
        #expect(course.asked == ["claude:haiku", "ollama:qwen3:8b"])
        #expect(course.skipped == ["groq:llama not enabled"])
    }

    /// Free-only holds whatever fails, and whatever changes between two attempts.
    @Test func `a policy of free models only that comes into force meanwhile is kept to`() {
        var world = RoutingFixture()
        let decision = world.decide("auto")
        var policy = world.state.policy.policy
        policy.mode = .freeOnly
        world.apply(policy)
        let course = Self.run(&world, decision, failing: [.cut, .cut])
        #expect(course.asked == ["ollama:qwen3:8b"])
        #expect(course.skipped == ["claude:haiku not free", "groq:llama not free"])
    }

    @Test func `an entry for free models is passed over once its model has a price`() {
        let chains = ["production": ["groq", "openrouter:free", "claude"] as [ChainEntry]]
        var world = RoutingFixture(chains: chains)
        let decision = world.decide("auto")
        #expect(decision.ranking[1] == "openrouter:\(RoutingFixture.free)")
        world.apply([ModelPrices("openrouter", nil, TokenPrices(input: 1, output: 1))])
        let course = Self.run(&world, decision, failing: [.cut, .cut])
        #expect(course.asked == ["groq:llama", "claude:haiku"])
        #expect(course.skipped == ["openrouter:\(RoutingFixture.free) not free"])
    }

    @Test func `equal arguments give an equal next candidate and leave the decision alone`() {
        var world = RoutingFixture()
        let decision = world.decide("auto")
        let bytes = decision.encoded
        world.attempt("claude", "haiku", .keyRejected)
        let context = world.context
        let results = (0..<3).map { _ in
            nextCandidate(of: decision, after: nil, attempts: 0, in: context)
        }
        #expect(Set(results).count == 1)
        #expect(results[0].candidate == 1)
        #expect(decision.encoded == bytes)
    }

    @Test func `equal arguments give a decision of equal bytes`() {
        let world = RoutingFixture(mode: .localFirst)
        let received = world.request("auto:development", obstacles: [.anthropic: ["n"]])
        let decisions = (0..<3).map { _ in
            decide(received, in: world.context, seed: 7).encoded
        }
        #expect(Set(decisions).count == 1)
        let other = decide(received, in: world.context, seed: 8)
        #expect(other.encoded != decisions[0])
    }
}
