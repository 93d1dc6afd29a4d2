import Testing

@testable import WriteAheadLog

/// Footers that someone changed, with the checksum fitted: a checksum proves nothing against a forger.
@Suite struct ForgedFooterTests {
    /// A field of the footer by its place (docs/log-format.md).
    enum Field: Int, CaseIterable {
        case endOffset = 16
        case records = 24
        case rawBytes = 32
        case firstSequence = 40
        case lastSequence = 48
        case firstTime = 56
        case lastTime = 64
        case entrySequence = 136
        case entryTime = 144
        case entryOffset = 152
    }

    /// Places outside of the file, outside of the frames and among them, and what overflows.
    static let values: [UInt64] = [
        0, 4096, 65_536, 258_048, 262_144, 1 << 48, UInt64(Int64.max) - 8, 1 << 63, .max,
    ]

    /// Two segments of 256 KiB; the footer of the first has several entries.
    static let log: MemoryFileSystem? = try? RecompressionTests.log()

    static func forge(_ system: MemoryFileSystem, _ field: Field, _ value: UInt64) {
        let start = Format.footerOffset(segmentSize: 256 << 10)
        var bytes = system.bytes(system.segmentPath(1))
        var footer = Array(bytes[start...])
        footer.store(value, at: field.rawValue)
        let entries = Int(footer.integer(UInt32.self, at: 8))
        let end = SegmentFooter.fixedSize + entries * SegmentFooter.entrySize
        if case .valid(let header) = SegmentHeader.parse(Array(bytes[..<Format.pageSize])) {
            footer.store(CRC32C.of(footer, 8..<end, seed: header.salt), at: 4)
        }
        bytes.replaceSubrange(start..., with: footer)
        system.setBytes(system.segmentPath(1), bytes)
    }

    /// Passes if the call throws that the log is corrupt, or returns.
    static func value<Value>(_ call: () throws -> Value) -> Value? {
        do {
            return try call()
        } catch LogError.corrupt {
            return nil
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test(arguments: Field.allCases)
    func `a forged footer is refused or passed over, whatever it points to`(field: Field) throws {
        let whole = try #require(Self.log)
        var reader = try whole.reader()
        let records = try reader.records()
        let middle = reader.list.begun[1].header.firstSequence - 100
        // Before the forged entry and behind it.
        let instants = try [9, Int(middle)].map { place in
            let time = records[place].time
            return (time, first: try reader.firstSequence(atOrAfter: time))
        }
        var changed = 0
        for value in Self.values {
            let system = whole.copy()
            Self.forge(system, field, value)
            guard system.bytes(system.segmentPath(1)) != whole.bytes(whole.segmentPath(1)) else {
                continue
            }
            changed += 1
            var reader = try system.reader()
            let found = Self.value { try reader.records() }
            #expect(found == nil || found == records, "\(value)")
            let later = Self.value { try reader.records(from: middle) }
            #expect(later == nil || later == Array(records[(Int(middle) - 1)...]), "\(value)")
            for (time, first) in instants {
                let found = Self.value { try reader.firstSequence(atOrAfter: time) }
                #expect(found == nil || found == first, "\(value)")
            }
            let report = try reader.verify()
            #expect(report.problem != nil, "\(value)")
            _ = Self.value { try reader.statistics() }
            _ = Self.value { try RecompressionTests.recompressor(system).recompress(1) }
            let writer = Self.value { try system.writer(RecompressionTests.options) }
            #expect(writer == nil || writer?.nextSequence == UInt64(records.count + 1), "\(value)")
            try writer?.close()
            let repaired = try RepairTests.repair(system)
            #expect(repaired.lastSequence == UInt64(records.count), "\(value)")
            #expect(try reader.verify().isWhole, "\(value)")
        }
        #expect(changed >= Self.values.count - 1)
    }

    @Test func `a number of entries that no footer has room for is refused`() throws {
        let system = try #require(Self.log).copy()
        let path = system.segmentPath(1)
        var bytes = system.bytes(path)
        let start = Format.footerOffset(segmentSize: 256 << 10)
        for count in [.max, .max / 24, 1 << 20] as [UInt32] {
            bytes.store(count, at: start + 8)
            system.setBytes(path, bytes)
            guard case .corrupt(1, start, _) = logError({ _ = try system.writer() }) else {
                Issue.record("\(count) entries were believed")
                return
            }
        }
    }
}
