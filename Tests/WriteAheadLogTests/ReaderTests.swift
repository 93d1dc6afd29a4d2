import Foundation
import Glibc
import TestSupport
import Testing

@testable import WriteAheadLog

@Suite struct ReaderTests {
    @Test func `a reader beside a live writer never passes the durable mark`() throws {
        let system = MemoryFileSystem()
        let writer = try system.writer()
        try writer.append(RecordBatch("a"), time: 1)
        try writer.flush()
        var reader = try system.reader()
        #expect(try reader.records().map(\.text) == ["a"])
        // The frame is written, but its sync fails: it stands there and must not be shown.
        system.refuse { operation, _ in operation == "fdatasync" ? EIO : nil }
        try writer.append(RecordBatch("b"), time: 2)
        _ = logError { try writer.flush() }
        #expect(try system.copyWithoutMark().reader().list.begun.count == 1)
        #expect(try reader.durableSequence() == 1)
        #expect(try reader.records().map(\.text) == ["a"])
    }

    @Test func `a mark of a clean closing that a power cut brought back hides no later record`()
        throws
    {
        let path = "\(MemoryFileSystem.directory)/durable"
        let system = try MemoryFileSystem.holding([["a"]])
        let old = system.bytes(path)
        let writer = try system.writer()
        try writer.append(RecordBatch("b"), time: 2)
        try writer.close()
        system.setBytes(path, old)
        var reader = try system.reader()
        #expect(try reader.records().map(\.text) == ["a", "b"])
        #expect(try reader.verify().isWhole)
    }

    @Test func `a reader follows a writer across segments from where it stopped`() throws {
        let directory = TemporaryDirectory()
        let writer = try LogWriter.open(directory.path, options: .small)
        var reader = try LogReader(directory.path)
        var next: UInt64 = 1
        var draws = SeededRandom(seed: 11)
        for round in 0..<60 {
            let text = (0..<30).map { _ in "\(draws.next())" }.joined()
            try writer.append(RecordBatch("\(round)", text), time: Int64(round))
            try writer.flush()
            var seen: [UInt64] = []
            next = try reader.forEach(from: next) { _, sequence, _ in
                seen.append(sequence)
                return true
            }
            #expect(seen == [UInt64(round * 2 + 1), UInt64(round * 2 + 2)])
        }
        #expect(try reader.segments().count > 2)
        try writer.close()
    }

    @Test func `a visit that stops goes on behind the record it stopped at`() throws {
        let system = try MemoryFileSystem.holding([["a", "b", "c"], ["d"]])
        var reader = try system.reader()
        let next = try reader.forEach { _, sequence, _ in sequence < 2 }
        #expect(next == 3)
        #expect(try reader.records(from: next).map(\.text) == ["c", "d"])
        #expect(try reader.records(from: 1).count == 4)
    }

    @Test func `a second writer is refused by the first one's process id`() throws {
        let directory = TemporaryDirectory()
        let writer = try LogWriter.open(directory.path, options: .small)
        let error = logError { _ = try LogWriter.open(directory.path, options: .small) }
        let pid = ProcessInfo.processInfo.processIdentifier
        #expect(error == .directoryInUse(path: directory.path, pid: pid))
        #expect("\(try #require(error))".contains("process \(pid)"))
        try writer.close()
        try LogWriter.open(directory.path, options: .small).close()
    }

    @Test func `a newer directory is refused`() throws {
        let system = try MemoryFileSystem.holding([["a"]])
        system.setBytes("\(MemoryFileSystem.directory)/version", Array("logway-data 3\n".utf8))
        let expected = LogError.newerVersion(
            path: "\(MemoryFileSystem.directory)/version",
            found: 3,
            supported: 2
        )
        #expect(logError { _ = try system.writer() } == expected)
        #expect(logError { _ = try system.reader() } == expected)
    }

    @Test func `a newer segment is refused`() throws {
        let system = try MemoryFileSystem.holding([["a"]])
        var bytes = system.bytes(system.segmentPath(1))
        var page = Array(bytes[..<Format.pageSize])
        page.store(UInt16(3), at: 8)
        page.store(CRC32C.of(page, 16..<page.count, seed: CRC32C.of(page, 0..<12)), at: 12)
        bytes.replaceSubrange(..<Format.pageSize, with: page)
        system.setBytes(system.segmentPath(1), bytes)
        guard case .newerVersion(_, 3, 2) = logError({ _ = try system.writer() }) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func `a directory that can't be written is named`() throws {
        let system = MemoryFileSystem()
        system.refuse { operation, _ in operation == "open" ? EACCES : nil }
        let error = try #require(logError { _ = try system.writer() })
        #expect(error == .notWritable(path: "/data/lock", code: EACCES))
        #expect("\(error)".contains("/data/lock"))
    }

    @Test(arguments: ["/dev/null", "/dev/null/log"])
    func `a file in the directory's place is named as one`(path: String) throws {
        let error = try #require(logError { _ = try LogWriter.open(path) })
        #expect("\(error)".hasPrefix("\(path) is not a usable log: it is a file or lies below one"))
    }

    @Test func `a directory without a log is told apart from an empty log`() throws {
        guard case .notALog = logError({ _ = try MemoryFileSystem().reader() }) else {
            Issue.record("opened")
            return
        }
        let system = MemoryFileSystem()
        try system.writer().close()
        var reader = try system.reader()
        #expect(try reader.records().isEmpty)
        #expect(try reader.durableSequence() == 0)
        #expect(try reader.verify().isWhole)
    }

    @Test func `another log than the one asked for is refused`() throws {
        let system = try MemoryFileSystem.holding([["a"]])
        let other = LogOptions(segmentSize: 16 << 10, logID: LogID(low: 9, high: 9))
        guard case .notALog = logError({ _ = try system.writer(other) }) else {
            Issue.record("opened")
            return
        }
    }
}

@Suite struct ConcurrencyTests {
    @Test func `many appenders get consecutive sequences, and each wait ends`() async throws {
        let directory = TemporaryDirectory()
        let writer = try LogWriter.open(
            directory.path,
            options: LogOptions(segmentSize: 64 << 10)
        )
        let firsts = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for task in 0..<32 {
                group.addTask {
                    var firsts: [UInt64] = []
                    for round in 0..<20 {
                        let batch = RecordBatch("\(task).\(round) a", "\(task).\(round) b")
                        let first = try writer.append(batch, time: Int64(round))
                        try await writer.waitUntilDurable(first + 1)
                        if writer.durableSequence < first + 1 { return [] }
                        firsts.append(first)
                    }
                    return firsts
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let expected: [UInt64] = (0..<640).map { UInt64($0) * 2 + 1 }
        #expect(firsts.sorted() == expected)
        try writer.close()
        var reader = try LogReader(directory.path)
        let records = try reader.records()
        #expect(records.map(\.sequence) == Array(1...1280))
        for pair in stride(from: 0, to: records.count, by: 2) {
            #expect(records[pair].text.dropLast() == records[pair + 1].text.dropLast())
        }
        #expect(try reader.verify().isWhole)
    }

    @Test func `closing makes durable what was appended and ends other waits`() async throws {
        let writer = try MemoryFileSystem().writer()
        let waiting = Task { try await writer.waitUntilDurable(100) }
        let sequence = try writer.append(RecordBatch("a"), time: 0)
        try writer.close()
        try writer.close()
        #expect(writer.durableSequence == sequence)
        await #expect(throws: LogError.closed) { try await waiting.value }
    }
}
