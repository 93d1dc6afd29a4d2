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
        let seed = Draws.seed()
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

    /// Writes a segment anew; the new file takes the old one's name.
    @Test func `recompressing a segment loses nothing in any crash`() throws {
        var appended = CrashWorkload.Appended()
        let log = MemoryFileSystem()
        // Room for what makes the new file smaller by whole pages.
        var options = LogOptions.small
        options.segmentSize = 32 << 10
        let writer = try log.writer(options)
        for number in 0..<200 {
            let text = DictionaryTests.text(number)
            try writer.append(RecordBatch(text), time: Int64(number) * 1000)
            try writer.flush()
            appended.records.append(Array(text.utf8))
            appended.ends.insert(UInt64(appended.records.count))
        }
        try writer.close()
        let start = log.image
        let disk = MemoryFileSystem(start)
        disk.startTrace()
        try RecompressionTests.recompressor(disk).recompress(1)
        #expect(try disk.reader().list.begun.first?.header.isCompacted == true)
        let states = Self.explore(
            "recompressing",
            disk.trace,
            from: start,
            CrashCheck(appended),
            promised: UInt64(appended.records.count),
            seed: Draws.seed()
        )
        #expect(states > 10_000)
    }

    /// Cuts a log at a damaged frame; whoever finds a half of that repairs it again.
    ///
    /// A repair reads the whole log several times, so fewer states are visited at each moment.
    @Test func `a repair that crashes is repaired, in any crash of either`() throws {
        let seed = Draws.seed()
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
        let seed = Draws.seed()
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
}
