import EventLog
import Events
import Foundation
import RouterState
import Testing
import WriteAheadLog

@testable import Queries
@testable import RoutingSupport

@Suite("Checking a data directory")
struct LogCheckTests {
    static let events = GatewayHistory(seed: 14, steps: 200).events

    @Test func `a log that is whole is found whole, and counted`() throws {
        let log = try HistoryLog(Self.events)
        let queries = LogQueries(log.path)
        _ = try queries.requests(1)
        let verification = try queries.verify()
        #expect(verification.isWhole && verification.isLogWhole)
        #expect(verification.report.checked.records == UInt64(log.events.count))
        let contents = try queries.contents()
        #expect(contents.statistics.records == UInt64(log.events.count))
        let names = Dictionary(grouping: log.events, by: \.body.name).mapValues(\.count)
        #expect(contents.eventsByType == names)
        let repair = try queries.repair(dryRun: true, now: log.middle)
        #expect(repair.isWhole)
    }

    @Test func `damage is in the report, and a repair cuts it`() throws {
        let log = try HistoryLog(Self.events, frameSize: 10)
        let damaged = try log.damage()
        let queries = LogQueries(log.path)
        let found = try queries.verify()
        #expect(found.report.problem != nil)
        #expect(!found.isWhole && !found.isLogWhole)
        let dry = try queries.repair(dryRun: true, now: log.middle)
        #expect(dry.dryRun && !dry.isWhole)
        #expect(try !queries.verify().isWhole)
        let repair = try queries.repair(dryRun: false, now: log.middle)
        #expect(repair.changes == dry.changes)
        #expect(
            repair.savedTo?.hasSuffix("/repair-\(log.middle.microseconds)") == true,
            "\(repair.savedTo ?? "")"
        )
        #expect(repair.lastSequence == damaged.lowerBound - 1)
        #expect(try queries.verify().isWhole)
    }

    @Test func `an event that can't be read is a problem of a log whose bytes are right`() throws {
        let log = try HistoryLog(Self.events)
        let writer = try LogWriter.open(log.path, options: LogOptions())
        var batch = RecordBatch()
        batch.appendRecord([1, 0, 0xFF])
        try writer.append(batch, time: try #require(log.events.last).time.microseconds)
        try writer.close()
        let found = try LogQueries(log.path).verify()
        #expect(found.report.isWhole)
        #expect(!found.isWhole && !found.isLogWhole)
        #expect(
            found.eventProblem?.hasPrefix("event \(log.events.count + 1) can't be read") == true
        )
    }

    @Test func `a snapshot that knows of more says that the log lost its end`() throws {
        let events = Self.events
        let log = try HistoryLog(events) { log in
            var snapshot = try log.snapshot(
                of: RouterState().encoded,
                at: UInt64(events.count),
                time: events[events.count - 1].time,
                code: OpaqueBytes([1])
            )
            snapshot.sequence += 5
            try SnapshotStore(log.directory).write(snapshot)
        }
        let queries = LogQueries(log.path)
        let found = try queries.verify()
        #expect(found.report.isWhole && !found.isWhole)
        #expect(found.eventProblem?.contains("\(events.count + 5)") == true)
        // The repair asks the same witnesses.
        #expect(try !queries.repair(dryRun: true, now: log.middle).isWhole)
    }

    @Test func `a read model that is damaged is told apart from the log`() throws {
        let log = try HistoryLog(Self.events)
        let file = URL(filePath: log.path + "/read.db")
        try Data(repeating: 7, count: 9_000).write(to: file)
        let notices = Notices()
        let queries = LogQueries(log.path, notice: notices.add)
        let found = try queries.verify()
        #expect(found.isLogWhole && !found.isWhole)
        #expect(found.readModelProblem?.contains("read.db") == true)
        try FileManager.default.removeItem(at: file)
        // Where it can't be looked at, nothing is said of it but that.
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        #expect(try queries.verify().isWhole)
        #expect(notices.all.count == 1)
        #expect(notices.all[0].hasPrefix("\(log.path)/read.db was not checked: "))
    }

    @Test func `a checkpoint is signed, written, and held against the log`() throws {
        let log = try HistoryLog(Self.events)
        let folder = try WorkFolder()
        let queries = LogQueries(log.path)
        let checkpoint = try queries.checkpoint()
        #expect(checkpoint.sequence == UInt64(log.events.count))
        let file = folder.path + "/checkpoint.json"
        try checkpoint.write(to: file)
        #expect(try folder.read("checkpoint.json") == checkpoint.json + "\n")
        let read = try Checkpoint(file: file)
        #expect(read == checkpoint)
        #expect(try queries.verify(against: read).isWhole)
        #expect(try queries.verify(against: read, publicKey: read.publicKey).isWhole)
        let stranger = [UInt8](repeating: 3, count: 32)
        let found = try queries.verify(against: read, publicKey: stranger)
        #expect(found.report.checkpointProblem != nil && !found.isWhole)

        let key = try folder.write("key", String(repeating: "ab", count: 32))
        let own = try queries.checkpoint(keyFile: key)
        #expect(own.publicKey != checkpoint.publicKey)
        #expect(try queries.verify(against: own, publicKey: own.publicKey).isWhole)
        #expect(throws: LogError.self) {
            try queries.checkpoint(keyFile: try folder.write("none", "no key"))
        }
    }

    @Test func `a checkpoint's file that can't be read or written is named`() throws {
        let log = try HistoryLog(Self.events)
        let folder = try WorkFolder()
        let file = folder.path + "/none/checkpoint.json"
        let unread = #expect(throws: QueryError.self) { try Checkpoint(file: file) }
        #expect(unread?.description.hasPrefix("\(file) can't be read: ") == true)
        let checkpoint = try LogQueries(log.path).checkpoint()
        let unwritten = #expect(throws: QueryError.self) { try checkpoint.write(to: file) }
        #expect(unwritten?.description.hasPrefix("\(file) can't be written: ") == true)
        let other = try folder.write("other.json", "{}")
        #expect(throws: LogError.self) { try Checkpoint(file: other) }
    }

    @Test func `the directory of a later build is left as it is`() throws {
        let log = try HistoryLog(Self.events)
        let version = URL(filePath: log.path + "/version")
        let text = try String(contentsOf: version, encoding: .utf8)
        let later = text.replacing(/\d+/, with: "99")
        try Data(later.utf8).write(to: version)
        let before = try FileManager.default.contentsOfDirectory(atPath: log.path).sorted()
        let error = #expect(throws: LogError.self) { try LogQueries(log.path).verify() }
        guard case .newerVersion = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: log.path).sorted() == before)
    }
}
