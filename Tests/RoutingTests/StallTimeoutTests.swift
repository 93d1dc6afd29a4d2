import Events
import RouterState
import Routing
import Testing

@testable import RoutingSupport

/// When an attempt is taken to hang (docs/decisions/0042).
@Suite("Hang limits")
struct StallTimeoutTests {
    static func world(
        isLocal: Bool = false,
        standard: Int64 = 60_000_000,
        hang: HangPolicy? = HangPolicy(),
        prefill: Int = 0,
        _ abilities: Capabilities = [.tools]
    ) -> RoutingFixture {
        var groq = ProviderPolicy("groq", 1, isLocal: isLocal, defaultModel: "llama")
        var limits = FirstTokenPolicy()
        limits.typicalMicroseconds = standard
        limits.slowMicroseconds = 120_000_000
        limits.prefillTokensPerSecond = prefill
        groq.isOwnHardware = isLocal
        groq.firstToken = limits
        groq.cards = [ModelPolicy("llama", .medium, window: 100_000, abilities)]
        return RoutingFixture(providers: [groq], chains: ["production": ["groq"]], lists: [:]) {
            $0.hang = hang
        }
    }

    /// The limit of a request's attempt, which then ends as it is told.
    @discardableResult
    static func ask(
        _ world: inout RoutingFixture,
        streamed: Bool = true,
        output limit: Int? = nil,
        prompt: Int? = nil,
        first: Int? = 1_000_000,
        total: Int = 2_000_000,
        tokens: Int? = 100,
        failing failure: FailureKind? = nil
    ) throws -> StallTimeout? {
        var received = world.request("auto", limit: limit)
        received.isStreamed = streamed
        if let prompt { received.features.inputTokens = prompt }
        let admission = Admission(of: received, in: world.context, seed: 1)
        let attempt = try #require(admission.attempt)
        world.append(.requestReceived(received))
        world.append(.attemptStarted(attempt))
        var finished = AttemptFinished()
        finished.request = attempt.request
        finished.number = 1
        finished.provider = attempt.provider
        finished.model = attempt.model
        finished.failure = failure
        finished.firstByteMicroseconds = failure == nil ? first : nil
        finished.totalMicroseconds = total
        if failure == nil { finished.usage = TokenUsage(input: 10, output: tokens) }
        world.append(.attemptFinished(finished))
        var completed = RequestCompleted()
        completed.request = attempt.request
        world.append(.requestCompleted(completed))
        return attempt.stallTimeout
    }

    @Test func `a model of which little is known has the configured time`() throws {
        var world = Self.world()
        for _ in 0..<10 {
            let limit = try Self.ask(&world)
            #expect(limit == StallTimeout(60_000_000, .configured))
        }
        #expect(try Self.ask(&world)?.basis == .observed)
    }

    @Test func `a quick model has five seconds, a slower one three times its slow first tokens`()
        throws
    {
        var quick = Self.world()
        for _ in 0..<10 { try Self.ask(&quick, first: 300_000) }
        let least = try #require(try Self.ask(&quick, first: 300_000))
        #expect(least.microseconds == 5_000_000)
        #expect(least.expectedMicroseconds == 327_680)
        var slower = Self.world()
        for _ in 0..<10 { try Self.ask(&slower, first: 4_000_000) }
        let thrice = try #require(try Self.ask(&slower))
        // The bucket of 4 s ends at 4.19 s.
        #expect(thrice == StallTimeout(3 * 4_194_304, .observed, expected: 4_194_304))
        var slowest = Self.world()
        for _ in 0..<10 { try Self.ask(&slowest, first: 30_000_000) }
        #expect(try Self.ask(&slowest)?.microseconds == 60_000_000)
        #expect(try Self.ask(&slowest)?.basis == .configured)
    }

    @Test func `what was abandoned counts, so that a model may grow slow`() throws {
        var world = Self.world()
        for _ in 0..<20 { try Self.ask(&world, first: 300_000) }
        #expect(try Self.ask(&world)?.microseconds == 5_000_000)
        try Self.ask(&world, total: 5_000_000, failing: .firstTokenTimeout)
        let after = try #require(try Self.ask(&world))
        #expect(after.microseconds > 15_000_000)
        // A failure of another kind says nothing of the time.
        try Self.ask(&world, total: 50_000_000, failing: .serverError)
        #expect(try Self.ask(&world) == after)
    }

    @Test func `an unstreamed answer that was abandoned counts too`() throws {
        var world = Self.world()
        func ask(_ total: Int, failing failure: FailureKind? = nil) throws -> Int64 {
            let limit = try Self.ask(
                &world,
                streamed: false,
                output: 16,
                first: total,
                total: total,
                failing: failure
            )
            return try #require(limit).microseconds
        }
        for _ in 0..<20 { _ = try ask(1_000_000) }
        let before = try ask(9_000_000, failing: .firstTokenTimeout)
        #expect(before < 10_000_000)
        #expect(try ask(1_000_000) > 27_000_000)
    }

    @Test func `an unstreamed answer has the time to write all that it may hold`() throws {
        var world = Self.world()
        // A second each, at a hundred tokens a second.
        for _ in 0..<10 { try Self.ask(&world, streamed: false, total: 1_000_000) }
        // Without a limit there is no telling how long it gets.
        let open = try Self.ask(&world, streamed: false, total: 1_000_000)
        #expect(open == StallTimeout(600_000_000, .whole))
        let short = try #require(
            try Self.ask(&world, streamed: false, output: 16, total: 1_000_000)
        )
        #expect(short.basis == .observed)
        #expect(short.microseconds == 5_000_000)
        let long = try #require(
            try Self.ask(&world, streamed: false, output: 1_000, total: 1_000_000)
        )
        #expect(long.microseconds > 30_000_000)
        #expect(long.microseconds < 60_000_000)
        // Half the usual speed is no hang, and no answer has more than the request's whole time.
        #expect(try Self.ask(&world, streamed: false, output: 9_000)?.microseconds == 240_000_000)
        #expect(try Self.ask(&world, streamed: false, output: 90_000)?.microseconds == 600_000_000)
        // None was streamed, so that of streams nothing is known.
        #expect(try Self.ask(&world)?.basis == .configured)
    }

    @Test func `an unstreamed answer of an unknown model has the time to write it slowly`() throws {
        for (isLocal, seconds) in [(false, 60 + 50), (true, 120 + 250)] {
            var world = Self.world(isLocal: isLocal)
            let limit = try Self.ask(&world, streamed: false, output: 1_000)
            #expect(limit?.microseconds == Int64(seconds) * 1_000_000)
        }
    }

    @Test(arguments: [true, false])
    func `a long prompt has the time to be read on top`(streamed: Bool) throws {
        var world = Self.world(prefill: 100)
        let short = try #require(
            try Self.ask(&world, streamed: streamed, output: 10, prompt: 10)
        )
        // Of a model that nothing is known of yet either.
        world = Self.world(prefill: 100)
        let long = try #require(
            try Self.ask(&world, streamed: streamed, output: 10, prompt: 20_000)
        )
        #expect(short.readingMicroseconds == nil)
        #expect(long.readingMicroseconds == 200_000_000)
        #expect(long.microseconds == short.microseconds + 200_000_000)
    }

    @Test func `the whole time of a request grows with its prompt`() throws {
        let world = Self.world(prefill: 100)
        var received = world.request("auto")
        received.features.inputTokens = 20_000
        let decision = Admission(of: received, in: world.context, seed: 1).decision
        #expect(decision.deadline == world.now + .seconds(800))
    }

    @Test func `a model that thinks has the long time, however quick it was`() throws {
        var world = Self.world([.tools, .reasoning])
        for _ in 0..<12 {
            #expect(try Self.ask(&world) == StallTimeout(120_000_000, .reasoning))
        }
    }

    @Test func `a local model has the long time unless it answered last, and lately`() throws {
        var world = Self.world(isLocal: true)
        #expect(try Self.ask(&world) == StallTimeout(120_000_000, .loading))
        for _ in 0..<10 { try Self.ask(&world) }
        #expect(try Self.ask(&world)?.basis == .observed)
        world.now = world.now + .seconds(299)
        #expect(try Self.ask(&world)?.basis == .observed)
        world.now = world.now + .seconds(300)
        #expect(try Self.ask(&world)?.basis == .loading)
        #expect(try Self.ask(&world)?.basis == .observed)
        var other = AttemptFinished()
        other.provider = "groq"
        other.model = "gemma"
        world.append(.attemptFinished(other))
        #expect(try Self.ask(&world)?.basis == .loading)
    }

    @Test func `without a rule the configured time stands, and without that none is recorded`()
        throws
    {
        var fixed = Self.world(hang: nil)
        for _ in 0..<11 { #expect(try Self.ask(&fixed)?.basis == .configured) }
        var silent = RoutingFixture()
        #expect(try Self.ask(&silent) == nil)
        var short = Self.world(standard: 2_000_000)
        for _ in 0..<11 { #expect(try Self.ask(&short)?.microseconds == 2_000_000) }
    }
}
