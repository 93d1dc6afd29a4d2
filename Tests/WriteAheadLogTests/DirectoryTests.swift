import Foundation
import Glibc
import Synchronization
import Testing

@testable import WriteAheadLog

/// What others do to a data directory while a writer has it.
@Suite struct DirectoryTests {
    static func opened(_ directory: TemporaryDirectory) throws -> LogWriter {
        let writer = try LogWriter.open(directory.path, options: .small)
        try add("a", to: writer)
        return writer
    }

    static func add(_ text: String, to writer: LogWriter) throws {
        try writer.append(RecordBatch(text), time: 1)
        try writer.flush()
    }

    /// Longer than what may pass between two looks at the directory.
    static func waitForALook() { usleep(UInt32(DirectoryWatch.interval / 1000 * 2)) }

    static func isRefused(_ directory: TemporaryDirectory) -> Bool {
        let error = logError { _ = try LogWriter.open(directory.path, options: .small) }
        if case .directoryInUse = error { return true }
        Issue.record("\(String(describing: error))")
        return false
    }

    @Test func `a second writer is refused though the file lock was removed`() throws {
        let directory = TemporaryDirectory()
        let writer = try Self.opened(directory)
        let notices = Mutex<[LogNotice]>([])
        writer.onNotice { notice in notices.withLock { $0.append(notice) } }
        for round in 0..<3 {
            try FileManager.default.removeItem(atPath: directory.path + "/lock")
            #expect(Self.isRefused(directory), "round \(round)")
            // A reader does not take it for a log that nobody writes.
            let paths = LogPaths(directory: directory.path)
            #expect(try DataDirectory.isInUse(paths, in: PosixFileSystem()))
            Self.waitForALook()
            try Self.add("b", to: writer)
            #expect(
                notices.withLock { $0.last } == .renewed(path: directory.path + "/lock"),
                "round \(round)"
            )
            #expect(
                logError { _ = try LogWriter.open(directory.path, options: .small) }
                    == .directoryInUse(
                        path: directory.path,
                        pid: ProcessInfo.processInfo.processIdentifier
                    )
            )
        }
        try writer.close()
        let next = try LogWriter.open(directory.path, options: .small)
        #expect(next.recovery.lastSequence == 4)
        try next.close()
    }

    @Test func `a directory that two paths lead to has one writer`() throws {
        let directory = TemporaryDirectory()
        let other = TemporaryDirectory()
        let writer = try Self.opened(directory)
        try FileManager.default.createDirectory(
            atPath: other.path,
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: other.path + "/log",
            withDestinationPath: directory.path + "/log"
        )
        #expect(Self.isRefused(other))
        try writer.close()
    }

    @Test func `a mark that was removed is there again`() throws {
        let directory = TemporaryDirectory()
        let writer = try Self.opened(directory)
        try FileManager.default.removeItem(atPath: directory.path + "/durable")
        Self.waitForALook()
        try Self.add("b", to: writer)
        var reader = try LogReader(directory.path)
        #expect(try reader.durableSequence() == 2)
        try writer.close()
        #expect(try reader.verify().isWhole)
    }

    /// What can be done to the segment that is written to.
    enum Change: CaseIterable {
        case removed, directoryMoved, directoryReplaced, logMoved, replaced

        func make(_ path: String) throws {
            let files = FileManager.default
            switch self {
            case .removed: try files.removeItem(atPath: path + "/log/00000001.seg")
            case .directoryMoved: try files.moveItem(atPath: path, toPath: path + ".old")
            case .directoryReplaced:
                try files.moveItem(atPath: path, toPath: path + ".old")
                try LogWriter.open(path, options: .small).close()
            case .logMoved: try files.moveItem(atPath: path + "/log", toPath: path + "/log.old")
            case .replaced:
                let segment = path + "/log/00000001.seg"
                try files.copyItem(atPath: segment, toPath: segment + ".copy")
                try files.removeItem(atPath: segment)
                try files.moveItem(atPath: segment + ".copy", toPath: segment)
            }
        }
    }

    @Test(arguments: Change.allCases)
    func `nothing is acknowledged that nobody would find`(change: Change) throws {
        let directory = TemporaryDirectory()
        let writer = try Self.opened(directory)
        let told = Mutex<[LogError]>([])
        let bell = Doorbell()
        writer.onPoison { error in
            told.withLock { $0.append(error) }
            bell.ring()
        }
        try change.make(directory.path)
        defer { try? FileManager.default.removeItem(atPath: directory.path + ".old") }
        let others = try? Data(contentsOf: URL(filePath: directory.path + "/log/00000001.seg"))
        Self.waitForALook()
        guard case .directoryLost = logError({ try Self.add("lost", to: writer) }) else {
            Issue.record("acknowledged")
            return
        }
        guard case .directoryLost = logError({ try Self.add("more", to: writer) }) else {
            Issue.record("accepted")
            return
        }
        bell.wait()
        #expect(told.withLock { $0.count } == 1)
        _ = logError { try writer.close() }
        // What is there now is another one's, and is left as it is.
        let now = try? Data(contentsOf: URL(filePath: directory.path + "/log/00000001.seg"))
        #expect(now == others)
    }

    @Test(arguments: [EACCES, EIO, ESTALE, ENOMEM])
    func `a look that fails is no verdict, and is told once`(code: Int32) throws {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        let notices = Mutex<[LogNotice]>([])
        writer.onNotice { notice in notices.withLock { $0.append(notice) } }
        func told() -> Int {
            notices.withLock { told in
                told.count { if case .cannotLook = $0 { true } else { false } }
            }
        }
        for round in 1...2 {
            system.refuse { operation, _ in operation == "statx" ? code : nil }
            for _ in 0..<3 {
                Self.waitForALook()
                try Self.add("a", to: writer)
            }
            #expect(told() == round)
            system.refuse(nil)
            Self.waitForALook()
            try Self.add("b", to: writer)
        }
        // What the path leads through is a file by now: nobody would find the segment.
        system.refuse { operation, _ in operation == "statx" ? ENOTDIR : nil }
        Self.waitForALook()
        guard case .directoryLost = logError({ try Self.add("lost", to: writer) }) else {
            Issue.record("acknowledged")
            return
        }
        _ = logError { try writer.close() }
    }

    @Test func `no segment is begun while looking fails`() throws {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        system.refuse { operation, _ in operation == "statx" ? EACCES : nil }
        let error = logError {
            for _ in 0..<200 { try Self.add(CrashTests.text(77_777_777), to: writer) }
        }
        #expect(error != nil)
        #expect(try system.reader().list.begun.count == 1)
        _ = logError { try writer.close() }
    }

    @Test func `a segment is never made over another one's`() throws {
        let system = MemoryFileSystem()
        let preparer = SegmentPreparer(
            LogPaths(directory: MemoryFileSystem.directory),
            in: system,
            segmentSize: 16 << 10
        )
        system.setBytes(system.segmentPath(2), [1, 2, 3])
        #expect(throws: LogError.self) { try preparer.finish(2, .bytes([])) }
        #expect(system.bytes(system.segmentPath(2)) == [1, 2, 3])
    }
}
