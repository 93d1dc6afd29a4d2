import TestSupport
import Testing

@testable import WriteAheadLog

@Suite struct FormatTests {
    /// The header of the worked example in docs/log-format.md.
    static let header = FrameHeader(
        bodyChecksum: 0,
        storedLength: 7,
        rawLength: 7,
        count: 2,
        previousLength: 0,
        codec: 0,
        firstSequence: 1,
        time: 1_000_000,
        link: []
    )

    @Test func `the worked example of the format's page is what is written`() throws {
        var pending = PendingFrame()
        pending.add(RecordBatch("hi", "x"), sequence: 1, time: 1_000_000)
        var encoder = FrameEncoder()
        var header = encoder.compress(pending)
        var position = FramePosition(offset: 4096, nextSequence: 1)
        position.previousLength = 0
        position.link = HashChain.origin(LogID(low: 1, high: 2))
        encoder.finish(
            &header,
            after: position,
            rawHash: HashChain.hash(pending.bytes, 0..<pending.bytes.count),
            salt: 0x1122_3344
        )
        #expect(
            Hexadecimal.text(encoder.bytes[..<header.frameLength])
                == "4c574652708bdc04f7203d3807000000070000000200000000000000000000000100000000000000"
                + "40420f000000000092fa9fcaeb77d1e210e35e2535623eeefde4646e55e91c515098ebee05343872"
                + "0002026869017800"
        )
    }

    @Test(arguments: [
        ("123456789", 0xE306_9283 as UInt32), ("", 0), ("a", 0xC1D0_4330),
    ])
    func `CRC-32C gives the published values`(text: String, expected: UInt32) {
        let bytes = Array(text.utf8)
        #expect(CRC32C.of(bytes, 0..<bytes.count) == expected)
        #expect(CRC32C.portable(bytes, 0..<bytes.count, seed: 0) == expected)
    }

    @Test func `CRC-32C by instruction and by table agree, and continue from a seed`() {
        var draws = SeededRandom(seed: 5)
        let bytes = (0..<300).map { _ in UInt8(truncatingIfNeeded: draws.next()) }
        for length in 0..<bytes.count {
            let seed = UInt32(truncatingIfNeeded: draws.next())
            let whole = CRC32C.of(bytes, 0..<length, seed: seed)
            #expect(whole == CRC32C.portable(bytes, 0..<length, seed: seed))
            let part = CRC32C.of(bytes, 0..<(length / 3), seed: seed)
            #expect(whole == CRC32C.of(bytes, (length / 3)..<length, seed: part))
        }
    }

    @Test(arguments: [0, 1, 127, 128, 300, 16_383, 16_384, UInt64.max - 1, UInt64.max])
    func `a varint is read back, and only its shortest form`(value: UInt64) {
        var bytes: [UInt8] = []
        Varint.append(value, to: &bytes)
        #expect(bytes.count == Varint.size(value))
        var offset = 0
        #expect(Varint.read(bytes.span, at: &offset) == value)
        #expect(offset == bytes.count)
        for cut in 0..<bytes.count {
            let short = Array(bytes[..<cut])
            offset = 0
            #expect(Varint.read(short.span, at: &offset) == nil)
        }
        bytes[bytes.count - 1] |= 0x80
        bytes.append(0)
        offset = 0
        #expect(Varint.read(bytes.span, at: &offset) == nil)
    }

    @Test func `malformed bodies are told apart from whole ones`() {
        var header = Self.header
        let bodies: [([UInt8], FrameBody.End)] = [
            ([0, 2, 2, 0x68, 0x69, 1, 0x78], .complete(lastTime: 1_000_000)),
            ([0, 1, 2, 0x68, 0x69, 5, 1, 1, 0x78], .complete(lastTime: 1_000_005)),
            ([0, 2, 2, 0x68, 0x69, 1], .malformed), ([0, 3, 0, 0, 0], .malformed),
            ([0, 1, 0], .malformed), ([0, 0, 0, 2, 0, 0], .malformed), ([], .malformed),
            ([0, 2, 0xFF], .malformed),
        ]
        for (bytes, expected) in bodies {
            header.rawLength = bytes.count
            #expect(FrameBody.walk(bytes.span, header) { _, _, _ in true } == expected)
        }
    }

    @Test func `every error says what happened and what to do`() {
        let errors: [LogError] = [
            .directoryInUse(path: "/d", pid: 7), .directoryInUse(path: "/d", pid: nil),
            .notWritable(path: "/d", code: 13),
            .newerVersion(path: "/d", found: 2, supported: 1), .notALog(path: "/d", reason: "r"),
            .corrupt(segment: 17, offset: 4096, reason: "r"), .poisoned(reason: "r"),
            .diskFull(path: "/d"), .noRoom(path: "/d"),
            .tailLost(last: 1, known: 2, witness: "w"),
            .directoryLost(path: "/d", isGone: true), .directoryLost(path: "/d", isGone: false),
            .backupRefused(path: "/d", reason: "r"), .recordTooLarge(bytes: 2, limit: 1),
            .groupTooLarge(bytes: 2, limit: 1), .backlogFull(bytes: 2, limit: 1), .closed,
            .retired(before: 9), .segmentInUse(segment: 3),
            .io(operation: "pread", path: "/d", code: 5),
        ]
        for error in errors { #expect("\(error)".contains(";"), "\(error)") }
        #expect("\(errors[5])".contains("segment 17 is damaged at byte 4096"))
    }
}
