/// What a new segment's dictionary is made of.
enum DictionarySource: Sendable {
    /// These bytes; none if there are none.
    case bytes([UInt8])
    /// The raw bytes of the last frames before a position.
    case frames(SegmentFile, before: FramePosition)

    /// The last bytes of the source, at most `limit`.
    func bytes(limit: Int) throws(LogError) -> [UInt8] {
        switch self {
        case .bytes(let bytes): return Array(bytes.suffix(limit))
        case .frames(let segment, let position):
            return try Self.recent(segment, before: position, limit: limit)
        }
    }

    /// Walks the frames backwards, by the length that each has of the one before.
    private static func recent(
        _ segment: SegmentFile,
        before position: FramePosition,
        limit: Int
    ) throws(LogError) -> [UInt8] {
        var reader = FrameReader(segment)
        var parts: [[UInt8]] = []
        var total = 0
        var offset = position.offset
        var length = position.previousLength ?? 0
        while length > 0, total < limit {
            offset -= length
            let header = try reader.knownFrame(at: offset)
            try reader.unpack(header, at: offset)
            parts.append(Array(reader.raw[..<header.rawLength].suffix(limit - total)))
            total += parts[parts.count - 1].count
            length = header.previousLength
        }
        return Array(parts.reversed().joined())
    }
}
