import Foundation
import Testing

@testable import WriteAheadLog

/// Logs that earlier builds wrote; every later build must read them.
@Suite struct GoldenLogTests {
    /// What the record with this number says: part of it repeats, part does not.
    static func text(_ number: UInt64) -> String {
        var coin = Coin(seed: number)
        let words = (0..<(number % 17)).map { _ in String(coin.next(), radix: 36) }
        return "{\"record\":\(number),\"words\":\"\(words.joined(separator: " "))\"}"
    }

    /// Sixty groups of one to three records, a second apart.
    static let expected: [Read] = {
        var records: [Read] = []
        for group in 0..<60 as Range<Int64> {
            for _ in 0...(group % 3) {
                let number = UInt64(records.count + 1)
                records.append(
                    Read(text: text(number), sequence: number, time: group * 1_000_000)
                )
            }
        }
        return records
    }()

    /// The files of a golden log, in memory.
    static func log(_ version: Int) throws -> MemoryFileSystem {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/v\(version)")
        let system = MemoryFileSystem()
        for name in ["version", "durable"] {
            let data = try Data(contentsOf: folder.appending(path: name))
            system.setBytes("\(MemoryFileSystem.directory)/\(name)", Array(data))
        }
        let segments = folder.appending(path: "log")
        for name in try FileManager.default.contentsOfDirectory(atPath: segments.path) {
            let data = try Data(contentsOf: segments.appending(path: name))
            system.setBytes("\(MemoryFileSystem.directory)/log/\(name)", Array(data))
        }
        return system.copy()
    }

    @Test(arguments: [1]) func `a log of an earlier version is read as it was written`(
        version: Int
    ) throws {
        var reader = try Self.log(version).reader()
        #expect(try reader.records() == Self.expected)
        #expect(try reader.verify().isWhole)
        #expect(try reader.firstSequence(atOrAfter: 30_000_000) == 61)
    }

    @Test(arguments: [1]) func `a writer goes on behind it in a segment of its own version`(
        version: Int
    ) throws {
        let system = try Self.log(version)
        let last = try system.reader().list.begun.count
        let writer = try system.writer()
        #expect(writer.recovery.closedCleanly)
        #expect(writer.nextSequence == UInt64(Self.expected.count + 1))
        try writer.append(RecordBatch("new"), time: 0)
        try writer.close()
        #expect(system.bytes("\(MemoryFileSystem.directory)/version") == DataDirectory.text)
        var reader = try system.reader()
        #expect(try reader.records().dropLast() == Self.expected[...])
        #expect(try reader.records().last?.text == "new")
        #expect(try reader.verify().isWhole)
        #expect(reader.list.begun.count == last + 1)
        #expect(reader.list.begun.last?.header.version == Format.segmentVersion)
        // A second opening begins no further segment.
        try system.writer().close()
        #expect(try system.reader().list.begun.count == last + 1)
    }

    @Test func `a power cut at any call of the upgrade loses nothing`() throws {
        let whole = try Self.log(1)
        try whole.writer().close()
        for call in 1...whole.calls {
            for survival in CrashTests.survivals {
                let system = try Self.log(1)
                system.cutPower(at: call)
                _ = logError { try system.writer().close() }
                let after = system.afterCut(survival)
                var reader = try after.reader()
                #expect(try reader.records() == Self.expected, "\(call), \(survival)")
                try after.writer().close()
                reader = try after.reader()
                #expect(try reader.records() == Self.expected, "\(call), \(survival)")
                #expect(try reader.verify().isWhole, "\(call), \(survival)")
            }
        }
    }
}
