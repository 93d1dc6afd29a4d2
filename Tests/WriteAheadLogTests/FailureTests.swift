import Glibc
import Synchronization
import TestSupport
import Testing

@testable import WriteAheadLog

extension MemoryFileSystem {
    /// No further file can be made: writes to one fail, and nothing seems to be free.
    fileprivate func fill(_ code: Int32 = ENOSPC) {
        refuse { operation, path in
            operation == "pwrite" && path.hasSuffix(".tmp") ? code : nil
        }
        if code == ENOSPC { state.withLock { $0.free = 0 } }
    }

    /// There is space again.
    fileprivate func empty() {
        refuse(nil)
        state.withLock { $0.free = .max }
    }
}

@Suite struct FailureTests {
    @Test func `a failed sync fails the waiters, poisons the log and tells the process`()
        async throws
    {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        try writer.append(RecordBatch("good"), time: 1)
        try writer.flush()
        let told = Mutex<[LogError]>([])
        writer.onPoison { error in told.withLock { $0.append(error) } }
        system.refuse { operation, path in
            operation == "fdatasync" && path.hasSuffix(".seg") ? EIO : nil
        }
        let sequence = try writer.append(RecordBatch("lost"), time: 2)
        await #expect(throws: LogError.self) { try await writer.waitUntilDurable(sequence) }
        #expect(writer.durableSequence == 1)
        system.refuse(nil)
        guard case .poisoned = logError({ try writer.append(RecordBatch("x"), time: 3) }) else {
            Issue.record("a poisoned log accepted a record")
            return
        }
        guard case .poisoned = logError({ try writer.flush() }) else {
            Issue.record("a poisoned log flushed")
            return
        }
        #expect(told.withLock { $0.count } == 1)
        writer.onPoison { error in told.withLock { $0.append(error) } }
        #expect(told.withLock { $0.count } == 2)
        guard case .poisoned = logError({ try writer.close() }) else {
            Issue.record("closing a poisoned log hid the failure")
            return
        }
        // The sync is tried once and never again.
        let next = try system.afterCut(.nothing).writer()
        #expect(next.recovery.lastSequence == 1)
        try next.close()
    }

    /// Waits for nothing but the thread's end, so that it fails even if nobody is ever told.
    @Test func `closing after a failed write says so`() throws {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        system.refuse { operation, path in
            operation == "pwrite" && path.hasSuffix(".seg") ? EIO : nil
        }
        try writer.append(RecordBatch("lost"), time: 1)
        guard case .poisoned = logError({ try writer.close() }) else {
            Issue.record("a record that was never written was taken for one that was")
            return
        }
        system.refuse(nil)
        #expect(try system.copy().writer().recovery.lastSequence == 0)
    }

    @Test func `a write without space says so`() throws {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        system.refuse { operation, _ in operation == "pwrite" ? ENOSPC : nil }
        try writer.append(RecordBatch("x"), time: 0)
        guard case .diskFull = logError({ try writer.flush() }) else {
            Issue.record("not told as a full disk")
            return
        }
        guard case .diskFull = logError({ try writer.append(RecordBatch("y"), time: 0) }) else {
            Issue.record("accepted")
            return
        }
    }

    /// Segments with room between a quarter, where the next one is made, and the last quarter.
    static let roomy = LogOptions(
        segmentSize: 64 << 10,
        logID: LogID(low: 1, high: 2),
        stallLimit: .seconds(3_600),
        recompresses: false
    )

    /// A log of such segments, and what its handler is told.
    static func opened(
        _ options: LogOptions = roomy
    ) throws -> (MemoryFileSystem, LogWriter, Told) {
        let system = MemoryFileSystem()
        let writer = try system.writer(options)
        let told = Told()
        writer.onNotice { told.add($0) }
        return (system, writer, told)
    }

    /// About so many bytes that nothing compresses.
    static func incompressible(_ count: Int, _ draws: inout SeededRandom) -> RecordBatch {
        var batch = RecordBatch()
        batch.appendRecord((0..<count).map { _ in UInt8(truncatingIfNeeded: draws.next()) })
        return batch
    }

    /// Appends until the next segment is wanted and can't be made, and on until nothing new should be;
    /// returns how often.
    static func fill(_ writer: LogWriter, _ told: Told, _ draws: inout SeededRandom) throws -> Int {
        // What a quarter of the segment takes comes first: the attempt is another thread's, and must have
        // failed before the end is near.
        let first = 35
        for _ in 0..<first { try writer.append(incompressible(500, &draws), time: 0) }
        try writer.flush()
        told.wait(for: 1)
        #expect(writer.shortage == nil)
        var taken = first
        while writer.shortage == nil, taken < 99 {
            try writer.append(incompressible(500, &draws), time: 0)
            try writer.flush()
            taken += 1
        }
        return taken
    }

    /// Goes on until the segment takes no more; returns why.
    static func fillUp(_ writer: LogWriter, _ draws: inout SeededRandom) -> LogError? {
        var failure: LogError?
        for _ in 0..<60 where failure == nil {
            failure = logError {
                try writer.append(incompressible(500, &draws), time: 0)
                try writer.flush()
            }
        }
        return failure
    }

    @Test func `a segment that can't be prepared is a shortage near the end of the one before`()
        throws
    {
        let (system, writer, told) = try Self.opened()
        system.fill()
        var draws = SeededRandom(seed: 4)
        #expect(try Self.fill(writer, told, &draws) > 37)
        guard case .noRoom(let path) = writer.shortage else {
            Issue.record("\(String(describing: writer.shortage))")
            return
        }
        #expect(path.hasPrefix(system.segmentPath(2)))
        #expect(told.all.count == 1)
        // What runs is finished in what is left; nothing of the attempts is.
        for _ in 0..<5 { try writer.append(Self.incompressible(500, &draws), time: 0) }
        try writer.flush()
        #expect(system.bytes(system.segmentPath(2) + ".tmp").isEmpty)
        try writer.close()
    }

    @Test(arguments: [ENOSPC, EDQUOT, EIO, EACCES])
    func `a shortage ends by itself with what made it`(code: Int32) throws {
        let (system, writer, told) = try Self.opened()
        system.fill(code)
        var draws = SeededRandom(seed: 5)
        _ = try Self.fill(writer, told, &draws)
        #expect(writer.shortage != nil)
        // Space that others took is seen before anything is written.
        system.empty()
        told.wait(for: 2)
        #expect(told.all.last == .prepared)
        #expect(writer.shortage == nil)
        for _ in 0..<150 {
            try writer.append(Self.incompressible(500, &draws), time: 0)
            try writer.flush()
        }
        let last = writer.durableSequence
        try writer.close()
        try Self.expectWhole(system, last)
    }

    static func expectWhole(_ system: MemoryFileSystem, _ last: UInt64) throws {
        var reader = try system.reader()
        #expect(try reader.records().count == last)
        #expect(try reader.verify().isWhole)
        #expect(try reader.segments().count > 1)
    }

    @Test(arguments: [ENOSPC, EDQUOT, EIO, EACCES])
    func `at a segment's very end the log waits for the next one, and loses nothing`(
        code: Int32
    ) async throws {
        let (system, writer, told) = try Self.opened()
        writer.onPoison { Issue.record("poisoned: \($0)") }
        system.fill(code)
        var draws = SeededRandom(seed: 7)
        _ = try Self.fill(writer, told, &draws)
        let failure = try #require(Self.fillUp(writer, &draws))
        #expect(failure == writer.shortage)
        // What was acknowledged is there, whatever happens now.
        let durable = writer.durableSequence
        for survival in [MemoryFileSystem.Survival.nothing, .everything] {
            let next = try system.afterCut(survival).writer(Self.roomy)
            #expect(next.recovery.lastSequence == durable)
            _ = logError { try next.close() }
        }
        // What runs goes on in memory, and whoever waits for it waits.
        let last = try writer.append(Self.incompressible(500, &draws), time: 0)
        #expect(logError { try writer.flush() } == failure)
        async let waited: Void = writer.waitUntilDurable(last)
        system.empty()
        try await waited
        #expect(writer.durableSequence == last)
        #expect(writer.shortage == nil)
        told.wait(for: 2)
        #expect(told.all.last == .prepared)
        try writer.append(Self.incompressible(500, &draws), time: 0)
        try writer.close()
        try Self.expectWhole(system, last + 1)
    }

    /// A full disk takes seconds to say so again, in which new work would be let in.
    @Test(arguments: [ENOSPC, EIO])
    func `the attempt at a segment's very end is part of the shortage`(code: Int32) async throws {
        let (system, writer, told) = try Self.opened()
        system.fill(code)
        var draws = SeededRandom(seed: 11)
        _ = try Self.fill(writer, told, &draws)
        let attempts = Atomic(0)
        let unknown = Atomic(0)
        system.refuse { [weak writer] operation, path in
            guard operation == "pwrite", path.hasSuffix(".tmp") else { return nil }
            attempts.add(1, ordering: .relaxed)
            if writer?.shortage == nil { unknown.add(1, ordering: .relaxed) }
            return code
        }
        #expect(Self.fillUp(writer, &draws) != nil)
        let (made, unknowing) = (
            attempts.load(ordering: .relaxed), unknown.load(ordering: .relaxed)
        )
        #expect(made > 0)
        #expect(unknowing == 0)
        let last = try writer.append(Self.incompressible(500, &draws), time: 0)
        system.empty()
        try await writer.waitUntilDurable(last)
        #expect(writer.shortage == nil)
        try writer.close()
    }

    @Test func `whoever is cancelled waits for no space`() async throws {
        let (system, writer, told) = try Self.opened()
        system.fill()
        var draws = SeededRandom(seed: 8)
        _ = try Self.fill(writer, told, &draws)
        let failure = try #require(Self.fillUp(writer, &draws))
        let last = try writer.append(Self.incompressible(500, &draws), time: 0)
        let cancelled = Task { try await writer.waitUntilDurable(last) }
        cancelled.cancel()
        await #expect(throws: failure) { try await cancelled.value }
        // It was not taken back.
        system.empty()
        try await writer.waitUntilDurable(last)
        try writer.close()
        try Self.expectWhole(system, last)
    }

    /// The code decides whether making the segment is tried again meanwhile.
    @Test(arguments: [ENOSPC, EIO])
    func `nobody waits for space for longer than a limit`(code: Int32) async throws {
        var options = Self.roomy
        options.stallLimit = .milliseconds(300)
        let (system, writer, told) = try Self.opened(options)
        system.fill(code)
        var draws = SeededRandom(seed: 12)
        _ = try Self.fill(writer, told, &draws)
        let failure = try #require(Self.fillUp(writer, &draws))
        let last = try writer.append(Self.incompressible(500, &draws), time: 0)
        // The first is told when the time is up, and whoever comes later at once.
        for _ in 0..<3 {
            await #expect(throws: failure) { try await writer.waitUntilDurable(last) }
        }
        // It was not taken back, and the next time starts over.
        system.empty()
        let isDurable = Task {
            while writer.durableSequence < last { try await Task.sleep(for: .milliseconds(1)) }
        }
        try await isDurable.value
        try await writer.waitUntilDurable(last)
        try writer.close()
        try Self.expectWhole(system, last)
    }

    @Test func `who waits by a patience waits until that ends`() async throws {
        let (system, writer, told) = try Self.opened()
        var draws = SeededRandom(seed: 13)
        let (early, late) = (Patience(), Patience())
        early.end()
        // One that is over changes nothing where nothing is waited for but a sync.
        let first = try writer.append(Self.incompressible(500, &draws), time: 0)
        try await writer.waitUntilDurable(first, early)
        system.fill()
        _ = try Self.fill(writer, told, &draws)
        let failure = try #require(Self.fillUp(writer, &draws))
        let last = try writer.append(Self.incompressible(500, &draws), time: 0)
        await #expect(throws: failure) { try await writer.waitUntilDurable(last, early) }
        let waits = (0..<2).map { _ in Task { try await writer.waitUntilDurable(last, late) } }
        let other = Task { try await writer.waitUntilDurable(last) }
        // One of them ends alone.
        waits[0].cancel()
        await #expect(throws: failure) { try await waits[0].value }
        late.end()
        await #expect(throws: failure) { try await waits[1].value }
        system.empty()
        try await other.value
        try writer.close()
        try Self.expectWhole(system, last)
    }

    @Test func `closing at a segment's very end says what is not durable`() throws {
        let (system, writer, told) = try Self.opened()
        system.fill()
        var draws = SeededRandom(seed: 9)
        _ = try Self.fill(writer, told, &draws)
        #expect(Self.fillUp(writer, &draws) != nil)
        let durable = writer.durableSequence
        guard case .diskFull = logError({ try writer.close() }) else {
            Issue.record("a record that waits for space was taken for one that is durable")
            return
        }
        system.empty()
        let next = try system.writer(Self.roomy)
        #expect(next.recovery.lastSequence == durable)
        try next.append(Self.incompressible(500, &draws), time: 0)
        try next.close()
        try Self.expectWhole(system, durable + 1)
    }

    /// Nothing would be found again of what was written once there is space.
    @Test func `a directory that is taken away is not waited for`() throws {
        let (system, writer, told) = try Self.opened()
        system.fill(EIO)
        var draws = SeededRandom(seed: 10)
        _ = try Self.fill(writer, told, &draws)
        #expect(Self.fillUp(writer, &draws) != nil)
        let poisoned = Told()
        writer.onPoison { poisoned.add(.cannotLook($0)) }
        system.removeName(system.segmentPath(1))
        poisoned.wait(for: 1)
        guard case .cannotLook(.directoryLost) = poisoned.all.first else {
            Issue.record("\(poisoned.all)")
            return
        }
    }

    @Test func `closing does not wait for space`() throws {
        let (system, writer, told) = try Self.opened()
        system.fill()
        var draws = SeededRandom(seed: 6)
        let taken = try Self.fill(writer, told, &draws)
        try writer.close()
        let calls = system.calls
        system.empty()
        let next = try system.writer(Self.roomy)
        #expect(next.recovery.closedCleanly)
        #expect(next.recovery.lastSequence == taken)
        #expect(system.calls > calls)
        try next.close()
    }

    /// What a handler was told, and a wait for it.
    final class Told: Sendable {
        private let list = Mutex<[LogNotice]>([])
        private let bell = Doorbell()

        /// An array of its own: that one which is shared may be changed when the last reader has left
        /// it is told by counts of references, which the thread sanitizer does not see.
        var all: [LogNotice] { list.withLock { $0.map(\.self) } }
        func add(_ notice: LogNotice) {
            list.withLock { $0.append(notice) }
            bell.ring()
        }
        func wait(for count: Int) { while list.withLock({ $0.count < count }) { bell.wait() } }
    }

    @Test func `short writes are completed`() throws {
        let system = MemoryFileSystem()
        system.state.withLock { $0.writeLimit = 7 }
        let writer = try system.writer()
        try writer.append(RecordBatch("a longer record", "b"), time: 0)
        try writer.close()
        var reader = try system.reader()
        #expect(try reader.records().count == 2)
        #expect(try reader.verify().isWhole)
    }

    @Test func `too large a record, group or backlog is refused by its size`() throws {
        let writer = try MemoryFileSystem().writer()
        let large = RecordBatch(String(repeating: "x", count: 9000))
        guard
            case .recordTooLarge(let bytes, let limit) = logError({
                try writer.append(large, time: 0)
            })
        else {
            Issue.record("accepted")
            return
        }
        #expect(bytes > limit)
        let many = RecordBatch((0..<900).map { "record \($0)" })
        guard case .groupTooLarge = logError({ try writer.append(many, time: 0) }) else {
            Issue.record("accepted")
            return
        }
        #expect(writer.nextSequence == 1)
        try writer.close()
        #expect(logError { try writer.append(RecordBatch("x"), time: 0) } == .closed)
    }

    @Test func `a stalled disk bounds the backlog`() throws {
        let queue = CommitQueue(
            nextSequence: 1,
            lastTime: 0,
            options: LogOptions(segmentSize: 1 << 20, backlogLimit: 5000)
        )
        let batch = RecordBatch(String(repeating: "x", count: 1000))
        for _ in 0..<4 { _ = try queue.append(batch, time: 0, isCompletion: false) }
        guard
            case .backlogFull = logError({
                _ = try queue.append(batch, time: 0, isCompletion: false)
            })
        else {
            Issue.record("accepted")
            return
        }
        // What completes earlier records is taken, up to twice the limit.
        for sequence in 5...9 as ClosedRange<UInt64> {
            #expect(try queue.append(batch, time: 0, isCompletion: true) == sequence)
        }
        #expect(throws: LogError.self) { try queue.append(batch, time: 0, isCompletion: true) }
        let frame = try #require(queue.next())
        queue.didCommit(frame)
        #expect(try queue.append(batch, time: 0, isCompletion: false) == 10)
    }
}
