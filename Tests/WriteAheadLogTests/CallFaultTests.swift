import Glibc
import Synchronization
import Testing

@testable import WriteAheadLog

/// Every call on files fails once, or from then on for ever, at every place of a workload.
@Suite struct CallFaultTests {
    static let workload = CrashWorkload(
        name: "segments that roll",
        groups: 14,
        records: 1...2,
        bytes: 600...1200,
        reopensAfter: 6
    )

    /// How a call fails.
    struct Fault: Sendable, CustomStringConvertible {
        let code: Int32
        /// Every later call fails as well.
        let lasts: Bool

        var description: String { "\(SystemError.text(of: code))\(lasts ? ", for ever" : "")" }
    }

    static let faults = [EIO, ENOSPC, EINTR].flatMap { code in
        [false, true].map { Fault(code: code, lasts: $0) }
    }

    /// Runs the workload; what was promised, what was appended, and whether it was told of a failure.
    static func run(
        on disk: any FileSystem,
        at directory: String = MemoryFileSystem.directory
    )
        -> (promised: UInt64, appended: CrashWorkload.Appended, isTold: Bool)
    {
        var promised: UInt64 = 0
        var appended = CrashWorkload.Appended()
        let error = logError {
            try workload.run(on: disk, at: directory, seed: 8, appended: &appended) {
                promised = max(promised, $0)
            }
        }
        return (promised, appended, error != nil)
    }

    @Test(arguments: faults)
    func `whatever call fails, waiters are told and what was acknowledged stays`(
        fault: Fault
    )
        throws
    {
        let whole = MemoryFileSystem()
        let calls = CallCounter()
        whole.refuse { _, _ in calls.next() == 0 ? EIO : nil }
        #expect(Self.run(on: whole).isTold == false)
        for call in 1...calls.count {
            let disk = MemoryFileSystem()
            let place = CallCounter()
            disk.refuse { _, _ in
                let number = place.next()
                return number == call || (fault.lasts && number > call) ? fault.code : nil
            }
            let (promised, appended, isTold) = Self.run(on: disk)
            #expect(isTold || promised == appended.records.count, "call \(call)")
            disk.refuse(nil)
            let check = CrashCheck(appended)
            for survival in CrashTests.survivals {
                let image = disk.afterCut(survival).image
                let hash = image.hash()
                _ = check.check(image, hash: hash, promised: promised) {
                    "call \(call), \(survival)"
                }
            }
            // The process starts again, and only then the power goes.
            let next = try disk.writer()
            let last = next.recovery.lastSequence
            #expect(last >= promised, "call \(call)")
            try next.close()
            let image = disk.afterCut(.nothing).image
            _ = check.check(image, hash: image.hash(), promised: last) { "call \(call), restarted" }
            #expect(check.failures.isEmpty, "\(check.failures)")
        }
        print("\(fault): \(calls.count) calls, each failed once")
    }

    @Test func `whatever write is short, it is completed`() throws {
        let whole = MemoryFileSystem()
        let appended = Self.run(on: whole).appended
        for limit in [1, 7, 511] {
            let disk = MemoryFileSystem()
            disk.state.withLock { $0.writeLimit = limit }
            let (promised, _, isTold) = Self.run(on: disk)
            #expect(!isTold)
            #expect(promised == appended.records.count)
            let image = disk.afterCut(.nothing).image
            let check = CrashCheck(appended)
            _ = check.check(image, hash: image.hash(), promised: promised) { "\(limit) bytes" }
            #expect(check.failures.isEmpty, "\(check.failures)")
        }
    }
}

/// The same with the operating system's own files.
@Suite struct SystemCallTests {
    /// Opens what is left and compares it.
    static func check(
        _ directory: String,
        _ appended: CrashWorkload.Appended,
        promised: UInt64,
        _ what: String
    ) throws {
        let writer = try LogWriter.open(directory, options: .small)
        #expect(writer.recovery.lastSequence >= promised, "\(what)")
        try writer.close()
        var reader = try LogReader(directory)
        var seen: UInt64 = 0
        try reader.forEach { record, sequence, _ in
            seen += 1
            #expect(sequence == seen && appended.holds(record, at: sequence), "\(what)")
            return true
        }
        #expect(seen == writer.recovery.lastSequence)
        #expect(try reader.verify().isWhole, "\(what)")
    }

    @Test(arguments: [EIO, ENOSPC])
    func `whatever system call fails, waiters are told and what was acknowledged stays`(
        code: Int32
    ) throws {
        let calls = CallCounter()
        let whole = TemporaryDirectory()
        let counting = PosixFileSystem { operation in
            if !operation.hasSuffix(" length") { _ = calls.next() }
            return nil
        }
        #expect(CallFaultTests.run(on: counting, at: whole.path).isTold == false)
        for call in 1...calls.count {
            let directory = TemporaryDirectory()
            let place = CallCounter()
            let disk = PosixFileSystem { operation in
                guard !operation.hasSuffix(" length"), place.next() == call else { return nil }
                return .fails(code)
            }
            let (promised, appended, isTold) = CallFaultTests.run(on: disk, at: directory.path)
            #expect(isTold || promised == appended.records.count, "call \(call)")
            try Self.check(directory.path, appended, promised: promised, "call \(call)")
        }
    }

    @Test func `a signal at every call but a sync, and one byte at a time, change nothing`() throws
    {
        let directory = TemporaryDirectory()
        let calls = CallCounter()
        let disk = PosixFileSystem { operation in
            // Zeroing whole segments by the byte would take long.
            if operation.hasSuffix(" length") { return .isShort(97) }
            if operation == "fdatasync" || operation == "fsync" { return nil }
            return calls.next() % 2 == 1 ? .fails(EINTR) : nil
        }
        let (promised, appended, isTold) = CallFaultTests.run(on: disk, at: directory.path)
        #expect(!isTold)
        #expect(promised == appended.records.count)
        try Self.check(directory.path, appended, promised: promised, "interrupted")
    }

    @Test func `a sync that a signal ends is a failure, and is not tried again`() throws {
        let directory = TemporaryDirectory()
        let writer = try LogWriter.open(
            directory.path,
            options: .small,
            fileSystem: PosixFileSystem { operation in
                operation == "fdatasync" ? Self.interruptions.nextFault() : nil
            }
        )
        try writer.append(RecordBatch("a"), time: 1)
        try writer.flush()
        Self.interruptions.begin()
        try writer.append(RecordBatch("b"), time: 2)
        guard case .poisoned = logError({ try writer.flush() }) else {
            Issue.record("a sync that failed was taken for one that succeeded")
            return
        }
        #expect(Self.interruptions.count == 1)
    }

    /// Fails every sync from a moment on, and counts them.
    final class Interruptions: Sendable {
        private let state = Mutex((isOn: false, count: 0))

        var count: Int { state.withLock { $0.count } }
        func begin() { state.withLock { $0.isOn = true } }
        func nextFault() -> SystemCallFault? {
            state.withLock { state in
                guard state.isOn else { return nil }
                state.count += 1
                return .fails(EINTR)
            }
        }
    }

    static let interruptions = Interruptions()
}

/// Counts calls from several threads.
final class CallCounter: Sendable {
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }

    func next() -> Int {
        state.withLock { count in
            count += 1
            return count
        }
    }
}
