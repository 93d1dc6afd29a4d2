import Events
import Foundation
import TestSupport
import Testing
import WriteAheadLog

@testable import EventLog

@Suite("The log of bodies")
struct BodyLogTests {
    static let options = LogOptions(segmentSize: 64 << 10, recompresses: false)
    static let start = CivilDate(year: 2026, month: 3, day: 1).start

    static func id(_ number: Int, at time: Timestamp) -> RequestID {
        RequestID(time: time, random: (UInt64(number), 7))
    }

    static func bodies(_ id: RequestID, in directory: TemporaryDirectory) throws -> [CapturedBody] {
        var reader = try #require(try BodyReader(in: directory.path))
        return try reader.bodies(of: id, until: nil)
    }

    /// Later builds must read what this one wrote; see Golden in docs/log-format.md.
    @Test func `the bytes of a part still mean what they meant`() throws {
        var part = BodyPart()
        part.request = RequestID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
        part.kind = .answer
        part.attempt = 2
        part.offset = 1_048_576
        part.isLast = true
        part.isCut = true
        part.keyID = 3
        part.bytes = OpaqueBytes(Array("text".utf8))
        let golden =
            "0310019000000000700080000000000000010404060408808080010a020c020e06110474657874"
        let hex = part.encoded.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == golden)
        let bytes = stride(from: 0, to: golden.utf8.count, by: 2).compactMap {
            UInt8(golden.dropFirst($0).prefix(2), radix: 16)
        }
        #expect(try BodyPart(decoding: bytes) == part)
    }

    @Test(arguments: [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
    func `a text of any size reads back as it was kept`(size: Int) throws {
        let directory = TemporaryDirectory()
        let log = try BodyLog(in: directory.path)
        var draws = SeededRandom(seed: 1)
        let text = (0..<size).map { _ in UInt8(truncatingIfNeeded: draws.next()) }
        let id = Self.id(1, at: Self.start)
        let request = CapturedBody(of: id, .request, bytes: text)
        let answer = CapturedBody(of: id, .answer, attempt: 2, bytes: text, isWhole: false)
        let other = CapturedBody(of: Self.id(2, at: Self.start), .request, bytes: [1])
        for body in [request, other, answer] { try log.append(body, at: Self.start) }
        try log.flush()
        #expect(try Self.bodies(id, in: directory) == [request, answer])
        try log.close()
        #expect(try Self.bodies(other.request, in: directory) == [other])
    }

    @Test func `a text of which a crash left the first part is not whole`() throws {
        let directory = TemporaryDirectory()
        let id = Self.id(1, at: Self.start)
        let writer = try LogWriter.open(BodyLog.directory(in: directory.path))
        let text = [UInt8](repeating: 65, count: 3 << 20)
        var batch = RecordBatch()
        batch.appendRecord(CapturedBody(of: id, .answer, bytes: text).parts[0].encoded)
        try writer.append(batch, time: Self.start.microseconds)
        try writer.close()
        let found = try Self.bodies(id, in: directory)
        #expect(found.map(\.isWhole) == [false])
        #expect(found.map(\.bytes.count) == [1 << 20])
    }

    @Test func `old segments go as a whole, and what is kept is found`() throws {
        let directory = TemporaryDirectory()
        let log = try BodyLog(in: directory.path, options: Self.options)
        var draws = SeededRandom(seed: SeededRandom.seed())
        var kept: [CapturedBody] = []
        for day in 0..<60 {
            let time = Self.start + .seconds(86_400 * Int64(day))
            let text = (0..<8_000).map { _ in UInt8(truncatingIfNeeded: draws.next()) }
            kept.append(CapturedBody(of: Self.id(day, at: time), .request, bytes: text))
            try log.append(kept[day], at: time)
            try log.flush()
        }
        let now = Self.start + .seconds(86_400 * 60)
        #expect(try log.retire(olderThanDays: 90, now: now) == 0)
        #expect(try log.retire(olderThanDays: 30, now: now) > 0)
        #expect(try Self.bodies(kept[0].request, in: directory) == [])
        for body in kept.suffix(30) {
            #expect(try Self.bodies(body.request, in: directory) == [body])
        }
        try log.close()
    }

    @Test func `a directory without texts has no reader`() throws {
        #expect(try BodyReader(in: TemporaryDirectory().path) == nil)
    }
}
