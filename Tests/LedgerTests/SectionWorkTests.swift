import EventLog
import Events
import TestSupport
import Testing
import WorkCounter

@testable import Ledger

/// What a section under the ledger's lock makes, in objects of Swift: the same on every machine.
struct SectionWorkTests {
    @Test func `a section makes few objects, and none more for whoever observes it`() throws {
        let directory = TemporaryDirectory()
        let ledger = try Ledger.open(directory.path, durability: .group, version: "test")
        // What it brings into the state; encoding and appending make none.
        let alone = try Self.objects(of: ledger)
        #expect(alone > 0)
        #expect(alone <= 4, "if that is worth it, say why in the commit and write the number here")
        ledger.addObserver(EventObserver("test", limit: 100_000) { _ in })
        #expect(try Self.objects(of: ledger) <= alone)
        try ledger.close()
    }

    /// The objects that the events of a request take, once all room is made: buffers grow now and then.
    private static func objects(of ledger: Ledger) throws -> Int {
        var least = Int.max
        for number in 0..<200 {
            let events = Journey(number).events
            work_begin()
            defer { _ = work_end() }
            try ledger.record(events)
            least = min(least, Int(work_end().objects))
        }
        return least
    }
}
