import EventLog
import Events
import Reporting
import RouterState
import TestSupport
import Testing
import WriteAheadLog

@testable import Ledger
@testable import Platform

/// Months and states that clients and providers made longer than a record may be.
@Suite("Records that others can make long")
struct LongRecordTests {
    /// Small segments that still hold the longest records that there are.
    static let options = LogOptions(segmentSize: 3 << 20, recompresses: false)

    static func open(_ path: String) throws -> Ledger {
        try Ledger.open(
            path,
            durability: .group,
            version: "test",
            snapshots: SnapshotPolicy(code: nil),
            options: options
        )
    }

    /// Requests of the months before the last one, with so many labels in all.
    static func write(_ path: String, labels: Int) throws -> CalendarMonth {
        let month = CalendarMonth(Clocks.wall.date).earlier(by: 3)
        let log = try EventLog(path, options: options)
        var draws = SeededRandom(seed: 1)
        var number = 0
        while number * 16 < labels {
            var time = month.start.advanced(byMicroseconds: Int64(number) * 1_000)
            for body in Journey(number).events {
                time = time.advanced(byMicroseconds: 1)
                var body = body
                if case .requestReceived(var received) = body {
                    received.tags = (0..<16).map { tag in
                        // Random, so that they don't compress.
                        let text = (0..<4).map { _ in String(draws.next(), radix: 16) }.joined()
                        return "\(number * 16 + tag) \(text)"
                    }
                    body = .requestReceived(received)
                }
                try log.append([Event(body, at: time)])
            }
            number += 1
            if number.isMultiple(of: 100) { try log.flush() }
        }
        // The gateway ran until a minute ago.
        try log.append([Event(.nodeStopped(NodeStopped()), at: Clocks.wall + .seconds(-60))])
        try log.close()
        return month
    }

    @Test func `a month with 60,000 labels is closed, and retention goes on`() throws {
        let directory = TemporaryDirectory()
        let month = try Self.write(directory.path, labels: 60_000)
        var report = CostReport(year: month.year, month: month.month)
        for event in try RetentionTests.events(directory.path) { report.apply(event) }
        #expect(report.byTag.count == 60_000)

        let ledger = try Self.open(directory.path)
        // So that there are segments that may go.
        var list = ModelsListed()
        list.models = (0..<8_000).map { "\($0)" + String(repeating: "m", count: 90) }
        for number in 0..<10 {
            list.provider = "p\(number)"
            try ledger.record([.modelsListed(list)])
            try ledger.log.flush()
        }
        let before = ledger.read { state, _ in state }
        #expect(before.encoded.count > 4 << 20, "longer than any record may be")
        // A step goes by the segments that are written: on a busy machine the closing, which fills one, may
        // wait for that still.
        try ledger.retain(.all)
        try ledger.log.flush()
        try #require(try ledger.retain(.bytes(1)) != nil)
        let after = ledger.read { state, _ in state }
        try ledger.close()
        #expect(after.models == before.models)

        let events = try RetentionTests.events(directory.path)
        var assembly = MonthAssembly()
        let closings = events.compactMap { assembly.take($0.body) }
        let last = try #require(
            closings.last { CalendarMonth(year: $0.year, month: $0.month) == month }
        )
        #expect(CostReport(last).json == report.json)
        #expect(events.contains { $0.body.name == "MonthPart" })
        #expect(!events.contains { $0.body.request == Journey.id(0) }, "its events are gone")

        // What is left gives the same state.
        let again = try Self.open(directory.path)
        let state = again.read { state, _ in state }
        try again.close()
        #expect(state.models == before.models)
        #expect(state.spend == before.spend)
        #expect(state.closedThrough == after.closedThrough)
    }
}
