import Testing

@testable import WriteAheadLog

@Suite struct BitFlipTests {
    static let texts = ["alpha", "beta", "gamma"]

    /// Each byte that a small log uses, some of the zeroes, and the bits to flip in them.
    static func places(_ system: MemoryFileSystem) throws -> [Int] {
        let end = try #require(try system.frames().last).end
        let size = system.bytes(system.segmentPath(1)).count
        return Array(0..<136) + Array(stride(from: 136, to: Format.pageSize, by: 97))
            + Array(Format.pageSize..<(end + 8)) + Array(stride(from: end, to: size, by: 211))
    }

    /// What a reader shows of a log with one byte changed; `nil` where it refuses.
    static func shown(_ system: MemoryFileSystem, _ place: Int, _ bit: Int) throws -> [String]? {
        let path = system.segmentPath(1)
        let good = system.bytes(path)
        defer { system.setBytes(path, good) }
        var bytes = good
        bytes[place] ^= 1 << UInt8(bit)
        system.setBytes(path, bytes)
        var texts: [String] = []
        let error = logError {
            var reader = try system.reader()
            texts = try reader.records().map(\.text)
        }
        return error == nil ? texts : nil
    }

    @Test func `a flipped bit below the mark is detected or lies in zeroes`() throws {
        let system = try MemoryFileSystem.holding(Self.texts.map { [$0] })
        let frames = try system.frames()
        let paddings = frames.flatMap {
            ($0.offset + FrameHeader.size + $0.storedLength)..<$0.end
        }
        let end = try #require(frames.last).end
        for place in try Self.places(system) {
            for bit in 0..<8 {
                let shown = try Self.shown(system, place, bit)
                if place >= end || paddings.contains(place) {
                    #expect(shown == Self.texts, "byte \(place) bit \(bit)")
                } else {
                    #expect(shown == nil, "byte \(place) bit \(bit)")
                }
            }
        }
    }

    @Test func `without a mark a flipped bit is detected or costs at most the last frame`() throws {
        let system = try MemoryFileSystem.holding(Self.texts.map { [$0] })
        let frames = try system.frames()
        let last = try #require(frames.last)
        system.removeName("\(MemoryFileSystem.directory)/durable")
        for place in try Self.places(system) {
            for bit in 0..<8 {
                guard let shown = try Self.shown(system, place, bit) else { continue }
                let isLast = (last.offset..<last.end).contains(place)
                #expect(
                    shown == Self.texts || (isLast && shown == Array(Self.texts.dropLast())),
                    "byte \(place) bit \(bit)"
                )
            }
        }
    }

    @Test func `verify finds a flipped bit in padding and in a footer`() throws {
        let system = try SegmentFaultTests.log()
        let frame = try #require(
            try system.frames().first { $0.storedLength % 8 != 0 }
        )
        let places = [
            frame.end - 1, Format.footerOffset(segmentSize: 16 << 10) + 130,
            Format.footerOffset(segmentSize: 16 << 10) - 1,
        ]
        for place in places {
            let copy = system.copy()
            var bytes = copy.bytes(copy.segmentPath(1))
            bytes[place] ^= 1
            copy.setBytes(copy.segmentPath(1), bytes)
            var reader = try copy.reader()
            #expect(try reader.verify().problem?.segment == 1, "byte \(place)")
        }
    }
}
