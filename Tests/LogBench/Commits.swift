import EventLog
import Events
import WriteAheadLog

/// What commits cost: one waiter beside a bare write and sync, many waiters, and nobody waiting.
enum Commits {
    /// One waiter's commit of a request's first events, and a bare write and sync of as many bytes.
    ///
    /// The two take turns, so that a slow moment of the disk hits both.
    ///
    /// - Returns: median microseconds of each.
    static func one(in parent: String, count: Int) async throws -> (log: Double, bare: Double) {
        let folder = try Folder(in: parent, "one")
        let log = try EventLog(folder.path)
        var traffic = Traffic()
        try log.append(traffic.opening())
        try log.flush()
        let bare = BareFile(folder.path + "/bare")
        let groups = (0..<count).map { _ in Array(traffic.request().prefix(2)) }
        let frame = [UInt8](repeating: 7, count: try frameLength(of: groups, in: parent))
        var (logTimes, bareTimes): ([Double], [Double]) = ([], [])
        for group in groups {
            let start = ContinuousClock.now
            let last = try log.append(group) + UInt64(group.count) - 1
            try await log.waitUntilDurable(last)
            let middle = ContinuousClock.now
            bare.commit(frame)
            logTimes.append((middle - start).seconds * 1e6)
            bareTimes.append((ContinuousClock.now - middle).seconds * 1e6)
        }
        try log.close()
        return (logTimes.median, bareTimes.median)
    }

    /// The mean length of the frames that groups become when each is committed alone.
    private static func frameLength(of groups: [[Event]], in parent: String) throws -> Int {
        let folder = try Folder(in: parent, "length")
        let log = try EventLog(folder.path)
        for group in groups.prefix(100) {
            try log.append(group)
            try log.flush()
        }
        try log.close()
        var reader = try EventReader(folder.path)
        let statistics = try reader.log.statistics()
        return Int(statistics.storedBytes / max(statistics.frames, 1))
    }

    /// Events a second when each of `waiters` appends one event and waits for it, over and over.
    static func many(_ waiters: Int, in parent: String, events count: Int) async throws -> Double {
        let folder = try Folder(in: parent, "many")
        let log = try EventLog(folder.path)
        var traffic = Traffic()
        let events = traffic.events(count)
        let share = events.count / waiters
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for waiter in 0..<waiters {
                let own = Array(events[waiter * share..<(waiter + 1) * share])
                group.addTask {
                    for event in own { try await log.waitUntilDurable(try log.append([event])) }
                }
            }
            try await group.waitForAll()
        }
        let elapsed = (ContinuousClock.now - start).seconds
        try log.close()
        return Double(share * waiters) / elapsed
    }

    /// Events a second, encoding included, when groups of 1,000 are appended and only the last is
    /// waited for.
    static func bulk(_ events: [Event], in parent: String) throws -> Double {
        let folder = try Folder(in: parent, "bulk")
        let log = try EventLog(folder.path)
        let groups = events.groups(of: 1_000)
        let elapsed = try seconds {
            try append(groups, to: log)
            try log.flush()
        }
        try log.close()
        return Double(events.count) / elapsed
    }

    /// Records a second when groups of 1,000 encoded events are appended and only the last is waited
    /// for: what SQLite is measured by, which is given the bytes too.
    static func encodedBulk(_ events: [Event], in parent: String) throws -> Double {
        let folder = try Folder(in: parent, "encoded")
        let log = try LogWriter.open(folder.path)
        let records = events.map { event in
            var bytes: [UInt8] = []
            event.encode(into: &bytes)
            return bytes
        }
        let elapsed = try seconds {
            var batch = RecordBatch()
            var time: Int64 = 0
            for record in records {
                batch.appendRecord(record)
                guard batch.count == 1_000 else { continue }
                time += 1
                try pace(log.nextSequence, log.durableSequence) { try log.flush() }
                try log.append(batch, time: time)
                batch.removeAll()
            }
            if !batch.isEmpty { try log.append(batch, time: time) }
            try log.flush()
        }
        try log.close()
        return Double(records.count) / elapsed
    }

    /// Appends in groups of 1,000, at the disk's pace.
    static func append(_ events: [Event], to log: EventLog) throws {
        try append(events.groups(of: 1_000), to: log)
    }

    private static func append(_ groups: [[Event]], to log: EventLog) throws {
        for group in groups {
            try pace(log.nextSequence, log.durableSequence) { try log.flush() }
            try log.append(group)
        }
    }

    /// Waits for the disk when more waits for it than a part of what may.
    private static func pace(
        _ next: UInt64,
        _ durable: UInt64,
        _ wait: () throws -> Void
    ) throws {
        if next - durable > 50_000 { try wait() }
    }
}

extension [Event] {
    /// The events in groups of so many; the last may be smaller.
    fileprivate func groups(of size: Int) -> [[Event]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
