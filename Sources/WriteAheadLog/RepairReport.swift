import Foundation

/// What a repair did, or would do.
public struct RepairReport: Codable, Equatable, Sendable {
    /// Something that was changed; the bytes before are kept.
    public struct Change: Codable, Equatable, Sendable {
        /// What was done to it.
        public enum Action: String, Codable, Sendable {
            /// Records were cut: they are no part of the log any more.
            case cut
            /// A whole segment was moved aside.
            case moved
            /// Something that follows from the rest was rewritten.
            case repaired = "mended"  // The released manifests' word.
        }

        /// What was done.
        public let action: Action
        /// The file in the data directory.
        public let file: String
        /// Offset of the first byte from the start of the file.
        public let offset: Int
        /// Number of bytes from there.
        public let bytes: Int
        /// Why.
        public let reason: String
        /// The file in `savedTo` that keeps them; `nil` where there was nothing to keep.
        public let kept: String?
    }

    /// Frames that were cut though each is whole by itself: only the chain to them is broken.
    public struct LaterFrames: Codable, Equatable, Sendable {
        /// Number of frames.
        public internal(set) var frames = 0
        /// Number of records in them.
        public internal(set) var records = 0
        /// The least sequence number in them; 0 without frames.
        public internal(set) var firstSequence: UInt64 = 0
        /// The greatest sequence number in them.
        public internal(set) var lastSequence: UInt64 = 0
        /// Time of the first of them, in microseconds since the epoch.
        public internal(set) var firstTime: Int64 = 0
        /// Time of the last of them, in microseconds since the epoch.
        public internal(set) var lastTime: Int64 = 0
    }

    /// True if nothing had to be done.
    public var isWhole: Bool { changes.isEmpty }
    /// True if nothing was changed because it was only asked what would be.
    public internal(set) var dryRun = false
    /// Everything that was changed, in order.
    public internal(set) var changes: [Change] = []
    /// The directory that keeps what was cut, moved and written over; `nil` without changes.
    public internal(set) var savedTo: String?
    /// The last sequence number of the log as it is now; 0 for an empty log.
    public internal(set) var lastSequence: UInt64 = 0
    /// Time of its last group, in microseconds since the epoch.
    public internal(set) var lastTime: Int64 = 0
    /// The greatest sequence number known to have been there before.
    public internal(set) var lastSequenceBefore: UInt64 = 0
    /// What of the cut could still be read.
    public internal(set) var laterFrames = LaterFrames()

    init() {}

    /// How many records are no part of the log any more.
    public var lostRecords: UInt64 {
        lastSequenceBefore > lastSequence ? lastSequenceBefore - lastSequence : 0
    }

    /// One JSON object on one line.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("numbers and texts can always be encoded")
        }
        return String(decoding: data, as: UTF8.self)
    }
}

extension RepairReport.LaterFrames {
    /// Counts the frames from an offset of a segment on that are whole by themselves.
    mutating func count(_ segment: SegmentFile, from offset: Int) throws(LogError) {
        let end = segment.header.footerOffset
        guard offset < end else { return }
        let bytes = try onDisk { () throws(SystemError) in
            try segment.file.bytes(at: offset, count: end - offset)
        }
        var index = 0
        while index + FrameHeader.size <= bytes.count {
            guard
                bytes.integer(UInt32.self, at: index) == FrameHeader.magic,
                let header = FrameHeader(bytes, at: index, salt: segment.header.salt),
                index + header.frameLength <= bytes.count,
                CRC32C.of(
                    bytes,
                    (index + FrameHeader.size)..<(index + FrameHeader.size + header.storedLength),
                    seed: segment.header.salt
                ) == header.bodyChecksum
            else {
                index += Format.frameAlignment
                continue
            }
            add(header)
            index += header.frameLength
        }
    }

    private mutating func add(_ header: FrameHeader) {
        if frames == 0 {
            firstSequence = header.firstSequence
            firstTime = header.time
        }
        frames += 1
        records += header.count
        lastSequence = header.nextSequence - 1
        lastTime = header.time
    }
}
