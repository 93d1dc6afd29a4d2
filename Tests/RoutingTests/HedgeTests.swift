import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("Hedges")
struct HedgeTests {
    static func world(
        share: Int = 1_000_000,
        maxAttempts: Int = 3,
        providers: [ProviderPolicy] = RoutingFixture.providers,
        change: (inout RoutingPolicy) -> Void = { _ in }
    ) -> RoutingFixture {
        RoutingFixture(maxAttempts: maxAttempts, providers: providers) { policy in
            policy.hedge = HedgePolicy()
            policy.hedge?.afterMicroseconds = 300_000
            policy.hedge?.maxShare = share
            change(&policy)
        }
    }

    static func request(
        _ world: RoutingFixture,
        _ model: String = "auto",
        streamed: Bool = true
    )
        -> RequestReceived
    {
        var received = world.request(model, limit: 100)
        received.isStreamed = streamed
        return received
    }

    /// A request of which nothing has come for a while, and the attempt beside it.
    static func run(
        _ world: inout RoutingFixture,
        _ received: RequestReceived,
        meanwhile: (inout RoutingFixture) -> Void = { _ in }
    ) throws -> (first: AttemptStarted, hedge: AttemptStarted?, decision: RouteDecided) {
        let admission = Admission(of: received, in: world.context, seed: 1)
        world.append(.requestReceived(received))
        let first = try #require(admission.attempt)
        world.append(.attemptStarted(first))
        meanwhile(&world)
        let hedge = Hedge(
            beside: first,
            of: admission.decision,
            received: received,
            in: world.context
        )
        return (first, hedge.attempt, admission.decision)
    }

    @Test func `the next candidate of the decision is asked beside the first`() throws {
        var world = Self.world()
        let (first, hedge, _) = try Self.run(&world, Self.request(world))
        #expect(first.provider == "claude")
        #expect(hedge?.provider == "groq")
        #expect(hedge?.number == 2)
        #expect(hedge?.candidate == 1)
        #expect(hedge?.hedge?.besides == 1)
        #expect(hedge?.hedge?.afterMicroseconds == 300_000)
        #expect(hedge?.reservedCost != nil)
        #expect(hedge?.after == nil)
    }

    @Test func `streamed requests that leave the choice open wait so long, others for ever`() {
        let world = Self.world()
        let none = RoutingFixture()
        func delay(_ world: RoutingFixture, _ model: String, _ streamed: Bool = true) -> Duration? {
            Hedge.delay(
                for: Self.request(world, model, streamed: streamed),
                under: world.state.policy
            )
        }
        #expect(delay(world, "auto") == .milliseconds(300))
        #expect(delay(world, "llama") == .milliseconds(300))
        #expect(delay(world, "auto", false) == nil)
        #expect(delay(world, "groq:llama") == nil)
        #expect(delay(none, "auto") == nil)
    }

    @Test func `it passes over who may not be asked now, with the reason`() throws {
        var world = Self.world()
        let (_, hedge, _) = try Self.run(&world, Self.request(world)) { world in
            world.attempt("groq", "llama", .rateLimited, retryAt: world.now + .seconds(9))
        }
        #expect(hedge?.provider == "ollama")
        #expect(hedge?.skipped.map(\.words) == ["groq:llama rate limited"])
    }

    @Test func `a full provider is passed over`() throws {
        var providers = RoutingFixture.providers
        providers[1].maxConcurrent = 1
        var world = Self.world(providers: providers)
        let (_, hedge, _) = try Self.run(&world, Self.request(world)) { world in
            world.attempt("groq", "llama", nil, ends: false)
        }
        #expect(hedge?.provider == "ollama")
        #expect(hedge?.skipped.map(\.words) == ["groq:llama busy"])
    }

    @Test func `another model of the same provider is no hedge`() throws {
        var world = Self.world {
            $0.chains = [RoutingChain("production", ["groq:gemma", "groq:llama", "ollama"])]
        }
        let (_, hedge, _) = try Self.run(&world, Self.request(world))
        #expect(hedge?.provider == "ollama")
        #expect(hedge?.skipped.map(\.words) == ["groq:llama already asked"])
    }

    @Test func `another address of the same provider comes first`() throws {
        var providers = RoutingFixture.providers
        providers[0].lanes = ["a.example", "b.example"].map { name in
            var lane = LanePolicy()
            lane.name = name
            lane.endpoint = name
            return lane
        }
        var world = Self.world(providers: providers)
        let (first, hedge, _) = try Self.run(&world, Self.request(world))
        #expect(first.provider == "claude")
        #expect(hedge?.provider == "claude")
        #expect(hedge?.candidate == first.candidate)
        #expect(hedge?.key == 1 - first.key)
    }

    /// The first attempt's reservation is held: a budget that has room for one has none for two.
    @Test(arguments: [(BudgetAction.refuse, 1.5), (.downgrade, 1.5), (.warn, 1.5), (.refuse, 2.5)])
    func `both reservations must fit the budget`(action: BudgetAction, rooms: Double) throws {
        var sizes = Self.world { $0.chains = [RoutingChain("production", ["claude", "groq"])] }
        let sizing = try Self.run(&sizes, Self.request(sizes))
        let one = try #require(sizing.first.reservedCost).count
        let two = try #require(sizing.hedge?.reservedCost).count
        var world = Self.world {
            $0.chains = [RoutingChain("production", ["claude", "groq"])]
            $0.budgets = BudgetPolicy()
            $0.budgets?.onLimit = action
            $0.budgets?.daily = Nanodollars(rooms > 2 ? one + two : one + two - 1)
        }
        let (_, hedge, _) = try Self.run(&world, Self.request(world))
        #expect((hedge != nil) == (rooms > 2))
    }

    @Test func `a quota that is used up meanwhile has no room for one`() throws {
        var providers = RoutingFixture.providers
        providers[1].limits = RateLimits()
        providers[1].limits?.requestsPerDay = 1
        var world = Self.world(providers: providers)
        let (_, hedge, _) = try Self.run(&world, Self.request(world)) { world in
            world.attempt("groq", "llama", nil, ends: false)
        }
        #expect(hedge?.provider == "ollama")
        #expect(hedge?.skipped.map(\.words) == ["groq:llama quota exhausted"])
    }

    @Test func `there is none above the share, and none where the attempts are used up`() throws {
        var world = Self.world(share: 500_000)
        let (_, hedge, _) = try Self.run(&world, Self.request(world))
        world.append(.attemptStarted(try #require(hedge)))
        // One of two requests is hedged by now.
        let second = try Self.run(&world, Self.request(world))
        #expect(second.hedge == nil)
        let third = try Self.run(&world, Self.request(world))
        #expect(third.hedge != nil)
        var none = Self.world(share: 0)
        #expect(try Self.run(&none, Self.request(none)).hedge == nil)
        var single = Self.world(maxAttempts: 1)
        #expect(try Self.run(&single, Self.request(single)).hedge == nil)
    }

    @Test func `when both have failed the candidates after the hedge are left`() throws {
        var world = Self.world()
        let received = Self.request(world)
        let (first, hedge, decision) = try Self.run(&world, received)
        let last = try #require(hedge)
        world.append(.attemptStarted(last))
        for attempt in [last, first] { LaneTests.end(&world, attempt, .serverError) }
        let next = NextAttempt(
            after: last,
            failure: .serverError,
            of: decision,
            received: received,
            in: world.context
        )
        #expect(next.attempt?.provider == "ollama")
        #expect(next.attempt?.number == 3)
    }

    @Test func `a lost one settles at what it reserved, as an estimate`() throws {
        var world = Self.world()
        let received = Self.request(world)
        let (first, _, _) = try Self.run(&world, received)
        var outcome = AttemptOutcome()
        outcome.failure = .hedgeLost
        var lost = AttemptFinished(
            of: first,
            outcome,
            received: received,
            prices: world.state.prices,
            at: world.now
        )
        #expect(lost.usage.input == first.reservedInput)
        #expect(lost.usage.output == 100)
        #expect(lost.usage.origin == .estimated)
        #expect(lost.cost == first.reservedCost)
        #expect(lost.costOrigin == .estimated)
        outcome.mayCost = false
        lost = AttemptFinished(
            of: first,
            outcome,
            received: received,
            prices: world.state.prices,
            at: world.now
        )
        #expect(lost.cost == .zero)
        #expect(lost.costOrigin == .uncharged)
    }
}
