import Events
import TestSupport
import Testing

@testable import RouterState

@Suite("The state's binary form")
struct StateCodingTests {
    /// Through the bytes and back.
    static func recoded(_ state: RouterState) throws -> RouterState {
        let bytes = state.encoded
        let decoded = try RouterState(decoding: bytes)
        try #require(decoded.encoded == bytes)
        return decoded
    }

    @Test func `the state of any history reads back equal, and folds on equal`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<1_000 {
            let journal = History(seed: seed &+ UInt64(run), steps: 120).journal
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let cut = draws.int(0...journal.events.count)
            var state = try FoldPropertyTests.replay(Array(journal.events[..<cut]))
            let decoded = try Self.recoded(state)
            try #require(decoded == state, "run \(run) of seed \(seed), cut at \(cut)")
            state = decoded
            for index in cut..<journal.events.count {
                state.apply(journal.events[index], sequence: UInt64(index + 1))
            }
            try #require(state == journal.state, "run \(run) of seed \(seed), cut at \(cut)")
        }
    }

    @Test func `the state of events that fit nowhere reads back equal too`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<400 {
            var scrambler = Scrambler(draws: SeededRandom(seed: seed &+ UInt64(run)))
            var state = RouterState()
            for index in 0..<60 { state.apply(scrambler.event(), sequence: UInt64(index)) }
            try #require(try Self.recoded(state) == state, "run \(run) of seed \(seed)")
        }
    }

    /// What makes the events before it superfluous.
    @Test func `a carried state stands for every event before it`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<300 {
            let run = UInt64(run)
            var whole = History(seed: seed &+ run, steps: 100).journal
            let live = whole.state
            var carried = StateCarried()
            carried.position = live.position
            carried.state = OpaqueBytes(live.encoded)
            whole.append(.stateCarried(carried))
            let place = whole.events.count
            whole.attempt(.serverError, at: "claude")
            whole.attempt()
            var draws = SeededRandom(seed: seed &+ run)
            let first = draws.int(0...place - 1)
            var later = RouterState()
            for index in first..<whole.events.count {
                later.apply(whole.events[index], sequence: UInt64(index + 1))
            }
            try #require(later == whole.state, "run \(run) of seed \(seed), from \(first)")
        }
    }

    @Test func `pieces of a state that never came whole are gone with the next start or state`() {
        var journal = Journal()
        journal.attempt(.serverError)
        var carried = StateCarried()
        carried.position = journal.state.position
        carried.state = OpaqueBytes(journal.state.encoded)
        let pieces = carried.events(partLimit: 40)
        #expect(pieces.count > 2)
        var begun = journal.state
        func apply(_ body: EventBody, to state: inout RouterState) {
            state.apply(Event(body, at: state.time), sequence: state.position + 1)
        }
        // The process was killed behind the first piece.
        apply(pieces[0], to: &begun)
        #expect(begun.encoded.count > begun.encodedToCarry.count)
        var started = begun
        apply(.nodeStarted(NodeStarted()), to: &started)
        #expect(started.encoded == started.encodedToCarry)
        // A state of an earlier build brings the piece back no more.
        var adopted = begun
        var whole = StateCarried()
        whole.position = begun.position
        whole.state = OpaqueBytes(begun.encoded)
        apply(.stateCarried(whole), to: &adopted)
        #expect(adopted.encoded == adopted.encodedToCarry)
        #expect(adopted.spend == begun.spend)
    }

    @Test func `a carried state that can't be read leaves what was folded`() {
        var journal = Journal()
        journal.attempt(.serverError)
        let before = journal.state
        var carried = StateCarried()
        carried.state = OpaqueBytes([0xFF])
        journal.append(.stateCarried(carried))
        #expect(journal.state.position == before.position + 1)
        #expect(journal.state.spend == before.spend)
        #expect(journal.state.breakers == before.breakers)
    }

    /// A state in which every fold holds something, the same for every run.
    static let sample = {
        var journal = Journal()
        var policy = RoutingPolicy()
        var provider = ProviderPolicy()
        provider.name = "groq"
        provider.priority = 1
        policy.providers = [provider]
        policy.breaker.failuresToOpen = 2
        journal.apply(policy: policy)
        journal.apply(prices: InFlightTests.prices)
        var configuration = ConfigurationApplied()
        configuration.source = "logway.yaml"
        configuration.summary = "mode: hybrid"
        var list = ModelsListed()
        list.provider = "groq"
        list.models = ["llama", "qwen"]
        var probe = HealthProbed()
        probe.provider = "ollama"
        probe.failure = .connectionFailed
        journal.append(
            .configurationApplied(configuration),
            .modelsListed(list),
            .healthProbed(probe)
        )
        journal.attempt(cost: Nanodollars(1_234))
        journal.wait(.seconds(90_000))
        journal.attempt(.serverError, cost: nil)
        journal.attempt(.idleTimeout)
        journal.attempt(.keyRejected, at: "claude", model: "haiku")
        journal.attempt(.modelMissing, at: "claude", model: "opus")
        journal.attempt(
            .rateLimited,
            at: "claude",
            model: "sonnet",
            retryAt: journal.now + .seconds(9)
        )
        _ = journal.receive()
        journal.start(journal.receive(), at: "claude", model: "haiku")
        return journal.state
    }()

    /// A state in which quotas and budgets count something.
    static let limitedSample = {
        var journal = QuotaTests.journal(.requestsPerDay, 2, model: "llama")
        journal.attempt(cost: Nanodollars(1_234))
        journal.start(journal.receive()) {
            $0.reservedTokens = 300
            $0.reservedCost = Nanodollars(4_321)
            $0.charges = ["task:code"]
        }
        let id = journal.receive()
        journal.start(id) { $0.reservedCost = Nanodollars(77) }
        for notice in journal.state.notices(after: journal.events[6].body, at: journal.now) {
            journal.append(notice)
        }
        journal.finish(id, .invalidResponse, cost: nil)
        var alert = BudgetAlerted()
        alert.budget = "daily"
        alert.periodStart = journal.now.date.start
        journal.append(.budgetAlerted(alert))
        return journal.state
    }()

    /// A state with lanes and conversations.
    static let lanedSample = {
        var journal = Journal()
        for (key, failure) in [(0, nil), (1, FailureKind.serverError), (2, .keyRejected)] {
            let id = journal.receive()
            journal.start(id) {
                $0.key = key
                $0.lane = "key \(key + 1)"
                $0.conversation = 5
            }
            journal.finish(id, failure)
        }
        let id = journal.receive()
        journal.start(id) {
            $0.key = 1
            $0.lane = "key 2"
            $0.conversation = 9
        }
        return journal.state
    }()

    /// Snapshots and carried states of released builds must be read by every later one.
    @Test(arguments: [
        ("RouterState", sample), ("RouterStateLimits", limitedSample),
        ("RouterStateLanes", lanedSample), ("RouterStateHedges", HedgeTests.hedged().journal.state),
    ])
    func `the golden bytes of the state still mean what they meant`(
        name: String,
        sample: RouterState
    ) throws {
        let files = GoldenFiles(of: name, besides: #filePath)
        try files.writeIfAsked(sample.encoded)
        let versions = try files.all()
        let newest = try #require(versions.last)
        #expect(try RouterState(decoding: newest) == sample)
        #expect(sample.encoded == newest, "the encoding changed: add fields, never change them")
        // Folds that came later are empty in the bytes of an earlier build, and nothing is lost.
        for (index, golden) in versions.enumerated() {
            #expect(try RouterState(decoding: golden).encoded == golden, "version \(index + 1)")
        }
    }

    @Test func `the first state's bytes hold what was spent, and no statistics`() throws {
        let files = GoldenFiles(of: "RouterState", besides: #filePath)
        let read = try RouterState(decoding: try #require(try files.all().first))
        #expect(read.spend == Self.sample.spend)
        #expect(read.statistics == ModelStatistics())
    }
}
