import EventLog
import Events
import Synchronization
import TestSupport
import Testing
import WriteAheadLog

@testable import Ledger
@testable import LedgerSupport

/// docs/decisions/0059: whoever observes a ledger hears what its log holds.
@Suite("Observers of a ledger")
struct ObserverTests {
    private final class Heard: Sendable {
        let events = Mutex<[Event]>([])
        let missed = Atomic(0)
        func add(_ event: Event) { events.withLock { $0.append(event) } }
        var all: [Event] { events.withLock { $0 } }
    }

    private static func open(_ directory: TemporaryDirectory) throws -> Ledger {
        try Ledger.open(directory.path, durability: .group, version: "test")
    }

    @Test func `what tasks append at once is heard in the order of the log, until it is closed`()
        async throws
    {
        let directory = TemporaryDirectory()
        let ledger = try Self.open(directory)
        let heard = Heard()
        let observer = EventObserver("test", limit: 10_000) { observation in
            if case .event(let event, _) = observation { heard.add(event) }
        }
        let before = ledger.addObserver(observer)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    do throws(LogError) {
                        try ledger.record(Journey(number).events)
                    } catch {
                        Issue.record("\(error)")
                    }
                }
            }
        }
        try ledger.close()
        // Closing has waited for it.
        let all = heard.all
        #expect(all.count == 300 * 4)
        #expect(try Record(directory).events.dropFirst(Int(before)) == all[...])
        #expect(throws: LogError.closed) { try ledger.record(Journey(1).events) }
        observer.drain()
        #expect(heard.all.count == all.count)
    }

    @Test func `an observer that was overtaken reads the rest from the log`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try Self.open(directory)
        let heard = Heard()
        let (hasBegun, goesOn) = (Latch(), Latch())
        let log = ledger.log
        let observer = EventObserver("test", limit: 10) { observation in
            switch observation {
            case .event(let event, _):
                heard.add(event)
                hasBegun.open()
                goesOn.block()
            case .missed(let range):
                heard.missed.add(range.count, ordering: .relaxed)
                do {
                    try log.forEach(in: range) { event, _ in heard.add(event) }
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        let before = ledger.addObserver(observer)
        try ledger.record([Journey(0).events[0]])
        await hasBegun.wait()
        for number in 1..<50 { try ledger.record(Journey(number).events) }
        goesOn.open()
        observer.drain()
        try ledger.record(Journey(50).events)
        observer.drain()
        #expect(heard.missed.load(ordering: .relaxed) == 49 * 4 - 10)
        try ledger.close()
        #expect(try Record(directory).events.dropFirst(Int(before)) == heard.all[...])
    }

    @Test func `what was appended before a section fails is heard`() throws {
        let directory = TemporaryDirectory()
        let ledger = try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            options: LogOptions(segmentSize: 64 << 10)
        )
        let heard = Heard()
        ledger.addObserver(
            EventObserver("test") { observation in
                if case .event(let event, _) = observation { heard.add(event) }
            }
        )
        var tooLarge = ModelsListed()
        tooLarge.models = [String(repeating: "m", count: 80 << 10)]
        let first = Journey(1).events[0]
        #expect(throws: LogError.self) {
            try ledger.transact(
                first: { _, _ in first },
                then: { _, _ in ([.modelsListed(tooLarge)], ()) }
            )
        }
        ledger.drainObservers()
        #expect(heard.all.map(\.body) == [first])
        try ledger.close()
    }

    @Test func `every warning is said to the operator once, in order, however slow that is`()
        async throws
    {
        let directory = TemporaryDirectory()
        let lines = Mutex<[String]>([])
        let (hasBegun, goesOn) = (Latch(), Latch())
        let ledger = try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            notice: { line in
                lines.withLock { $0.append(line) }
                hasBegun.open()
                goesOn.block()
            }
        )
        let count = 3 * OperatorNotices.limit
        for number in 0..<count {
            var warned = QuotaWarned()
            warned.provider = "p\(number)"
            try ledger.record([.quotaWarned(warned)])
            try ledger.record(Journey(number).events)
            if number == 0 { await hasBegun.wait() }
        }
        goesOn.open()
        try ledger.close()
        let said = lines.withLock { $0 }
        #expect(said.count == count)
        for (number, line) in said.enumerated() {
            #expect(line.contains("QuotaWarned p\(number) "), "\(line)")
        }
    }

    /// The process ends in the handler, so what is said after it is said to nobody.
    @Test func `what was warned of before the log failed is said before that is told`() async throws
    {
        let directory = TemporaryDirectory()
        let files = HeldFileSystem()
        let said = Mutex<[String]>([])
        let goesOn = Latch()
        let ledger = try Ledger.open(
            directory.path,
            durability: .group,
            version: "test",
            notice: { line in
                if line.contains("QuotaWarned") { goesOn.block() }
                said.withLock { $0.append(line) }
            },
            fileSystem: files
        )
        ledger.onPoison { _ in said.withLock { $0.append("poisoned") } }
        files.hold()
        for number in 0..<(2 * OperatorNotices.limit) {
            var warned = QuotaWarned()
            warned.provider = "p\(number)"
            try ledger.record([.quotaWarned(warned)])
        }
        files.fail()
        goesOn.open()
        #expect(try await eventually { said.withLock { $0.contains("poisoned") } })
        let lines = said.withLock { $0 }
        #expect(throws: LogError.self) { try ledger.close() }
        let warnings = lines.prefix { $0 != "poisoned" }
        // As many as had room before anybody took some, at least, in order; what was overtaken is in no log.
        let heard = warnings.filter { $0.contains("QuotaWarned p") }
        #expect(heard.count >= OperatorNotices.limit)
        for (number, line) in heard.enumerated() {
            #expect(line.contains("QuotaWarned p\(number) "), "\(line)")
        }
        #expect(warnings.last?.contains("could not be said") == true, "\(warnings)")
        #expect(lines.last == "poisoned")
    }
}
