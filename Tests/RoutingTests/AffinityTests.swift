import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

@Suite("Conversation affinity")
struct AffinityTests {
    static let hour: Int64 = 3_600_000_000

    static func world(
        mode: RoutingMode = .hybrid,
        lanes: Int = 0,
        age: Int64? = hour,
        change: (inout RoutingPolicy) -> Void = { _ in }
    ) -> RoutingFixture {
        var world = RoutingFixture.withCards(["cost"], mode: mode) { policy in
            policy.affinityMicroseconds = age
            change(&policy)
        }
        guard lanes > 0 else { return world }
        var policy = world.state.policy.policy
        for index in policy.providers.indices {
            policy.providers[index].lanes = (1...lanes).map { number in
                var lane = LanePolicy()
                lane.name = "key \(number)"
                return lane
            }
        }
        world.apply(policy)
        return world
    }

    static func request(
        _ world: RoutingFixture,
        _ model: String = "auto",
        conversation: UInt64 = 7,
        followUp: Bool = true
    ) -> RequestReceived {
        var received = world.request(model)
        var mark = ConversationMark()
        mark.fingerprint = conversation
        mark.isFollowUp = followUp
        received.conversation = mark
        return received
    }

    /// A turn of a conversation that a provider answers, or fails to.
    static func answer(
        _ world: inout RoutingFixture,
        _ provider: String,
        _ model: String,
        key: Int = 0,
        conversation: UInt64 = 7,
        _ failure: FailureKind? = nil
    ) {
        var received = request(world, conversation: conversation)
        received.request = RequestID(time: world.now, random: (9, world.state.position))
        var started = AttemptStarted()
        started.request = received.request
        started.provider = provider
        started.model = model
        started.key = key
        started.conversation = conversation
        world.append(.requestReceived(received))
        world.append(.attemptStarted(started))
        var finished = AttemptFinished()
        finished.request = received.request
        finished.provider = provider
        finished.model = model
        finished.failure = failure
        world.append(.attemptFinished(finished))
    }

    @Test func `a follow-up goes to who answered last, and says so`() throws {
        var world = Self.world()
        let standard = world.decide(Self.request(world))
        #expect(standard.ranking.first == "ollama:qwen3:8b")
        Self.answer(&world, "claude", "haiku")
        let decision = world.decide(Self.request(world))
        #expect(decision.ranking.first == "claude:haiku")
        #expect(decision.strategy == .affinity)
        #expect(decision.verdicts.last?.name == "affinity")
        #expect(decision.affinity?.isKept == true)
        #expect(Set(decision.ranking) == Set(standard.ranking))
    }

    @Test func `another conversation, and a first turn, go the usual way`() {
        var world = Self.world()
        Self.answer(&world, "claude", "haiku")
        #expect(world.decide(Self.request(world, conversation: 8)).strategy == .cost)
        #expect(world.decide(Self.request(world, followUp: false)).strategy == .cost)
        #expect(world.decide("auto").affinity == nil)
    }

    @Test func `who failed is not stayed with`() {
        var world = Self.world()
        Self.answer(&world, "claude", "haiku")
        Self.answer(&world, "claude", "haiku", .serverError)
        Self.answer(&world, "groq", "llama")
        #expect(world.decide(Self.request(world)).ranking.first == "groq:llama")
    }

    @Test func `who is excluded is not stayed with, and that is told`() throws {
        var world = Self.world()
        Self.answer(&world, "claude", "haiku")
        world.attempt("claude", "haiku", .keyRejected)
        let decision = world.decide(Self.request(world))
        #expect(decision.ranking.first == "ollama:qwen3:8b")
        #expect(decision.affinity?.provider == "claude")
        #expect(decision.affinity?.isKept == false)
    }

    @Test func `a model that the client names is asked, at the provider that has the conversation`()
    {
        var world = Self.world()
        Self.answer(&world, "ollama", "llama")
        #expect(world.decide(Self.request(world, "haiku")).ranking.first == "claude:haiku")
        let decision = world.decide(Self.request(world, "llama"))
        #expect(decision.ranking == ["ollama:llama", "groq:llama"])
        #expect(decision.strategy == .explicit)
    }

    @Test func `what was answered too long ago is forgotten`() {
        var world = Self.world()
        Self.answer(&world, "claude", "haiku")
        world.now = world.now + .seconds(3_600)
        #expect(world.decide(Self.request(world)).affinity?.isKept == true)
        world.now = world.now + .microseconds(1)
        #expect(world.decide(Self.request(world)).affinity?.provider == nil)
    }

    @Test func `a policy without affinity records nothing of conversations`() {
        var world = Self.world(age: nil)
        Self.answer(&world, "claude", "haiku")
        let decision = world.decide(Self.request(world))
        #expect(decision.affinity == nil)
        #expect(decision.strategy == .cost)
    }

    @Test func `local first beats affinity`() {
        var world = Self.world(mode: .localFirst)
        Self.answer(&world, "claude", "haiku")
        #expect(world.decide(Self.request(world)).ranking.first == "ollama:qwen3:8b")
    }

    @Test func `a conversation is not explored away from`() {
        var world = Self.world { policy in
            policy.exploration = ExplorationPolicy()
            policy.exploration?.floor = 300_000
            policy.exploration?.arms = 3
        }
        Self.answer(&world, "claude", "haiku")
        let decision = world.decide(Self.request(world))
        #expect(decision.candidates.map(\.probability).first == 1_000_000)
        #expect(decision.chosen == 0)
    }

    @Test func `it stays in its lane while that is open`() throws {
        var world = Self.world(lanes: 3)
        Self.answer(&world, "claude", "haiku", key: 2)
        func key() throws -> Int {
            let received = Self.request(world)
            let admission = Admission(of: received, in: world.context, seed: 1)
            return try #require(admission.attempt).key
        }
        #expect(try key() == 2)
        Self.answer(&world, "claude", "haiku", key: 2, .keyRejected)
        #expect(try key() != 2)
    }

    @Test func `the table forgets the oldest conversations, in halves`() {
        var world = Self.world()
        for conversation in 1...10_000 as ClosedRange<UInt64> {
            Self.answer(&world, "claude", "haiku", conversation: conversation)
        }
        let earliest = world.now
        let kept = (1...10_000 as ClosedRange<UInt64>).filter {
            world.state.conversations.line(of: $0, since: earliest) != nil
        }
        #expect(kept.count >= 4_096 && kept.count <= 8_192)
        #expect(kept.last == 10_000)
        #expect(kept == Array(kept[0]...10_000))
    }
}
