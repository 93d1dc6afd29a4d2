import Evaluation
import Events
import Foundation
import RouterState
import TestSupport
import Testing

@testable import RoutingSupport

/// Of LOGWAY_DAY_REQUESTS requests, by default fewer than the day of tools/simulate-day.
@Suite("A simulated day")
struct SimulatedDayTests {
    static let requests =
        ProcessInfo.processInfo.environment["LOGWAY_DAY_REQUESTS"].flatMap { Int($0) } ?? 4_000

    /// What became of a day.
    struct Result: Equatable {
        var tally = SimulatedDay.Tally()
        var violations: [String] = []
        var spent: Int64 = 0
        var events = 0
        /// FNV-1a over the bytes of all events
        /// (datatracker.ietf.org/doc/html/draft-eastlake-fnv, §2).
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    }

    /// Runs a day, and shows each event with its bytes and its sequence number.
    static func run(
        seed: UInt64,
        requests: Int = requests,
        visit: @escaping (Event, [UInt8], UInt64) throws -> Void = { _, _, _ in }
    ) throws -> Result {
        var result = Result()
        var bytes: [UInt8] = []
        var day = try SimulatedDay(seed: seed, requests: requests)
        try day.run { event, sequence in
            bytes.removeAll(keepingCapacity: true)
            event.encode(into: &bytes)
            for byte in bytes { result.hash = (result.hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            result.events += 1
            try visit(event, bytes, sequence)
        }
        result.tally = day.tally
        result.violations = day.limits.violations
        result.spent = day.limits.spent
        #expect(day.state.inFlight.count == 0)
        #expect(day.state.spend.cost(inMonthOf: SimulatedDay.start).count == result.spent)
        return result
    }

    @Test func `is answered wherever anybody could, within every limit, and replays`() throws {
        let seed = SeededRandom.seed()
        var check = ReplayCheck()
        var replaying = Duration.zero
        let result = try Self.run(seed: seed) { event, bytes, sequence in
            let clock = ContinuousClock()
            let event = try Event(decoding: bytes)
            replaying += clock.measure { _ = check.take(event, bytes.span, sequence: sequence) }
        }
        let (tally, findings) = (result.tally, check.findings)
        print(
            """
            \(tally.received) requests, \(result.events) events, \(tally.failovers) failovers; \
            \(tally.answered) of \(tally.answerable) that could be answered were; \
            \(tally.metQuota) met a full quota, \(tally.metBudget) a spent budget, \
            $\(Nanodollars(result.spent)) spent, \(result.violations.count) limits passed; \
            \(findings.decisions.equal) decisions and \(findings.attempts.equal) attempts replay, \
            \(Int(Double(findings.decisions.equal) / (replaying / .seconds(1)))) decisions a second
            """
        )
        #expect(tally.received == Self.requests)
        #expect(tally.failovers > Self.requests / 500)
        #expect(tally.answerable > Self.requests * 8 / 10)
        #expect(tally.answered * 1_000 >= tally.answerable * 995, "seed \(seed)")
        #expect(tally.metQuota > Self.requests / 100)
        #expect(tally.metBudget > Self.requests / 100)
        #expect(result.violations == [])
        #expect(findings.differences == [])
        #expect(findings.decisions.equal == Self.requests)
        #expect(findings.attempts.equal == findings.attempts.total)
        #expect(try Self.run(seed: seed) == result)
    }

    @Test func `another seed gives another log`() throws {
        let seed = SeededRandom.seed()
        let hashes = try [seed, seed &+ 1].map { try Self.run(seed: $0, requests: 200).hash }
        #expect(hashes[0] != hashes[1])
    }

    /// What a limit is lowered by in the eyes of the count, though not of the gateway.
    @Test(arguments: ["requests", "tokens", "daily", "tenant"])
    func `the count sees every limit that is passed`(limit: String) throws {
        let seed = SeededRandom.seed()
        var count = LimitCount()
        _ = try Self.run(seed: seed, requests: 2_000) { event, _, _ in
            guard case .policyApplied(var applied) = event.body else { return count.take(event) }
            switch limit {
            case "requests": applied.policy.providers[1].limits?.requestsPerDay? -= 1
            case "tokens": applied.policy.providers[2].limits?.tokensPerDay? /= 2
            case "daily": applied.policy.budgets?.daily = Nanodollars(100_000_000)
            default: applied.policy.budgets?.scopes[0].monthly = Nanodollars(10_000_000)
            }
            count.take(Event(.policyApplied(applied), at: event.time))
        }
        #expect(!count.violations.isEmpty, "seed \(seed)")
    }
}
