import EventLog
import Events
import Testing

@Suite("Seeking a request")
struct RequestSeekTests {
    /// One request a second, each with three events.
    @Test func `an id leads to before its request's first event, and not far before`() throws {
        let directory = TemporaryDirectory()
        let log = try EventLog(directory.path, options: EventLogTests.options)
        var ids: [RequestID] = []
        for second in 0..<60 {
            let time = EventLogTests.start + .seconds(Int64(second))
            let id = RequestID(time: time, random: (UInt64(second), 7))
            ids.append(id)
            var feedback = FeedbackReceived()
            feedback.request = id
            for part in 0..<3 {
                feedback.score = part
                let at = time + .microseconds(Int64(part) * 100)
                try log.append([Event(.feedbackReceived(feedback), at: at)])
            }
        }
        try log.close()
        var reader = try EventReader(directory.path)
        for (index, id) in ids.enumerated() {
            let first = UInt64(index * 3 + 1)
            let start = try reader.firstSequence(of: id)
            #expect(start <= first)
            #expect(start + 3 >= first)
        }
    }
}
