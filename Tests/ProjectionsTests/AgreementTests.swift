import EventLog
import Events
import Reporting
import TestSupport
import Testing

@testable import Projections

@Suite("Read model against the fold of the log")
struct AgreementTests {
    @Test func `the months' reports are those of the fold, to the nano-dollar`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<60 {
            let folder = Folder()
            let story = EventScript(seed: seed &+ UInt64(run), steps: 300)
            try folder.write(story.events, group: 7)
            let model = try folder.model()
            for month in 8...12 {
                var report = CostReport(year: 2026, month: month)
                for event in story.events { report.apply(event) }
                let read = try model.costs(of: CalendarMonth(year: 2026, month: month))
                try #require(read.json == report.json, "run \(run) of seed \(seed)")
                try #require(read.text == report.text, "run \(run) of seed \(seed)")
            }
        }
    }

    @Test func `the requests and their records are those of the fold, for every filter`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<40 {
            let folder = Folder()
            let story = EventScript(seed: seed &+ UInt64(run), steps: 400)
            try folder.write(story.events, group: 5)
            let model = try folder.model()
            var list = RequestList()
            for (index, event) in story.events.enumerated() {
                list.apply(event, sequence: UInt64(index + 1))
            }
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            for _ in 0..<40 {
                let filter = EventScript.filter(&draws, until: story.now)
                let limit = draws.one(of: [1, 3, 20, 1_000])
                let records = list.newest(limit, filter)
                let place = "run \(run) of seed \(seed): \(filter)"
                let lines = try model.requests(limit, filter)
                try #require(lines == records.map(RequestLine.init), "\(place)")
                // One by one: a whole list is too long to print.
                let found = try model.records(limit, filter)
                try #require(found.map(\.id) == records.map(\.id), "\(place)")
                for (found, expected) in zip(found, records) {
                    try #require(found.json == expected.json, "\(place)")
                }
            }
        }
    }

    @Test func `it does not matter in how many batches the log was folded`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<10 {
            let events = EventScript(seed: seed &+ UInt64(run), steps: 200).events
            let whole = Folder()
            try whole.write(events)
            try whole.model().catchUp()
            let pieces = Folder()
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            var rest = events[...]
            try pieces.write([rest.removeFirst()])
            let model = try pieces.model()
            while !rest.isEmpty {
                let count = draws.int(1...25)
                try pieces.write(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
                try model.catchUp()
            }
            try #require(try pieces.dump() == whole.dump(), "run \(run) of seed \(seed)")
            #expect(pieces.notices.isEmpty)
        }
    }

    @Test func `a file that was deleted comes back identical`() throws {
        let folder = Folder()
        try folder.write(EventScript(seed: SeededRandom.seed(), steps: 3_000).events)
        let model = try folder.model()
        try model.catchUp()
        let before = try folder.dump()
        #expect(before.count > 1_000)
        try folder.removeReadModel()
        // The process that had it open notices, and so does a new one.
        try model.catchUp()
        #expect(try folder.dump() == before)
        try folder.removeReadModel()
        try folder.model().catchUp()
        #expect(try folder.dump() == before)
        #expect(folder.notices.isEmpty)
    }
}
