import CLZ4
import EventLog
import Events
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
            // safe: the block lies within the text, and LZ4 writes at most the capacity given.
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
