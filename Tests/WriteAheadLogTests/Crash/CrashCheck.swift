import Synchronization

@testable import WriteAheadLog

/// Holds the log to its promises after a crash.
///
/// An image that was looked at before is known by its hash: the same bytes come back to the same
/// log, so only what was promised is compared again.
final class CrashCheck: Sendable {
    /// What opening an image comes to.
    struct Outcome: Sendable {
        /// Last sequence number after recovery.
        let last: UInt64
        /// Whether something had to be repaired: a tail cut, a log begun, a file removed.
        let isMended: Bool
    }

    private struct Known {
        var images: [UInt64: Outcome] = [:]
        /// Recovered logs that were read, verified and appended to.
        var logs: Set<UInt64> = []
        var states = 0
        var failures: [String] = []
    }

    static let failureLimit = 5

    /// Opens a disk as the next process does, after whatever has to be done to it first.
    typealias Repair = @Sendable (MemoryFileSystem) throws -> RecoveryReport

    let repair: Repair
    private let appended: CrashWorkload.Appended
    private let beginnings: Set<UInt64>
    private let mayBeRefused: Bool
    private let known = Mutex(Known())

    /// Promises about these records.
    ///
    /// `beginnings` are the sequence numbers with which the log may begin. `mayBeRefused`: before it
    /// is repaired, readers may say that it is corrupt.
    init(
        _ appended: CrashWorkload.Appended,
        beginnings: Set<UInt64> = [1],
        mayBeRefused: Bool = false,
        repair: @escaping Repair = CrashCheck.open
    ) {
        self.appended = appended
        self.beginnings = beginnings
        self.mayBeRefused = mayBeRefused
        self.repair = repair
    }

    static func open(_ disk: MemoryFileSystem) throws -> RecoveryReport {
        try Recovery.run(MemoryFileSystem.directory, options: .small, in: disk).report
    }

    /// States that were checked.
    var states: Int { known.withLock { $0.states } }
    /// Different images among them.
    var images: Int { known.withLock { $0.images.count } }
    /// Different logs that recovery made of them.
    var logs: Int { known.withLock { $0.logs.count } }
    var failures: [String] { known.withLock { $0.failures } }

    /// Checks one state by its image and the image's hash; `nil` if it was not the first with this
    /// image, or failed.
    func check(
        _ image: DiskImage,
        hash: UInt64,
        promised: UInt64,
        _ what: () -> String
    ) -> Outcome? {
        let outcome = known.withLock { known in
            known.states += 1
            return known.images[hash]
        }
        if let outcome {
            if outcome.last < promised { fail("lost \(promised - outcome.last) records", what) }
            return nil
        }
        do {
            try checkReader(image, promised: promised)
            let outcome = try recover(image)
            known.withLock { $0.images[hash] = outcome }
            guard outcome.last >= promised else {
                throw Violation("through \(outcome.last) of \(promised) promised")
            }
            return outcome
        } catch {
            fail("\(error)", what)
            return nil
        }
    }

    func fail(_ text: String, _ what: () -> String) {
        known.withLock {
            if $0.failures.count < Self.failureLimit { $0.failures.append("\(what()): \(text)") }
        }
    }

    /// What a reader sees before anyone repairs anything: at least what was promised, and only whole
    /// groups that were appended.
    private func checkReader(_ image: DiskImage, promised: UInt64) throws {
        guard image.files["\(MemoryFileSystem.directory)/version"]?.isEmpty == false else {
            if promised > 0 { throw Violation("the version is gone") }
            return
        }
        let last: UInt64
        do {
            last = try readAll(MemoryFileSystem(image), count: appended.records.count)
        } catch LogError.corrupt where mayBeRefused { return }
        guard last >= promised else { throw Violation("a reader sees \(last) of \(promised)") }
    }

    /// Opens the image as a writer does.
    private func recover(_ image: DiskImage) throws -> Outcome {
        let disk = MemoryFileSystem(image)
        let report = try repair(disk)
        let mark = try DurableMark.read("\(MemoryFileSystem.directory)/durable", in: disk)
        guard mark?.sequence == report.lastSequence else { throw Violation("the mark is behind") }
        guard appended.ends.contains(report.lastSequence) else {
            throw Violation("the log ends inside a group, at \(report.lastSequence)")
        }
        let recovered = disk.image
        // A log that was created again has a salt and a time of its own, but nothing else to check.
        let hash =
            report.created
            ? UInt64(known.withLock { $0.images.count } % 100)
            : recovered.hash { $0.hasSuffix(".seg") }
        if known.withLock({ $0.logs.insert(hash).inserted }) {
            try checkRecovered(disk, through: report.lastSequence)
        }
        let isMended =
            report.cut != nil || report.created || recovered.logFiles != image.logFiles
        return Outcome(last: report.lastSequence, isMended: isMended)
    }

    /// Every record is there, the log verifies, and it goes on without using a sequence number again.
    private func checkRecovered(_ disk: MemoryFileSystem, through last: UInt64) throws {
        guard try readAll(disk, count: Int(last)) == last else { throw Violation("records lost") }
        try checkVerifies(disk)
        let writer = try disk.writer()
        guard try writer.append(RecordBatch("after"), time: 0) == last + 1 else {
            throw Violation("a sequence number was used again")
        }
        try writer.close()
        guard try readAll(disk, count: Int(last)) == last + 1 else {
            throw Violation("not appended")
        }
        try checkVerifies(disk)
    }

    private func checkVerifies(_ disk: MemoryFileSystem) throws {
        var reader = try disk.reader()
        let report = try reader.verify()
        if let problem = report.problem { throw Violation("does not verify: \(problem)") }
        if let tail = report.tornTail { throw Violation("a tail is still torn: \(tail)") }
    }

    /// Last sequence number seen; the first `count` records must be those appended.
    private func readAll(_ disk: MemoryFileSystem, count: Int) throws -> UInt64 {
        var reader = try disk.reader()
        let first = try reader.firstSequence()
        guard beginnings.contains(first) else { throw Violation("the log begins at \(first)") }
        var last = first - 1
        try reader.forEach(from: first) { record, sequence, _ in
            guard sequence == last + 1 else { throw Violation("\(sequence) follows \(last)") }
            last = sequence
            guard sequence > count || appended.holds(record, at: sequence) else {
                throw Violation("record \(sequence) has other bytes")
            }
            return true
        }
        return last
    }
}

/// A promise that was not kept.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
