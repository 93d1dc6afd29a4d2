import Events
import RouterState
import Routing
import TestSupport
import Testing

@testable import RoutingSupport

/// Every read of a policy while deciding goes through the context: under another policy than the one in
/// force, everything is decided as on the same state with that policy in force.
@Suite("The policy as an argument")
struct PolicyArgumentTests {
    /// A state with another policy in force, and the context that decides under that policy on the first.
    struct Pair {
        let inForce: RoutingContext
        let given: RoutingContext

        init(_ state: RouterState, _ policy: RoutingPolicy, at now: Timestamp) throws {
            let fingerprint = Fingerprint(bytes: [7, 7])
            let other = try state.with(policy, fingerprint)
            inForce = RoutingContext(other, at: now)
            given = RoutingContext(
                state,
                policy: PolicyInForce(policy, fingerprint: fingerprint, position: 1),
                at: now
            )
        }
    }

    /// How often each thing was made under both.
    struct Tally {
        var (decisions, refusals, attempts, next, hedges, extensions) = (0, 0, 0, 0, 0, 0)
    }

    @Test func `decides as if it were in force`() throws {
        let seed = SeededRandom.seed()
        var draws = SeededRandom(seed: seed)
        var tally = Tally()
        try RoutingPropertyTests.visit(60, seed: seed) { moment in
            var state = moment.state
            if draws.oneIn(2) { state.measure(at: moment.now, &draws) }
            let pair = try Pair(state, draws.unusualPolicy(), at: moment.now)
            if let attempt = moment.attempt {
                return try Self.compareWhatFollows(pair, moment, attempt, &draws, &tally)
            }
            let received = draws.unusual(moment.received)
            let admission = try Self.compareAdmission(pair, received, draws.next(), &tally)
            guard let attempt = admission.attempt, attempt.outputBound != nil else { return }
            for body in [EventBody.requestReceived(received), .attemptStarted(attempt)] {
                state.apply(body, at: moment.now, sequence: state.position + 1)
            }
            let other = try Pair(state, draws.unusualPolicy(), at: moment.now)
            try Self.compareExtension(other, attempt, &draws, &tally)
        }
        #expect(tally.decisions > 1_000)
        #expect(tally.refusals > 100)
        #expect(tally.attempts > 100)
        #expect(tally.next > 20)
        #expect(tally.hedges > 5)
        #expect(tally.extensions > 5)
    }

    private static func compareAdmission(
        _ pair: Pair,
        _ received: RequestReceived,
        _ seed: UInt64,
        _ tally: inout Tally
    ) throws -> Admission {
        let given = Admission(of: received, in: pair.given, seed: seed)
        let inForce = Admission(of: received, in: pair.inForce, seed: seed)
        try #require(given.decision.encoded == inForce.decision.encoded)
        try #require(given.attempt?.encoded == inForce.attempt?.encoded)
        let delays = [pair.given, pair.inForce].map {
            Hedge.delay(for: received, under: $0.policy)
        }
        try #require(delays[0] == delays[1])
        tally.decisions += 1
        tally.refusals += given.decision.refusal == nil ? 0 : 1
        tally.attempts += given.attempt == nil ? 0 : 1
        return given
    }

    private static func compareWhatFollows(
        _ pair: Pair,
        _ moment: RoutingPropertyTests.Moment,
        _ attempt: AttemptStarted,
        _ draws: inout SeededRandom,
        _ tally: inout Tally
    ) throws {
        let failure = draws.one(of: FailureKind.allCases)
        let next = [pair.given, pair.inForce].map { context in
            NextAttempt(
                after: attempt,
                failure: failure,
                of: moment.decision,
                received: moment.received,
                in: context
            )
        }
        try #require(next[0].attempt?.encoded == next[1].attempt?.encoded)
        try #require(next[0].skipped == next[1].skipped)
        tally.next += next[0].attempt == nil ? 0 : 1
        let hedges = [pair.given, pair.inForce].map { context in
            Hedge(
                beside: attempt,
                of: moment.decision,
                received: moment.received,
                in: context
            ).attempt
        }
        try #require(hedges[0]?.encoded == hedges[1]?.encoded)
        tally.hedges += hedges[0] == nil ? 0 : 1
    }

    private static func compareExtension(
        _ pair: Pair,
        _ attempt: AttemptStarted,
        _ draws: inout SeededRandom,
        _ tally: inout Tally
    ) throws {
        let written = draws.int(0...4_000)
        let extensions = [pair.given, pair.inForce].map { context in
            ReservationExtension(
                of: attempt.request,
                attempt.number,
                written: written,
                in: context
            )
        }
        try #require("\(extensions[0])" == "\(extensions[1])")
        if case .holds = extensions[0] { return }
        tally.extensions += 1
    }
}

extension RouterState {
    /// Takes in so many answers of a model that percentiles of its times are known.
    fileprivate mutating func measure(at now: Timestamp, _ draws: inout SeededRandom) {
        let provider = draws.one(of: RoutingFixture.providers)
        for number in 1...12 {
            var received = RequestReceived()
            received.request = RequestID(time: now, random: (7, UInt64(number)))
            var started = AttemptStarted()
            started.request = received.request
            started.number = 1
            started.provider = provider.name
            started.model = provider.defaultModel ?? "llama"
            started.isStreamed = draws.oneIn(2)
            var finished = AttemptFinished()
            finished.request = received.request
            finished.number = 1
            finished.provider = started.provider
            finished.model = started.model
            finished.firstByteMicroseconds = draws.int(1_000...900_000)
            finished.totalMicroseconds = 2_000_000
            finished.usage = TokenUsage(input: 100, output: 400, origin: .provider)
            for body in [
                EventBody.requestReceived(received), .attemptStarted(started),
                .attemptFinished(finished),
            ] {
                apply(body, at: now, sequence: position + 1)
            }
        }
    }

    /// The same state with another policy in force, in whose encoding the policy is the third field.
    fileprivate func with(
        _ policy: RoutingPolicy,
        _ fingerprint: Fingerprint
    ) throws -> RouterState {
        var applied = PolicyApplied()
        applied.policy = policy
        applied.fingerprint = fingerprint
        var other = RouterState()
        other.apply(.policyApplied(applied), at: Timestamp(microseconds: 0), sequence: 1)
        let field = try #require(Self.fields(of: other.encoded).first { $0.tag == 3 })
        let bytes = Self.fields(of: encoded).flatMap { $0.tag == 3 ? field.bytes : $0.bytes }
        let result = try RouterState(decoding: bytes)
        try #require(result.policy.policy == policy)
        try #require(result.position == position && result.inFlight == inFlight)
        return result
    }

    /// The fields of a record, each with its tag: a varint of the tag and the kind, then a varint that is the
    /// value, or how many bytes follow.
    private static func fields(of record: [UInt8]) -> [(tag: Int, bytes: ArraySlice<UInt8>)] {
        var fields: [(tag: Int, bytes: ArraySlice<UInt8>)] = []
        var rest = record[...]
        func varint() -> Int {
            var (value, shift) = (0, 0)
            while let byte = rest.popFirst() {
                value |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            return value
        }
        while !rest.isEmpty {
            let start = rest.startIndex
            let key = varint()
            let value = varint()
            if key & 1 == 1 { rest = rest.dropFirst(value) }
            fields.append((key >> 1, record[start..<rest.startIndex]))
        }
        return fields
    }
}

extension SeededRandom {
    /// A policy with what the histories' own don't have: fallbacks, tenants, aliases, embedding models.
    fileprivate mutating func unusualPolicy() -> RoutingPolicy {
        var policy = policy()
        policy.totalMicroseconds = one(of: [20_000_000, 600_000_000])
        policy.budgets?.expectedOutput = oneIn(2) ? int(1...2_000) : nil
        if oneIn(8) {
            var rule = TenantPolicy()
            rule.name = TenantPolicy.everyone
            rule.allowedModels = ["groq", "ollama:qwen3:8b"]
            policy.tenants = [rule]
        }
        policy.hang?.leastMicroseconds = 1_000
        for (pattern, target) in [("haiku", "groq:llama"), ("no*", "auto:fast")] where oneIn(3) {
            var alias = ModelAlias()
            alias.pattern = pattern
            alias.target = target
            policy.aliases.append(alias)
        }
        for index in policy.providers.indices {
            if oneIn(3) {
                policy.providers[index].fallbackProvider = one(of: RoutingFixture.providers).name
            }
            if oneIn(4) { policy.providers[index].maxContextTokens = int(500...20_000) }
            if oneIn(3) { policy.providers[index].promptModels = ["*"] }
            policy.providers[index].isOwnHardware = oneIn(4)
            policy.providers[index].firstToken?.prefillTokensPerSecond = one(of: [0, 100])
            policy.providers[index].cards.append(
                ModelPolicy("nomic-embed-text", nil, .embeddings)
            )
        }
        return policy
    }

    /// A request that asks for something that the histories' own don't.
    fileprivate mutating func unusual(_ received: RequestReceived) -> RequestReceived {
        var received = received
        received.operation = one(of: [nil, nil, nil, .embeddings, .completion, .file])
        received.isResponse = received.operation == nil && oneIn(4)
        if oneIn(4) { received.surcharges = ["web_search_options"] }
        if oneIn(6) {
            var holder = ResponseHolder()
            holder.provider = one(of: RoutingFixture.providers).name
            holder.isOnly = oneIn(2)
            received.holder = holder
        }
        return received
    }
}
