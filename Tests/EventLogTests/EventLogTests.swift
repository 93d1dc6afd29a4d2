import EventLog
import Events
import TestSupport
import Testing
import WriteAheadLog

@Suite("Event log")
struct EventLogTests {
    static let start = Timestamp(microseconds: 1_795_000_000_000_000)
    /// Small segments, so that a test crosses several.
    static let options = LogOptions(segmentSize: 16 << 10)

    /// An event that is told apart from others by its number.
    static func event(_ number: Int, at time: Timestamp = start) -> Event {
        var feedback = FeedbackReceived()
        feedback.request = RequestID(high: 1, low: UInt64(number))
        feedback.score = number
        feedback.source = "user"
        feedback.comment = String(repeating: "word ", count: number % 40)
        return Event(.feedbackReceived(feedback), at: time)
    }

    static func read(
        _ directory: String,
        from sequence: UInt64 = 1
    ) throws -> (events: [Event], sequences: [UInt64]) {
        var reader = try EventReader(directory)
        var events: [Event] = []
        var sequences: [UInt64] = []
        try reader.forEach(from: sequence) { event, sequence in
            events.append(event)
            sequences.append(sequence)
            return true
        }
        return (events, sequences)
    }

    @Test func `events come back as they were, in order, across segments and openings`() throws {
        let directory = TemporaryDirectory()
        var draws = SeededRandom(seed: SeededRandom.seed())
        var written: [Event] = []
        for opening in 0..<4 {
            let log = try EventLog(directory.path, options: Self.options)
            #expect(log.nextSequence == UInt64(written.count + 1))
            #expect(log.recovery.created == (opening == 0))
            #expect(log.directory == directory.path)
            for _ in 0..<60 {
                let group = (0..<draws.int(1...12)).map { Self.event(written.count + $0) }
                #expect(try log.append(group) == UInt64(written.count + 1))
                written += group
                if draws.oneIn(9) { try log.flush() }
            }
            try log.close()
            #expect(log.durableSequence == UInt64(written.count))
            let read = try Self.read(directory.path)
            #expect(read.events == written)
            #expect(read.sequences == (1...UInt64(written.count)).map { $0 })
        }
        var reader = try EventReader(directory.path)
        #expect(try reader.log.segments().count > 1)
        #expect(try reader.log.verify().isWhole)
    }

    @Test func `an event of a later build comes back with its bytes`() throws {
        let directory = TemporaryDirectory()
        let later = Event(.unknown(code: 900, fields: [2, 8]), at: Self.start)
        let log = try EventLog(directory.path, options: Self.options)
        try log.append([later])
        try log.close()
        #expect(try Self.read(directory.path).events == [later])
    }

    @Test func `appending nothing appends nothing`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: Self.options)
        #expect(try log.append([]) == 1)
        try log.append([Self.event(1)])
        #expect(try log.append([]) == 2)
        try log.flush()
        #expect(log.durableSequence == 1)
        try log.close()
    }

    @Test func `what was waited for is durable`() async throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: Self.options)
        for number in 1...20 {
            let sequence = try log.append([Self.event(number)])
            try await log.waitUntilDurable(sequence)
            #expect(log.durableSequence >= sequence)
        }
        try log.close()
    }

    @Test func `a closed log takes nothing more`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: Self.options)
        try log.close()
        #expect(throws: LogError.closed) { try log.append([Self.event(1)]) }
    }

    @Test func `a directory has one writer at a time`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: Self.options)
        let error = #expect(throws: LogError.self) {
            try EventLog(directory.path, options: Self.options)
        }
        guard case .directoryInUse = error else {
            Issue.record("not in use but \(String(describing: error))")
            return
        }
        try log.close()
        try EventLog(directory.path, options: Self.options).close()
    }

    /// An event larger than a frame is refused, and those before and after it are kept.
    @Test func `an event that is too large is refused and nothing else is lost`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: Self.options)
        try log.append([Self.event(1)])
        var large = ConfigurationApplied()
        large.summary = String(repeating: "x", count: 1 << 20)
        let body = EventBody.configurationApplied(large)
        #expect(throws: LogError.self) { try log.append([Event(body, at: Self.start)]) }
        try log.append([Self.event(2)])
        try log.close()
        #expect(try Self.read(directory.path).events == [Self.event(1), Self.event(2)])
    }
}
