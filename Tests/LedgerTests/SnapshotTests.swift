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

@Suite("The ledger's snapshots")
struct LedgerSnapshotTests {
    static func policy(_ code: UInt8) -> SnapshotPolicy {
        SnapshotPolicy(interval: 50, code: OpaqueBytes([code]))
    }

    /// What the ledger told while it ran.
    final class Notices: Sendable {
        let texts = Mutex<[String]>([])
        var list: [String] { texts.withLock { $0 } }
        func take(_ text: String) { texts.withLock { $0.append(text) } }
    }

    static func open(
        _ directory: TemporaryDirectory,
        code: UInt8 = 1,
        _ notices: Notices = Notices()
    ) throws -> Ledger {
        try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            snapshots: policy(code),
            notice: { notices.take($0) }
        )
    }

    static func run(_ ledger: Ledger, _ journeys: Range<Int>) throws {
        for number in journeys { try ledger.record(Journey(number).events) }
    }

    static func state(of ledger: Ledger) -> RouterState { ledger.read { state, _ in state } }

    @Test func `a start from a snapshot is a start from the log`() throws {
        let directory = TemporaryDirectory()
        let ledger = try Self.open(directory)
        try Self.run(ledger, 0..<100)
        try ledger.close()
        let store = SnapshotStore(directory.path)
        #expect(try store.sequences().first == Self.state(of: ledger).position)
        #expect(try store.sequences().count == 2)

        let notices = Notices()
        let again = try Self.open(directory, notices)
        try Self.run(again, 100..<110)
        try again.close()
        #expect(notices.list == [])
        let record = try Record(directory)
        #expect(Self.state(of: again) == record.state)
    }

    /// What the log no longer says can only come from a snapshot, so this shows that one was used.
    @Test func `only what follows the snapshot is folded`() throws {
        let directory = TemporaryDirectory()
        let ledger = try Self.open(directory)
        try Self.run(ledger, 0..<60)
        try ledger.close()
        let store = SnapshotStore(directory.path)
        let newest = try #require(try store.sequences().first)
        var snapshot = try store.read(newest)
        var state = try RouterState(decoding: snapshot.state.bytes)
        var list = ModelsListed()
        list.provider = "only-in-the-snapshot"
        list.models = ["m"]
        state.apply(Event(.modelsListed(list), at: state.time), sequence: state.position)
        snapshot.state = OpaqueBytes(state.encoded)
        try store.write(snapshot)
        let again = try Self.open(directory)
        #expect(Self.state(of: again).models.models(of: "only-in-the-snapshot") == ["m"])
        try again.close()
    }

    @Test func `damaged snapshots and those of other code are told of and change nothing`() throws {
        let directory = TemporaryDirectory()
        let ledger = try Self.open(directory)
        try Self.run(ledger, 0..<60)
        try ledger.close()
        let other = Notices()
        let second = try Self.open(directory, code: 2, other)
        try second.close()
        #expect(other.list.count == 2)
        #expect(other.list.allSatisfy { $0.contains("another build") })
        #expect(Self.state(of: second) == (try Record(directory)).state)

        let store = SnapshotStore(directory.path)
        for sequence in try store.sequences() {
            try Data([1, 2, 3]).write(to: URL(filePath: store.path(of: sequence)))
        }
        let damaged = Notices()
        let third = try Self.open(directory, code: 2, damaged)
        try third.close()
        #expect(damaged.list.count == 2)
        #expect(damaged.list.allSatisfy { $0.contains("damaged") })
        #expect(Self.state(of: third) == (try Record(directory)).state)
    }

    @Test func `a snapshot that can't be written is told of and stops nothing`() throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.path,
            withIntermediateDirectories: true
        )
        // A file where the folder belongs.
        try Data().write(to: URL(filePath: directory.path + "/snapshots"))
        let notices = Notices()
        let ledger = try Self.open(directory, notices)
        try Self.run(ledger, 0..<60)
        try ledger.close()
        #expect(notices.list.contains { $0.contains("takes longer") })
        #expect(try Record(directory).faults() == [])
    }
}
