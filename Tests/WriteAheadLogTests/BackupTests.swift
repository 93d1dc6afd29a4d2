import Foundation
import Synchronization
import TestSupport
import Testing

@testable import WriteAheadLog

/// Copies that the log itself makes, beside its writer.
@Suite struct BackupTests {
    static let target = "/copy"

    static func backup(_ system: MemoryFileSystem) throws -> BackupReport {
        try LogBackup.run(from: MemoryFileSystem.directory, to: target, fileSystem: system)
    }

    static func records(_ system: MemoryFileSystem, _ directory: String = target) throws -> [Read] {
        var reader = try LogReader(directory, fileSystem: system)
        return try reader.records(from: reader.firstSequence())
    }

    static func reason(_ body: () throws -> Void) -> String? {
        guard case .backupRefused(_, let reason) = logError(body) else { return nil }
        return reason
    }

    @Test func `a backup holds what is durable, and the next one copies only what is new`() throws {
        let system = try SegmentFaultTests.log()
        let writer = try system.writer()
        let first = try Self.backup(system)
        #expect(first.lastSequence == 40)
        #expect(first.copied == first.segments)
        #expect(first.verifiedRecords == 40)
        #expect(try Self.records(system) == Self.records(system, MemoryFileSystem.directory))
        let again = try Self.backup(system)
        // The segment in use is copied each time.
        #expect(again.copied == 1)
        #expect(again.unchanged == first.segments - 1)
        #expect(again.chain == first.chain)
        var draws = SeededRandom(seed: 8)
        for number in 0..<12 {
            let text = (0..<40).map { _ in "\(draws.next())" }.joined()
            try writer.append(RecordBatch(text), time: Int64(100_000 + number))
            try writer.flush()
        }
        let later = try Self.backup(system)
        #expect(later.lastSequence == 52)
        #expect(later.copied < later.segments)
        try writer.close()
        #expect(try Self.records(system) == Self.records(system, MemoryFileSystem.directory))
        // It is a log like any other.
        let restored = try LogWriter.open(Self.target, options: .small, fileSystem: system)
        #expect(restored.recovery.lastSequence == 52)
        #expect(!restored.recovery.isCopy)
        try restored.append(RecordBatch("on"), time: 0)
        try restored.close()
        var reader = try LogReader(Self.target, fileSystem: system)
        #expect(try reader.verify().isWhole)
    }

    @Test func `a backup survives a power cut`() throws {
        let system = try SegmentFaultTests.log()
        let report = try Self.backup(system)
        let image = system.afterCut(.nothing)
        #expect(try Self.records(image).count == Int(report.lastSequence))
        var reader = try LogReader(Self.target, fileSystem: image)
        #expect(try reader.verify().isWhole)
    }

    @Test func `a backup that is cut short is done again, or is an older one`() throws {
        let whole = try SegmentFaultTests.log()
        _ = try Self.backup(whole)
        let calls = whole.calls
        let before = try SegmentFaultTests.log()
        for call in (before.calls + 1)...calls {
            let system = try SegmentFaultTests.log()
            system.cutPower(at: call)
            #expect(throws: LogError.self) { try Self.backup(system) }
            let next = system.afterCut(.nothing)
            let report = try Self.backup(next)
            #expect(report.lastSequence == 40, "call \(call)")
            #expect(try Self.records(next).count == 40, "call \(call)")
        }
    }

    @Test func `retired segments are gone from the copy too`() throws {
        let system = try SegmentFaultTests.log()
        _ = try Self.backup(system)
        let writer = try system.writer()
        try writer.retire(throughSegment: 2)
        let report = try Self.backup(system)
        #expect(report.firstSequence > 1)
        #expect(system.bytes("/copy/log/00000001.seg").isEmpty)
        try writer.close()
        #expect(try Self.records(system) == Self.records(system, MemoryFileSystem.directory))
    }

    @Test func `a copy that knows more, of another log, or written to is not replaced`() throws {
        let system = try SegmentFaultTests.log()
        _ = try Self.backup(system)
        let copy = try LogWriter.open(Self.target, options: .small, fileSystem: system)
        let running = logError { _ = try Self.backup(system) }
        guard case .directoryInUse = running else {
            Issue.record("\(String(describing: running))")
            return
        }
        try copy.append(RecordBatch("its own"), time: 0)
        try copy.close()
        #expect(Self.reason { _ = try Self.backup(system) }?.contains("through 41") == true)
        let writer = try system.writer()
        try writer.append(RecordBatch("the log's"), time: 0)
        try writer.close()
        #expect(Self.reason { _ = try Self.backup(system) }?.contains("written to") == true)

        let other = try MemoryFileSystem.holding([["x"]], LogOptions(segmentSize: 16 << 10))
        for (path, bytes) in other.image.files {
            system.setBytes(path.replacingOccurrences(of: "/data/", with: "/copy/"), bytes)
        }
        #expect(Self.reason { _ = try Self.backup(system) } != nil)
    }

    @Test func `a log is not backed up into itself, by whatever name`() throws {
        let directory = TemporaryDirectory()
        try LogWriter.open(directory.path, options: .small).close()
        let name = directory.path.split(separator: "/").last.map(String.init) ?? ""
        for path in [directory.path, directory.path + "/", directory.path + "/../" + name] {
            let reason = Self.reason { _ = try LogBackup.run(from: directory.path, to: path) }
            #expect(reason == "it is the log itself", "\(path)")
        }
    }

    @Test func `backups beside a writer hold what was acknowledged before them`() throws {
        let directory = TemporaryDirectory()
        let target = TemporaryDirectory()
        let writer = try LogWriter.open(
            directory.path,
            options: LogOptions(segmentSize: 64 << 10, recompresses: false)
        )
        let (started, ended) = (Doorbell(), Doorbell())
        let thread = Thread {
            var draws = SeededRandom(seed: 2)
            for number in 1...600 {
                let text = (0..<50).map { _ in "\(draws.next())" }.joined()
                _ = logError {
                    try writer.append(RecordBatch("\(number) \(text)"), time: Int64(number))
                    try writer.flush()
                }
                if number == 20 { started.ring() }
            }
            ended.ring()
        }
        thread.start()
        started.wait()
        for _ in 0..<12 {
            let before = writer.durableSequence
            let report = try LogBackup.run(from: directory.path, to: target.path)
            #expect(report.lastSequence >= before)
            var reader = try LogReader(target.path)
            let records = try reader.records()
            #expect(records.count == Int(report.lastSequence))
            #expect(records.last?.text.hasPrefix("\(records.count) ") == true)
        }
        ended.wait()
        try writer.close()
        let last = try LogBackup.run(from: directory.path, to: target.path)
        #expect(last.lastSequence == 600)
        #expect(last.unchanged > 0)
    }
}
