import Glibc
import TestSupport
import Testing

@testable import WriteAheadLog

@Suite struct DictionaryTests {
    /// Segments of 64 KiB give a dictionary one page.
    static let options = LogOptions(
        segmentSize: 64 << 10,
        logID: LogID(low: 1, high: 2),
        recompresses: false
    )

    /// Short records that are much like each other, each with some digits of its own.
    static func text(_ number: Int) -> String {
        var draws = SeededRandom(seed: UInt64(number))
        let id = String(draws.next(), radix: 16)
        return "{\"event\":\"RouteDecided\",\"request\":\"\(id)\",\"provider\":\"groq\","
            + "\"model\":\"llama-3.3-70b\",\"reason\":\"fastest of those in budget\"}"
    }

    /// One frame per record, over several segments.
    static func log(_ options: LogOptions = options, count: Int = 1400) throws -> MemoryFileSystem {
        try MemoryFileSystem.holding((0..<count).map { [text($0)] }, options)
    }

    @Test func `a segment after the first has a dictionary, and small frames shrink by it`() throws
    {
        let system = try Self.log()
        var reader = try system.reader()
        #expect(try reader.records().map(\.text) == (0..<1400).map(Self.text))
        #expect(try reader.verify().isWhole)
        let first = try #require(try system.frames(segment: 1).last)
        let second = try #require(try system.frames(segment: 2).first)
        #expect(first.codec == "lz4" || first.codec == "plain")
        #expect(second.codec == "lz4+dictionary")
        #expect(second.storedLength * 2 < first.storedLength)
        #expect(second.offset == 2 * Format.pageSize)
    }

    @Test func `a new log's first segment takes the dictionary that it is given`() throws {
        var options = Self.options
        options.dictionary = Array(Self.text(77).utf8)
        let system = try MemoryFileSystem.holding([[Self.text(1)]], options)
        #expect(try system.frames().map(\.codec) == ["lz4+dictionary"])
        var reader = try system.reader()
        #expect(try reader.records().map(\.text) == [Self.text(1)])
        // The next opening goes on with the dictionary on disk, whatever it is given.
        options.dictionary = []
        let writer = try system.writer(options)
        try writer.append(RecordBatch(Self.text(2)), time: 9000)
        try writer.close()
        #expect(try system.frames().map(\.codec) == ["lz4+dictionary", "lz4+dictionary"])
        #expect(try reader.records().map(\.text) == [Self.text(1), Self.text(2)])
    }

    @Test func `every flipped bit of a dictionary in use is found, by readers and writers`() throws
    {
        var options = Self.options
        options.dictionary = Array(Self.text(77).utf8)
        let system = try MemoryFileSystem.holding([[Self.text(1)]], options)
        let path = system.segmentPath(1)
        let whole = system.bytes(path)
        let end = Format.pageSize + CompressionDictionary.headerSize + options.dictionary.count
        for place in Array(Format.pageSize..<end) + [end, 2 * Format.pageSize - 1] {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(place % 8)
            system.setBytes(path, bytes)
            let damage = LogError.corrupt(
                segment: 1,
                offset: Format.pageSize,
                reason: "the dictionary is damaged"
            )
            var reader = try system.reader()
            #expect(logError { _ = try reader.records() } == damage, "byte \(place)")
            #expect(logError { _ = try system.writer() } == damage, "byte \(place)")
            #expect(try reader.verify().problem?.offset == Format.pageSize, "byte \(place)")
        }
    }

    @Test func `a dictionary of another segment is not taken for this one's`() throws {
        let system = try Self.log()
        var bytes = system.bytes(system.segmentPath(2))
        let other = system.bytes(system.segmentPath(3))
        let pages = Format.pageSize..<(2 * Format.pageSize)
        bytes.replaceSubrange(pages, with: other[pages])
        system.setBytes(system.segmentPath(2), bytes)
        var reader = try system.reader()
        #expect(try reader.verify().problem?.reason == "the dictionary is damaged")
    }

    @Test func `a torn first page before a whole dictionary is a torn begin`() throws {
        let system = try Self.log()
        let last = try system.reader().list.begun.count
        // The segment behind the last begun one was prepared, with a dictionary.
        let path = system.segmentPath(last + 1)
        var bytes = system.bytes(path)
        let end = 2 * Format.pageSize
        try #require(bytes.count == 64 << 10)
        #expect(!bytes.isZero(Format.pageSize..<end))
        bytes[7] = 0x47
        system.setBytes(path, bytes)
        let writer = try system.writer(Self.options)
        #expect(writer.recovery.cut?.segment == UInt32(last + 1))
        #expect(writer.recovery.cut?.offset == 0)
        #expect(writer.recovery.lastSequence == 1400)
        try writer.close()
        // The same page before a damaged dictionary is damage: page 0 is written after its sync.
        bytes[Format.pageSize + 20] ^= 1
        system.setBytes(path, bytes)
        guard case .corrupt(UInt32(last + 1), 0, _) = logError({ _ = try system.writer() }) else {
            Issue.record("not refused")
            return
        }
    }

    @Test func `a power cut at any call of a log with dictionaries loses nothing`() throws {
        var options = LogOptions(
            segmentSize: 64 << 10,
            logID: LogID(low: 1, high: 2),
            recompresses: false
        )
        options.dictionary = Array(Self.text(5).utf8)
        func work(_ system: MemoryFileSystem) -> UInt64 {
            var acknowledged: UInt64 = 0
            do {
                let writer = try system.writer(options)
                acknowledged = writer.durableSequence
                for round in 0..<14 {
                    var draws = SeededRandom(seed: UInt64(round))
                    let noise = (0..<500).map { _ in String(draws.next(), radix: 36) }.joined()
                    try writer.append(RecordBatch(noise, Self.text(round)), time: Int64(round))
                    try writer.flush()
                    acknowledged = writer.durableSequence
                }
                try writer.close()
            } catch {}
            return acknowledged
        }
        let whole = MemoryFileSystem()
        #expect(work(whole) == 28)
        for call in 1...whole.calls {
            let system = MemoryFileSystem()
            system.cutPower(at: call)
            let acknowledged = work(system)
            for survival in CrashTests.survivals {
                let after = system.afterCut(survival)
                let writer = try after.writer(options)
                #expect(writer.recovery.lastSequence >= acknowledged, "\(call), \(survival)")
                try writer.append(RecordBatch("after"), time: 100)
                try writer.close()
                var reader = try after.reader()
                let records = try reader.records()
                for (index, record) in records.dropLast().enumerated() where index % 2 == 1 {
                    #expect(record.text == Self.text(index / 2), "\(call), \(survival)")
                }
                #expect(try reader.verify().isWhole, "\(call), \(survival)")
            }
        }
    }

    @Test(arguments: [1, 2, 100, 5000, 70_000])
    func `what is compressed with a dictionary comes back only with it`(length: Int) throws {
        let words = Array("the quick brown fox jumps over ".utf8)
        let sample = (0..<4000).map { words[$0 % words.count] }
        let dictionary = try #require(CompressionDictionary(lastOf: sample, limit: 3000))
        let raw = (0..<length).map { words[($0 * 7 / 5) % words.count] }
        var output = [UInt8](repeating: 0, count: length)
        let compressor = LZ4Compressor()
        compressor.use(dictionary)
        for _ in 0..<2 {
            guard let stored = compressor.compress(raw, into: &output, at: 0) else { continue }
            var back = [UInt8](repeating: 0, count: length)
            let restored = LZ4.decompress(
                output,
                0..<stored,
                into: &back,
                rawLength: length,
                dictionary: dictionary
            )
            #expect(restored)
            #expect(back == raw)
        }
    }
}
