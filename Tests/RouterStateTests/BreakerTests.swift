import Events
import Testing

@testable import RouterState

@Suite("Breakers")
struct BreakerTests {
    /// A breaker that has just opened, with its first retry time.
    static func opened() -> (journal: Journal, until: Timestamp) {
        var journal = Journal()
        for _ in 0..<5 { journal.attempt(.serverError) }
        return (journal, journal.now + .seconds(30))
    }

    /// A breaker whose retry time has come.
    static func halfOpen() -> Journal {
        var (journal, until) = opened()
        journal.now = until
        return journal
    }

    @Test func `five failures in a row open it, four do not`() {
        var journal = Journal()
        for _ in 0..<4 { journal.attempt(.serverError) }
        #expect(journal.breaker() == .closed)
        #expect(journal.state.breakers.consecutiveFailures(of: "groq") == 4)
        journal.attempt(.serverError)
        #expect(journal.breaker() == .open(until: journal.now + .seconds(30)))
        #expect(journal.breaker(of: "claude") == .closed)
    }

    @Test func `a success resets the count`() {
        var journal = Journal()
        for _ in 0..<3 {
            for _ in 0..<4 { journal.attempt(.serverError) }
            journal.attempt()
        }
        #expect(journal.breaker() == .closed)
        #expect(journal.state.breakers.consecutiveFailures(of: "groq") == 0)
    }

    @Test func `the threshold is the policy's`() {
        var journal = Journal()
        var policy = RoutingPolicy()
        policy.breaker.failuresToOpen = 2
        policy.breaker.openMicroseconds = 7_000_000
        journal.apply(policy: policy)
        journal.attempt(.cut)
        #expect(journal.breaker() == .closed)
        journal.attempt(.cut)
        #expect(journal.breaker() == .open(until: journal.now + .seconds(7)))
    }

    @Test(arguments: FailureKind.kinds(.provider))
    func `every failure of the provider counts`(kind: FailureKind) {
        var journal = Journal()
        for _ in 0..<5 { journal.attempt(kind) }
        #expect(journal.breaker() == .open(until: journal.now + .seconds(30)))
    }

    @Test(arguments: FailureKind.kinds(.request, .key, .model, .rate, .gateway))
    func `no other failure opens it, however often, or resets the count`(kind: FailureKind) {
        var journal = Journal()
        for _ in 0..<4 { journal.attempt(.serverError) }
        for _ in 0..<20 { journal.attempt(kind) }
        #expect(journal.breaker() == .closed)
        #expect(journal.state.breakers.consecutiveFailures(of: "groq") == 4)
        journal.attempt(.serverError)
        #expect(journal.breaker() != .closed)
    }

    @Test func `an open one lets nothing through until its retry time, to the microsecond`() {
        var (journal, until) = Self.opened()
        journal.now = until + .microseconds(-1)
        #expect(journal.breaker() == .open(until: until))
        journal.now = until
        #expect(journal.breaker() == .halfOpen(probing: false))
    }

    @Test func `one probe at a time`() {
        var journal = Self.halfOpen()
        let probe = journal.receive()
        journal.start(probe)
        #expect(journal.breaker() == .halfOpen(probing: true))
        journal.wait(.seconds(3_600))
        #expect(journal.breaker() == .halfOpen(probing: true))
        journal.finish(probe)
        #expect(journal.breaker() == .halfOpen(probing: false))
    }

    @Test
    func `two successful probes close it, and the next opening waits no longer than the first`() {
        var journal = Self.halfOpen()
        journal.attempt()
        #expect(journal.breaker() == .halfOpen(probing: false))
        journal.attempt()
        #expect(journal.breaker() == .closed)
        for _ in 0..<5 { journal.attempt(.serverError) }
        #expect(journal.breaker() == .open(until: journal.now + .seconds(30)))
    }

    @Test func `one failed probe reopens it, also after a good one, and each time for longer`() {
        var journal = Self.halfOpen()
        journal.attempt()
        journal.attempt(.serverError)
        var waits: [Int64] = []
        for _ in 0..<8 {
            guard case .open(let until) = journal.breaker() else { break }
            waits.append((until - journal.now).microseconds / 1_000_000)
            journal.now = until
            journal.attempt(.connectTimeout)
        }
        #expect(waits == [60, 120, 240, 480, 600, 600, 600, 600])
    }

    @Test func `a good probe before a failed one does not count towards closing later`() {
        var journal = Self.halfOpen()
        journal.attempt()
        journal.attempt(.serverError)
        journal.wait(.seconds(60))
        journal.attempt()
        #expect(journal.breaker() == .halfOpen(probing: false))
        journal.attempt()
        #expect(journal.breaker() == .closed)
    }

    @Test(arguments: FailureKind.kinds(.request, .key, .model, .rate, .gateway))
    func `a probe that says nothing of the provider frees the slot and decides nothing`(
        kind: FailureKind
    ) {
        var journal = Self.halfOpen()
        journal.attempt(kind)
        #expect(journal.breaker() == .halfOpen(probing: false))
        journal.attempt()
        journal.attempt()
        #expect(journal.breaker() == .closed)
    }

    @Test func `a probe that a crash interrupts frees the slot`() {
        var journal = Self.halfOpen()
        journal.start(journal.receive())
        journal.restart()
        #expect(journal.breaker() == .halfOpen(probing: false))
    }

    @Test func `a breaker outlives a restart and starts afresh under another policy`() {
        var (journal, until) = Self.opened()
        journal.restart()
        #expect(journal.breaker() == .open(until: until))
        journal.apply(policy: RoutingPolicy())
        #expect(journal.breaker() == .closed)
    }

    /// Requests that hang while others fail fast come back when the breaker is open, half-open or
    /// closed again: what they bring is older than what the breaker knows.
    @Test(arguments: [FailureKind?.none, .totalTimeout])
    func `late results of attempts from before the opening change nothing`(result: FailureKind?) {
        var journal = Journal()
        let late = (0..<15).map { _ in journal.receive() }
        for id in late { journal.start(id) }
        for _ in 0..<5 { journal.attempt(.serverError) }
        func finish(_ requests: ArraySlice<RequestID>) {
            let before = journal.breaker()
            let failures = journal.state.breakers.consecutiveFailures(of: "groq")
            for id in requests { journal.finish(id, result) }
            #expect(journal.breaker() == before)
            #expect(journal.state.breakers.consecutiveFailures(of: "groq") == failures)
        }
        finish(late[0..<3])
        journal.wait(.seconds(30))
        finish(late[3..<5])
        let probe = journal.receive()
        journal.start(probe)
        finish(late[5..<8])
        journal.finish(probe)
        finish(late[8..<10])
        journal.attempt()
        #expect(journal.breaker() == .closed)
        finish(late[10..<15])
    }

    @Test func `after closing, new failures count from zero`() {
        var journal = Self.halfOpen()
        journal.attempt()
        journal.attempt()
        for _ in 0..<4 { journal.attempt(.serverError) }
        #expect(journal.breaker() == .closed)
    }

    // A model's own.

    static let llama = ModelReference(provider: "groq", model: "llama")

    /// A model that failed five times in a row while another one of its provider answered.
    static func openedModel() -> Journal {
        var journal = Journal()
        for _ in 0..<5 {
            journal.attempt(.serverError)
            journal.attempt(model: "gemma")
        }
        return journal
    }

    @Test func `a model that fails while others answer is on cooldown by itself`() {
        let journal = Self.openedModel()
        let breakers = journal.state.breakers
        #expect(journal.breaker() == .closed)
        #expect(breakers.consecutiveFailures(of: Self.llama) == 5)
        #expect(
            breakers.position(of: Self.llama, at: journal.now)
                == .open(until: journal.now + .seconds(30))
        )
        let others = [("groq", "gemma"), ("claude", "llama")].map(ModelReference.init)
        #expect(others.allSatisfy { breakers.position(of: $0, at: journal.now) == .closed })
        #expect(breakers.openModels(of: "groq") == [Self.llama])
        #expect(breakers.openModels(of: "claude") == [])
    }

    @Test func `a model's success resets its count, and another model's does not`() {
        var journal = Journal()
        for _ in 0..<4 { journal.attempt(.serverError) }
        journal.attempt(model: "gemma")
        #expect(journal.state.breakers.consecutiveFailures(of: Self.llama) == 4)
        journal.attempt()
        #expect(journal.state.breakers.consecutiveFailures(of: Self.llama) == 0)
        #expect(journal.state.breakers == Breakers())
    }

    @Test
    func `a half-open model is probed once at a time; two answers close it, a failure reopens`() {
        var journal = Self.openedModel()
        func position(_ journal: Journal) -> Breakers.Position {
            journal.state.breakers.position(of: Self.llama, at: journal.now)
        }
        journal.wait(.seconds(30))
        #expect(position(journal) == .halfOpen(probing: false))
        let probe = journal.receive()
        journal.start(probe)
        #expect(position(journal) == .halfOpen(probing: true))
        journal.finish(probe, .cut)
        #expect(position(journal) == .open(until: journal.now + .seconds(60)))
        journal.wait(.seconds(60))
        journal.attempt()
        #expect(position(journal) == .halfOpen(probing: false))
        journal.attempt()
        #expect(position(journal) == .closed)
        #expect(journal.state.breakers.openModels(of: "groq") == [])
    }

    @Test func `names that clients make up do not grow the state for ever, open ones stay`() throws
    {
        var journal = Self.openedModel()
        for name in 0..<2_000 {
            journal.attempt(.serverError, model: "made up \(name)")
            journal.attempt(model: "gemma")
        }
        let breakers = journal.state.breakers
        let counted = (0..<2_000).filter {
            let model = ModelReference(provider: "groq", model: "made up \($0)")
            return breakers.consecutiveFailures(of: model) > 0
        }
        #expect((1...Breakers.modelLimit).contains(counted.count))
        #expect(breakers.openModels(of: "groq") == [Self.llama])
        #expect(try StateCodingTests.recoded(journal.state) == journal.state)
    }
}
