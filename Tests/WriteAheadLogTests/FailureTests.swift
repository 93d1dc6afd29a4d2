import Glibc
import Synchronization
import TestSupport
import Testing

@testable import WriteAheadLog

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

    @Test func `a segment that can't be prepared is a shortage while there is room`() throws {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        system.refuse { operation, path in
            operation == "pwrite" && path.hasSuffix(".tmp") ? ENOSPC : nil
        }
        var draws = Draws(seed: 4)
        let big = (0..<250).map { _ in "\(draws.next())" }.joined()
        try writer.append(RecordBatch(big), time: 0)
        try writer.flush()
        try writer.append(RecordBatch("still"), time: 0)
        try writer.flush()
        var failure: LogError?
        for _ in 0..<9 where failure == nil {
            failure = logError {
                try writer.append(RecordBatch(big), time: 0)
                try writer.flush()
            }
        }
        guard case .diskFull = failure, case .diskFull = writer.shortage ?? failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        let kept = writer.durableSequence
        let next = try system.copy().writer()
        #expect(next.recovery.lastSequence == kept)
        try next.close()
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
        for _ in 0..<4 { _ = try queue.append(batch, time: 0, settling: false) }
        guard
            case .backlogFull = logError({ _ = try queue.append(batch, time: 0, settling: false) })
        else {
            Issue.record("accepted")
            return
        }
        // What settles earlier records is taken, up to twice the limit.
        for sequence in 5...9 as ClosedRange<UInt64> {
            #expect(try queue.append(batch, time: 0, settling: true) == sequence)
        }
        #expect(throws: LogError.self) { try queue.append(batch, time: 0, settling: true) }
        let frame = try #require(queue.next())
        queue.didCommit(frame)
        #expect(try queue.append(batch, time: 0, settling: false) == 10)
    }
}
