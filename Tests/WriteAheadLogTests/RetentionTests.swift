import Glibc
import Synchronization
import Testing

@testable import WriteAheadLog

@Suite struct RetentionTests {
    /// Forty frames over several segments, a millisecond apart.
    static func log() throws -> MemoryFileSystem { try SegmentFaultTests.log() }

    static func retire(_ system: MemoryFileSystem, through number: UInt32) throws {
        let writer = try system.writer()
        try writer.retire(throughSegment: number)
        try writer.close()
    }

    @Test func `a log without its oldest segments is whole, and says where it begins`() throws {
        let system = try Self.log()
        var before = try system.reader()
        let all = try before.records()
        let headers = before.list.begun.map(\.header)
        try Self.retire(system, through: 2)
        let first = headers[2].firstSequence
        #expect(system.bytes(system.segmentPath(1)).isEmpty)
        #expect(system.bytes(system.segmentPath(2)).isEmpty)

        var reader = try system.reader()
        #expect(try reader.firstSequence() == first)
        #expect(try reader.records(from: first) == Array(all[(Int(first) - 1)...]))
        #expect(logError { _ = try reader.records() } == .retired(before: first))
        #expect(logError { _ = try reader.records(from: first - 1) } == .retired(before: first))
        let report = try reader.verify()
        #expect(report.isWhole)
        #expect(report.retiredBefore == first)
        #expect(report.checked.firstSequence == first)
        #expect(try reader.statistics() == report.checked)
        #expect(try reader.segments().map(\.number).first == 3)

        let writer = try system.writer()
        #expect(writer.recovery.firstSequence == first)
        #expect(writer.recovery.segmentCount == headers.count - 2)
        try writer.append(RecordBatch("after"), time: 1_000_000)
        try writer.close()
        #expect(try reader.records(from: 41).map(\.text) == ["after"])
        #expect(try reader.verify().isWhole)
    }

    @Test func `an instant among the retired is an error, a later one is not`() throws {
        let system = try Self.log()
        try Self.retire(system, through: 2)
        var reader = try system.reader()
        let first = try reader.firstSequence()
        // Group n is at n milliseconds.
        let boundary = Int64(first - 1) * 1000
        #expect(
            logError { _ = try reader.firstSequence(atOrAfter: boundary) }
                == .retired(before: first)
        )
        #expect(try reader.firstSequence(atOrAfter: boundary + 1) == first)
    }

    @Test func `only what has a begun segment behind it can be retired, and only once`() throws {
        let system = try Self.log()
        let writer = try system.writer()
        let last = writer.recovery.segment
        for number in [last, last + 1, last + 9, .max] {
            #expect(
                logError { try writer.retire(throughSegment: number) }
                    == .segmentInUse(segment: number)
            )
        }
        try writer.retire(throughSegment: 2)
        let calls = system.calls
        try writer.retire(throughSegment: 1)
        try writer.retire(throughSegment: 2)
        #expect(system.calls == calls)
        try writer.retire(throughSegment: last - 1)
        try writer.close()
        #expect(logError { try writer.retire(throughSegment: last) } == .closed)
        var reader = try system.reader()
        #expect(try reader.segments().map(\.number) == [last])
    }

    @Test func `a reader that was there before goes on with the files it has open`() throws {
        let system = try Self.log()
        let writer = try system.writer()
        var reader = try system.reader()
        var next = try reader.forEach { _, sequence, _ in sequence < 3 }
        try writer.retire(throughSegment: 2)
        var seen: [UInt64] = []
        next = try reader.forEach(from: next) { _, sequence, _ in
            seen.append(sequence)
            return true
        }
        #expect(seen == Array(4...40))
        try writer.close()
    }

    @Test func `a power cut while retiring leaves the log with or without the segments`() throws {
        let base = try Self.log()
        let whole = base.copy()
        let opening = try whole.writer()
        let start = whole.calls
        try opening.retire(throughSegment: 3)
        let end = whole.calls
        try opening.close()
        var reader = try base.reader()
        let all = try reader.records()
        for call in (start + 1)...(end + 1) {
            for survival in CrashTests.survivals {
                let system = base.copy()
                let writer = try system.writer()
                system.cutPower(at: call)
                _ = logError { try writer.retire(throughSegment: 3) }
                _ = logError { try writer.close() }
                let after = system.afterCut(survival)
                for _ in 0..<2 {
                    var reader = try after.reader()
                    let first = try reader.firstSequence()
                    let found = try reader.records(from: first)
                    #expect(found == Array(all[(Int(first) - 1)...]), "\(call), \(survival)")
                    #expect(try reader.verify().isWhole, "\(call), \(survival)")
                    try after.writer().close()
                }
            }
        }
    }

    @Test func `every changing call of a retirement may fail, and the log goes on`() throws {
        for failing in 1...12 {
            let system = try Self.log()
            let writer = try system.writer()
            let count = CallCounter()
            system.refuse { operation, _ in
                let changing: Set = ["pwrite", "fdatasync", "fsync", "rename", "unlink"]
                return changing.contains(operation) && count.next() == failing ? EIO : nil
            }
            _ = logError { try writer.retire(throughSegment: 2) }
            system.refuse(nil)
            try writer.append(RecordBatch("on"), time: 0)
            try writer.flush()
            try writer.retire(throughSegment: 3)
            try writer.close()
            var reader = try system.reader()
            #expect(try reader.verify().isWhole)
            #expect(try reader.segments().first?.number == 4)
        }
    }

    @Test func `a damaged record of the retirement is refused, not taken for a new log`() throws {
        let system = try Self.log()
        try Self.retire(system, through: 2)
        let path = "\(MemoryFileSystem.directory)/log/retired"
        let whole = system.bytes(path)
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 0x20
            system.setBytes(path, bytes)
            guard case .corrupt(1, 0, _) = logError({ _ = try system.writer() }) else {
                Issue.record("byte \(place) was not noticed")
                return
            }
        }
        system.setBytes(path, whole)
        system.removeName(system.segmentPath(3))
        guard case .corrupt(3, 0, _) = logError({ _ = try system.reader() }) else {
            Issue.record("the first kept segment may be missing")
            return
        }
    }
}
