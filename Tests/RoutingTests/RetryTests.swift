import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

/// Asking again who failed, where nobody else is left (docs/decisions/0042).
@Suite("Retries")
struct RetryTests {
    static func world(
        _ names: [String] = ["groq"],
        times: Int = 2,
        longest: Int64 = 5_000_000,
        maxAttempts: Int = 9,
        lanes: Int = 1,
        limits: RateLimits? = nil
    ) -> RoutingFixture {
        let providers = names.enumerated().map { index, name in
            var provider = ProviderPolicy(name, index + 1, defaultModel: "llama")
            provider.limits = limits
            if lanes > 1 {
                provider.lanes = (1...lanes).map { number in
                    var lane = LanePolicy()
                    lane.name = "key \(number)"
                    return lane
                }
            }
            return provider
        }
        return RoutingFixture(
            maxAttempts: maxAttempts,
            providers: providers,
            chains: ["production": names.map { ChainEntry(stringLiteral: $0) }],
            lists: [:]
        ) {
            var retry = RetryPolicy()
            retry.times = times
            retry.backoffMicroseconds = 400_000
            retry.longestMicroseconds = longest
            $0.retry = retry
        }
    }

    /// The attempts of a request that fail one after the other, each with how long the provider says
    /// to stay away.
    static func course(
        _ world: inout RoutingFixture,
        _ failures: [(FailureKind, retryAfter: Duration?)]
    ) throws -> [AttemptStarted] {
        let received = world.request("auto")
        let admission = Admission(of: received, in: world.context, seed: 7)
        world.append(.requestReceived(received))
        var attempts = [try #require(admission.attempt)]
        world.append(.attemptStarted(attempts[0]))
        for (kind, retryAfter) in failures {
            let last = attempts[attempts.count - 1]
            var finished = AttemptFinished()
            finished.request = last.request
            finished.number = last.number
            finished.provider = last.provider
            finished.model = last.model
            finished.key = last.key
            finished.failure = kind
            finished.retryAt = retryAfter.map { world.now + $0 }
            world.append(.attemptFinished(finished))
            let next = NextAttempt(
                after: last,
                failure: kind,
                of: admission.decision,
                received: received,
                in: world.context
            )
            guard let attempt = next.attempt else { break }
            attempts.append(attempt)
            world.append(.attemptStarted(attempt))
            world.now = world.now.advanced(byMicroseconds: attempt.retry?.waitMicroseconds ?? 0)
        }
        return attempts
    }

    @Test func `the only provider is asked again after a wait that doubles, and no more`() throws {
        var world = Self.world()
        let attempts = try Self.course(
            &world,
            [(.overloaded, nil), (.connectionFailed, nil), (.serverError, nil)]
        )
        #expect(attempts.map(\.number) == [1, 2, 3])
        #expect(attempts.map { $0.retry?.number } == [nil, 1, 2])
        #expect(attempts.map(\.after) == [nil, .overloaded, .connectionFailed])
        let waits = attempts.compactMap { $0.retry?.waitMicroseconds }
        #expect((200_000...400_000).contains(waits[0]))
        #expect((400_000...800_000).contains(waits[1]))
    }

    @Test(arguments: FailureKind.allCases)
    func `only what may be over in a moment is asked again`(kind: FailureKind) throws {
        var world = Self.world()
        let isSoonOver: Set<FailureKind> = [
            .overloaded, .serverError, .connectionFailed, .cut, .malformedOutput,
        ]
        let attempts = try Self.course(&world, [(kind, nil)])
        #expect(attempts.count == (isSoonOver.contains(kind) ? 2 : 1))
    }

    @Test func `everybody else comes first, then who failed last`() throws {
        var world = Self.world(["groq", "other"])
        let attempts = try Self.course(
            &world,
            [(.serverError, nil), (.serverError, nil), (.serverError, nil), (.serverError, nil)]
        )
        #expect(attempts.map(\.provider) == ["groq", "other", "other", "other"])
        #expect(attempts.map { $0.retry != nil } == [false, false, true, true])
    }

    @Test func `a rate limit that ends soon is waited for, a longer one is not`() throws {
        var soon = Self.world()
        let attempts = try Self.course(&soon, [(.rateLimited, .seconds(2))])
        let wait = try #require(attempts.last?.retry?.waitMicroseconds)
        #expect((2_200_000...2_400_000).contains(wait))
        var late = Self.world()
        #expect(try Self.course(&late, [(.rateLimited, .seconds(6))]).count == 1)
        // What is held until then would be counted in the wrong minute of its quota.
        var limited = Self.world(limits: RateLimits())
        #expect(try Self.course(&limited, [(.rateLimited, .seconds(2))]).count == 1)
        // Who says nothing of the time is left alone for ten seconds.
        var unsaid = Self.world()
        #expect(try Self.course(&unsaid, [(.rateLimited, nil)]).count == 1)
    }

    @Test func `of two that may be asked again, it is the one that may be asked first`() throws {
        var world = Self.world(["groq", "other"])
        let attempts = try Self.course(
            &world,
            [(.rateLimited, .seconds(1)), (.rateLimited, .seconds(3)), (.cut, nil)]
        )
        #expect(attempts.map(\.provider) == ["groq", "other", "groq", "groq"])
        #expect((1_200_000...1_400_000).contains(attempts[2].retry?.waitMicroseconds ?? 0))
    }

    @Test func `the lane whose limit ends first is the one that is asked again`() throws {
        var world = Self.world(lanes: 2)
        let attempts = try Self.course(
            &world,
            [(.rateLimited, .seconds(3)), (.rateLimited, .seconds(1))]
        )
        #expect(attempts.map(\.key) == [0, 1, 1])
        #expect(attempts.map { $0.retry != nil } == [false, false, true])
    }

    @Test func `attempts and times are limits, and so is the policy's silence`() throws {
        let failures = [(FailureKind, retryAfter: Duration?)](
            repeating: (.serverError, nil),
            count: 4
        )
        var two = Self.world(maxAttempts: 2)
        #expect(try Self.course(&two, failures).count == 2)
        var none = Self.world(times: 0)
        #expect(try Self.course(&none, failures).count == 1)
        var silent = RoutingFixture(
            providers: [ProviderPolicy("groq", 1, defaultModel: "llama")],
            chains: ["production": ["groq"]],
            lists: [:]
        )
        #expect(try Self.course(&silent, failures).count == 1)
        var hurried = Self.world(longest: 100_000)
        let attempts = try Self.course(&hurried, failures)
        #expect(attempts.count == 3)
        #expect(attempts[1].retry?.waitMicroseconds == 100_000)
    }

    @Test func `an open breaker is not asked again`() throws {
        var world = Self.world(times: 19, maxAttempts: 20)
        let failures = [(FailureKind, retryAfter: Duration?)](
            repeating: (.serverError, nil),
            count: 9
        )
        #expect(try Self.course(&world, failures).count == 5)
    }
}
