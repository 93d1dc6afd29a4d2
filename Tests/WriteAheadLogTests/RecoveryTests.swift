import TestSupport
import Testing

@testable import WriteAheadLog

@Suite struct RecoveryTests {
    static let texts = ["alpha", "beta", "gamma", String(repeating: "delta ", count: 20)]

    /// Four frames, as they stand after the machine lost power and with it the mark.
    static func crashed() throws -> (system: MemoryFileSystem, frames: [FrameSummary]) {
        let system = try MemoryFileSystem.holding(texts.map { [$0] })
        return (system.copyWithoutMark(), try system.frames())
    }

    @Test func `a last frame torn at any byte is cut and reported, and the rest survives`() throws {
        let (system, frames) = try Self.crashed()
        let last = frames[3]
        let path = system.segmentPath(1)
        for cut in last.offset..<(last.offset + FrameHeader.size + last.storedLength) {
            let torn = system.copy()
            var bytes = torn.bytes(path)
            for index in cut..<last.end { bytes[index] = 0 }
            // The last byte may be zero by itself; then nothing is missing.
            guard bytes != torn.bytes(path) else { continue }
            torn.setBytes(path, bytes)
            var reader = try torn.reader()
            #expect(try reader.records().map(\.text) == Array(Self.texts.prefix(3)))
            let report = try reader.verify()
            #expect(report.isWhole)
            #expect((report.tornTail?.offset == last.offset) == (cut > last.offset))

            let writer = try torn.writer()
            #expect(writer.recovery.lastSequence == 3)
            #expect(writer.recovery.cut?.segment == (cut > last.offset ? 1 : nil))
            if let found = writer.recovery.cut {
                #expect(found.offset == last.offset)
                let kept = Array(bytes[last.offset..<(last.offset + found.byteCount)])
                #expect(torn.bytes(found.savedTo) == kept)
            }
            try writer.append(RecordBatch("new"), time: 9)
            try writer.close()
            var again = try torn.reader()
            let expected = Array(Self.texts.prefix(3)) + ["new"]
            #expect(try again.records().map(\.text) == expected)
            #expect(try again.verify().isWhole)
        }
    }

    @Test func `a last frame whose first sector was lost is cut`() throws {
        let (system, frames) = try Self.crashed()
        let path = system.segmentPath(1)
        var bytes = system.bytes(path)
        for index in frames[3].offset..<(frames[3].offset + 40) { bytes[index] = 0 }
        system.setBytes(path, bytes)
        let writer = try system.writer()
        #expect(writer.recovery.cut?.offset == frames[3].offset)
        #expect(writer.recovery.lastSequence == 3)
        try writer.close()
    }

    @Test func `a group is kept whole or not at all`() throws {
        let system = try MemoryFileSystem.holding([["first"], (0..<30).map { "part \($0)" }])
            .copyWithoutMark()
        let path = system.segmentPath(1)
        let whole = system.bytes(path)
        let end = whole.count - whole.reversed().prefix { $0 == 0 }.count
        for cut in stride(from: Format.pageSize, to: end, by: 3) {
            let torn = system.copy()
            let zeroes = [UInt8](repeating: 0, count: whole.count - cut)
            torn.setBytes(path, Array(whole[..<cut]) + zeroes)
            var reader = try torn.reader()
            #expect([0, 1].contains(try reader.records().count))
        }
    }

    @Test func `damage in the middle is refused with segment and offset, and nothing changes`()
        throws
    {
        let (system, frames) = try Self.crashed()
        let path = system.segmentPath(1)
        var bytes = system.bytes(path)
        bytes[frames[1].offset + FrameHeader.size + 2] ^= 0x10
        system.setBytes(path, bytes)
        let error = logError { _ = try system.writer() }
        guard case .corrupt(1, frames[1].offset, _) = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(system.bytes(path) == bytes)
        var reader = try system.reader()
        var visited: UInt64 = 0
        let readError = logError {
            try reader.forEach { _, sequence, _ in
                visited = sequence
                return true
            }
        }
        guard case .corrupt(1, frames[1].offset, _) = readError else {
            Issue.record("not said: \(String(describing: readError))")
            return
        }
        #expect(visited == frames[1].firstSequence - 1, "what lies before is visited")
        let problem = try reader.verify().problem
        #expect(problem?.segment == 1)
        #expect(problem?.offset == frames[1].offset)
    }

    @Test func `a damaged last frame below the durable mark is corruption, not a tail`() throws {
        let system = try MemoryFileSystem.holding(Self.texts.map { [$0] })
        let last = try system.frames()[3]
        let path = system.segmentPath(1)
        var bytes = system.bytes(path)
        bytes[last.offset + FrameHeader.size] ^= 1
        system.setBytes(path, bytes)
        guard case .corrupt(1, last.offset, _) = logError({ _ = try system.writer() }) else {
            Issue.record("the mark was not obeyed")
            return
        }
    }

    @Test func `a frame cut out of the middle is refused`() throws {
        let (system, frames) = try Self.crashed()
        let path = system.segmentPath(1)
        var bytes = system.bytes(path)
        bytes.removeSubrange(frames[1].offset..<frames[1].end)
        bytes += [UInt8](repeating: 0, count: frames[1].end - frames[1].offset)
        system.setBytes(path, bytes)
        guard case .corrupt(1, frames[1].offset, _) = logError({ _ = try system.writer() }) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `bytes behind the last frame are cut, since a sync may have been lost there`() throws
    {
        let (system, frames) = try Self.crashed()
        let path = system.segmentPath(1)
        var bytes = system.bytes(path)
        bytes[frames[3].end + 1000] = 1
        system.setBytes(path, bytes)
        let writer = try system.writer()
        #expect(writer.recovery.cut?.byteCount == 1001)
        #expect(writer.recovery.lastSequence == 4)
        try writer.close()
    }
}

@Suite struct SegmentFaultTests {
    /// Several sealed segments and one begun.
    static func log() throws -> MemoryFileSystem {
        var draws = SeededRandom(seed: 3)
        return try MemoryFileSystem.holding(
            (0..<40).map { _ in [(0..<40).map { _ in "\(draws.next())" }.joined()] }
        )
    }

    static func refusal(_ change: (MemoryFileSystem) throws -> Void) throws -> LogError? {
        let system = try log()
        try change(system)
        return logError { _ = try system.writer() }
    }

    @Test func `a deleted middle segment is refused by its number`() throws {
        let error = try Self.refusal { $0.removeName($0.segmentPath(2)) }
        guard case .corrupt(2, 0, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("missing"))
    }

    @Test func `a deleted last segment is refused because the mark promises it`() throws {
        let error = try Self.refusal { system in
            let count = try system.reader().list.begun.count
            for number in count...9 { system.removeName(system.segmentPath(number)) }
        }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `swapped segments are refused`() throws {
        let error = try Self.refusal { system in
            let second = system.bytes(system.segmentPath(2))
            system.setBytes(system.segmentPath(2), system.bytes(system.segmentPath(3)))
            system.setBytes(system.segmentPath(3), second)
        }
        guard case .corrupt(2, 0, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a segment of another log is refused`() throws {
        let error = try Self.refusal { system in
            var draws = SeededRandom(seed: 3)
            let other = try MemoryFileSystem.holding(
                (0..<40).map { _ in [(0..<40).map { _ in "\(draws.next())" }.joined()] },
                LogOptions(segmentSize: 16 << 10)
            )
            system.setBytes(system.segmentPath(2), other.bytes(other.segmentPath(2)))
        }
        guard case .corrupt(2, 0, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a damaged first page is refused, whatever the segment`() throws {
        for number in 1...3 {
            let error = try Self.refusal { system in
                var bytes = system.bytes(system.segmentPath(number))
                bytes[50] ^= 1
                system.setBytes(system.segmentPath(number), bytes)
            }
            guard case .corrupt(UInt32(number), 0, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `a damaged footer of a sealed segment is refused`() throws {
        let error = try Self.refusal { system in
            var bytes = system.bytes(system.segmentPath(1))
            bytes[Format.footerOffset(segmentSize: 16 << 10) + 20] ^= 1
            system.setBytes(system.segmentPath(1), bytes)
        }
        guard case .corrupt(1, Format.footerOffset(segmentSize: 16 << 10), _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `damage inside a sealed segment is named by readers and by verify`() throws {
        let system = try Self.log()
        let frame = try system.frames(segment: 2)[1]
        var bytes = system.bytes(system.segmentPath(2))
        bytes[frame.offset + 90] ^= 4
        system.setBytes(system.segmentPath(2), bytes)
        var reader = try system.reader()
        let problem = try #require(try reader.verify().problem)
        #expect(problem.segment == 2)
        #expect(problem.offset == frame.offset)
        #expect(problem.reason.contains("checksum"))
        var shown = 0
        let error = logError {
            try reader.forEach { _, _, _ in
                shown += 1; return true
            }
        }
        guard case .corrupt(2, frame.offset, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(shown == Int(frame.firstSequence) - 1)
    }

    @Test func `a frame replaced by a valid one with other content breaks the chain`() throws {
        let system = try MemoryFileSystem.holding([["one"], ["two"], ["six"], ["ten"]])
        let frame = try system.frames()[1]
        let path = system.segmentPath(1)
        var bytes = system.bytes(path)
        guard case .valid(let page) = SegmentHeader.parse(Array(bytes[..<Format.pageSize])) else {
            Issue.record("no first page")
            return
        }
        // The forger fits every checksum, but not the links behind it.
        var forged = Array(bytes[frame.offset..<frame.end])
        forged[FrameHeader.size + frame.rawLength - 1] ^= 1
        var header = try #require(FrameHeader(forged, at: 0, salt: page.salt))
        header.bodyChecksum = CRC32C.of(
            forged,
            FrameHeader.size..<(FrameHeader.size + frame.storedLength),
            seed: page.salt
        )
        let previous = try system.frames()[0].link
        for relinked in [false, true] {
            if relinked {
                let raw = Array(forged[FrameHeader.size..<(FrameHeader.size + frame.rawLength)])
                header.link = HashChain.link(
                    after: previous,
                    header,
                    rawHash: HashChain.hash(raw, 0..<raw.count)
                )
            }
            header.write(to: &forged, salt: page.salt)
            bytes.replaceSubrange(frame.offset..<frame.end, with: forged)
            system.setBytes(path, bytes)
            var reader = try system.reader()
            let problem = try #require(try reader.verify().problem)
            #expect(problem.reason.contains("chain"))
            #expect(problem.offset == (relinked ? frame.end : frame.offset))
        }
    }
}
