import EventLog
import Events
import Testing
import WriteAheadLog

@Suite("Compression of events")
struct CompressionTests {
    /// A request of a kind that the samples do not hold, by its number.
    static func request(_ number: Int) -> [Event] {
        let time = EventLogTests.start + .milliseconds(Int64(number) * 731)
        let id = RequestID(
            time: time,
            random: (UInt64(number) &* 0x9E37_79B9, UInt64(number) &* 0xBF58_476D_1CE4_E5B9)
        )
        var received = RequestReceived()
        received.request = id
        received.endpoint = "/v1/chat/completions"
        received.requestedModel = "auto"
        received.features.bodyBytes = 400 + number * 17 % 3000
        var decided = RouteDecided()
        decided.request = id
        decided.chain = "office"
        for index in 0..<10 {
            var candidate = RouteCandidate()
            candidate.provider = ["groq", "openai", "vertex"][index % 3]
            candidate.model = "model-\(index)"
            candidate.priority = index
            decided.candidates.append(candidate)
        }
        return [
            Event(.requestReceived(received), at: time), Event(.routeDecided(decided), at: time),
        ]
    }

    @Test func `a new log's first frames are compressed against sample events`() throws {
        let plain = TemporaryDirectory()
        let aided = TemporaryDirectory()
        let writer = try LogWriter.open(plain.path)
        let log = try EventLog(aided.path)
        for number in 0..<40 {
            var batch = RecordBatch()
            for event in Self.request(number) {
                batch.appendRecord { bytes in event.encode(into: &bytes) }
            }
            try writer.append(batch, time: 0)
            try writer.flush()
            try log.append(Self.request(number))
            try log.flush()
        }
        try writer.close()
        try log.close()
        var one = try LogReader(plain.path)
        var other = try LogReader(aided.path)
        let before = try one.statistics()
        let after = try other.statistics()
        #expect(after.records == before.records)
        // Headers of 80 bytes a frame are in both.
        #expect(after.storedBytes < before.storedBytes)
        print("40 requests: \(before.storedBytes) bytes alone, \(after.storedBytes) with samples")
        var codecs: Set<String> = []
        try other.forEachFrame { frame in
            codecs.insert(frame.codec)
            return true
        }
        #expect(codecs == ["lz4+dictionary"])
        #expect(try EventLogTests.read(aided.path).events == (0..<40).flatMap(Self.request))
    }
}
