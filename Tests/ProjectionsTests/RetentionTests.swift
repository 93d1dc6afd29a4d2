import EventLog
import Events
import Reporting
import RouterState
import TestSupport
import Testing
import WriteAheadLog

@testable import Projections

@Suite("Read model of a log that gave up its oldest events")
struct RetentionTests {
    /// A folder whose log has small segments, the events of `story`, the closing of every month, the
    /// state and what goes; and the first sequence number that is kept.
    static func retired(_ story: EventScript) throws -> (folder: Folder, firstKept: UInt64) {
        let folder = Folder()
        var options = LogOptions()
        options.segmentSize = 64 << 10
        let log = try EventLog(folder.path, options: options)
        for event in story.events { try log.append([event]) }
        try log.flush()
        // The model is there while the events are.
        try folder.model().catchUp()
        // The state's policy is all that the read model takes from it.
        var state = RouterState()
        for (index, event) in story.events.enumerated() {
            if case .policyApplied = event.body { state.apply(event, sequence: UInt64(index + 1)) }
        }
        let position = UInt64(story.events.count)
        var carried = StateCarried()
        carried.position = position
        carried.state = OpaqueBytes(state.encoded)
        var closings: [Event] = []
        var month = CalendarMonth(EventScript.start.date)
        while month.next.start <= story.now {
            var report = CostReport(year: month.year, month: month.month)
            for event in story.events { report.apply(event) }
            // In parts, as of a month with more labels than a record holds.
            for body in report.closing(at: position).events(partLimit: 200) {
                closings.append(Event(body, at: story.now))
            }
            month = month.next
        }
        var reader = try EventReader(folder.path)
        let segments = try reader.log.segments()
        let kept = try #require(
            segments.last { segment in
                // As `RetentionPlan` asks: the month after the last event that goes is closed.
                let first = Int(segment.firstSequence) - 1
                guard story.events.indices.contains(first) else { return false }
                return CalendarMonth(story.events[first].time.date).next < month
            }
        )
        var retired = SegmentRetired()
        retired.through = UInt64(kept.number - 1)
        retired.firstKept = kept.firstSequence
        let last = (carried.events(partLimit: 100) + [.segmentRetired(retired)]).map {
            Event($0, at: story.now)
        }
        for event in closings + last { try log.append([event]) }
        try log.flush()
        try #require(kept.number > 1, "nothing to give up")
        try log.retire(throughSegment: kept.number - 1)
        try log.close()
        return (folder, kept.firstSequence)
    }

    @Test func `what is left is what a new file would have, and closed months keep their reports`()
        throws
    {
        let seed = SeededRandom.seed()
        for run in 0..<5 {
            let story = EventScript(seed: seed &+ UInt64(run), steps: 6_000, mayRunLong: false)
            let (folder, firstKept) = try Self.retired(story)
            let model = try folder.model()
            let lines = try model.requests(.max, RequestFilter())
            var list = RequestList()
            for (index, event) in story.events.enumerated() where index + 1 >= firstKept {
                list.apply(event, sequence: UInt64(index + 1))
            }
            let kept = list.newest(.max, RequestFilter()).map(RequestLine.init)
            try #require(lines == kept, "run \(run) of seed \(seed)")
            for offset in 0..<3 {
                let month = CalendarMonth(EventScript.start.date).earlier(by: -offset)
                var report = CostReport(year: month.year, month: month.month)
                for event in story.events { report.apply(event) }
                let json = try model.costs(of: month).json
                try #require(json == report.json, "run \(run) of seed \(seed), \(month)")
            }
            let before = try folder.dump()
            try folder.removeReadModel()
            try model.catchUp()
            let difference = Set(try folder.dump()).symmetricDifference(before)
            try #require(difference == [], "run \(run) of seed \(seed)")
        }
    }

    @Test func `a model that ends where the log no longer begins is rebuilt, and that is said`()
        throws
    {
        let (folder, _) = try Self.retired(EventScript(seed: 3, steps: 6_000, mayRunLong: false))
        try folder.model().catchUp()
        let right = try folder.dump()
        try folder.execute("UPDATE position SET sequence = 1")
        try folder.model().catchUp()
        let again = try folder.dump()
        #expect(Set(again).symmetricDifference(right) == [])
        #expect(folder.notices.count == 1)
        #expect(folder.notices.first?.contains("was retired") == true)
    }

    @Test func `a long name has one line in a month that was closed`() throws {
        let name = String(repeating: "漢", count: 900)
        var received = RequestReceived()
        received.request = RequestID(time: EventScript.start, random: (1, 2))
        received.tags = [name]
        var finished = AttemptFinished()
        finished.request = received.request
        finished.provider = name
        let bodies = [EventBody.requestReceived(received), .attemptFinished(finished)]
        let events = bodies.map { Event($0, at: EventScript.start) }
        let month = CalendarMonth(EventScript.start.date)
        var report = CostReport(year: month.year, month: month.month)
        for event in events { report.apply(event) }
        for limit in [100, MonthClosed.partLimit] {
            let folder = Folder()
            try folder.write(events)
            let model = try folder.model()
            #expect(try model.costs(of: month).json == report.json)
            let closing = report.closing(at: UInt64(events.count)).events(partLimit: limit)
            try folder.write(closing.map { Event($0, at: month.next.start) })
            #expect(try model.costs(of: month).json == report.json)
        }
    }
}
