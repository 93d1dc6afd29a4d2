import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

/// Several keys or addresses of one provider.
@Suite("Lanes")
struct LaneTests {
    /// Two providers, the first with lanes of these names; addresses where they hold a dot.
    static func world(
        _ names: [String],
        weights: [Int] = [],
        maxAttempts: Int = 9,
        limits: RateLimits? = nil
    ) -> RoutingFixture {
        var groq = ProviderPolicy("groq", 1, defaultModel: "llama")
        groq.limits = limits
        groq.lanes = names.enumerated().map { index, name in
            var lane = LanePolicy()
            lane.name = name
            lane.endpoint = name.contains(".") ? name : nil
            if weights.indices.contains(index) { lane.weight = weights[index] }
            return lane
        }
        let other = ProviderPolicy("other", 2, defaultModel: "llama")
        return RoutingFixture(
            maxAttempts: maxAttempts,
            providers: [groq, other],
            chains: ["production": ["groq", "other"]],
            lists: [:]
        )
    }

    /// A request begins; its attempt as the gateway would make it.
    static func begin(
        _ world: inout RoutingFixture,
        number: UInt64
    ) throws -> (decision: RouteDecided, attempt: AttemptStarted, received: RequestReceived) {
        var received = world.request("auto")
        received.request = RequestID(time: world.now, random: (7, number))
        let admission = Admission(of: received, in: world.context, seed: 1)
        world.append(.requestReceived(received))
        let attempt = try #require(admission.attempt)
        world.append(.attemptStarted(attempt))
        return (admission.decision, attempt, received)
    }

    static func end(
        _ world: inout RoutingFixture,
        _ attempt: AttemptStarted,
        _ failure: FailureKind? = nil,
        microseconds: Int = 1_000
    ) {
        var finished = AttemptFinished()
        finished.request = attempt.request
        finished.provider = attempt.provider
        finished.model = attempt.model
        finished.key = attempt.key
        finished.failure = failure
        finished.firstByteMicroseconds = failure == nil ? microseconds : nil
        finished.totalMicroseconds = microseconds
        world.append(.attemptFinished(finished))
    }

    /// The lanes that requests take whose attempts fail one after the other, as provider and lane.
    static func course(
        _ world: inout RoutingFixture,
        failing kinds: [FailureKind]
    ) throws -> [String] {
        var (decision, attempt, received) = try begin(&world, number: 1)
        var asked: [String] = []
        for kind in kinds {
            asked.append("\(attempt.provider) \(attempt.lane ?? "–")")
            end(&world, attempt, kind)
            let next = NextAttempt(
                after: attempt,
                failure: kind,
                of: decision,
                received: received,
                in: world.context
            )
            guard let following = next.attempt else { break }
            world.append(.attemptStarted(following))
            attempt = following
        }
        return asked
    }

    @Test func `requests at once spread over the lanes, by their weights`() throws {
        var world = Self.world(["key 1", "key 2", "key 3"], weights: [1, 1, 2])
        let lanes = try (1...8 as ClosedRange<UInt64>).map {
            try Self.begin(&world, number: $0).1.key
        }
        let counts = (0...2).map { key in lanes.filter { $0 == key }.count }
        #expect(counts == [2, 2, 4])
    }

    @Test func `one after the other, the least used lane comes next`() throws {
        var world = Self.world(["key 1", "key 2"])
        let lanes = try (1...6 as ClosedRange<UInt64>).map { number in
            let attempt = try Self.begin(&world, number: number).1
            Self.end(&world, attempt)
            return attempt.key
        }
        #expect(lanes == [0, 1, 0, 1, 0, 1])
    }

    @Test func `a lane four times as slow gets the work only when the quick one has four`() throws {
        var world = Self.world(["a.example", "b.example"])
        let first = try Self.begin(&world, number: 1).1
        let second = try Self.begin(&world, number: 2).1
        #expect((first.key, second.key) == (0, 1))
        Self.end(&world, first, microseconds: 400_000)
        Self.end(&world, second, microseconds: 100_000)
        let lanes = try (3...7 as ClosedRange<UInt64>).map {
            try Self.begin(&world, number: $0).1.key
        }
        #expect(lanes == [1, 1, 1, 1, 0] || lanes == [1, 1, 1, 0, 1])
    }

    @Test(arguments: [FailureKind.keyRejected, .rateLimited])
    func `what holds a key leaves the other lanes, which come before the next provider`(
        kind: FailureKind
    ) throws {
        var world = Self.world(["key 1", "key 2", "key 3"])
        let asked = try Self.course(&world, failing: [kind, kind, kind, kind])
        #expect(asked == ["groq key 1", "groq key 2", "groq key 3", "other –"])
        // All lanes are held, so the provider is; and the other one failed too.
        let reasons = world.decide("auto").excluded.map(\.reason)
        let reason = kind == .keyRejected ? ExclusionReason.keyRejected : .rateLimited
        #expect(reasons == [reason, reason])
    }

    @Test func `a rejected key disables that key only`() throws {
        var world = Self.world(["key 1", "key 2"])
        let attempt = try Self.begin(&world, number: 1).1
        Self.end(&world, attempt, .keyRejected)
        let lanes = try (2...5 as ClosedRange<UInt64>).map { number in
            let attempt = try Self.begin(&world, number: number).1
            Self.end(&world, attempt)
            return attempt.key
        }
        #expect(lanes == [1, 1, 1, 1])
        #expect(world.decide("auto").ranking == ["groq:llama", "other:llama"])
    }

    @Test func `a failing server leaves the lanes at other addresses, not other keys`() throws {
        var keys = Self.world(["key 1", "key 2"])
        #expect(
            try Self.course(&keys, failing: [.serverError, .cut]) == ["groq key 1", "other –"]
        )
        var servers = Self.world(["a.example", "b.example"])
        let asked = try Self.course(&servers, failing: [.serverError, .connectionFailed, .cut])
        #expect(asked == ["groq a.example", "groq b.example", "other –"])
    }

    @Test func `an address that failed rests while others answer, and is tried again after`() throws
    {
        var world = Self.world(["a.example", "b.example"])
        let attempt = try Self.begin(&world, number: 1).1
        Self.end(&world, attempt, .connectionFailed)
        #expect(try Self.begin(&world, number: 2).1.key == 1)
        #expect(try Self.begin(&world, number: 3).1.key == 1)
        world.now = world.now + .seconds(2)
        #expect(try Self.begin(&world, number: 4).1.key == 0)
    }

    @Test func `each lane has quotas of its own, and the provider is full when all are`() throws {
        var limits = RateLimits()
        limits.requestsPerMinute = 2
        var world = Self.world(["key 1", "key 2"], limits: limits)
        let asked = try (1...5 as ClosedRange<UInt64>).map { number in
            let attempt = try Self.begin(&world, number: number).1
            return "\(attempt.provider) \(attempt.key)"
        }
        #expect(asked == ["groq 0", "groq 1", "groq 0", "groq 1", "other 0"])
        #expect(world.decide("auto").excluded.map(\.reason) == [.quotaExhausted])
    }

    @Test func `attempts in other lanes count among those that a request may take`() throws {
        var world = Self.world(["key 1", "key 2", "key 3"], maxAttempts: 2)
        let asked = try Self.course(&world, failing: [.rateLimited, .rateLimited, .rateLimited])
        #expect(asked == ["groq key 1", "groq key 2"])
    }

    @Test func `bad keys leave the request its attempts`() throws {
        var world = Self.world((1...5).map { "key \($0)" }, maxAttempts: 2)
        let kinds: [FailureKind] = [
            .keyRejected, .keyRejected, .keyRejected, .keyRejected, .keyRejected, .serverError,
        ]
        let asked = try Self.course(&world, failing: kinds)
        #expect(asked == (1...5).map { "groq key \($0)" } + ["other –"])
    }

    /// An end that was lost gives its room back when its time is over; until then no event does.
    @Test func `a lane whose room was just given back is taken, and no full one`() throws {
        var limits = RateLimits()
        limits.requestsPerDay = 1
        var world = Self.world(["key 1", "key 2"], limits: limits)
        let first = try Self.begin(&world, number: 1).attempt
        Self.end(&world, first)
        let lost = try Self.begin(&world, number: 2).attempt
        #expect([first.key, lost.key] == [0, 1])
        #expect(try Self.begin(&world, number: 3).attempt.provider == "other")
        world.now = world.now + .seconds(3_600)
        let again = try Self.begin(&world, number: 4).attempt
        #expect(again.provider == "groq")
        #expect(again.key == 1)
    }
}
