import EventLog
import Events
import Testing
import WriteAheadLog

@Suite("Event reader")
struct EventReaderTests {
    static let start = EventLogTests.start

    @Test func `a reader beside a live writer sees what is durable, and goes on from there`() throws
    {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: EventLogTests.options)
        var reader = try EventReader(directory.path)
        var next: UInt64 = 1
        var seen: [Event] = []
        var written: [Event] = []
        for round in 0..<30 {
            let group = (0..<20).map { EventLogTests.event(round * 20 + $0) }
            try log.append(group)
            try log.flush()
            written += group
            next = try reader.forEach(from: next) { event, sequence in
                #expect(sequence == UInt64(seen.count + 1))
                seen.append(event)
                return true
            }
            #expect(next == UInt64(written.count + 1))
            #expect(seen == written)
        }
        try log.close()
        #expect(try reader.forEach(from: next) { _, _ in true } == next)
    }

    @Test func `a visit may stop anywhere and go on at the next event`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: EventLogTests.options)
        // Groups of seven: the places where the visit stops fall inside them.
        for first in stride(from: 1, through: 99, by: 7) {
            try log.append((first..<first + 7).map { EventLogTests.event($0) })
        }
        try log.close()
        var reader = try EventReader(directory.path)
        var next: UInt64 = 1
        var scores: [Int] = []
        while next <= 105 {
            var left = 4
            next = try reader.forEach(from: next) { event, _ in
                if case .feedbackReceived(let feedback) = event.body {
                    scores.append(feedback.score)
                }
                left -= 1
                return left > 0
            }
        }
        #expect(scores == Array(1...105))
    }

    @Test(arguments: [(1, 10), (2, 9), (10, 1), (11, 0), (500, 0), (0, 10)] as [(UInt64, Int)])
    func `a visit begins at the sequence number asked for`(first: UInt64, count: Int) throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: EventLogTests.options)
        try log.append((1...10).map { EventLogTests.event($0) })
        try log.close()
        #expect(try EventLogTests.read(directory.path, from: first).events.count == count)
    }

    /// One group a second, of three events each.
    @Test(
        arguments: [
            (-3_600_000_000, 1), (0, 1), (1, 4), (1_000_000, 4), (1_500_000, 7), (9_000_000, 28),
            (9_000_001, nil), (3_600_000_000, nil),
        ] as [(Int64, UInt64?)]
    )
    func `a visit since an instant begins at the first event of then or later`(
        offset: Int64,
        first: UInt64?
    ) throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: EventLogTests.options)
        for second in 0..<10 {
            let time = Self.start + .seconds(Int64(second))
            try log.append((0..<3).map { EventLogTests.event(second * 3 + $0, at: time) })
        }
        try log.close()
        var reader = try EventReader(directory.path)
        var sequences: [UInt64] = []
        let since = Self.start + .microseconds(offset)
        let begin = try reader.log.firstSequence(atOrAfter: since.microseconds)
        try reader.forEach(from: begin) { event, sequence in
            #expect(event.time >= since)
            sequences.append(sequence)
            return true
        }
        #expect(sequences == first.map { Array($0...30) } ?? [])
    }

    @Test func `a record that is no event is named by its sequence number`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: EventLogTests.options)
        try log.append([EventLogTests.event(1), EventLogTests.event(2)])
        try log.close()
        let writer = try LogWriter.open(directory.path, options: EventLogTests.options)
        var batch = RecordBatch()
        batch.appendRecord([0xFF])
        try writer.append(batch, time: Self.start.microseconds)
        try writer.close()
        var reader = try EventReader(directory.path)
        var seen = 0
        let error = #expect(throws: UndecodableEvent.self) {
            try reader.forEach { _, _ in
                seen += 1
                return true
            }
        }
        #expect(seen == 2)
        #expect(error?.sequence == 3)
        #expect(error?.reason == .truncated(offset: 1))
        #expect(error?.description.hasPrefix("event 3 can't be read: ") == true)
        // The reader is as good as before.
        #expect(try reader.forEach(from: 1) { _, sequence in sequence < 2 } == 3)
    }

    @Test func `what the body throws ends the visit and keeps the reader usable`() throws {
        struct Stop: Error {}
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: EventLogTests.options)
        try log.append((1...5).map { EventLogTests.event($0) })
        try log.close()
        var reader = try EventReader(directory.path)
        #expect(throws: Stop.self) { try reader.forEach { _, _ in throw Stop() } }
        var count = 0
        try reader.forEach { _, _ in
            count += 1
            return true
        }
        #expect(count == 5)
    }

    @Test func `a directory without a log is an error`() {
        let directory = TemporaryDirectory()
        #expect(throws: LogError.self) { try EventReader(directory.path) }
    }
}
