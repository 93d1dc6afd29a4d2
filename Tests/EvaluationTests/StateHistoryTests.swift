import EventLog
import Events
import RouterState
import TestSupport
import Testing
import WriteAheadLog

@testable import Evaluation
@testable import RoutingSupport

@Suite("The state at an instant")
struct StateHistoryTests {
    static let code = OpaqueBytes([1, 2, 3])

    @Test func `is the fold of the events at or before it`() throws {
        let seed = SeededRandom.seed()
        let log = try HistoryLog(seed: seed, steps: 120)
        var history = try StateHistory(log.path, code: Self.code)
        let times = Set(log.events.map(\.time)).sorted()
        for time in times {
            for instant in [time, time + .microseconds(1), time + .microseconds(-1)] {
                let state = try history.state(at: instant)
                try #require(state == log.state(at: instant), "\(instant), seed \(seed)")
            }
        }
        let last = try #require(times.last)
        #expect(try history.state() == log.state(at: last))
        #expect(try history.state(at: last + .seconds(86_400)) == log.state(at: last))
        #expect(try history.state(at: Timestamp(microseconds: .max)) == log.state(at: last))
        #expect(try history.state(at: Timestamp(microseconds: 0)) == RouterState())
        #expect(try history.state(at: Timestamp(microseconds: .min)) == RouterState())
    }

    @Test func `goes on from the nearest snapshot before it, and from no later one`() throws {
        let events = HistoryLog.withoutCarriedStates(GatewayHistory(seed: 3, steps: 120))
        let middle = events.count / 2
        let log = try HistoryLog(events) { log in
            // A state that no fold gives shows that it was gone on from.
            var marked = RouterState()
            for (index, event) in events[..<middle].enumerated() {
                marked.apply(event, sequence: UInt64(index + 1))
            }
            var closed = MonthClosed()
            closed.year = 1999
            closed.month = 1
            let mark = Event(.monthClosed(closed), at: events[middle - 1].time)
            marked.apply(mark, sequence: UInt64(middle))
            let snapshot = try log.snapshot(
                of: marked.encoded,
                at: UInt64(middle),
                time: marked.time,
                code: Self.code
            )
            try SnapshotStore(log.directory).write(snapshot)
        }
        let mark = CalendarMonth(year: 1999, month: 1)
        let end = try #require(events.last).time
        var history = try StateHistory(log.path, code: Self.code)
        #expect(try history.state(at: end).closedThrough == mark)
        #expect(try history.state().closedThrough == mark)
        let before = events[middle - 1].time + .microseconds(-1)
        #expect(try history.state(at: before) == log.state(at: before))
        // Nothing but a short cut: a replay folds from the first event.
        #expect(try history.replay().state == log.state(at: end))
        var other = try StateHistory(log.path, code: OpaqueBytes([4]))
        #expect(try other.state(at: end) == log.state(at: end))
    }

    /// A log whose first segments were retired after its state was carried on.
    static func retired() throws -> (log: HistoryLog, carried: Event, firstKept: UInt64) {
        let history = GatewayHistory(seed: 5, steps: 2_000)
        var carried = StateCarried()
        carried.position = history.state.position
        carried.state = OpaqueBytes(history.state.encoded)
        let time = try #require(history.events.last).time + .seconds(60)
        let events = HistoryLog.withoutCarriedStates(history)
        let event = Event(.stateCarried(carried), at: time)
        let more = Event(.nodeStopped(NodeStopped()), at: time + .seconds(60))
        var firstKept: UInt64 = 0
        let log = try HistoryLog(events + [event, more]) { log in
            var reader = try EventReader(log.directory)
            let segments = try reader.log.segments()
            try #require(segments.count > 4)
            try log.retire(throughSegment: 2)
            firstKept = try reader.firstSequence()
        }
        return (log, event, firstKept)
    }

    @Test func `is refused where it was retired, with the earliest that can be asked for`() throws {
        let (log, carried, firstKept) = try Self.retired()
        #expect(firstKept > 1)
        var history = try StateHistory(log.path, code: nil)
        let kept = log.events[Int(firstKept)].time
        for time in [Timestamp(microseconds: 0), kept, carried.time + .microseconds(-1)] {
            #expect(throws: StateRetired(earliest: carried.time)) {
                try history.state(at: time)
            }
        }
        let state = try history.state(at: carried.time)
        #expect(state.position == UInt64(log.events.count - 1))
        #expect(state.inFlight.ids == log.state(at: carried.time).inFlight.ids)
        #expect(try history.state().position == UInt64(log.events.count))
        #expect(try history.replay().state == (try history.state()))
        #expect(
            StateRetired(earliest: carried.time).description.contains("\(carried.time)")
        )
    }

    @Test func `is not needed where it was retired, to count what can't be decided again`() throws {
        let (log, _, firstKept) = try Self.retired()
        var history = try StateHistory(log.path, code: nil)
        let findings = try history.check()
        let kept = log.events[Int(firstKept - 1)...].map(\.body)
        let decisions = kept.count { if case .routeDecided = $0 { true } else { false } }
        let attempts = kept.count { if case .attemptStarted = $0 { true } else { false } }
        #expect(findings.isEqual)
        #expect(findings.first?.sequence == firstKept)
        #expect(findings.decisions.retired == decisions)
        #expect(findings.attempts.retired == attempts)
        #expect(decisions > 100)
    }
}
