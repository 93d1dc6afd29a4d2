/// One segment, as listed by `LogReader.segments`.
public struct SegmentSummary: Equatable, Sendable {
    /// Number, from 1.
    public let number: UInt32
    /// Name of the file in the log's directory.
    public let file: String
    /// Length of the file in bytes.
    public let size: Int
    /// Sequence number of its first record (of the next one, if it holds none yet).
    public let firstSequence: UInt64
    /// Time at which it was begun, in microseconds since the epoch.
    public let created: Int64
    /// The node that wrote it.
    public let nodeID: UInt64
    /// True if it is complete and has its footer.
    public let sealed: Bool
}

/// One frame, as dumped.
public struct FrameSummary: Equatable, Sendable {
    /// Number of its segment.
    public let segment: UInt32
    /// Offset from the start of the segment in bytes.
    public let offset: Int
    /// Sequence number of its first record.
    public let firstSequence: UInt64
    /// Number of records.
    public let count: Int
    /// Bytes of its records before compression.
    public let rawLength: Int
    /// Bytes of its body as stored.
    public let storedLength: Int
    /// How the body is stored: `plain`, `lz4` or `lz4+dictionary`.
    public let codec: String
    /// Time of its first group in microseconds since the epoch.
    public let time: Int64
    /// CRC-32C of the stored body.
    public let checksum: UInt32
    /// Hash of the chain up to and with this frame, 32 bytes.
    public let link: [UInt8]
}

/// Counts and sizes of a log.
public struct LogStatistics: Equatable, Sendable {
    /// Number of segments.
    public internal(set) var segments = 0
    /// Number of frames, each one write and one sync.
    public internal(set) var frames: UInt64 = 0
    /// Number of records.
    public internal(set) var records: UInt64 = 0
    /// Bytes of the records before compression, with their lengths.
    public internal(set) var rawBytes: UInt64 = 0
    /// Bytes of the frames as stored, headers and padding included.
    public internal(set) var storedBytes: UInt64 = 0
    /// First sequence number; 0 for an empty log.
    public internal(set) var firstSequence: UInt64 = 0
    /// Last sequence number; 0 for an empty log.
    public internal(set) var lastSequence: UInt64 = 0
    /// Time of the first group in microseconds since the epoch; 0 for an empty log.
    public internal(set) var firstTime: Int64 = 0
    /// Time of the last group in microseconds since the epoch; 0 for an empty log.
    public internal(set) var lastTime: Int64 = 0

    init() {}
}

/// What `LogReader.verify` found.
public struct VerificationReport: Equatable, Sendable {
    /// A place that is not as it was written.
    public struct Problem: Equatable, Sendable {
        /// Number of the segment.
        public let segment: UInt32
        /// Offset of the bad block from the start of the segment in bytes.
        public let offset: Int
        /// What is wrong there.
        public let reason: String
        /// What to do about it.
        public let advice: String
    }

    /// What was checked and found good.
    public internal(set) var checked = LogStatistics()
    /// Hash of the chain after the last good frame, 32 bytes; two logs with the same hash hold the
    /// same records.
    public internal(set) var chain: [UInt8] = []
    /// The first sequence number that is kept, if older segments were retired: their records, and
    /// that the chain led through them, can't be checked any more.
    public internal(set) var retiredBefore: UInt64?
    /// The first bad block; `nil` if the log is whole.
    public internal(set) var problem: Problem?
    /// An unfinished frame at the very end, which no one was promised; the next writer cuts it.
    public internal(set) var tornTail: Problem?

    /// What the directory lacks because it is a copy that was made while the log was written, which
    /// explains all that is not as it was written; the next writer sets it aside.
    public internal(set) var copyGap: RecoveryReport.CopyGap?

    /// Why a directory that holds segments is not read as a log; `nil` if it is.
    public internal(set) var directoryProblem: String?
    /// Why the log and the checkpoint it was held against don't agree; `nil` if they do, or without
    /// one.
    public internal(set) var checkpointProblem: String?

    /// What of these knows of records that a whole log lacks, as an error; `nil` if nothing does, or if
    /// the directory is a copy that was made while the log was written.
    public func lostTail(_ witnesses: [LogWitness]) -> LogError? {
        guard problem == nil, directoryProblem == nil, !isCopy else { return nil }
        // What was retired was there, too.
        let last = max(checked.lastSequence, (retiredBefore ?? 1) - 1)
        guard let known = witnesses.ahead(of: last, logID).last else { return nil }
        return .tailLost(last: last, known: known.sequence, witness: known.name)
    }

    /// The log's identity; `nil` before its first segment is begun.
    public internal(set) var logID: LogID?
    /// True if the directory is a copy that no writer opened.
    public internal(set) var isCopy = false

    /// True without a problem, also with the checkpoint; a torn tail is none.
    public var isWhole: Bool {
        problem == nil && directoryProblem == nil && checkpointProblem == nil
    }

    init() {}
}
