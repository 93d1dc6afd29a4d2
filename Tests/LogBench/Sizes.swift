import CLZ4
import EventLog
import Events
import Foundation
import WriteAheadLog

/// Bytes of an event on the disk, beside the same events as JSON lines.
enum Sizes {
    /// Bytes an event in a log whose commits hold `group` events each, frame headers included.
    static func log(_ events: [Event], group: Int, in parent: String) throws -> Double {
        let folder = try Folder(in: parent, "sizes")
        let log = try EventLog(folder.path)
        for start in stride(from: 0, to: events.count, by: group) {
            try log.append(Array(events[start..<min(start + group, events.count)]))
            // A commit of its own, unless so many fit into one that it makes no difference.
            if group < 1_000 { try log.flush() }
        }
        try log.close()
        var reader = try EventReader(folder.path)
        let statistics = try reader.log.statistics()
        return Double(statistics.storedBytes) / Double(statistics.records)
    }

    /// Bytes an event, frame headers included, in segments whose dictionary was taken from the
    /// segment before: as they are written, and once they are sealed and recompressed.
    static func steady(
        _ events: [Event],
        group: Int,
        in parent: String
    ) throws -> (hot: Double, sealed: Double) {
        let folder = try Folder(in: parent, "steady")
        var options = LogOptions(segmentSize: 4 << 20, recompresses: false)
        let log = try EventLog(folder.path, options: options)
        for start in stride(from: 0, to: events.count, by: group) {
            try log.append(Array(events[start..<min(start + group, events.count)]))
            try log.flush()
        }
        try log.close()
        let hot = try middle(of: folder.path)
        // The next writer recompresses what is sealed.
        options.recompresses = true
        let next = try EventLog(folder.path, options: options)
        var reader = try EventReader(folder.path)
        while try reader.log.segments().dropLast().contains(where: { $0.size == 4 << 20 }) {
            if let failure = next.recompressionFailure { throw failure }
            Thread.sleep(forTimeInterval: 0.1)
        }
        try next.close()
        return (hot, try middle(of: folder.path))
    }

    /// Bytes an event of all segments but the first and the last.
    private static func middle(of directory: String) throws -> Double {
        var reader = try EventReader(directory)
        let segments = try reader.log.segments()
        guard segments.count > 3 else { throw BenchError("too few segments") }
        var (bytes, count) = (0, 0)
        try reader.log.forEachFrame(fromSegment: 2) { frame in
            guard frame.segment < segments.count else { return false }
            bytes += 80 + (frame.storedLength + 7) / 8 * 8
            count += frame.count
            return true
        }
        return Double(bytes) / Double(count)
    }

    /// Bytes an event before compression.
    static func raw(_ events: [Event]) -> Double {
        var bytes: [UInt8] = []
        for event in events { event.encode(into: &bytes) }
        return Double(bytes.count) / Double(events.count)
    }

    /// Bytes an event as JSON lines in LZ4 blocks of 64 KiB, and before compression.
    static func json(_ events: [Event]) -> (compressed: Double, raw: Double) {
        var text: [UInt8] = []
        for (index, event) in events.enumerated() {
            text += event.json(sequence: UInt64(index + 1)).utf8
            text.append(10)
        }
        let block = 64 << 10
        var output = [UInt8](repeating: 0, count: block + block / 100 + 64)
        var total = 0
        for start in stride(from: 0, to: text.count, by: block) {
            let count = min(block, text.count - start)
            // SAFETY: the block lies within the text, and LZ4 writes at most the capacity given.
            total += unsafe text.withUnsafeBytes { source in
                unsafe output.withUnsafeMutableBytes { target in
                    guard let from = source.baseAddress, let to = target.baseAddress else {
                        return 0
                    }
                    return unsafe Int(
                        LZ4_compress_default(
                            (from + start).assumingMemoryBound(to: CChar.self),
                            to.assumingMemoryBound(to: CChar.self),
                            Int32(count),
                            Int32(target.count)
                        )
                    )
                }
            }
        }
        let events = Double(events.count)
        return (Double(total) / events, Double(text.count) / events)
    }
}
