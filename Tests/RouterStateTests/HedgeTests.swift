import Events
import Testing

@testable import RouterState

/// Two attempts at one request that run beside each other.
@Suite("Hedged requests")
struct HedgeTests {
    static let reserved = Nanodollars(500)

    /// A request with an attempt at `groq` and one beside it at `claude`, each with a reservation.
    static func hedged(_ share: Int = 1_000_000) -> (journal: Journal, id: RequestID) {
        var journal = Journal()
        var policy = RoutingPolicy()
        policy.hedge = HedgePolicy()
        policy.hedge?.maxShare = share
        for name in ["groq", "claude"] {
            var provider = ProviderPolicy()
            provider.name = name
            provider.limits = RateLimits()
            provider.limits?.tokensPerDay = 10_000
            policy.providers.append(provider)
        }
        journal.apply(policy: policy)
        let id = journal.receive()
        journal.start(id) { reserve(&$0) }
        journal.start(id, at: "claude", model: "haiku", number: 2) {
            reserve(&$0)
            $0.hedge = HedgeReason()
            $0.hedge?.besides = 1
        }
        return (journal, id)
    }

    private static func reserve(_ attempt: inout AttemptStarted) {
        attempt.reservedCost = reserved
        attempt.reservedTokens = 300
        attempt.charges = ["task:code"]
    }

    /// What is held of the quotas and the budgets: tokens at each provider, and money.
    static func held(_ journal: Journal) -> [Int] {
        let tokens = ["groq", "claude"].map { provider in
            let owner = QuotaOwner(provider: provider)
            return journal.state.quotas.window(of: owner, .tokensPerDay, at: journal.now).reserved
        }
        return tokens + [Int(journal.state.budgets.reserved.count)]
    }

    @Test func `both run, and what both reserved is held`() {
        let (journal, id) = Self.hedged()
        let request = journal.state.inFlight[id]
        #expect(request?.attempt?.provider == "groq")
        #expect(request?.hedges.map(\.provider) == ["claude"])
        #expect(journal.state.inFlight.attempts(at: "groq") == 1)
        #expect(journal.state.inFlight.attempts(at: "claude") == 1)
        #expect(Self.held(journal) == [300, 300, 1_000])
    }

    @Test(arguments: [1, 2])
    func `the end of one gives back its own reservation, and the other runs on`(number: Int) {
        var (journal, id) = Self.hedged()
        journal.finish(id, .hedgeLost) {
            $0.number = number
            $0.provider = number == 1 ? "groq" : "claude"
        }
        let left = journal.state.inFlight[id]
        #expect(left?.attempt?.number == 3 - number)
        #expect(left?.hedges == [])
        #expect(Self.held(journal) == (number == 1 ? [0, 300, 500] : [300, 0, 500]))
        journal.finish(id)
        #expect(Self.held(journal) == [0, 0, 0])
        journal.complete(id)
        #expect(journal.state.inFlight.count == 0)
    }

    @Test func `a lost one counts against nobody`() {
        var (journal, id) = Self.hedged()
        let before = journal.state
        journal.finish(id, .hedgeLost, microseconds: 90_000_000)
        #expect(journal.state.breakers == before.breakers)
        #expect(journal.state.holds == before.holds)
        #expect(journal.state.statistics == before.statistics)
        #expect(journal.health(of: "groq").attempts(at: journal.now) == (0, 0))
        #expect(journal.health(of: "groq").recentFailures.isEmpty)
    }

    @Test func `what both hold expires when their ends never come`() {
        var (journal, id) = Self.hedged()
        journal.wait(.seconds(600) + RouterState.expiryGrace)
        journal.append(.nodeStarted(NodeStarted()))
        #expect(Self.held(journal) == [0, 0, 0])
        #expect(journal.state.inFlight.attempts(at: "groq") == 0)
        #expect(journal.state.inFlight.attempts(at: "claude") == 0)
        #expect(journal.state.inFlight[id]?.hedges.map(\.isExpired) == [true])
    }

    @Test func `a restart settles both at what they reserved`() {
        var (journal, _) = Self.hedged()
        journal.apply(
            prices: InFlightTests.prices + [
                ModelPrices("claude", nil, TokenPrices(input: 1_000_000_000, output: 1_000_000_000))
            ]
        )
        let (finished, completed) = InFlightTests.interruptions(journal)
        #expect(finished.map(\.number) == [1, 2])
        #expect(finished.map(\.cost) == [Nanodollars(3_300_000), Nanodollars(300_000)])
        #expect(completed.map(\.attempts) == [2])
        #expect(completed.map(\.cost) == [Nanodollars(3_600_000)])
        #expect(completed.map(\.provider) == ["claude"])
        journal.restart()
        #expect(journal.state.inFlight.count == 0)
        #expect(Self.held(journal) == [0, 0, 0])
    }

    @Test func `a request that ends with both under way gives back what both hold`() {
        var (journal, id) = Self.hedged()
        journal.complete(id, .failed)
        #expect(journal.state.inFlight.count == 0)
        #expect(Self.held(journal) == [0, 0, 0])
    }

    @Test func `two attempts at once come back from a snapshot`() throws {
        let (journal, id) = Self.hedged()
        let read = try RouterState(decoding: journal.state.encoded)
        #expect(read == journal.state)
        #expect(read.inFlight[id]?.hedges.map(\.number) == [2])
    }

    @Test func `the share is of the requests that asked a provider, of late`() {
        var (journal, _) = Self.hedged()
        #expect(!journal.state.hedges.isBelow(share: 1_000_000))
        for _ in 0..<9 { journal.attempt() }
        #expect(journal.state.hedges.requests == 10)
        #expect(journal.state.hedges.hedged == 1)
        #expect(journal.state.hedges.isBelow(share: 100_001))
        #expect(!journal.state.hedges.isBelow(share: 100_000))
        for _ in 10..<Hedges.memory { journal.attempt() }
        #expect(journal.state.hedges.requests == Hedges.memory / 2)
        #expect(journal.state.hedges.hedged == 0)
    }

    @Test func `without hedging nothing is counted`() {
        var journal = Journal()
        journal.attempt()
        #expect(journal.state.hedges == Hedges())
    }
}
