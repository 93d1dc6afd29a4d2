import EventLog
import Events
import Foundation
import RouterState
import TestSupport
import Testing

@testable import Evaluation
@testable import RoutingSupport

@Suite("Deciding a log again")
struct ReplayCheckTests {
    /// A history in which one decision has another candidate as its chosen one, and its place.
    static func forged() throws -> (log: HistoryLog, decision: RouteDecided, sequence: Int) {
        var events = GatewayHistory(seed: 11, steps: 200).events
        let index = try #require(
            events.lastIndex { event in
                guard case .routeDecided(let decision) = event.body else { return false }
                return decision.candidates.count > 1 && decision.chosen == 0
            }
        )
        guard case .routeDecided(var decision) = events[index].body else {
            preconditionFailure("the index is of a decision")
        }
        decision.chosen = 1
        events[index] = Event(.routeDecided(decision), at: events[index].time)
        return (try HistoryLog(events), decision, index + 1)
    }

    @Test func `a forged choice is found in the log and named`() throws {
        let (log, decision, sequence) = try Self.forged()
        var history = try StateHistory(log.path)
        let findings = try history.check()
        #expect(!findings.isEqual)
        #expect(findings.decisions.different == 1)
        let difference = try #require(findings.differences.first)
        #expect(difference.place.sequence == UInt64(sequence))
        #expect(difference.type == "RouteDecided")
        #expect(difference.request == decision.request)
        #expect(
            difference.fields == [
                ReplayDifference.Field(
                    path: "chosen",
                    recorded: .integer(1),
                    decided: .integer(0)
                )
            ]
        )
    }

    @Test func `the command exits with 3 on a forged choice, and names it`() throws {
        let (log, decision, sequence) = try Self.forged()
        let result = try Command("replay", "--check", "--data", log.path)
        #expect(result.code == 3)
        #expect(result.output.contains("event \(sequence) (RouteDecided"))
        #expect(result.output.contains("\(decision.request)"))
        #expect(result.output.contains(/chosen +1 +0/))
        let json = try Command("replay", "--check", "--json", "--data", log.path)
        #expect(json.code == 3)
        #expect(
            json.output.contains(#""fields":[{"decided":0,"path":"chosen","recorded":1}]"#)
        )
        let other = try Command("replay", "--check", "--data", log.path, "--until", "2026-01-01")
        #expect(other.code == 0)
    }

    /// Keeps a forged log for the test of the exit codes, in the folder that LOGWAY_FORGED_LOG names
    /// (Tests/BlackBox/test_exit_codes.py, data/forged.tgz).
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["LOGWAY_FORGED_LOG"] != nil,
            "LOGWAY_FORGED_LOG names no folder"
        )
    )
    func `a log for the test of the exit codes`() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["LOGWAY_FORGED_LOG"])
        let (log, _, _) = try Self.forged()
        try FileManager.default.copyItem(atPath: log.path, toPath: folder)
    }

    @Test func `a failed request that names others than it was not sent to is found`() throws {
        var forged = 0
        for seed in 0..<20 as Range<UInt64> {
            var journal = try Journal(GatewayHistory(seed: seed, steps: 120))
            #expect(journal.check().isEqual)
            let index = journal.lines.firstIndex { line in
                guard case .requestCompleted(let completed) = line.event.body else { return false }
                return !completed.skipped.isEmpty
            }
            guard let index,
                case .requestCompleted(var completed) = journal.lines[index].event.body
            else { continue }
            completed.skipped[0].provider += "x"
            let time = journal.lines[index].event.time
            journal.lines[index] = try Journal.Line(Event(.requestCompleted(completed), at: time))
            let findings = journal.check()
            #expect(findings.differences.first?.fields.first?.path == "skipped[0].provider")
            forged += 1
        }
        #expect(forged > 3)
    }

    @Test func `all differences are kept where that is asked for`() throws {
        var events = GatewayHistory(seed: 12, steps: 200).events
        var forged = 0
        for (index, event) in events.enumerated() {
            guard case .attemptStarted(var attempt) = event.body else { continue }
            attempt.reservedInput += 1
            events[index] = Event(.attemptStarted(attempt), at: event.time)
            forged += 1
        }
        let log = try HistoryLog(events)
        var history = try StateHistory(log.path)
        #expect(try history.check().differences.count == 1)
        let all = try history.check(keepsAll: true)
        #expect(all.attempts.different == forged)
        #expect(all.differences.count == forged)
        #expect(all.differences.allSatisfy { $0.fields.map(\.path) == ["reserved_input"] })
    }

    @Test func `a request is decided once: a second decision is a difference`() throws {
        var events = GatewayHistory(seed: 14, steps: 60).events
        let index = try #require(
            events.lastIndex { if case .routeDecided = $0.body { true } else { false } }
        )
        events.insert(events[index], at: index)
        let log = try HistoryLog(events)
        var history = try StateHistory(log.path)
        let findings = try history.check()
        #expect(findings.decisions.different == 1)
        #expect(findings.differences.first?.place.sequence == UInt64(index + 2))
        #expect(findings.differences.first?.fields.first?.path == "request")
    }

    @Test func `decisions of another version are counted apart, with their attempts`() throws {
        let events = GatewayHistory(seed: 13, steps: 100).events.map { event in
            guard case .routeDecided(var decision) = event.body else { return event }
            decision.deciderVersion = 1
            decision.chain = "as it was then"
            return Event(.routeDecided(decision), at: event.time)
        }
        let log = try HistoryLog(events)
        var history = try StateHistory(log.path)
        let findings = try history.check()
        #expect(findings.isEqual)
        #expect(findings.decisions.equal == 0)
        #expect(findings.decisions.byOtherVersion == [1: findings.decisions.total])
        #expect(findings.attempts.byOtherVersion == [1: findings.attempts.total])
        #expect(findings.decisions.total > 10)
    }

    @Test func `a scope is of the requests received in it, until the last of them ended`() throws {
        let seed = SeededRandom.seed()
        let log = try HistoryLog(seed: seed, steps: 300)
        var received: [(id: RequestID, time: Timestamp)] = []
        var decided: [RequestID: Int] = [:]
        for event in log.events {
            guard let id = event.body.request else { continue }
            switch event.body {
            case .requestReceived: received.append((id, event.time))
            case .routeDecided, .attemptStarted: decided[id, default: 0] += 1
            default: break
            }
        }
        var history = try StateHistory(log.path)
        func total(_ scope: ReplayScope) throws -> Int {
            let findings = try history.check(scope)
            #expect(findings.isEqual, "seed \(seed)")
            #expect(findings.decisions.total == findings.decisions.equal)
            return findings.decisions.equal + findings.attempts.equal
        }
        let all = try total(ReplayScope())
        #expect(all == decided.values.reduce(0, +))
        for (id, time) in [received[0], received[received.count / 2], received[received.count - 1]]
        {
            var one = ReplayScope()
            one.request = id
            #expect(try total(one) == decided[id])
            var since = ReplayScope()
            since.since = time
            var until = ReplayScope()
            until.until = time
            #expect(try total(since) + total(until) == all)
        }
    }

    @Test func `a scope goes on from a snapshot before it`() throws {
        let events = GatewayHistory(seed: 17, steps: 200).events
        let middle = events.count / 2
        let code = OpaqueBytes([1])
        let log = try HistoryLog(events) { log in
            var state = RouterState()
            for (index, event) in events[..<middle].enumerated() {
                state.apply(event, sequence: UInt64(index + 1))
            }
            let snapshot = try log.snapshot(
                of: state.encoded,
                at: UInt64(middle),
                time: state.time,
                code: code
            )
            try SnapshotStore(log.directory).write(snapshot)
        }
        var scope = ReplayScope()
        scope.since = events[middle * 3 / 2].time
        var history = try StateHistory(log.path, code: code)
        let quick = try history.check(scope)
        #expect(quick.first?.sequence == UInt64(middle + 1))
        var slow = try StateHistory(log.path, code: nil)
        let whole = try slow.check(scope)
        #expect(whole.first?.sequence == 1)
        #expect(whole.decisions == quick.decisions)
        #expect(whole.attempts == quick.attempts)
        #expect(quick.isEqual)
        #expect(quick.decisions.equal > 5)
    }
}
