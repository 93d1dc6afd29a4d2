import Dispatch
import Foundation
import Glibc
import Synchronization
import Testing

@testable import WriteAheadLog

@Suite struct RecompressionTests {
    static let paths = LogPaths(directory: MemoryFileSystem.directory)

    static let options = LogOptions(
        segmentSize: 256 << 10,
        logID: LogID(low: 1, high: 2),
        recompresses: false
    )

    /// Frames of six records over several segments.
    static func log() throws -> MemoryFileSystem {
        try MemoryFileSystem.holding(
            (0..<1400).map { group in (0..<6).map { DictionaryTests.text(group * 6 + $0) } },
            options
        )
    }

    static func recompressor(_ system: MemoryFileSystem) -> SegmentRecompressor {
        SegmentRecompressor(paths, in: system, pending: [])
    }

    static func headers(_ system: MemoryFileSystem) throws -> [SegmentHeader] {
        try system.reader().list.begun.map(\.header)
    }

    @Test func `a recompressed log holds the same records by the same chain in less room`() throws {
        let system = try Self.log()
        var reader = try system.reader()
        let records = try reader.records()
        let before = try reader.verify()
        let sizes = try Self.headers(system).map(\.segmentSize)
        let last = try #require(try Self.headers(system).last).number
        for number in 1..<last { try Self.recompressor(system).recompress(number) }

        let after = try Self.headers(system)
        #expect(after.dropLast().map(\.isCompacted) == sizes.dropLast().map { _ in true })
        #expect(after.last?.isCompacted == false)
        for (header, size) in zip(after.dropLast(), sizes) { #expect(header.segmentSize < size) }
        var again = try system.reader()
        #expect(try again.records() == records)
        for start in stride(from: 1, through: records.count, by: 61) {
            #expect(try again.records(from: UInt64(start)).first == records[start - 1])
        }
        let report = try again.verify()
        #expect(report.isWhole)
        #expect(report.chain == before.chain)
        #expect(report.checked.records == before.checked.records)
        #expect(report.checked.frames == before.checked.frames)
        #expect(report.checked.storedBytes < before.checked.storedBytes)
        #expect(try again.firstSequence(atOrAfter: 700_000) == 699 * 6 + 1)
        // The reader that was there before has the old files open and goes on in them.
        #expect(try reader.records() == records)
        // A writer goes on behind it.
        let writer = try system.writer(Self.options)
        #expect(writer.recovery.cut == nil)
        #expect(writer.recovery.chain == report.chain)
        try writer.close()
    }

    /// Writes a log of sealed segments that nobody recompressed; the options of a writer that does.
    private static func sealed(in directory: TemporaryDirectory) throws -> LogOptions {
        var options = DictionaryTests.options
        let first = try LogWriter.open(directory.path, options: options)
        for number in 0..<900 {
            try first.append(RecordBatch(DictionaryTests.text(number)), time: Int64(number))
            try first.flush()
        }
        try first.close()
        options.recompresses = true
        return options
    }

    @Test func `a writer recompresses what was sealed before and while it lives`() throws {
        let directory = TemporaryDirectory()
        let options = try Self.sealed(in: directory)
        let writer = try LogWriter.open(directory.path, options: options)
        for number in 900..<1800 {
            try writer.append(RecordBatch(DictionaryTests.text(number)), time: Int64(number))
            try writer.flush()
        }
        // Whatever was not done when the writer closed is done by those that follow.
        try writer.close()
        #expect(writer.recompressionFailure == nil)
        var reader = try LogReader(directory.path)
        #expect(try reader.verify().isWhole)
        #expect(try reader.records().map(\.text) == (0..<1800).map(DictionaryTests.text))
        #expect(reader.list.begun.last?.header.isCompacted == false)
    }

    /// It gets no processor, or its disk stands still: the writer closes all the same, and no other one
    /// begins beside it.
    @Test func `a recompression that does not end holds up no close, and keeps the lock`() throws {
        let directory = TemporaryDirectory()
        let options = try Self.sealed(in: directory)
        let (begun, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let files = PosixFileSystem { _ in
            // Its thread is the only one of the lowest priority (SCHED_IDLE).
            guard sched_getscheduler(0) == 5 else { return nil }
            begun.signal()
            goOn.wait()
            goOn.signal()
            return nil
        }
        let writer = try LogWriter.open(directory.path, options: options, fileSystem: files)
        begun.wait()
        try writer.close()
        let other = logError { try LogWriter.open(directory.path, options: options).close() }
        guard case .directoryInUse = other else {
            goOn.signal()
            Issue.record("\(String(describing: other))")
            return
        }
        goOn.signal()
        // It gives the lock away at its end.
        while case .directoryInUse = logError({
            try LogWriter.open(directory.path, options: options).close()
        }) { usleep(10_000) }
        var reader = try LogReader(directory.path)
        #expect(try reader.verify().isWhole)
        #expect(try reader.records().map(\.text) == (0..<900).map(DictionaryTests.text))
    }

    @Test func `a segment of version 1 becomes one of version 2, with the same records`() throws {
        let system = try Self.log()
        var reader = try system.reader()
        let records = try reader.records()
        // A first segment without a dictionary is what version 1 wrote, but for the number.
        var bytes = system.bytes(system.segmentPath(1))
        guard case .valid(var header) = SegmentHeader.parse(Array(bytes[..<Format.pageSize])) else {
            Issue.record("no first page")
            return
        }
        try #require(header.dictionaryLength == 0)
        header.version = 1
        bytes.replaceSubrange(..<Format.pageSize, with: header.page)
        system.setBytes(system.segmentPath(1), bytes)
        #expect(try Self.headers(system)[0].version == 1)
        try Self.recompressor(system).recompress(1)
        #expect(try Self.headers(system)[0].version == 2)
        reader = try system.reader()
        #expect(try reader.records() == records)
        #expect(try reader.verify().isWhole)
    }

    @Test func `a power cut at any call leaves one file or the other, whole`() throws {
        let base = try DictionaryTests.log(count: 700)
        var reader = try base.reader()
        let records = try reader.records()
        let whole = base.copy()
        try Self.recompressor(whole).recompress(1)
        for call in 1...whole.calls {
            for survival in CrashTests.survivals {
                let system = base.copy()
                system.cutPower(at: call)
                _ = logError { try Self.recompressor(system).recompress(1) }
                let after = system.afterCut(survival)
                var reader = try after.reader()
                #expect(try reader.records() == records, "\(call), \(survival)")
                #expect(try reader.verify().isWhole, "\(call), \(survival)")
                try after.writer(DictionaryTests.options).close()
                let names = try after.list("\(MemoryFileSystem.directory)/log")
                #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(call), \(survival)")
            }
        }
    }

    @Test func `a failed call is reported and harms neither the log nor its writer`() throws {
        for code in [EIO, ENOSPC] {
            for failing in 1...9 {
                let system = try DictionaryTests.log(count: 700)
                let count = CallCounter()
                system.refuse { operation, path in
                    let changing: Set = ["pwrite", "fdatasync", "fsync", "rename", "unlink"]
                    guard changing.contains(operation), !path.hasSuffix("3.seg.tmp") else {
                        return nil
                    }
                    return count.next() == failing ? code : nil
                }
                let error = logError { try Self.recompressor(system).recompress(1) }
                system.refuse(nil)
                let isDone = try Self.headers(system)[0].isCompacted
                #expect((error == nil) || !isDone || failing >= 5, "\(failing)")
                var reader = try system.reader()
                #expect(try reader.verify().isWhole, "\(failing)")
                try Self.recompressor(system).recompress(1)
                #expect(try Self.headers(system)[0].isCompacted)
                #expect(try reader.verify().isWhole, "\(failing)")
            }
        }
    }

    @Test func `a damaged segment is not rewritten, and the damage is named`() throws {
        let system = try DictionaryTests.log(count: 700)
        let frame = try system.frames(segment: 1)[5]
        var bytes = system.bytes(system.segmentPath(1))
        bytes[frame.offset + FrameHeader.size + 3] ^= 8
        system.setBytes(system.segmentPath(1), bytes)
        guard
            case .corrupt(1, frame.offset, _) = logError({
                try Self.recompressor(system).recompress(1)
            })
        else {
            Issue.record("damage was rewritten")
            return
        }
        #expect(system.bytes(system.segmentPath(1)) == bytes)
    }

    @Test func `a segment that is retired meanwhile does not come back`() throws {
        let system = try DictionaryTests.log(count: 700)
        let recompressor = Self.recompressor(system)
        // The retirement comes while the new file is being written.
        system.refuse { operation, path in
            if operation == "pwrite", path.hasSuffix("1.seg.tmp") {
                recompressor.exclude(through: 1)
            }
            return nil
        }
        try recompressor.recompress(1)
        system.refuse(nil)
        #expect(try Self.headers(system)[0].isCompacted == false)
        #expect(system.bytes(system.segmentPath(1) + ".tmp").isEmpty)
    }

    private static func race(
        isRemoved: @escaping @Sendable () -> Void = {}
    ) throws -> RecompressionRace {
        let system = try DictionaryTests.log(count: 700)
        return RecompressionRace(on: system, DictionaryTests.options, isRemoved: isRemoved)
    }

    /// The recompression may get no processor for long.
    @Test func `a retirement does not wait for a recompression, whose segment stays retired`()
        throws
    {
        let race = try Self.race()
        let writer = try race.writer()
        #expect(race.retire(writer) == nil)
        try race.end(writer)
        #expect(race.system.bytes(race.system.segmentPath(1)).isEmpty)
        #expect(try race.system.reader().list.begun.first?.header.number == 2)
    }

    /// Until the record of the retirement is durable, the segment belongs to the log.
    @Test func `a retirement that fails takes no segment that is recompressed meanwhile`() throws {
        let race = try Self.race()
        let writer = try race.writer()
        race.system.refuse { operation, path in
            operation == "pwrite" && path.hasSuffix("/retired.tmp") ? ENOSPC : nil
        }
        let failure = race.retire(writer)
        guard case .diskFull = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        race.system.refuse(nil)
        try race.end(writer)
        let headers = try Self.headers(race.system)
        #expect(headers.first?.number == 1)
        #expect(headers.first?.isCompacted == true)
    }

    /// The new file takes its name after the old one was removed, and before the retirement is over.
    @Test func `a segment that comes back while it is retired goes again`() throws {
        let (isRemoved, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let removals = Atomic(0)
        let race = try Self.race {
            // The recompression's own is not held up.
            guard removals.add(1, ordering: .relaxed).oldValue == 0 else { return }
            isRemoved.signal()
            goOn.wait()
        }
        let writer = try race.writer()
        Thread.detachNewThread {
            isRemoved.wait()
            race.finish(writer)
            goOn.signal()
        }
        #expect(race.retire(writer) == nil)
        try race.end(writer)
        #expect(race.system.bytes(race.system.segmentPath(1)).isEmpty)
    }

    @Test func `a segment that would not shrink is left as it is`() throws {
        let system = try SegmentFaultTests.log()
        let number = try #require(try Self.headers(system).dropLast().last).number
        let path = system.segmentPath(Int(number))
        let before = system.bytes(path)
        try Self.recompressor(system).recompress(number)
        let header = try Self.headers(system)[Int(number) - 1]
        #expect(header.isCompacted == (header.segmentSize < before.count))
        if !header.isCompacted { #expect(system.bytes(path) == before) }
        var reader = try system.reader()
        #expect(try reader.verify().isWhole)
    }
}
