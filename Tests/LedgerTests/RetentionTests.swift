import EventLog
import Events
import Foundation
import Reporting
import RouterState
import Synchronization
import TestSupport
import Testing
import WriteAheadLog

@testable import Ledger
@testable import LedgerSupport
@testable import Platform

@Suite("Retention of the log")
struct RetentionTests {
    static let options = LogOptions(segmentSize: 32 << 10, recompresses: false)
    /// How many months the history of a test has, the current one not among them.
    static let months = 7

    static func open(
        _ path: String,
        files: any FileSystem = PosixFileSystem()
    ) throws -> Ledger {
        try Ledger.open(
            path,
            durability: .group,
            version: "test",
            snapshots: SnapshotPolicy(code: nil),
            options: options,
            fileSystem: files
        )
    }

    static func state(of ledger: Ledger) -> RouterState { ledger.read { state, _ in state } }

    /// The events that a log still holds.
    static func events(_ path: String) throws -> [Event] {
        var events: [Event] = []
        var reader = try EventReader(path)
        try reader.forEach(from: reader.log.firstSequence()) { event, _ in
            events.append(event)
            return true
        }
        return events
    }

    static func firstSequence(_ path: String) throws -> UInt64 {
        var reader = try LogReader(path)
        return try reader.firstSequence()
    }

    /// The reports of the months that these events close, as JSON, by month.
    static func closings(_ events: [Event]) throws -> [CalendarMonth: String] {
        var found: [CalendarMonth: String] = [:]
        for case .monthClosed(let closed) in events.map(\.body) {
            let month = CalendarMonth(year: closed.year, month: closed.month)
            found[month] = CostReport(closed).json
        }
        return found
    }

    @Test func `months are closed once, and their reports outlive the events`() throws {
        let directory = TemporaryDirectory()
        let history = try History(directory.path)
        let ledger = try Self.open(directory.path)
        let plan = try #require(try ledger.retain(.months(2)))
        let first = try Self.firstSequence(directory.path)
        #expect(first == plan.firstKept)
        #expect(first > 1)
        let position = Self.state(of: ledger).position
        #expect(try ledger.retain(.months(2)) == nil)
        #expect(Self.state(of: ledger).position == position, "nothing is closed or carried twice")
        try ledger.close()

        let events = try Self.events(directory.path)
        #expect(try Self.closings(events) == history.reports)
        #expect(events.count { $0.body.name == "MonthClosed" } == Self.months)
        #expect(events.count { $0.body.name == "SegmentRetired" } == 1)
        // What is promised is kept: every event of the last two months.
        let start = CalendarMonth(Clocks.wall.date).earlier(by: 2).start
        let kept = events.count { $0.time >= start && $0.time < history.end }
        #expect(kept == history.events.count { $0.time >= start })
    }

    /// By counting how often it is asked: a stop of the gateway waits for the step.
    @Test func `a step that nobody wants any more ends at the next event`() throws {
        let directory = TemporaryDirectory()
        let history = try History(directory.path)
        let ledger = try Self.open(directory.path)
        for last in [1, 2, history.events.count / 2] {
            var asked = 0
            let plan = try ledger.retain(.months(2)) {
                asked += 1
                return asked < last
            }
            #expect(plan == nil)
            #expect((last...(last + 3)).contains(asked))
        }
        // The next one does all of it.
        #expect(try ledger.retain(.months(2)) != nil)
        try ledger.close()
        let events = try Self.events(directory.path)
        #expect(try Self.closings(events) == history.reports)
        #expect(events.count { $0.body.name == "MonthClosed" } == Self.months)
    }

    @Test func `a step that is broken off records nothing of what the next one will`() throws {
        let directory = TemporaryDirectory()
        let history = try History(directory.path, closes: true)
        let ledger = try Self.open(directory.path)
        // Whatever is left to be closed.
        try ledger.retain(.all)
        let position = Self.state(of: ledger).position
        for last in stride(from: 2, to: history.events.count, by: 97) {
            var asked = 0
            let plan = try ledger.retain(.months(1)) {
                asked += 1
                return asked < last
            }
            // It was asked no more often than that: all of it is done.
            if plan != nil { break }
            #expect(Self.state(of: ledger).position == position, "broken off at \(last)")
        }
        try ledger.retain(.months(1))
        try ledger.close()
        #expect(try Self.closings(Self.events(directory.path)) == history.reports)
    }

    @Test func `a log whose beginning is gone opens with the state of all of it`() throws {
        let directory = TemporaryDirectory()
        try History(directory.path)
        let ledger = try Self.open(directory.path)
        try #require(try ledger.retain(.days(30)) != nil)
        try ledger.record(Journey(1).events)
        try ledger.close()
        let last = Self.state(of: ledger)
        #expect(try Record(directory).state == last)

        let again = try Self.open(directory.path)
        #expect(Self.state(of: again).spend == last.spend)
        #expect(Self.state(of: again).policy == last.policy)
        try again.close()
        #expect(try Record(directory).state == Self.state(of: again))
    }

    @Test func `a closing is carried on when its own segment goes`() throws {
        let directory = TemporaryDirectory()
        // A server that ran all the time closed each month when it was over.
        let history = try History(directory.path, closes: true)
        let ledger = try Self.open(directory.path)
        try #require(try ledger.retain(.months(1)) != nil)
        try ledger.close()
        let events = try Self.events(directory.path)
        #expect(try Self.closings(events) == history.reports)
        #expect(
            Self.state(of: ledger).closedThrough == CalendarMonth(Clocks.wall.date).earlier(by: 1)
        )
    }

    /// Keeps a log whose beginning is gone, for the commands' tests, and what they must say of it, in
    /// the folder that LOGWAY_RETIRED_LOG names (Tests/BlackBox/test_retention.py).
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["LOGWAY_RETIRED_LOG"] != nil,
            "LOGWAY_RETIRED_LOG names no folder"
        )
    )
    func `a log for the tests of the commands`() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["LOGWAY_RETIRED_LOG"])
        let history = try History(folder)
        let ledger = try Self.open(folder)
        try #require(try ledger.retain(.months(2)) != nil)
        try ledger.close()
        let reports = history.reports.map { "\"\($0.key)\": \($0.value)" }.sorted()
        try Data("{\(reports.joined(separator: ",\n"))}\n".utf8)
            .write(to: URL(filePath: folder + "/reports.json"))
    }

    @Test func `all is kept without a rule, and months are closed all the same`() throws {
        let directory = TemporaryDirectory()
        let history = try History(directory.path)
        let ledger = try Self.open(directory.path)
        #expect(try ledger.retain(.all) == nil)
        try ledger.close()
        #expect(try Self.firstSequence(directory.path) == 1)
        #expect(try Self.closings(Self.events(directory.path)) == history.reports)
    }

    /// The log waits for space at its segment's very end: nothing of a step could become durable.
    @Test func `a step without room appends nothing, and is done once there is some`()
        async throws
    {
        let directory = TemporaryDirectory()
        let history = try History(directory.path, closes: true)
        let disk = FullFileSystem()
        let ledger = try Self.open(directory.path, files: disk)
        // Whatever is left to be closed.
        try ledger.retain(.all)
        try Self.fillUp(ledger, on: disk)
        let first = try Self.firstSequence(directory.path)
        let position = Self.state(of: ledger).position
        for _ in 0..<3 {
            #expect(throws: LogError.self) { try ledger.retain(.months(1)) }
            #expect(Self.state(of: ledger).position == position)
        }
        disk.isFull.store(false, ordering: .relaxed)
        #expect(try await eventually { ledger.shortage == nil })
        try #require(try ledger.retain(.months(1)) != nil)
        try ledger.close()
        #expect(try Self.firstSequence(directory.path) > first)
        #expect(try Self.closings(Self.events(directory.path)) == history.reports)
    }

    /// On a full disk a retirement is what makes room.
    @Test func `a step that has room is done while the next segment can't be made`() throws {
        let directory = TemporaryDirectory()
        let history = try History(directory.path, closes: true)
        let disk = FullFileSystem()
        let ledger = try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            snapshots: SnapshotPolicy(code: nil),
            options: LogOptions(segmentSize: 1 << 20, recompresses: false),
            fileSystem: disk
        )
        try ledger.retain(.all)
        var draws = SeededRandom(seed: 4)
        func count() throws -> Int {
            var reader = try LogReader(directory.path)
            return try reader.segments().count
        }
        // The segment in use is an old, small one.
        let before = try count()
        while try count() == before { try Self.fill(ledger, &draws) }
        disk.isFull.store(true, ordering: .relaxed)
        while ledger.log.shortage(of: .max) == nil { try Self.fill(ledger, &draws) }
        #expect(ledger.shortage == nil)
        try #require(try ledger.retain(.months(1)) != nil)
        #expect(try count() < before)
        disk.isFull.store(false, ordering: .relaxed)
        try ledger.close()
        #expect(try Self.closings(Self.events(directory.path)) == history.reports)
    }

    private static func fill(_ ledger: Ledger, _ draws: inout SeededRandom) throws {
        var stopped = NodeStopped()
        stopped.reason = (0..<30).map { _ in String(draws.next(), radix: 36) }.joined()
        try ledger.record([.nodeStopped(stopped)])
        try ledger.log.flush()
    }

    /// Fills the segment in use to its very end on a disk that is full from now on.
    private static func fillUp(_ ledger: Ledger, on disk: FullFileSystem) throws {
        disk.isFull.store(true, ordering: .relaxed)
        var draws = SeededRandom(seed: 3)
        while true {
            do { try fill(ledger, &draws) } catch LogError.noRoom { return }
        }
    }

    /// A process may die before any change that the step makes on the disk.
    @Test func `a crash at any point leaves a log from which the step can be repeated`() throws {
        let directory = TemporaryDirectory()
        let crashed = TemporaryDirectory()
        let history = try History(directory.path, journeys: 400)
        try FileManager.default.createDirectory(
            atPath: crashed.path,
            withIntermediateDirectories: true
        )
        let files = CopyingFileSystem(directory.path)
        let ledger = try Self.open(directory.path, files: files)
        try ledger.log.flush()
        let before = Self.state(of: ledger)
        files.begin(crashed.path + "/")
        try #require(try ledger.retain(.months(1)) != nil)
        let count = files.end()
        try ledger.close()
        let first = try Self.firstSequence(directory.path)
        #expect(count > 4, "a frame, its mark, `retired`, its name, a removal at the least")
        var firsts: Set<UInt64> = []
        for number in 0..<count {
            let path = "\(crashed.path)/\(number)"
            firsts.insert(try Self.firstSequence(path))
            let again = try Self.open(path)
            try again.retain(.months(1))
            try again.close()
            let state = Self.state(of: again)
            #expect(state.spend == before.spend)
            #expect(state.policy == before.policy)
            #expect(state.health == before.health)
            #expect(state.inFlight == before.inFlight)
            // What the starts since wrote may have begun another segment, so that one more goes.
            #expect(try Self.firstSequence(path) >= first, "crash before change \(number)")
            #expect(try Self.closings(Self.events(path)) == history.reports)
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(firsts == [1, first], "the segments are all there, or all gone")
    }
}

/// Months of requests in a log, the last of them over, with the reports that they give.
private struct History {
    private(set) var events: [Event] = []
    /// The report of each month as JSON, from all of the events.
    private(set) var reports: [CalendarMonth: String] = [:]
    /// The first instant of the current month.
    let end: Timestamp

    @discardableResult
    init(_ path: String, journeys: Int = 700, closes: Bool = false) throws {
        let current = CalendarMonth(Clocks.wall.date)
        end = current.start
        let start = current.earlier(by: RetentionTests.months).start
        var draws = SeededRandom(seed: SeededRandom.seed())
        var policy = PolicyApplied()
        for number in 0..<3 {
            var provider = ProviderPolicy()
            provider.name = "p\(number)"
            provider.isLocal = number == 1
            policy.policy.providers.append(provider)
        }
        events.append(Event(.policyApplied(policy), at: start))
        let log = try EventLog(path, options: RetentionTests.options)
        try log.append(events)
        var closing = MonthClosing(from: CalendarMonth(start.date), before: current)
        var sequence: UInt64 = 1
        _ = closing.take(events[0], sequence: sequence)
        for number in 0..<journeys {
            let share = (end - start).microseconds / Int64(journeys + 1)
            var time = start.advanced(byMicroseconds: Int64(number) * share)
            var batch: [Event] = []
            for body in Journey(number).events {
                time = time.advanced(byMicroseconds: Int64(draws.int(0...Int(share / 5))))
                batch.append(Event(body, at: time))
            }
            if closes {
                let known = closing.closings.count
                for event in batch {
                    sequence += 1
                    _ = closing.take(event, sequence: sequence)
                }
                for closed in closing.closings.dropFirst(known) {
                    batch.append(Event(.monthClosed(closed), at: time))
                }
            }
            try log.append(batch)
            try log.flush()
            events += batch
        }
        try log.close()
        for back in 1...RetentionTests.months {
            let month = current.earlier(by: back)
            var report = CostReport(year: month.year, month: month.month)
            for event in events { report.apply(event) }
            reports[month] = report.json
        }
    }
}
