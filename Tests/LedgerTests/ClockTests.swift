import EventLog
import Events
import Foundation
import RouterState
import Synchronization
import TestSupport
import Testing
import WriteAheadLog

@testable import Ledger
@testable import LedgerSupport
@testable import Platform

/// What each jump of the wall clock does: the table in docs/security.md.
@Suite("The clock")
struct ClockTests {
    static let start = Timestamp(microseconds: 1_795_000_000_000_000)
    static let second: Int64 = 1_000_000
    static let day: Int64 = 86_400 * second

    /// A clock that has run for a minute beside the wall clock, from `start` on.
    static func running() -> EventClock {
        var clock = EventClock(after: start, elapsed: 0)
        _ = clock.now(wall: start, elapsed: 0)
        _ = clock.now(wall: start + .seconds(60), elapsed: 60 * second)
        return clock
    }

    static func verdicts(_ clock: EventClock) -> [ClockVerdict] { clock.judgements.map(\.verdict) }

    static let jumps: [(name: String, by: Int64, isBelieved: Bool, isTold: Bool)] = [
        ("an hour back", -3_600 * second, false, false),
        ("a day back", -day, false, true),
        ("1970", -start.microseconds, false, true),
        ("a minute forward", 60 * second, true, false),
        ("a day forward", day, true, false),
        ("a month forward", 30 * day, false, true),
        ("2100", 73 * 365 * day, false, true),
    ]

    @Test(arguments: jumps.indices)
    func `a jump while the gateway runs`(index: Int) {
        let jump = Self.jumps[index]
        var clock = Self.running()
        let before = Self.start + .seconds(60)
        let wall = (before + .seconds(1)).advanced(byMicroseconds: jump.by)
        let time = clock.now(wall: wall, elapsed: 61 * Self.second)
        #expect(time == (jump.isBelieved ? wall : before + .seconds(1)), "\(jump.name)")
        #expect((clock.doubt != nil) == jump.isTold)
        // It goes on at the same pace, and tells no more than once.
        let later = clock.now(wall: wall + .seconds(9), elapsed: 70 * Self.second)
        #expect(later == time + .seconds(9))
        #expect(Self.verdicts(clock) == (jump.isTold ? [.doubted] : []))
        // Set right again.
        let right = clock.now(wall: before + .seconds(20), elapsed: 80 * Self.second)
        #expect(right == (jump.isBelieved ? time + .seconds(19) : before + .seconds(20)))
        #expect(clock.judgements.last?.verdict == (jump.isTold ? .agreed : nil) || jump.isBelieved)
    }

    @Test(arguments: [
        (gap: Int64(1), isBelieved: true), (gap: 20, isBelieved: true), (gap: 61, isBelieved: true),
        (gap: 63, isBelieved: false), (gap: 400, isBelieved: false),
        (gap: 26_000, isBelieved: false),
        (gap: -1, isBelieved: false), (gap: -20_000, isBelieved: false),
    ])
    func `a start so many days after the last event`(gap: Int64, isBelieved: Bool) {
        var clock = EventClock(after: Self.start, elapsed: 5)
        let wall = Self.start.advanced(byMicroseconds: gap * Self.day)
        #expect(clock.now(wall: wall, elapsed: 5) == (isBelieved ? wall : Self.start))
        #expect((clock.doubt == nil) == isBelieved)
        #expect(Self.verdicts(clock) == (isBelieved ? [] : [.doubted]))
    }

    @Test func `a log without events believes any clock`() {
        var clock = EventClock(after: Timestamp(microseconds: 0), elapsed: 5)
        #expect(clock.now(wall: Self.start, elapsed: 5) == Self.start)
        #expect(clock.doubt == nil)
    }

    @Test func `many leaps are not believed where one of their sum is not`() {
        let seed = SeededRandom.seed()
        for run in 0..<200 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            var clock = Self.running()
            var wall = Self.start + .seconds(60)
            var elapsed = 60 * Self.second
            var time = wall
            for _ in 0..<100 {
                let passed = Int64(draws.int(0...3_600)) * Self.second
                elapsed += passed
                let leap = Int64(draws.int(-5...5)) * Self.day
                wall = wall.advanced(byMicroseconds: passed + leap)
                let next = clock.now(wall: wall, elapsed: elapsed)
                #expect(next >= time.advanced(byMicroseconds: passed))
                time = next
            }
            // Twice the limit: what it was at first, and what came back while as much time passed.
            let lead = (time - Self.start).microseconds - elapsed
            #expect(
                lead <= EventClock.leapLimit.microseconds + elapsed,
                "run \(run) of seed \(seed)"
            )
        }
    }

    @Test func `evidence takes the time to a clock that was doubted, and is recorded`() {
        for verdict in [ClockVerdict.synchronized, .confirmed] {
            var clock = Self.running()
            let wall = Self.start.advanced(byMicroseconds: 400 * Self.day)
            _ = clock.now(wall: wall, elapsed: 61 * Self.second)
            clock.believe(verdict, wall: wall + .seconds(1), elapsed: 62 * Self.second)
            #expect(clock.doubt == nil)
            #expect(Self.verdicts(clock) == [.doubted, verdict])
            #expect(
                clock.now(wall: wall + .seconds(2), elapsed: 63 * Self.second) == wall + .seconds(2)
            )
        }
    }

    @Test func `no evidence takes the time back`() {
        var clock = Self.running()
        let wall = Self.start.advanced(byMicroseconds: -Self.day)
        let before = clock.now(wall: wall, elapsed: 61 * Self.second)
        clock.believe(.confirmed, wall: wall, elapsed: 61 * Self.second)
        #expect(clock.now(wall: wall, elapsed: 61 * Self.second) == before)
        #expect(Self.verdicts(clock) == [.doubted])
    }

    static func doubted(days: Int64) -> ClockJudged {
        var judged = ClockJudged()
        judged.verdict = .doubted
        judged.clock = start.advanced(byMicroseconds: days * day)
        judged.expected = start
        return judged
    }

    @Test func `a clock that was behind before is believed as at any start`() {
        let doubted = Self.doubted(days: -10)
        var clock = EventClock(after: Self.start, doubted: doubted, elapsed: 0)
        #expect(clock.doubt != nil, "nothing has ended it yet")
        let wall = Self.start.advanced(byMicroseconds: 30 * Self.day)
        #expect(clock.now(wall: wall, elapsed: 0) == wall)
        #expect(Self.verdicts(clock) == [.agreed])
        var later = EventClock(after: Self.start, doubted: doubted, elapsed: 0)
        let far = Self.start.advanced(byMicroseconds: 90 * Self.day)
        #expect(later.now(wall: far, elapsed: 0) == Self.start)
    }

    @Test func `a judgement of the clock takes no room from what ends a request`() throws {
        let directory = TemporaryDirectory()
        let files = HeldFileSystem()
        var options = LogOptions(recompresses: false)
        options.backlogLimit = 64 << 10
        let log = try EventLog(directory.path, options: options, fileSystem: files)
        let first = Event(
            .nodeStarted(NodeStarted()),
            at: Clocks.wall.advanced(byMicroseconds: -400 * Self.day)
        )
        var state = RouterState()
        state.apply(first, sequence: try log.append([first]))
        try log.flush()
        files.hold()
        defer { files.release() }
        var list = ModelsListed()
        list.models = [String(repeating: "m", count: 1_000)]
        let filling = Event(.modelsListed(list), at: first.time)
        func fill(isCompletion: Bool) -> Int {
            var count = 0
            // Less room is left than a judgement takes.
            for event in [filling, first] {
                while true {
                    do throws(LogError) {
                        try log.append([event], isCompletion: isCompletion)
                    } catch {
                        if case .backlogFull = error { break }
                        Issue.record("\(error)")
                        return 0
                    }
                    count += 1
                }
            }
            return count
        }
        #expect(fill(isCompletion: false) > 0)
        let ledger = Ledger(log: log, state: state, durability: .group)
        let completed = EventBody.requestCompleted(RequestCompleted())
        // The first one is behind the judgement.
        _ = ledger.now
        #expect(ledger.hasJudgements)
        try ledger.record([completed])
        #expect(!ledger.hasJudgements)
        try ledger.record([completed])

        // Where there is no room for it either, it waits.
        #expect(fill(isCompletion: true) > 0)
        let next = Ledger(log: log, state: state, durability: .group)
        _ = next.now
        #expect(throws: LogError.self) { try next.record([.modelsListed(list)]) }
        #expect(next.hasJudgements)
        files.release()
        try log.flush()
        try next.record([completed])
        #expect(!next.hasJudgements)
        try log.close()
    }

    @Test func `a restart believes nothing that was doubted before`() {
        var clock = EventClock(after: Self.start, doubted: Self.doubted(days: 400), elapsed: 0)
        let wall = Self.start.advanced(byMicroseconds: 30 * Self.day)
        #expect(clock.now(wall: wall, elapsed: 0) == Self.start)
        #expect(Self.verdicts(clock) == [], "the log has it already")
        var right = EventClock(after: Self.start, doubted: Self.doubted(days: 400), elapsed: 0)
        #expect(right.now(wall: Self.start + .seconds(5), elapsed: 0) == Self.start + .seconds(5))
        #expect(Self.verdicts(right) == [.agreed])
    }

    /// A log whose last event lies so many days before now.
    static func log(_ path: String, daysAgo: Int64) throws -> Timestamp {
        let time = Clocks.wall.advanced(byMicroseconds: -daysAgo * day)
        let log = try EventLog(path)
        try log.append(Journey(1).events.map { Event($0, at: time) })
        try log.close()
        return time
    }

    @Test
    func `a start after a year is doubted and told, closes no month, and goes on once confirmed`()
        throws
    {
        let directory = TemporaryDirectory()
        let last = try Self.log(directory.path, daysAgo: 365)
        let notices = Notices()
        let ledger = try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            notice: { notices.add($0) }
        )
        // On a machine whose clock a time server keeps there is no doubt.
        guard ledger.clockDoubt != nil else {
            #expect(Clocks.isSynchronized(Clocks.wall))
            return try ledger.close()
        }
        #expect(ledger.now < last + .seconds(3_600))
        #expect(notices.all.contains { $0.contains("log clock --confirm") })
        #expect(try ledger.retain(.all) == nil)
        #expect(ledger.read { state, _ in state.closedThrough } == nil)
        #expect(ledger.read { state, _ in state.doubtedClock?.verdict } == .doubted)

        // What was confirmed two hours ago is another clock's word.
        try ClockConfirmation.confirm(Clocks.wall + .seconds(-7_200), in: directory.path)
        try ledger.judgeClock()
        #expect(ledger.clockDoubt != nil)
        try ClockConfirmation.confirm(Clocks.wall, in: directory.path)
        try ledger.judgeClock()
        #expect(ledger.clockDoubt == nil)
        #expect(Clocks.wall - ledger.now < .seconds(60))
        try ledger.retain(.all)
        #expect(ledger.read { state, _ in state.closedThrough } != nil)
        try ledger.close()
        let events = try Record(directory).events
        #expect(
            events.compactMap { event -> ClockVerdict? in
                guard case .clockJudged(let judged) = event.body else { return nil }
                return judged.verdict
            } == [.doubted, .confirmed]
        )
        #expect(events.map(\.time) == events.map(\.time).sorted())
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/clock-confirmed"))
    }

    @Test func `a command sees what a start would doubt`() throws {
        var state = RouterState()
        state.apply(Event(.nodeStarted(NodeStarted()), at: Self.start), sequence: 1)
        func report(_ days: Int64, isSynchronized: Bool = false) -> ClockReport {
            ClockReport(
                state,
                clock: Self.start.advanced(byMicroseconds: days * Self.day),
                isSynchronized: isSynchronized
            )
        }
        #expect(report(20).doubt == nil)
        #expect(report(100).doubt?.contains("100 days ahead") == true)
        #expect(report(100).isAhead)
        #expect(report(100, isSynchronized: true).doubt == nil)
        #expect(report(-100, isSynchronized: true).doubt?.contains("100 days behind") == true)
        #expect(!report(-100).isAhead)
    }
}

/// What a ledger told.
final class Notices: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
