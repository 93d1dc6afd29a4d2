import Foundation
import Synchronization
import Testing

@testable import WriteAheadLog

/// A record as it was read.
struct Read: Equatable {
    let text: String
    let sequence: UInt64
    let time: Int64
}

extension RecordBatch {
    init(_ texts: String...) { self.init(texts) }

    init(_ texts: [String]) {
        self.init()
        for text in texts { appendRecord(Array(text.utf8)) }
    }
}

extension LogReader {
    /// Everything from a sequence number on.
    mutating func records(from sequence: UInt64 = 1) throws -> [Read] {
        var records: [Read] = []
        try forEach(from: sequence) { bytes, sequence, time in
            var copy: [UInt8] = []
            for index in bytes.indices { copy.append(bytes[index]) }
            records.append(
                Read(text: String(decoding: copy, as: UTF8.self), sequence: sequence, time: time)
            )
            return true
        }
        return records
    }
}

extension MemoryFileSystem {
    static let directory = "/data"

    func writer(_ options: LogOptions = .small) throws(LogError) -> LogWriter {
        try LogWriter.open(Self.directory, options: options, fileSystem: self)
    }

    func reader() throws(LogError) -> LogReader {
        try LogReader(Self.directory, fileSystem: self)
    }

    func segmentPath(_ number: Int) -> String { "\(Self.directory)/log/0000000\(number).seg" }

    func bytes(_ path: String) -> [UInt8] {
        state.withLock { state in state.names[path].map { state.inodes[$0].data } ?? [] }
    }

    func setBytes(_ path: String, _ bytes: [UInt8]) {
        state.withLock { state in
            if let known = state.names[path] {
                let serial = state.inodes[known].serial
                state.inodes[known] = MemoryFileSystem.Inode(
                    data: bytes,
                    durable: bytes,
                    serial: serial
                )
            } else {
                state.inodes.append(
                    MemoryFileSystem.Inode(data: bytes, durable: bytes, serial: 1)
                )
                state.names[path] = state.inodes.count - 1
            }
        }
    }

    func flip(_ path: String, _ place: Int, _ bit: Int) {
        state.withLock { state in
            if let inode = state.names[path] { state.inodes[inode].data[place] ^= 1 << UInt8(bit) }
        }
    }

    func removeName(_ path: String) {
        state.withLock { _ = $0.names.removeValue(forKey: path) }
    }

    /// A copy with everything as it stands and no locks.
    func copy() -> MemoryFileSystem { afterCut(.everything) }

    /// A copy whose durable mark is lost, as after a power cut.
    func copyWithoutMark() -> MemoryFileSystem {
        let copy = afterCut(.everything)
        copy.removeName("\(Self.directory)/durable")
        return copy
    }

    /// A closed log with one frame per group.
    static func holding(
        _ groups: [[String]],
        _ options: LogOptions = .small
    ) throws -> MemoryFileSystem {
        let system = MemoryFileSystem()
        let writer = try system.writer(options)
        for (index, group) in groups.enumerated() {
            try writer.append(RecordBatch(group), time: Int64(index + 1) * 1000)
            try writer.flush()
        }
        try writer.close()
        return system
    }

    /// Where the frames of a segment lie.
    func frames(segment: Int = 1) throws -> [FrameSummary] {
        var reader = try reader()
        var frames: [FrameSummary] = []
        try reader.forEachFrame { frame in
            if frame.segment == UInt32(segment) { frames.append(frame) }
            return true
        }
        return frames
    }
}

extension FrameSummary {
    var end: Int { offset + Format.aligned(FrameHeader.size + storedLength) }
}

extension LogOptions {
    /// Small segments, left as they are once sealed, so that calls come in the same order each time;
    /// space is waited for however slow the machine is.
    static let small = LogOptions(
        segmentSize: 16 << 10,
        logID: LogID(low: 1, high: 2),
        stallLimit: .seconds(3_600),
        recompresses: false
    )
}

/// A real directory that is removed with the value.
final class TemporaryDirectory {
    let path = FileManager.default.temporaryDirectory.path + "/logway-wal-\(UUID().uuidString)"

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }
}

/// The error of a call, if it has one.
func logError(_ body: () throws -> Void) -> LogError? {
    do {
        try body()
        return nil
    } catch {
        return error as? LogError
    }
}
