import Glibc
import Synchronization
import Testing

@testable import WriteAheadLog

/// What beside a log knows of more than it holds.
@Suite struct WitnessTests {
    static let file = "/data/snapshots/9.snap"

    /// A log of three records beside something that knows of nine.
    static func lost() throws -> MemoryFileSystem {
        let system = try MemoryFileSystem.holding([["a"], ["b"], ["c"]])
        system.setBytes(file, Array("nine".utf8))
        return system
    }

    static func options(_ system: MemoryFileSystem, of log: LogID? = nil) -> LogOptions {
        var options = LogOptions.small
        options.witnesses = witnesses(system, of: log)
        return options
    }

    static func witnesses(_ system: MemoryFileSystem, of log: LogID? = nil) -> LogWitnesses {
        { last in
            guard last < 9, !system.bytes(file).isEmpty else { return [] }
            return [
                LogWitness(
                    name: "the snapshot",
                    sequence: 9,
                    logID: log,
                    files: ["snapshots/9.snap", "snapshots/none"]
                )
            ]
        }
    }

    @Test(arguments: [false, true])
    func `a log that lost its end is refused with its numbers, and nothing is changed`(
        hasMark: Bool
    ) throws {
        let system = try Self.lost()
        if !hasMark { system.removeName("/data/durable") }
        let before = system.image
        let error = logError { _ = try system.writer(Self.options(system)) }
        #expect(error == .tailLost(last: 3, known: 9, witness: "the snapshot"))
        #expect("\(try #require(error))".contains("records 4 to 9 are gone"))
        // The lock's file says who tried.
        #expect(
            system.image.hash { $0 != "/data/lock" } == before.hash { $0 != "/data/lock" }
        )
    }

    @Test func `a log without any segment is refused as well`() throws {
        let system = MemoryFileSystem()
        system.setBytes(Self.file, Array("nine".utf8))
        #expect(
            logError { _ = try system.writer(Self.options(system)) }
                == .tailLost(last: 0, known: 9, witness: "the snapshot")
        )
        #expect(!system.image.files.keys.contains { $0.hasSuffix(".seg") })
    }

    @Test func `another log's witness says nothing`() throws {
        let system = try Self.lost()
        let writer = try system.writer(Self.options(system, of: LogID(low: 7, high: 7)))
        #expect(writer.recovery.lastSequence == 3)
        try writer.close()
        #expect(
            logError { _ = try system.writer(Self.options(system, of: LogID(low: 1, high: 2))) }
                != nil
        )
    }

    @Test func `a repair confirms the loss, and keeps what knew of it`() throws {
        let system = try Self.lost()
        func repair(dryRun: Bool) throws -> RepairReport {
            try LogRepair.run(
                MemoryFileSystem.directory,
                dryRun: dryRun,
                time: 7,
                witnesses: Self.witnesses(system),
                fileSystem: system
            )
        }
        let would = try repair(dryRun: true)
        #expect(would.changes.map(\.file) == ["snapshots/9.snap"])
        #expect(would.lostRecords == 6)
        #expect(!system.bytes(Self.file).isEmpty)
        let done = try repair(dryRun: false)
        #expect(done.lastSequence == 3)
        #expect(done.lastSequenceBefore == 9)
        #expect(system.bytes("/data/log/repair-7/9.snap") == Array("nine".utf8))
        #expect(!system.bytes("/data/log/repair-7/manifest.json").isEmpty)
        let writer = try system.writer(Self.options(system))
        #expect(writer.recovery.lastSequence == 3)
        try writer.close()
        #expect(try repair(dryRun: false).isWhole)
    }

    @Test func `a repair confirms the loss of everything, version and mark included`() throws {
        let system = MemoryFileSystem()
        system.setBytes(Self.file, Array("nine".utf8))
        #expect(logError { _ = try system.writer(Self.options(system)) } != nil)
        let report = try LogRepair.run(
            MemoryFileSystem.directory,
            time: 7,
            witnesses: Self.witnesses(system),
            fileSystem: system
        )
        #expect(report.lastSequence == 0)
        #expect(report.lastSequenceBefore == 9)
        #expect(system.bytes("/data/log/repair-7/9.snap") == Array("nine".utf8))
        let writer = try system.writer(Self.options(system))
        #expect(writer.recovery.created)
        try writer.close()
        // Of a directory that nothing knows of there is nothing to repair.
        let empty = MemoryFileSystem()
        guard
            case .notALog = logError({
                _ = try LogRepair.run(
                    MemoryFileSystem.directory,
                    time: 7,
                    witnesses: Self.witnesses(empty),
                    fileSystem: empty
                )
            })
        else {
            Issue.record("repaired")
            return
        }
    }

    @Test func `a frame whose sync failed is not what anyone was promised`() throws {
        let system = try MemoryFileSystem.holding([["a"], ["b"]])
        let before = system.image
        let writer = try system.writer()
        system.refuse { operation, path in
            operation == "fdatasync" && path.hasSuffix(".seg") ? EIO : nil
        }
        try writer.append(RecordBatch("c"), time: 9_000)
        #expect(logError { try writer.flush() } != nil)
        _ = logError { try writer.close() }
        system.refuse(nil)
        var reader = try system.reader()
        #expect(try reader.durableSequence() == 3)
        #expect(try reader.promisedSequence() == 2)
        // The disk never got it, and what was folded from no more than was promised does not miss it.
        system.setBytes(
            system.segmentPath(1),
            before.files[system.segmentPath(1)] ?? []
        )
        #expect(try reader.durableSequence() == 2)
        let next = try system.writer()
        #expect(next.recovery.lastSequence == 2)
        try next.close()
        #expect(try reader.promisedSequence() == 2)
        system.removeName("/data/durable")
        #expect(try reader.promisedSequence() == 2)
    }

    @Test func `what is ahead of a copy is told and set aside once`() throws {
        let system = try Self.lost()
        system.state.withLock { $0.isCopy = true }
        let writer = try system.writer(Self.options(system))
        let gap = try #require(writer.recovery.copyGap)
        #expect(gap.lastSequence == 3)
        #expect(gap.knownSequence == 9)
        #expect(system.bytes(Self.file).isEmpty)
        let folder = try #require(gap.savedTo)
        #expect(system.bytes(folder + "/9.snap") == Array("nine".utf8))
        try writer.append(RecordBatch("d"), time: 9)
        try writer.close()
        let next = try system.writer(Self.options(system))
        #expect(next.recovery.copyGap == nil)
        try next.close()
    }

    @Test func `verify names the lost end`() throws {
        let system = try Self.lost()
        var reader = try system.reader()
        let report = try reader.verify()
        #expect(report.isWhole)
        let witnesses = Self.witnesses(system)(0)
        #expect(
            report.lostTail(witnesses)
                == .tailLost(last: 3, known: 9, witness: "the snapshot")
        )
        #expect(report.lostTail([]) == nil)
    }
}
