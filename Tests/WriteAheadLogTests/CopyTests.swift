import Synchronization
import TestSupport
import Testing

@testable import WriteAheadLog

/// Copies of a directory, made file by file and part by part while its log is written.
@Suite struct CopyTests {
    /// Copies a disk as it changes: which files there are is read first, then one after the other is
    /// read from front to back.
    struct Copier {
        var source: MemoryFileSystem
        var changes: ArraySlice<DiskChange>
        var draws: SeededRandom
        /// Most changes that happen while a page is copied.
        let pace: Int

        mutating func copy() -> DiskImage {
            var image = DiskImage(files: [:], isCopy: true)
            var names = source.state.withLock { $0.names.keys.sorted() }
            // Any order of the directory's, with what is in log/ before or behind the rest.
            for index in names.indices.reversed() {
                names.swapAt(index, draws.int(0...index))
            }
            if draws.oneIn(2) {
                names.sort { $0.contains("/log/") && !$1.contains("/log/") }
            }
            for name in names {
                // What was renamed or removed since is not there any more.
                guard let inode = source.state.withLock({ $0.names[name] }) else { continue }
                var bytes: [UInt8] = []
                while true {
                    let part = source.state.withLock { state in
                        Array(state.inodes[inode].data.dropFirst(bytes.count).prefix(4096))
                    }
                    bytes += part
                    goOn()
                    if part.count < 4096 { break }
                }
                image.files[name] = bytes
            }
            return image
        }

        private mutating func goOn() {
            let count = min(draws.int(0...pace), changes.count)
            for _ in 0..<count {
                let change = changes.removeFirst()
                source.state.withLock { $0.apply(change) }
            }
        }
    }

    @Test(arguments: CrashStateTests.workloads)
    func `a copy in any order holds what was durable before it began`(
        workload: CrashWorkload
    )
        throws
    {
        let disk = MemoryFileSystem()
        disk.startTrace()
        let check = CrashCheck(try workload.run(on: disk, seed: 3))
        let trace = disk.trace
        var draws = SeededRandom(seed: 20_261_129)
        let first = try #require(
            trace.firstIndex { if case .promise(let last) = $0 { last > 0 } else { false } }
        )
        for number in 0..<3_000 {
            let start = draws.int(first...(trace.count - 1))
            var promised: UInt64 = 0
            for case .promise(let last) in trace[...start] { promised = last }
            var copier = Copier(
                source: MemoryFileSystem(DiskImage(), after: trace[...start]),
                changes: trace[(start + 1)...],
                draws: SeededRandom(seed: UInt64(number)),
                // Up to a whole segment, and more, while a page is copied.
                pace: draws.oneIn(2) ? draws.int(0...4) : draws.int(5...40)
            )
            let image = copier.copy()
            _ = check.check(image, hash: image.hash(), promised: promised) { "copy \(number)" }
        }
        print("\(workload.name): \(check.states) copies, \(check.images) different")
        #expect(check.failures.isEmpty, "\(check.failures)")
    }

    /// A copy whose mark was copied two records later than the log.
    static func ahead() throws -> MemoryFileSystem {
        let disk = MemoryFileSystem()
        let writer = try disk.writer()
        for text in ["a", "b", "c"] {
            try writer.append(RecordBatch(text), time: 1)
            try writer.flush()
        }
        let segment = disk.bytes(disk.segmentPath(1))
        try writer.append(RecordBatch("d", "e"), time: 2)
        try writer.flush()
        var image = disk.image
        image.files[disk.segmentPath(1)] = segment
        image.isCopy = true
        return MemoryFileSystem(image)
    }

    @Test func `a mark ahead of a copy says what the copy lacks, and that once`() throws {
        let copy = try Self.ahead()
        var reader = try copy.reader()
        #expect(try reader.durableSequence() == 3)
        #expect(try reader.records().map(\.text) == ["a", "b", "c"])
        let report = try reader.verify()
        #expect(report.isWhole)
        #expect(report.copyGap?.lastSequence == 3)
        #expect(report.copyGap?.knownSequence == 5)
        let writer = try copy.writer()
        #expect(writer.recovery.isCopy)
        #expect(writer.recovery.copyGap?.lastSequence == 3)
        #expect(writer.recovery.copyGap?.knownSequence == 5)
        #expect(writer.nextSequence == 4)
        try writer.append(RecordBatch("other"), time: 3)
        try writer.close()
        let next = try copy.writer()
        #expect(!next.recovery.isCopy)
        #expect(next.recovery.copyGap == nil)
        try next.close()
    }

    @Test func `a mark ahead of the log itself is a loss, also of a copy that was opened`() throws {
        let original = try Self.ahead()
        original.state.withLock { $0.isCopy = false }
        guard case .corrupt(1, _, let reason) = logError({ _ = try original.writer() }) else {
            Issue.record("opened")
            return
        }
        #expect(reason.contains("records through 5 were durable"))
        let copy = try Self.ahead()
        let writer = try copy.writer()
        try writer.append(RecordBatch("x"), time: 3)
        try writer.flush()
        let before = copy.bytes(copy.segmentPath(2))
        try writer.append(RecordBatch("y"), time: 3)
        try writer.close()
        copy.setBytes(copy.segmentPath(2), before)
        guard case .corrupt = logError({ _ = try copy.writer() }) else {
            Issue.record("opened")
            return
        }
    }

    @Test func `what no copying explains is refused in a copy as anywhere`() throws {
        let log = try RepairTests.log()
        var whole = try log.reader()
        #expect(try whole.segments().count > 3)
        let frames = try log.frames(segment: 2)
        let place = frames[1].offset
        func refused(_ what: String, _ change: (MemoryFileSystem) -> Void) {
            let copy = log.copy()
            copy.state.withLock { $0.isCopy = true }
            change(copy)
            let error = logError { _ = try copy.writer() }
            guard case .corrupt = error else {
                Issue.record("\(what): \(String(describing: error))")
                return
            }
            var reader = try? copy.reader()
            let report = try? reader?.verify()
            #expect(report?.isWhole != true, "\(what)")
        }
        let last = Int(try log.writer().recovery.segment)
        let lastFrame = try #require(try log.frames(segment: last).last)
        refused("a flipped bit in the last frame, below the mark") {
            RepairTests.flip($0, last, lastFrame.offset + FrameHeader.size)
        }
        refused("a missing segment") { $0.removeName($0.segmentPath(2)) }
        refused("a segment that is cut") { copy in
            copy.setBytes(
                copy.segmentPath(2),
                Array(copy.bytes(copy.segmentPath(2)).dropLast(4096))
            )
        }
        refused("a first page of zeroes in the middle") { copy in
            var bytes = copy.bytes(copy.segmentPath(2))
            bytes.replaceSubrange(..<4096, with: [UInt8](repeating: 0, count: 4096))
            copy.setBytes(copy.segmentPath(2), bytes)
        }
        // Sealed segments far back were not written while anybody copied.
        refused("a hole far back") { copy in
            var bytes = copy.bytes(copy.segmentPath(2))
            for index in place..<(place + 64) { bytes[index] = 0 }
            copy.setBytes(copy.segmentPath(2), bytes)
        }
    }

    @Test func `a hole before a whole footer is found, though all behind it is right`() throws {
        let log = try RepairTests.log()
        let last = Int(try log.writer().recovery.segment)
        let frame = try #require(try log.frames(segment: last - 1).dropFirst().first)
        let copy = log.copy()
        copy.state.withLock { $0.isCopy = true }
        var bytes = copy.bytes(copy.segmentPath(last - 1))
        for index in frame.offset..<min(frame.end, frame.offset + 4096) { bytes[index] = 0 }
        copy.setBytes(copy.segmentPath(last - 1), bytes)
        let kept = frame.firstSequence - 1
        var reader = try copy.reader()
        #expect(try reader.durableSequence() == kept)
        #expect(try reader.records().count == Int(kept))
        let known = try log.reader().list.begun.last?.header.firstSequence ?? 0
        let writer = try copy.writer()
        #expect(writer.recovery.copyGap?.lastSequence == kept)
        #expect((writer.recovery.copyGap?.knownSequence ?? 0) >= known)
        #expect(writer.nextSequence == kept + 1)
        try writer.append(RecordBatch("other"), time: 1 << 50)
        try writer.close()
        let next = try copy.writer()
        #expect(!next.recovery.isCopy)
        #expect(next.recovery.copyGap == nil)
        try next.close()
        #expect(try reader.verify().isWhole)
    }

    /// A segment of no length beside a torn frame of the one before it looks like damage.
    @Test func `the prepared segment of a copy that nobody synced lasts once it is opened`() throws
    {
        let options = LogOptions.small
        let original = try MemoryFileSystem.holding(Self.quarter)
        #expect(original.bytes(original.segmentPath(2)).count == options.segmentSize)
        let copy = MemoryFileSystem()
        copy.state.withLock { $0.isCopy = true }
        for (path, bytes) in original.image.inOrder {
            try copy.open(path, .create).writeAll(bytes, at: 0)
        }
        let writer = try copy.writer()
        #expect(writer.recovery.isCopy)
        #expect(writer.recovery.segment == 1)
        let left = copy.afterCut(.nothing)
        #expect(left.bytes(left.segmentPath(2)).count == options.segmentSize)
        try writer.close()
    }

    /// Groups of more than a quarter of a small segment.
    private static var quarter: [[String]] {
        var draws = SeededRandom(seed: 1)
        return (0..<7).map { _ in
            [(0..<60).map { _ in String(draws.next(), radix: 36) }.joined()]
        }
    }

    @Test func `where files are renumbered with each mount, nothing is taken for a copy`() throws {
        let disk = MemoryFileSystem()
        disk.state.withLock { $0.keepsIdentity = false }
        func open(_ isCopy: Bool) throws -> RecoveryReport {
            disk.state.withLock { $0.isCopy = isCopy }
            let writer = try disk.writer()
            try writer.append(RecordBatch("a"), time: 1)
            try writer.close()
            return writer.recovery
        }
        #expect(try !open(false).isCopy)
        #expect(try !open(true).isCopy)
        #expect(try !open(false).isCopy)
        // A mark that came from elsewhere says so once.
        disk.state.withLock { $0.keepsIdentity = true }
        #expect(try !open(false).isCopy)
        disk.state.withLock { $0.keepsIdentity = false }
        #expect(try open(true).isCopy)
        #expect(try !open(false).isCopy)
    }

    @Test func `a birth that is not known tells no files apart`() {
        let file = FileIdentity(inode: 7, birth: 9)
        #expect(file.fits(file))
        #expect(file.fits(FileIdentity(inode: 7, birth: 0)))
        #expect(FileIdentity(inode: 7, birth: 0).fits(file))
        #expect(!file.fits(FileIdentity(inode: 7, birth: 8)))
        #expect(!file.fits(FileIdentity(inode: 8, birth: 0)))
    }
}
