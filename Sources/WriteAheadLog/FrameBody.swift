/// Walks the raw bytes of a frame: groups, and records in them.
enum FrameBody {
    /// What ended a walk.
    enum End: Equatable {
        /// All records were visited; the time of the last group.
        case complete(lastTime: Int64)
        /// The visitor asked to stop.
        case stopped
        /// The bytes are not what the header says.
        case malformed
    }

    /// Visits each record: its bytes, sequence number and group's time.
    @inline(__always)
    static func walk(
        _ raw: Span<UInt8>,
        _ header: FrameHeader,
        _ body: (Span<UInt8>, UInt64, Int64) throws -> Bool
    ) rethrows -> End {
        var offset = 0
        var sequence = header.firstSequence
        var time = header.time
        let end = header.nextSequence
        while offset < raw.count {
            guard
                let elapsed = Varint.read(raw, at: &offset),
                let count = Varint.read(raw, at: &offset),
                count > 0, count <= end - sequence
            else { return .malformed }
            let (later, overflow) = time.addingReportingOverflow(Int64(clamping: elapsed))
            if overflow { return .malformed }
            time = later
            for _ in 0..<count {
                guard
                    let length = Varint.read(raw, at: &offset),
                    length <= UInt64(raw.count - offset)
                else { return .malformed }
                let next = offset + Int(length)
                guard try body(raw.extracting(offset..<next), sequence, time) else {
                    return .stopped
                }
                offset = next
                sequence += 1
            }
        }
        return sequence == end ? .complete(lastTime: time) : .malformed
    }
}
