import Glibc
import TestSupport
import WriteAheadLog

/// What a process does with a log until the power goes.
struct CrashWorkload: Sendable {
    let name: String
    /// Groups appended.
    let groups: Int
    /// Records of a group.
    let records: ClosedRange<Int>
    /// Bytes of a record, which do not compress.
    let bytes: ClosedRange<Int>
    /// Groups appended before someone waits for them.
    var groupsPerFlush = 1
    /// Closes the log and opens it again after so many groups.
    var reopensAfter = Int.max

    /// What was appended: the group that ends at each sequence number, and each record.
    struct Appended: Sendable {
        var records: [[UInt8]] = []
        /// Sequence numbers at which a group ends, and 0.
        var ends: Set<UInt64> = [0]

        /// What is left of it in a log that ends at a sequence number.
        func through(_ last: UInt64) -> Appended {
            Appended(records: Array(records.prefix(Int(last))), ends: ends.filter { $0 <= last })
        }

        func holds(_ record: Span<UInt8>, at sequence: UInt64) -> Bool {
            guard sequence >= 1, sequence <= records.count else { return false }
            let expected = records[Int(sequence) - 1]
            // SAFETY: both are alive and of the length that was compared.
            return unsafe record.withUnsafeBytes { record in
                unsafe expected.withUnsafeBytes { expected in
                    guard record.count == expected.count else { return false }
                    guard let record = record.baseAddress, let other = expected.baseAddress else {
                        return true
                    }
                    return unsafe memcmp(record, other, expected.count) == 0
                }
            }
        }
    }

    /// Runs it on a disk; `promise` is told what is durable, and `appended` what is appended.
    ///
    /// - Throws: what the log throws.
    func run(
        on disk: any FileSystem,
        at directory: String = MemoryFileSystem.directory,
        seed: UInt64,
        appended: inout Appended,
        promise: (UInt64) -> Void
    ) throws {
        var draw = SeededRandom(seed: seed)
        var writer = try LogWriter.open(directory, options: .small, fileSystem: disk)
        promise(writer.durableSequence)
        for group in 1...groups {
            var batch = RecordBatch()
            for _ in 0..<draw.int(records) {
                let record = (0..<draw.int(bytes)).map { _ in UInt8(truncatingIfNeeded: draw.next())
                }
                batch.appendRecord(record)
                appended.records.append(record)
            }
            appended.ends.insert(UInt64(appended.records.count))
            try writer.append(batch, time: Int64(group) * 1000)
            guard group % groupsPerFlush == 0 || group == groups else { continue }
            try writer.flush()
            promise(writer.durableSequence)
            if group % reopensAfter == 0 {
                try writer.close()
                writer = try LogWriter.open(directory, options: .small, fileSystem: disk)
                promise(writer.durableSequence)
            }
        }
        try writer.close()
    }

    /// Runs it on a disk that works, with the promises in its trace.
    func run(
        on disk: MemoryFileSystem,
        seed: UInt64,
        after appended: Appended = Appended()
    )
        throws -> Appended
    {
        var appended = appended
        try run(on: disk, seed: seed, appended: &appended) { disk.promise(through: $0) }
        return appended
    }
}
