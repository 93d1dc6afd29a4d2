import EventLog
import Events
import Foundation
import GRDB
import Reporting
import Synchronization
import TestSupport
import Testing

@testable import Projections

@Suite("Read model beside a live log")
struct ConcurrencyTests {
    /// Waits for something that another thread does.
    static func eventually(_ condition: () throws -> Bool) throws -> Bool {
        for _ in 0..<3_000 {
            if try condition() { return true }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return false
    }

    @Test func `a reader never sees half a batch, while two others fold the log`() throws {
        let folder = Folder()
        let log = try EventLog(folder.path)
        var course: [Event] = []
        // Requests of four events each, in one group: their rows are there together or not at all.
        for number in 0..<400 {
            let id = RequestID(time: EventScript.start, random: (0, UInt64(number)))
            var (received, started) = (RequestReceived(), AttemptStarted())
            var (finished, completed) = (AttemptFinished(), RequestCompleted())
            (received.request, started.request) = (id, id)
            (finished.request, completed.request) = (id, id)
            finished.cost = Nanodollars(1)
            course += [
                .requestReceived(received), .attemptStarted(started), .attemptFinished(finished),
                .requestCompleted(completed),
            ].map { Event($0, at: EventScript.start) }
        }
        try log.append(Array(course.prefix(4)))
        try log.flush()
        let path = folder.path
        let isOver = Atomic(false)
        let torn = Atomic(0)
        let seen = Atomic(0)
        let followers = (0..<2).map { _ in
            ReadModelFollower(path, interval: .milliseconds(1)) { text in
                // On a machine that stalls one for as long as the other waits, that one says so
                // and goes on; the course below shows that it did.
                if !text.contains("database is locked") { Issue.record("\(text)") }
            }
        }
        let ended = DispatchSemaphore(value: 0)
        let file = folder.file
        #expect(try Self.eventually { try folder.holdsRequests() })
        Thread {
            do {
                var configuration = Configuration()
                configuration.busyMode = .timeout(10)
                let queue = try DatabaseQueue(path: file, configuration: configuration)
                while !isOver.load(ordering: .relaxed) {
                    let counts = try queue.read { database in
                        try Int.fetchAll(
                            database,
                            sql: """
                                SELECT sequence / 4 FROM position
                                UNION ALL SELECT count(*) FROM requests
                                UNION ALL SELECT count(*) FROM attempts
                                UNION ALL SELECT count(*) FROM requests WHERE outcome IS NOT NULL
                                UNION ALL SELECT coalesce(sum(cost), 0) FROM month_lines WHERE kind = 0
                                """
                        )
                    }
                    if Set(counts).count != 1 { torn.add(1, ordering: .relaxed) }
                    seen.store(max(seen.load(ordering: .relaxed), counts[0]), ordering: .relaxed)
                }
            } catch {
                Issue.record("\(error)")
            }
            ended.signal()
        }.start()
        for group in 1..<400 {
            try log.append(Array(course[(group * 4)..<(group * 4 + 4)]))
            if group.isMultiple(of: 5) { try log.flush() }
        }
        try log.flush()
        #expect(try Self.eventually { seen.load(ordering: .relaxed) == 400 })
        isOver.store(true, ordering: .relaxed)
        ended.wait()
        for follower in followers { follower.stop() }
        try log.close()
        #expect(torn.load(ordering: .relaxed) == 0)
        let live = try folder.dump()
        try folder.removeReadModel()
        try folder.model().catchUp()
        #expect(try folder.dump() == live)
    }

    @Test func `of many that make the file at once, none is turned away`() throws {
        let events = EventScript(seed: 3, steps: 20).events
        for _ in 0..<30 {
            let folder = Folder()
            try folder.write(events)
            let path = folder.path
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                do { try ReadModel(path).catchUp() } catch { Issue.record("\(error)") }
            }
            #expect(try folder.model().position == UInt64(events.count))
        }
    }

    @Test func `who never gets in between another's batches waits as long as those go on`() throws {
        let folder = Folder()
        let events = EventScript(seed: 4, steps: 100).events
        try folder.write(events)
        try folder.model().catchUp()
        let whole = try folder.dump()
        try folder.removeReadModel()
        let other = try GreedyFold(folder, endsAt: UInt64(events.count - 10))
        // Instead of waiting, it is told at once that the lock is the other's, who then is further.
        let file = ReadModelFile(
            directory: folder.path,
            busyMode: .callback { _ in
                do { try other.foldOn() } catch { Issue.record("\(error)") }
                return false
            }
        )
        let model = try ReadModel(folder.path, file) { _ in }
        try model.catchUp()
        #expect(other.batches > 5)
        #expect(try folder.dump() == whole)
    }

    @Test func `who waits for one that does nothing says so, and goes on after it`() throws {
        let folder = Folder()
        let events = EventScript(seed: 4, steps: 100).events
        try folder.write(events)
        let other = try GreedyFold(folder, endsAt: 10)
        let file = ReadModelFile(directory: folder.path, busyMode: .immediateError)
        let model = try ReadModel(folder.path, file) { _ in }
        #expect {
            try model.catchUp()
        } throws: {
            "\($0)".contains("database is locked")
        }
        try other.foldOn()
        try model.catchUp()
        #expect(try model.position == UInt64(events.count))
    }

    @Test func `a follower says a failure once, waits, and goes on when it is over`() throws {
        let folder = Folder()
        try folder.write(EventScript(seed: 5, steps: 50).events)
        try FileManager.default.createDirectory(
            atPath: folder.file,
            withIntermediateDirectories: false
        )
        let notices = Mutex<[String]>([])
        let follower = ReadModelFollower(folder.path, interval: .milliseconds(1)) { text in
            notices.withLock { $0.append(text) }
        }
        #expect(try Self.eventually { notices.withLock { !$0.isEmpty } })
        try FileManager.default.removeItem(atPath: folder.file)
        #expect(try Self.eventually { try folder.holdsRequests() })
        follower.stop()
        // A second stop has nothing to wait for.
        follower.stop()
        #expect(notices.withLock { $0.count } == 1)
        #expect(notices.withLock { $0[0].contains("waits behind the log") })
    }

    /// By counting how often it is asked: a stop waits for the follower, which may get little of the
    /// processor, so what it does between two looks must be little.
    @Test func `a batch is abandoned at the event or row after which nobody wants it`() throws {
        let events = EventScript(seed: 6, steps: 200).events
        let (folder, whole) = (Folder(), Folder())
        try folder.write(events)
        try whole.write(events)
        var all = 0
        try whole.model().catchUp {
            all += 1
            return true
        }
        #expect(all > events.count * 3 / 2, "it asks for each event, and then for each row")
        let model = try folder.model()
        for last in stride(from: 2, through: all * 9 / 10, by: 101) {
            var asked = 0
            try model.catchUp {
                asked += 1
                return asked < last
            }
            #expect(asked == last, "it goes on after it was told to end")
            #expect(try folder.dump() == [])
        }
        try model.catchUp()
        #expect(try folder.dump() == whole.dump())
    }

    @Test func `events that are not durable are not folded`() throws {
        let folder = Folder()
        let events = EventScript(seed: 9, steps: 200).events
        try folder.write(Array(events.prefix(50)))
        // The log's durable end is what a reader may see; a live writer's mark says it.
        let log = try EventLog(folder.path)
        let model = try folder.model()
        for event in events.dropFirst(50) {
            try log.append([event])
            try model.catchUp()
            let position = try model.position
            #expect(position <= log.durableSequence)
        }
        try log.close()
        try model.catchUp()
        #expect(try model.position == UInt64(events.count))
    }
}

extension ReadModel {
    /// How far the log is folded.
    var position: UInt64 {
        get throws { try read { try Position($0).sequence } }
    }
}
