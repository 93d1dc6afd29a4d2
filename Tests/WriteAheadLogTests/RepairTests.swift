import Glibc
import Synchronization
import Testing

@testable import WriteAheadLog

@Suite struct RepairTests {
    static let directory = MemoryFileSystem.directory
    static let folder = "/data/log/repair-7"

    /// Three to five segments of eight or so frames, one record each.
    static func log() throws -> MemoryFileSystem { try SegmentFaultTests.log() }

    static func flip(_ system: MemoryFileSystem, _ segment: Int, _ place: Int) {
        var bytes = system.bytes(system.segmentPath(segment))
        bytes[place] ^= 0x10
        system.setBytes(system.segmentPath(segment), bytes)
    }

    @discardableResult
    static func repair(
        _ system: MemoryFileSystem,
        dryRun: Bool = false,
        time: Int64 = 7
    ) throws(LogError) -> RepairReport {
        try LogRepair.run(directory, dryRun: dryRun, time: time, fileSystem: system)
    }

    /// The log opens, is whole, holds these first records, and goes on.
    static func check(
        _ system: MemoryFileSystem,
        holds count: Int,
        of records: [Read],
        _ note: String = ""
    ) throws {
        var reader = try system.reader()
        #expect(try reader.verify().isWhole, "\(note)")
        let first = try reader.firstSequence()
        #expect(
            try reader.records(from: first) == Array(records[(Int(first) - 1)..<count]),
            "\(note)"
        )
        let writer = try system.writer()
        #expect(try writer.append(RecordBatch("on"), time: 0) == UInt64(count + 1), "\(note)")
        try writer.close()
        #expect(try reader.records(from: UInt64(count + 1)).map(\.text) == ["on"], "\(note)")
        #expect(try reader.verify().isWhole, "\(note)")
    }

    static func records(_ system: MemoryFileSystem) throws -> [Read] {
        var reader = try system.reader()
        return try reader.records()
    }

    @Test func `a whole log is left as it is, and so is a torn tail`() throws {
        let system = try Self.log()
        let calls = system.calls
        let report = try Self.repair(system)
        #expect(report.isWhole)
        #expect(report.lastSequence == 40)
        #expect(report.lostRecords == 0)
        // Only the lock's file was written.
        #expect(system.calls == calls + 1)

        let torn = try MemoryFileSystem.holding([["a"], ["b"]]).copyWithoutMark()
        let last = try #require(try torn.frames().last)
        Self.flip(torn, 1, last.offset + FrameHeader.size)
        #expect(try Self.repair(torn).isWhole)
        #expect(try torn.writer().recovery.cut?.offset == last.offset)
    }

    @Test func `damage in the middle is cut there, and everything behind it is kept aside`() throws
    {
        let system = try Self.log()
        let records = try Self.records(system)
        let segments = try system.reader().list.begun.count
        let frame = try system.frames(segment: 2)[3]
        Self.flip(system, 2, frame.offset + FrameHeader.size + 5)
        let damaged = system.bytes(system.segmentPath(2))
        let third = system.bytes(system.segmentPath(3))
        guard
            case .corrupt = logError({
                var reader = try system.reader(); _ = try reader.verifyOrThrow()
            })
        else {
            Issue.record("not damaged")
            return
        }

        let plan = try Self.repair(system, dryRun: true)
        #expect(plan.dryRun)
        #expect(system.bytes(system.segmentPath(2)) == damaged)
        let report = try Self.repair(system)
        #expect(report.changes == plan.changes)
        let kept = Int(frame.firstSequence) - 1
        #expect(report.lastSequence == UInt64(kept))
        #expect(report.lastSequenceBefore == 40)
        #expect(report.lostRecords == UInt64(40 - kept))
        #expect(report.laterFrames.frames == 40 - kept - 1)
        #expect(report.laterFrames.firstSequence == frame.firstSequence + 1)
        #expect(report.laterFrames.lastSequence == 40)
        #expect(report.changes[0].action == .cut)
        #expect(report.changes[0].file == "log/00000002.seg")
        #expect(report.changes[0].offset == frame.offset)
        #expect(report.changes.filter { $0.action == .moved }.count >= segments - 2)
        #expect(report.savedTo == Self.folder)

        let saved = system.bytes("\(Self.folder)/2-at-\(frame.offset).bin")
        #expect(saved == Array(damaged[frame.offset..<(frame.offset + saved.count)]))
        #expect(damaged.isZero((frame.offset + saved.count)..<damaged.count))
        #expect(system.bytes("\(Self.folder)/00000003.seg") == third)
        let manifest = String(decoding: system.bytes("\(Self.folder)/manifest.json"), as: UTF8.self)
        #expect(manifest == report.json + "\n")
        #expect(manifest.contains("\"last_sequence\":\(kept)"))
        try Self.check(system, holds: kept, of: records)
        #expect(try Self.repair(system).isWhole)
    }

    @Test func `every byte of a log may be damaged, and what lies before it is kept`() throws {
        let whole = try Self.log()
        let records = try Self.records(whole)
        let headers = try whole.reader().list.begun.map(\.header)
        for segment in 1...headers.count {
            for place in stride(from: segment * 7, to: 16 << 10, by: 331) {
                let system = whole.copy()
                Self.flip(system, segment, place)
                let note = "segment \(segment) byte \(place)"
                do {
                    let report = try Self.repair(system)
                    if report.isWhole {
                        // Behind the last frame: zeroes that recovery cuts, or its page 0's own.
                        try system.writer().close()
                    }
                    let kept = Int(report.lastSequence)
                    let end = segment < headers.count ? Int(headers[segment].firstSequence) - 1 : 40
                    #expect(kept >= Int(headers[segment - 1].firstSequence) - 1, "\(note)")
                    #expect(kept >= end || report.lostRecords > 0, "\(note)")
                    try Self.check(system, holds: kept, of: records, note)
                    var reader = try system.reader()
                    #expect(try reader.verify().isWhole, "\(note)")
                } catch {
                    guard
                        case .beyondRepair(1, _) = error as? LogError, segment == 1,
                        place < Format.pageSize
                    else {
                        Issue.record("\(note): \(error)")
                        continue
                    }
                }
            }
        }
    }

    @Test func `what the rest proves is repaired, and no record is lost`() throws {
        let footer = Format.footerOffset(segmentSize: 16 << 10)
        let whole = try Self.log()
        let records = try Self.records(whole)
        let padded = try #require(try whole.frames(segment: 2).first { $0.storedLength % 8 != 0 })
        let places = [
            (1, footer + 30), (2, footer - 1), (2, padded.end - 1), (1, (16 << 10) - 1),
        ]
        for (segment, place) in places {
            let system = whole.copy()
            Self.flip(system, segment, place)
            let report = try Self.repair(system)
            #expect(report.changes.map(\.action) == [.repaired], "\(place)")
            #expect(report.lostRecords == 0)
            try Self.check(system, holds: 40, of: records, "\(place)")
            #expect(system.bytes(system.segmentPath(segment)).count == 16 << 10)
        }
        let unversioned = whole.copy()
        unversioned.removeName("\(Self.directory)/version")
        #expect(try Self.repair(unversioned).changes.map(\.file) == ["version"])
        try Self.check(unversioned, holds: 40, of: records)
    }

    @Test func `a mark that promises more than there is is rewritten, and says so`() throws {
        let system = try MemoryFileSystem.holding([["a"], ["b"], ["c"]])
        let records = try Self.records(system)
        let last = try #require(try system.frames().last)
        var bytes = system.bytes(system.segmentPath(1))
        for place in last.offset..<last.end { bytes[place] = 0 }
        system.setBytes(system.segmentPath(1), bytes)
        let report = try Self.repair(system)
        #expect(report.lastSequence == 2)
        #expect(report.lastSequenceBefore == 3)
        #expect(report.changes.contains { $0.file == "durable" && $0.kept == "durable" })
        try Self.check(system, holds: 2, of: records)
    }

    @Test func `a missing segment ends the log before it`() throws {
        let system = try Self.log()
        let records = try Self.records(system)
        let first = try system.reader().list.begun[1].header.firstSequence
        system.removeName(system.segmentPath(2))
        let report = try Self.repair(system)
        #expect(report.lastSequence == first - 1)
        try Self.check(system, holds: Int(first) - 1, of: records)
    }

    @Test func `a damaged record of a retirement is repaired`() throws {
        let system = try Self.log()
        let records = try Self.records(system)
        try RetentionTests.retire(system, through: 1)
        system.setBytes("\(Self.directory)/log/retired", [1, 2, 3])
        let report = try Self.repair(system)
        #expect(report.changes.map(\.file) == ["log/retired"])
        #expect(system.bytes("\(Self.folder)/retired") == [1, 2, 3])
        try Self.check(system, holds: 40, of: records)
    }

    @Test func `a log whose beginning is lost is refused and left alone`() throws {
        let system = try Self.log()
        Self.flip(system, 1, 50)
        let calls = system.calls
        guard case .beyondRepair(1, _) = logError({ try Self.repair(system) }) else {
            Issue.record("repaired")
            return
        }
        #expect(system.calls == calls + 1)
        system.removeName(system.segmentPath(1))
        guard case .beyondRepair(1, _) = logError({ try Self.repair(system) }) else {
            Issue.record("repaired")
            return
        }
        guard case .notALog = logError({ try Self.repair(MemoryFileSystem()) }) else {
            Issue.record("repaired")
            return
        }
    }

    @Test func `a damaged recompressed segment is cut and goes on`() throws {
        let system = try RecompressionTests.log()
        let records = try Self.records(system)
        try RecompressionTests.recompressor(system).recompress(1)
        let frames = try system.frames(segment: 1)
        let frame = frames[frames.count / 2]
        Self.flip(system, 1, frame.offset + 90)
        let report = try Self.repair(system)
        #expect(report.lastSequence == frame.firstSequence - 1)
        var reader = try system.reader()
        #expect(try reader.records() == Array(records.prefix(Int(report.lastSequence))))
        let writer = try system.writer(RecompressionTests.options)
        try writer.append(RecordBatch("on"), time: 0)
        try writer.close()
        #expect(try reader.verify().isWhole)
        // The short file is full from now on; the record went to a segment of the usual length.
        #expect(try reader.segments().map(\.size).last == 256 << 10)
        #expect(try reader.segments().count == 2)
    }

    @Test func `a repair beside a writer is refused`() throws {
        let system = try Self.log()
        let writer = try system.writer()
        guard case .directoryInUse = logError({ try Self.repair(system) }) else {
            Issue.record("repaired under a writer")
            return
        }
        try writer.close()
    }

    @Test func `a power cut at any call of a repair leaves one that can be repaired`() throws {
        let damaged = try Self.log()
        let records = try Self.records(damaged)
        let frame = try damaged.frames(segment: 2)[3]
        Self.flip(damaged, 2, frame.offset + FrameHeader.size + 5)
        let kept = Int(frame.firstSequence) - 1
        let whole = damaged.copy()
        try Self.repair(whole)
        for call in 1...whole.calls {
            for survival in [MemoryFileSystem.Survival.nothing, .everything] {
                let system = damaged.copy()
                system.cutPower(at: call)
                _ = logError { try Self.repair(system) }
                let after = system.afterCut(survival)
                let note = "\(call), \(survival)"
                // Until the repair is done, the log is as it was or is refused; it is never whole
                // and shorter or longer than what is kept.
                let half = after.copy()
                if logError({ try half.writer().close() }) == nil {
                    var reader = try half.reader()
                    let report = try reader.verify()
                    if report.isWhole { #expect(try reader.records() == Array(records[..<kept])) }
                    #expect(report.isWhole || report.problem?.offset == frame.offset, "\(note)")
                }
                try Self.repair(after, time: 8)
                try Self.check(after, holds: kept, of: records, note)
            }
        }
    }

    @Test func `a repaired log stays repaired through a power cut`() throws {
        let system = try Self.log()
        let records = try Self.records(system)
        let frame = try system.frames(segment: 2)[3]
        Self.flip(system, 2, frame.offset + FrameHeader.size + 5)
        try Self.repair(system)
        for survival in [MemoryFileSystem.Survival.nothing, .everything] {
            let cut = system.afterCut(survival)
            try Self.check(cut, holds: Int(frame.firstSequence) - 1, of: records, "\(survival)")
        }
    }

    @Test func `a repair that is cut off leaves no gap among the segments`() throws {
        let damaged = try Self.log()
        Self.flip(damaged, 2, 40)
        let whole = damaged.copy()
        try Self.repair(whole)
        var lengths: Set<Int> = []
        for call in 1...whole.calls {
            let system = damaged.copy()
            system.cutPower(at: call)
            _ = logError { try Self.repair(system) }
            let segments = try system.afterCut(.everything).list("\(Self.directory)/log")
                .filter { $0.hasSuffix(".seg") }
                .compactMap { Int($0.prefix(8)) }
                .sorted()
            #expect(segments == Array(1..<(segments.count + 1)), "\(call)")
            lengths.insert(segments.count)
        }
        #expect(lengths.count > 2, "segments are moved one after the other")
    }

    @Test func `a failed call of a repair loses nothing`() throws {
        let damaged = try Self.log()
        let records = try Self.records(damaged)
        let frame = try damaged.frames(segment: 2)[3]
        Self.flip(damaged, 2, frame.offset + FrameHeader.size + 5)
        let whole = damaged.copy()
        try Self.repair(whole)
        for failing in 1...whole.calls {
            let system = damaged.copy()
            let count = CallCounter()
            system.refuse { operation, _ in
                let changing: Set = ["pwrite", "fdatasync", "fsync", "rename", "unlink"]
                return changing.contains(operation) && count.next() == failing ? ENOSPC : nil
            }
            _ = logError { try Self.repair(system) }
            system.refuse(nil)
            try Self.repair(system, time: 8)
            let kept = Int(frame.firstSequence) - 1
            try Self.check(system, holds: kept, of: records, "\(failing)")
        }
    }
}

extension LogReader {
    /// Verifies, and throws what is wrong.
    mutating func verifyOrThrow() throws(LogError) -> VerificationReport {
        let report = try verify()
        if let problem = report.problem {
            throw .corrupt(
                segment: problem.segment,
                offset: problem.offset,
                reason: problem.reason
            )
        }
        return report
    }
}
