import Foundation
import TestSupport
import Testing

@testable import WriteAheadLog

/// Logs that earlier builds wrote; every later build must read them.
@Suite struct GoldenLogTests {
    /// What the record with this number says: part of it repeats, part does not.
    static func text(_ version: Int, _ number: UInt64) -> String {
        if version > 1 { return DictionaryTests.text(Int(number)) }
        var draws = SeededRandom(seed: number)
        let words = (0..<(number % 17)).map { _ in String(draws.next(), radix: 36) }
        return "{\"record\":\(number),\"words\":\"\(words.joined(separator: " "))\"}"
    }

    /// Groups of one to three records, a second apart.
    static func expected(_ version: Int) -> [Read] {
        var records: [Read] = []
        for group in 0..<groups(version) {
            for _ in 0...(group % 3) {
                let number = UInt64(records.count + 1)
                records.append(
                    Read(text: text(version, number), sequence: number, time: group * 1_000_000)
                )
            }
        }
        return records
    }

    /// Version 2 needs more for segments with a dictionary.
    static func groups(_ version: Int) -> Int64 { version == 1 ? 60 : 900 }

    static func folder(_ version: Int) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/v\(version)")
    }

    /// Writes the log of this version when LOGWAY_WRITE_GOLDEN is set and there is none; never
    /// replaces one.
    @Test func `the golden log of this version is there`() throws {
        let folder = Self.folder(2)
        if ProcessInfo.processInfo.environment["LOGWAY_WRITE_GOLDEN"] != nil,
            !FileManager.default.fileExists(atPath: folder.path)
        {
            let writer = try LogWriter.open(folder.path, options: DictionaryTests.options)
            var next = Self.expected(2)[...]
            while let first = next.first {
                let group = next.prefix { $0.time == first.time }
                try writer.append(RecordBatch(group.map(\.text)), time: first.time)
                try writer.flush()
                next = next.dropFirst(group.count)
            }
            try writer.close()
            let paths = LogPaths(directory: folder.path)
            let recompressor = SegmentRecompressor(paths, in: PosixFileSystem(), pending: [])
            try recompressor.recompress(1)
        }
        let headers = try Self.log(2).reader().list.begun.map(\.header)
        #expect(headers.map(\.version).allSatisfy { $0 == 2 })
        #expect(headers[0].isCompacted)
        #expect(headers[1].dictionaryLength > 0 && !headers[1].isCompacted)
    }

    /// The files of a golden log, in memory.
    static func log(_ version: Int) throws -> MemoryFileSystem {
        let folder = folder(version)
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

    @Test(arguments: [1, 2]) func `a log of an earlier version is read as it was written`(
        version: Int
    ) throws {
        var reader = try Self.log(version).reader()
        #expect(try reader.records() == Self.expected(version))
        #expect(try reader.verify().isWhole)
        #expect(try reader.firstSequence(atOrAfter: 30_000_000) == 61)
    }

    @Test(arguments: [1, 2]) func `a writer goes on behind it in a segment of its own version`(
        version: Int
    ) throws {
        let system = try Self.log(version)
        let last = try system.reader().list.begun.count
        let writer = try system.writer()
        #expect(writer.recovery.closedCleanly)
        #expect(writer.nextSequence == UInt64(Self.expected(version).count + 1))
        try writer.append(RecordBatch("new"), time: 0)
        try writer.close()
        #expect(system.bytes("\(MemoryFileSystem.directory)/version") == DataDirectory.text)
        var reader = try system.reader()
        #expect(try reader.records().dropLast() == Self.expected(version)[...])
        #expect(try reader.records().last?.text == "new")
        #expect(try reader.verify().isWhole)
        let count = last + (version < Format.segmentVersion ? 1 : 0)
        #expect(reader.list.begun.count == count)
        #expect(reader.list.begun.last?.header.version == Format.segmentVersion)
        // A second opening begins no further segment.
        try system.writer().close()
        #expect(try system.reader().list.begun.count == count)
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
                #expect(try reader.records() == Self.expected(1), "\(call), \(survival)")
                try after.writer().close()
                reader = try after.reader()
                #expect(try reader.records() == Self.expected(1), "\(call), \(survival)")
                #expect(try reader.verify().isWhole, "\(call), \(survival)")
            }
        }
    }
}
