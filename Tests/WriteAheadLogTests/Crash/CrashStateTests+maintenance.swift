import Glibc
import Synchronization
import TestSupport
import Testing

@testable import WriteAheadLog

/// What changes a log other than by appending to it.
extension CrashStateTests {
    /// Records over three to five segments.
    static func segments(seed: UInt64) throws -> (MemoryFileSystem, CrashWorkload.Appended) {
        let disk = MemoryFileSystem()
        let workload = CrashWorkload(name: "", groups: 26, records: 1...2, bytes: 900...1400)
        let appended = try workload.run(on: disk, seed: seed)
        // As after a restart of the machine: everything is on the disk.
        return (MemoryFileSystem(disk.image), appended)
    }

    /// Retires one segment, then another beside appends.
    @Test func `retiring segments loses nothing else in any crash`() throws {
        let seed = SeededRandom.seed()
        let (disk, before) = try Self.segments(seed: seed)
        let start = disk.image
        let headers = try disk.reader().list.begun.map(\.header)
        try #require(headers.count > 3)
        var appended = before
        disk.startTrace()
        let writer = try disk.writer()
        try writer.retire(throughSegment: 1)
        let record = [UInt8](repeating: 7, count: 400)
        var batch = RecordBatch()
        batch.appendRecord(record)
        appended.records.append(record)
        appended.ends.insert(UInt64(appended.records.count))
        try writer.append(batch, time: 1_000_000)
        try writer.flush()
        disk.promise(through: writer.durableSequence)
        try writer.retire(throughSegment: 2)
        try writer.close()
        let check = CrashCheck(appended, beginnings: Set(headers.prefix(3).map(\.firstSequence)))
        let promised = UInt64(before.records.count)
        let states = Self.explore(
            "retiring",
            disk.trace,
            from: start,
            check,
            promised: promised,
            seed: seed
        )
        #expect(states > 1000)
    }

    /// Room for what makes the new file of a segment smaller by whole pages.
    private static let compressible: LogOptions = {
        var options = LogOptions.small
        options.segmentSize = 32 << 10
        return options
    }()

    /// Records in such segments.
    private static func texts() throws -> (MemoryFileSystem, CrashWorkload.Appended) {
        var appended = CrashWorkload.Appended()
        let log = MemoryFileSystem()
        let writer = try log.writer(compressible)
        for number in 0..<200 {
            let text = DictionaryTests.text(number)
            try writer.append(RecordBatch(text), time: Int64(number) * 1000)
            try writer.flush()
            appended.records.append(Array(text.utf8))
            appended.ends.insert(UInt64(appended.records.count))
        }
        try writer.close()
        return (MemoryFileSystem(log.image), appended)
    }

    /// The old file is removed, the new one takes its name, and is removed as well.
    @Test func `retiring a segment that is recompressed loses nothing else in any crash`() throws {
        let (disk, appended) = try Self.texts()
        let start = disk.image
        let headers = try disk.reader().list.begun.map(\.header)
        disk.startTrace()
        let race = RecompressionRace(on: disk, Self.compressible)
        let writer = try race.writer()
        #expect(race.retire(writer) == nil)
        try race.end(writer)
        let check = CrashCheck(appended, beginnings: Set(headers.prefix(2).map(\.firstSequence)))
        let states = Self.explore(
            "retiring what is recompressed",
            disk.trace,
            from: start,
            check,
            promised: UInt64(appended.records.count),
            seed: SeededRandom.seed()
        )
        #expect(states > 10_000)
    }

    /// Rewrites a segment; the new file takes the old one's name.
    @Test func `recompressing a segment loses nothing in any crash`() throws {
        let (disk, appended) = try Self.texts()
        let start = disk.image
        disk.startTrace()
        try RecompressionTests.recompressor(disk).recompress(1)
        #expect(try disk.reader().list.begun.first?.header.isCompacted == true)
        let states = Self.explore(
            "recompressing",
            disk.trace,
            from: start,
            CrashCheck(appended),
            promised: UInt64(appended.records.count),
            seed: SeededRandom.seed()
        )
        #expect(states > 10_000)
    }

    /// Cuts a log at a damaged frame; whoever finds a half of that repairs it again.
    ///
    /// A repair reads the whole log several times, so fewer states are visited at each moment.
    @Test func `a repair that crashes is repaired, in any crash of either`() throws {
        let seed = SeededRandom.seed()
        let (disk, whole) = try Self.segments(seed: seed)
        let frame = try #require(try disk.frames(segment: 2).dropLast().last)
        RepairTests.flip(disk, 2, frame.offset + FrameHeader.size + 5)
        let kept = frame.firstSequence - 1
        var appended = whole
        appended.ends = [kept]
        let start = disk.image
        disk.startTrace()
        try RepairTests.repair(disk, time: 7)
        disk.promise(through: kept)
        let check = CrashCheck(appended, mayBeRefused: true) { disk in
            try RepairTests.repair(disk, time: 8)
            return try CrashCheck.open(disk)
        }
        var explorer = CrashExplorer(
            check: check,
            seed: seed,
            limits: [200, 12, 6],
            recoveriesPerMoment: 1
        )
        explorer.tearsRecoveriesByByte = false
        let trace = disk.trace
        let states = Self.explore("repairing", trace, from: start, explorer, promised: kept)
        #expect(states > 10_000)
    }

    /// Opens a log of version 1, and goes on in it.
    @Test func `upgrading a log of version 1 loses nothing in any crash`() throws {
        let seed = SeededRandom.seed()
        let disk = MemoryFileSystem(try GoldenLogTests.log(1).image)
        var before = CrashWorkload.Appended()
        let records = GoldenLogTests.expected(1)
        for (record, next) in zip(records, records.dropFirst().map(Optional.init) + [nil]) {
            before.records.append(Array(record.text.utf8))
            if next?.time != record.time { before.ends.insert(record.sequence) }
        }
        let workload = CrashWorkload(
            name: "upgrading from version 1",
            groups: 5,
            records: 1...3,
            bytes: 20...300
        )
        let start = disk.image
        disk.startTrace()
        let appended = try workload.run(on: disk, seed: seed, after: before)
        let states = Self.explore(
            workload.name,
            disk.trace,
            from: start,
            CrashCheck(appended),
            promised: UInt64(records.count),
            seed: seed
        )
        #expect(states > 10_000)
    }

    /// Fills a segment while the next one can't be made, and goes on once it can.
    @Test func `a wait for space at a segment's end loses nothing in any crash`() async throws {
        let seed = SeededRandom.seed()
        var draw = SeededRandom(seed: seed)
        let disk = MemoryFileSystem()
        disk.startTrace()
        var appended = CrashWorkload.Appended()
        let writer = try disk.writer()
        disk.refuse { operation, path in
            operation == "pwrite" && path.hasSuffix(".tmp") ? ENOSPC : nil
        }
        func append() throws {
            let record = (0..<draw.int(600...1400)).map { _ in
                UInt8(truncatingIfNeeded: draw.next())
            }
            appended.records.append(record)
            appended.ends.insert(UInt64(appended.records.count))
            var batch = RecordBatch()
            batch.appendRecord(record)
            try writer.append(batch, time: Int64(appended.records.count))
        }
        var failure: LogError?
        while failure == nil {
            try append()
            failure = logError { try writer.flush() }
            disk.promise(through: writer.durableSequence)
        }
        guard case .noRoom = failure else { throw Violation("\(String(describing: failure))") }
        let start = disk.trace.count
        // These wait in memory, and come as one frame.
        for _ in 0..<2 { try append() }
        disk.refuse(nil)
        try await writer.waitUntilDurable(writer.nextSequence - 1)
        disk.promise(through: writer.durableSequence)
        try append()
        try writer.close()
        let check = CrashCheck(appended)
        let explorer = CrashExplorer(
            check: check,
            seed: seed,
            limits: [300, 20],
            recoveriesPerMoment: 2
        )
        // What comes before is as in any log.
        explorer.explore(disk.trace, from: DiskImage(), since: start)
        print("waiting for space: \(check.states) states, \(check.images) different")
        #expect(check.failures.isEmpty, "\(check.failures)")
        #expect(check.states > 1000)
    }

    /// Whoever copied a log need not have synced the copy; what a start made of it is a promise.
    @Test func `a copy that nobody synced keeps what its start found, in any crash`() throws {
        let seed = SeededRandom.seed()
        let (disk, before) = try Self.segments(seed: seed)
        let writer = try disk.writer()
        try writer.retire(throughSegment: 1)
        try writer.close()
        let beginning = try disk.reader().list.firstSequence
        let copy = MemoryFileSystem()
        copy.state.withLock { $0.isCopy = true }
        copy.startTrace()
        for (path, bytes) in disk.image.inOrder {
            try copy.open(path, .create).writeAll(bytes, at: 0)
        }
        let workload = CrashWorkload(
            name: "an unsynced copy",
            groups: 4,
            records: 1...2,
            bytes: 100...900
        )
        let check = CrashCheck(
            try workload.run(on: copy, seed: seed, after: before),
            beginnings: [beginning]
        )
        let trace = copy.trace
        let start = try #require(
            trace.firstIndex { if case .promise(let last) = $0 { last > 0 } else { false } }
        )
        let explorer = CrashExplorer(
            check: check,
            seed: seed,
            limits: [300, 20],
            recoveriesPerMoment: 2
        )
        explorer.explore(trace, from: DiskImage(isCopy: true), since: start + 1)
        print("\(workload.name): \(check.states) states, \(check.images) different")
        #expect(check.failures.isEmpty, "\(check.failures)")
        #expect(check.states > 1000)
    }
}
