import Synchronization
import TestSupport
import Testing

@testable import WriteAheadLog

/// Counts what is read from the segments below it.
final class CountingFileSystem: ForwardingFileSystem {
    let below: any FileSystem
    private let bytes = Mutex(0)

    init(_ below: any FileSystem) { self.below = below }

    var bytesRead: Int { bytes.withLock { $0 } }

    func open(_ path: String, _ access: FileAccess) throws(SystemError) -> any File {
        CountingFile(try below.open(path, access)) { [self] count in
            if path.hasSuffix(".seg") { bytes.withLock { $0 += count } }
        }
    }
}

private final class CountingFile: ForwardingFile {
    let below: any File
    private let count: @Sendable (Int) -> Void

    init(_ below: any File, _ count: @escaping @Sendable (Int) -> Void) {
        self.below = below
        self.count = count
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) throws(SystemError) -> Int {
        // SAFETY: passed on as it is.
        let length = try unsafe below.read(into: buffer, at: offset)
        count(length)
        return length
    }
}

@Suite struct SeekTests {
    /// Frames of about 20 KB, a millisecond apart: one full segment of 8 MiB and most of another.
    static let log: MemoryFileSystem? = try? MemoryFileSystem.holding(
        (0..<600).map { frame in
            var draws = SeededRandom(seed: UInt64(frame))
            return ["\(frame)", (0..<2100).map { _ in String(draws.next(), radix: 36) }.joined()]
        },
        LogOptions(segmentSize: 8 << 20, recompresses: false)
    )

    @Test(arguments: [(7, 1), (250, 1), (500, 2), (599, 2)])
    func `a seek by sequence or time reads a small part of its segment`(
        frame: Int,
        segment: UInt32
    ) throws {
        let system = CountingFileSystem(try #require(Self.log))
        var reader = try LogReader(MemoryFileSystem.directory, fileSystem: system)
        let sequence = UInt64(frame * 2 + 1)
        let held = try #require(
            reader.list.begun.last { $0.header.firstSequence <= sequence }
        )
        #expect(held.number == segment)
        var text = ""
        var start = system.bytesRead
        try reader.forEach(from: sequence) { bytes, _, _ in
            text = (0..<bytes.count).map { String(UnicodeScalar(bytes[$0])) }.joined()
            return false
        }
        #expect(text == "\(frame)")
        #expect(system.bytesRead - start < 2 << 20)

        start = system.bytesRead
        #expect(try reader.firstSequence(atOrAfter: Int64(frame + 1) * 1000) == sequence)
        #expect(system.bytesRead - start < 2 << 20)
    }

    @Test func `every instant leads to the first record of then or later, sealed or not`() throws {
        let system = try MemoryFileSystem.holding(
            (0..<400).map { frame in (0...(frame % 3)).map { "\(frame).\($0)" } },
            .small
        )
        var reader = try system.reader()
        try #require(try reader.segments().count > 2)
        let records = try reader.records()
        for time in stride(from: 0 as Int64, through: 402_000, by: 500) {
            let expected = records.first { $0.time >= time }?.sequence
            let found = try reader.firstSequence(atOrAfter: time)
            #expect(found == expected ?? UInt64(records.count + 1), "\(time)")
        }
        for record in records.reversed() {
            #expect(try reader.records(from: record.sequence).first == record)
        }
    }
}
