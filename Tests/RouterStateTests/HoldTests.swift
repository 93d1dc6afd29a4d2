import Events
import Testing

@testable import RouterState

@Suite("Holds")
struct HoldTests {
    static let llama = ModelReference(provider: "groq", model: "llama")
    static let gemma = ModelReference(provider: "groq", model: "gemma")
    static let hour = Duration.seconds(3_600)

    @Test func `a rejected key holds the whole provider, and only it`() {
        var journal = Journal()
        journal.attempt(.keyRejected)
        let until = journal.now + Self.hour
        #expect(journal.state.holds.keyRejected("groq", at: journal.now) == until)
        #expect(journal.state.holds.keyRejected("claude", at: journal.now) == nil)
        #expect(journal.state.holds.keyRejected("groq", at: until + .microseconds(-1)) == until)
        #expect(journal.state.holds.keyRejected("groq", at: until) == nil)
    }

    @Test func `a missing model holds that model, and only it`() {
        var journal = Journal()
        journal.attempt(.modelMissing)
        let holds = journal.state.holds
        #expect(holds.modelMissing(Self.llama, at: journal.now) == journal.now + Self.hour)
        #expect(holds.modelMissing(Self.gemma, at: journal.now) == nil)
        #expect(holds.keyRejected("groq", at: journal.now) == nil)
    }

    @Test func `what is missing for an operation says nothing of the others`() {
        var journal = Journal()
        let id = journal.receive()
        journal.start(id) { $0.operation = .embeddings }
        journal.finish(id, .endpointMissing)
        let state = journal.state
        #expect(state.holds.modelMissing(Self.llama, at: journal.now) == nil)
        let held = state.holds.missing(Self.llama, for: .embeddings, at: journal.now)
        #expect(held?.until == journal.now + Self.hour)
        #expect(held?.isEndpoint == true)
        #expect(
            state.holds.models(of: "groq", at: journal.now).keys.sorted() == ["llama (embeddings)"]
        )
        #expect(state.breakers.consecutiveFailures(of: "groq") == 0)
        #expect(state.health.of("groq").attempts(at: journal.now).failures == 0)
    }

    @Test func `a rate limit holds that model until its retry time only`() {
        var journal = Journal()
        let until = journal.now + .milliseconds(2_500)
        journal.attempt(.rateLimited, retryAt: until)
        let holds = journal.state.holds
        #expect(holds.rateLimited(Self.llama, at: until + .microseconds(-1)) == until)
        #expect(holds.rateLimited(Self.llama, at: until) == nil)
        #expect(holds.rateLimited(Self.gemma, at: journal.now) == nil)
    }

    @Test func `a rate limit without a retry time holds for ten seconds`() {
        var journal = Journal()
        journal.attempt(.rateLimited)
        let until = journal.now + .seconds(10)
        #expect(journal.state.holds.rateLimited(Self.llama, at: journal.now) == until)
    }

    @Test func `a rate limit without a retry time does not shorten what the provider asked for`() {
        var journal = Journal()
        let until = journal.now + .seconds(60)
        let requests = (0..<2).map { _ in journal.receive() }
        for id in requests { journal.start(id) }
        journal.finish(requests[0], .rateLimited, retryAt: until)
        journal.finish(requests[1], .rateLimited)
        #expect(journal.state.holds.rateLimited(Self.llama, at: journal.now) == until)
    }

    @Test func `a retry time that has passed holds nothing`() {
        var journal = Journal()
        journal.attempt(.rateLimited, retryAt: journal.now)
        #expect(journal.state.holds.rateLimited(Self.llama, at: journal.now) == nil)
    }

    @Test(arguments: FailureKind.kinds(.request, .provider, .gateway))
    func `no other failure holds anything`(kind: FailureKind) {
        var journal = Journal()
        journal.attempt(kind)
        #expect(journal.state.holds == Holds())
    }

    /// The operator who repaired the key or the model restarts; the provider's rate limit knows
    /// nothing of that.
    @Test func `a restart ends the holds of keys and models, not those of rates`() {
        var journal = Journal()
        journal.attempt(.keyRejected)
        journal.attempt(.modelMissing)
        journal.attempt(.rateLimited, retryAt: journal.now + .seconds(60))
        journal.restart()
        let holds = journal.state.holds
        #expect(holds.keyRejected("groq", at: journal.now) == nil)
        #expect(holds.modelMissing(Self.llama, at: journal.now) == nil)
        #expect(holds.rateLimited(Self.llama, at: journal.now) == journal.now + .seconds(60))
    }

    @Test func `another policy ends the holds of keys and models, not those of rates`() {
        var journal = Journal()
        journal.attempt(.keyRejected)
        journal.attempt(.rateLimited, model: "gemma")
        journal.apply(policy: RoutingPolicy())
        #expect(journal.state.holds.keyRejected("groq", at: journal.now) == nil)
        #expect(journal.state.holds.rateLimited(Self.gemma, at: journal.now) != nil)
    }

    @Test func `a success ends the holds of its key and its model`() {
        var journal = Journal()
        journal.attempt(.keyRejected)
        journal.attempt(.modelMissing)
        journal.attempt(.modelMissing, model: "gemma")
        journal.attempt()
        let holds = journal.state.holds
        #expect(holds.keyRejected("groq", at: journal.now) == nil)
        #expect(holds.modelMissing(Self.llama, at: journal.now) == nil)
        #expect(holds.modelMissing(Self.gemma, at: journal.now) != nil)
    }

    /// It was asked before the limit was hit, so it says nothing of the limit.
    @Test func `a success does not end the hold of a rate`() {
        var journal = Journal()
        let early = journal.receive()
        journal.start(early)
        journal.attempt(.rateLimited)
        journal.finish(early)
        #expect(journal.state.holds.rateLimited(Self.llama, at: journal.now) != nil)
    }

    @Test func `the models held at a provider are listed, each until its last hold ends`() {
        var journal = Journal()
        journal.attempt(.rateLimited, retryAt: journal.now + .seconds(60))
        journal.attempt(.modelMissing, model: "gemma")
        journal.attempt(.rateLimited, model: "gemma")
        journal.attempt(.rateLimited, at: "claude", model: "haiku")
        let holds = journal.state.holds
        let hour = journal.now + Self.hour
        let minute = journal.now + .seconds(60)
        #expect(
            holds.models(of: "groq", at: journal.now) == ["llama": minute, "gemma": hour]
        )
        #expect(holds.models(of: "groq", at: minute) == ["gemma": hour])
        #expect(holds.models(of: "groq", at: hour).isEmpty)
    }
}
