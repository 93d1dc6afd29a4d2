import EventLog
import Events
import RouterState
import TestSupport
import Testing
import WriteAheadLog

@testable import Ledger
@testable import LedgerSupport
@testable import Platform

struct LedgerTests {
    @Test func `concurrent transactions give consecutive sequences and a state that refolds`()
        async throws
    {
        let directory = TemporaryDirectory()
        let ledger = try Ledger.open(directory.path, durability: .group, version: "test")
        let start = ledger.read { state, _ in state.position }
        let count = 1_000
        let ranges = try await withThrowingTaskGroup(of: ClosedRange<UInt64>.self) { group in
            for number in 0..<count {
                group.addTask {
                    let events = Journey(number).events
                    let (last, before) = try ledger.transact { state, _ in
                        (events, state.position)
                    }
                    _ = try await ledger.waitUntilDurable(last)
                    return (before + 1)...last
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let sequences = ranges.flatMap(Array.init).sorted()
        #expect(sequences == Array((start + 1)...(start + UInt64(sequences.count))))
        #expect(sequences.count > count)
        try ledger.close()
        let record = try Record(directory)
        #expect(ledger.read { state, _ in state } == record.state)
        #expect(record.state.position == sequences.last)
        #expect(try record.faults() == [])
    }

    @Test func `time never goes back when the wall clock does`() throws {
        let directory = TemporaryDirectory()
        // A log whose last event lies an hour ahead is what a clock set back leaves.
        let ahead = Clocks.wall + .seconds(3_600)
        let log = try EventLog(directory.path)
        try log.append([Event(.nodeStarted(NodeStarted()), at: ahead)])
        try log.close()

        let ledger = try Ledger.open(directory.path, durability: .group, version: "test")
        try ledger.record([.nodeStopped(NodeStopped())])
        #expect(ledger.read { _, now in now } >= ahead)
        try ledger.transact { _, now in
            #expect(now >= ahead)
            return ([], ())
        }
        try ledger.close()
        let times = try Record(directory).events.map(\.time)
        #expect(times.count == 3)
        #expect(times == times.sorted())
        #expect(times.first == ahead)
    }

    @Test func `time goes on at the monotonic pace until a clock set back has caught up`() {
        let start = Timestamp(microseconds: 1_000_000_000)
        var clock = EventClock(after: start, elapsed: 50)
        let begin = clock.now(wall: start, elapsed: 50)
        #expect(begin == start)
        let back = start + .seconds(-3_600)
        #expect(clock.now(wall: back, elapsed: 60) == begin + .microseconds(10))
        #expect(clock.now(wall: back, elapsed: 60) == begin + .microseconds(10))
        #expect(clock.now(wall: back, elapsed: 1_060) == begin + .microseconds(1_010))
        let ahead = begin + .seconds(5)
        #expect(clock.now(wall: ahead, elapsed: 1_070) == ahead)
    }

    @Test func `an append that fails leaves the state as it was`() throws {
        let directory = TemporaryDirectory()
        let ledger = try Ledger.open(directory.path, durability: .group, version: "test")
        try ledger.record(Journey(1).events)
        let before = ledger.read { state, _ in state }
        try ledger.close()
        #expect(throws: LogError.closed) { try ledger.record(Journey(2).events) }
        #expect(ledger.read { state, _ in state } == before)
    }

    @Test func `a log that failed takes nothing and changes nothing`() async throws {
        let directory = TemporaryDirectory()
        let files = HeldFileSystem()
        let ledger = try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            fileSystem: files
        )
        _ = try await ledger.waitUntilDurable(ledger.read { state, _ in state.position })
        files.fail()
        let sequence = try ledger.record(Journey(1).events)
        await #expect(throws: LogError.self) { _ = try await ledger.waitUntilDurable(sequence) }
        let before = ledger.read { state, _ in state }
        #expect(throws: LogError.self) { try ledger.record(Journey(2).events) }
        #expect(ledger.read { state, _ in state } == before)
    }

    @Test func `what is left open is a fault of the record`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path)
        try log.append(Journey(0).events.dropLast(2).map { Event($0, at: Clocks.wall) })
        try log.close()
        let faults = try Record(directory).faults()
        #expect(faults.contains("not every request completes exactly once"))
        #expect(faults.contains("not every attempt is settled exactly once"))
    }

    @Test func `what an unclean end left open is interrupted exactly once`() throws {
        let directory = TemporaryDirectory()
        let ids = (0..<3).map { Journey.id($0) }
        do {
            // A process that dies leaves such a log: nothing says how the requests ended.
            let ledger = try Ledger.open(directory.path, durability: .group, version: "test")
            try ledger.record(Journey(0).events.dropLast(2))
            try ledger.record(Journey(1).events.dropLast(1))
            try ledger.record([Journey(2).events[0]])
            try ledger.record(Journey(3).events)
            try ledger.close()
        }
        for _ in 0..<2 {
            let ledger = try Ledger.open(directory.path, durability: .group, version: "test")
            #expect(ledger.read { state, _ in state.inFlight.count } == 0)
            try ledger.close()
            let record = try Record(directory)
            #expect(try record.faults() == [])
            #expect(ledger.read { state, _ in state } == record.state)
            let interrupted = record.completed.filter { $0.outcome == .interrupted }
            #expect(interrupted.map(\.request) == ids)
            let settled = record.finished.filter { $0.failure == .interrupted }
            #expect(settled.map(\.request) == [ids[0]], "only one had an attempt under way")
            #expect(settled.allSatisfy { $0.usage.origin == .estimated })
        }
    }
}

/// The events of one request that was answered.
struct Journey {
    let events: [EventBody]

    static func id(_ number: Int) -> RequestID {
        RequestID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 + UInt64(number))
    }

    init(_ number: Int) {
        var received = RequestReceived()
        received.request = Self.id(number)
        var started = AttemptStarted()
        started.request = received.request
        started.number = 1
        started.provider = "p\(number % 3)"
        started.model = "m"
        started.reservedInput = 10
        var finished = AttemptFinished()
        finished.request = received.request
        finished.number = 1
        finished.provider = started.provider
        finished.model = started.model
        finished.cost = Nanodollars(Int64(number))
        finished.costOrigin = .priced
        finished.failure = number % 7 == 0 ? .serverError : nil
        var completed = RequestCompleted()
        completed.request = received.request
        completed.attempts = 1
        completed.provider = finished.provider
        completed.cost = finished.cost
        events = [
            .requestReceived(received), .attemptStarted(started), .attemptFinished(finished),
            .requestCompleted(completed),
        ]
    }
}
