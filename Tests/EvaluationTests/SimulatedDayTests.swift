import Evaluation
import Events
import Foundation
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
        var findings = ReplayCheck().findings
        var events = 0
        /// FNV-1a over the bytes of all events
        /// (datatracker.ietf.org/doc/html/draft-eastlake-fnv, §2).
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    }

    /// Runs a day, and decides it again while it runs.
    static func run(seed: UInt64) throws -> Result {
        var result = Result()
        var check = ReplayCheck()
        var bytes: [UInt8] = []
        var day = SimulatedDay(seed: seed, requests: requests)
        try day.run { event, sequence in
            bytes.removeAll(keepingCapacity: true)
            event.encode(into: &bytes)
            for byte in bytes { result.hash = (result.hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            result.events += 1
            _ = check.take(try Event(decoding: bytes), bytes.span, sequence: sequence)
        }
        result.tally = day.tally
        result.findings = check.findings
        return result
    }

    @Test func `is answered wherever anybody could, replays, and is the same for its seed`() throws
    {
        let seed = Draws.seed()
        let result = try Self.run(seed: seed)
        let tally = result.tally
        print(
            """
            \(tally.received) requests, \(result.events) events, \(tally.failovers) failovers; \
            \(tally.answered) of \(tally.answerable) that could be answered were; \
            \(result.findings.decisions.equal) decisions and \
            \(result.findings.attempts.equal) attempts replay
            """
        )
        #expect(tally.received == Self.requests)
        #expect(tally.failovers > Self.requests / 100)
        #expect(tally.answerable > Self.requests * 9 / 10)
        #expect(tally.answered * 1_000 >= tally.answerable * 995, "seed \(seed)")
        #expect(result.findings.differences == [])
        #expect(result.findings.decisions.equal == Self.requests)
        #expect(result.findings.attempts.equal == result.findings.attempts.total)
        #expect(try Self.run(seed: seed) == result)
        #expect(try Self.run(seed: seed &+ 1).hash != result.hash)
    }
}
