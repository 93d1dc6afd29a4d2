import TestSupport
import Testing

@testable import WriteAheadLog

@Suite struct RoundTripTests {
    @Test func `what was appended is read back with its sequence and time`() throws {
        let directory = TemporaryDirectory()
        let writer = try LogWriter.open(directory.path, options: .small)
        #expect(writer.recovery.created)
        #expect(writer.nextSequence == 1)
        #expect(try writer.append(RecordBatch("a", "", "ccc"), time: 10) == 1)
        #expect(try writer.append(RecordBatch("d"), time: 20) == 4)
        try writer.flush()
        #expect(writer.durableSequence == 4)
        try writer.close()

        var reader = try LogReader(directory.path)
        #expect(
            try reader.records() == [
                Read(text: "a", sequence: 1, time: 10), Read(text: "", sequence: 2, time: 10),
                Read(text: "ccc", sequence: 3, time: 10), Read(text: "d", sequence: 4, time: 20),
            ]
        )
        #expect(try reader.records(from: 4).map(\.text) == ["d"])
        #expect(try reader.records(from: 5).isEmpty)
    }

    @Test func `a log goes on where it ended`() throws {
        let system = try MemoryFileSystem.holding([["a"], ["b"]])
        let writer = try system.writer()
        #expect(writer.recovery.closedCleanly)
        #expect(writer.recovery.lastSequence == 2)
        #expect(writer.recovery.lastTime == 2000)
        #expect(try writer.append(RecordBatch("c"), time: 5000) == 3)
        try writer.close()
        var reader = try system.reader()
        #expect(try reader.records().map(\.text) == ["a", "b", "c"])
        #expect(try reader.verify().isWhole)
    }

    @Test func `time never goes back, also across a restart`() throws {
        let system = try MemoryFileSystem.holding([["a"], ["b"]])
        let writer = try system.writer()
        try writer.append(RecordBatch("c"), time: 5)
        try writer.append(RecordBatch("d"), time: -1)
        try writer.close()
        var reader = try system.reader()
        #expect(try reader.records().map(\.time) == [1000, 2000, 2000, 2000])
    }

    @Test func `full segments are sealed and the log goes on in the next one`() throws {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        var expected: [String] = []
        var draws = SeededRandom(seed: 7)
        for number in 0..<200 {
            let text = String((0..<12).map { _ in String(draws.next(), radix: 16) }.joined())
            expected.append("\(number) \(text)")
            try writer.append(RecordBatch(expected[number]), time: Int64(number))
            try writer.flush()
        }
        try writer.close()
        var reader = try system.reader()
        let segments = try reader.segments()
        #expect(segments.count > 3)
        #expect(segments.map(\.sealed) == segments.indices.map { $0 < segments.count - 1 })
        #expect(try reader.records().map(\.text) == expected)
        for start in stride(from: 1, through: 200, by: 17) {
            #expect(
                try reader.records(from: UInt64(start)).map(\.text)
                    == Array(expected.dropFirst(start - 1))
            )
        }
        let report = try reader.verify()
        #expect(report.isWhole)
        #expect(report.checked.records == 200)
        #expect(report.chain == (try system.copy().writer().recovery.chain))
        #expect(try reader.statistics() == report.checked)
        #expect(try reader.firstSequence(atOrAfter: 100) == 101)
        #expect(try reader.firstSequence(atOrAfter: 1000) == 201)
        #expect(try reader.firstSequence(atOrAfter: -5) == 1)
    }

    @Test func `the second opening uses the segment that the first one prepared`() throws {
        let system = try MemoryFileSystem.holding([[String(repeating: "x", count: 3)]])
        try system.writer().close()
        let writer = try system.writer(LogOptions(segmentSize: 32 << 10, recompresses: false))
        var draws = SeededRandom(seed: 1)
        for _ in 0..<300 {
            try writer.append(RecordBatch("\(draws.next())\(draws.next())"), time: 0)
            try writer.flush()
        }
        try writer.close()
        var reader = try system.reader()
        #expect(try reader.segments().map(\.size).prefix(2) == [16 << 10, 32 << 10])
        #expect(try reader.verify().isWhole)
    }

    @Test func `a compressible group is stored as lz4, a short one as it is`() throws {
        let system = try MemoryFileSystem.holding([
            [String(repeating: "abc", count: 500)], ["q"],
        ])
        let frames = try system.frames()
        #expect(frames.map(\.codec) == ["lz4", "plain"])
        #expect(frames[0].storedLength < 100)
        var reader = try system.reader()
        #expect(try reader.records().map(\.text.count) == [1500, 1])
    }

    @Test func `an empty append takes no sequence number`() throws {
        let writer = try MemoryFileSystem().writer()
        #expect(try writer.append(RecordBatch(), time: 0) == 1)
        #expect(writer.nextSequence == 1)
        try writer.close()
    }

    @Test func `records of every length around a varint's steps are read back`() throws {
        let lengths = [0, 1, 63, 64, 127, 128, 129, 5000]
        let texts = lengths.map { String(repeating: "z", count: $0) }
        let system = try MemoryFileSystem.holding([texts])
        var reader = try system.reader()
        #expect(try reader.records().map(\.text) == texts)
    }
}
