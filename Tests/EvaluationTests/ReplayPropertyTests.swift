import Evaluation
import Events
import RouterState
import TestSupport
import Testing

@testable import RoutingSupport

@Suite("Over random histories")
struct ReplayPropertyTests {
    static let seed = SeededRandom.seed(for: "replay")
    /// Parts that run beside each other, of as many histories each.
    static let parts = 4
    static let historiesInPart = 2_500
    static let steps = 12

    /// A history's journal with the number of its run, for messages.
    static func visit(
        part: Int,
        _ body: (GatewayHistory, Journal, inout SeededRandom) throws -> Void
    ) throws {
        for run in part * historiesInPart..<(part + 1) * historiesInPart {
            let own = seed &+ UInt64(run)
            let history = GatewayHistory(seed: own, steps: steps)
            var draws = SeededRandom(seed: ~own)
            do {
                try body(history, try Journal(history), &draws)
            } catch {
                Issue.record("LOGWAY_TEST_SEED=\(own) gives it in its first run")
                throw error
            }
        }
    }

    @Test(arguments: 0..<parts)
    func `folding from the start, from any snapshot, from a carried state and live give one state`(
        part: Int
    ) throws {
        var carriedStates = 0
        try Self.visit(part: part) { history, journal, draws in
            let all = journal.lines.indices
            try #require(try journal.fold(all) == history.state)
            let cut = draws.int(0...all.count)
            let snapshot = try journal.fold(0..<cut).encoded
            let rest = try journal.fold(
                cut..<all.count,
                from: RouterState(decoding: snapshot)
            )
            try #require(rest == history.state)
            for index in all {
                guard case .stateCarried = journal.lines[index].event.body else { continue }
                carriedStates += 1
                try #require(try journal.fold(index..<all.count) == history.state)
            }
        }
        #expect(carriedStates > 100)
    }

    @Test(arguments: 0..<parts)
    func `every decision and every attempt replays, byte for byte`(part: Int) throws {
        var decisions = 0
        var failovers = 0
        var hedges = 0
        try Self.visit(part: part) { _, journal, _ in
            let findings = journal.check()
            let bodies = journal.lines.map(\.event.body)
            let decided = bodies.count { if case .routeDecided = $0 { true } else { false } }
            let started = bodies.compactMap {
                if case .attemptStarted(let attempt) = $0 { attempt } else { nil }
            }
            try #require(findings.differences == [])
            try #require(findings.decisions.equal == decided)
            try #require(findings.attempts.equal == started.count)
            try #require(findings.decisions.total == decided)
            try #require(findings.attempts.total == started.count)
            decisions += decided
            failovers += started.count { $0.number > 1 && $0.hedge == nil }
            hedges += started.count { $0.hedge != nil }
        }
        #expect(decisions > 2 * Self.historiesInPart)
        #expect(failovers > 100)
        #expect(hedges > 50)
    }
}
