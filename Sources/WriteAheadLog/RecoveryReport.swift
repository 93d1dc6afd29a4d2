/// What `LogWriter.open` found and did.
public struct RecoveryReport: Equatable, Sendable {
    /// The unfinished end of the log that was cut: it was never acknowledged.
    public struct CutTail: Equatable, Sendable {
        /// Number of the segment.
        public let segment: UInt32
        /// Offset of the first cut byte from the start of the segment.
        public let offset: Int
        /// Number of bytes from there to the last one that was not zero.
        public let byteCount: Int
        /// What was wrong with the frame at the offset.
        public let reason: String
        /// File that keeps the cut bytes.
        public let savedTo: String
    }

    /// What a copy that was made while the log was written lacks of it.
    public struct CopyGap: Equatable, Sendable {
        /// The last sequence number that the copy holds.
        public let lastSequence: UInt64
        /// The last one of which it knows that the log held it by then.
        public let knownSequence: UInt64
        /// The directory that keeps what was copied of it; `nil` if nothing had to be set aside.
        public let savedTo: String?
    }

    /// True if the directory is a copy that no writer opened before.
    public internal(set) var isCopy = false
    /// What it lacks because it was copied while the log was written; `nil` if it lacks nothing.
    public internal(set) var copyGap: CopyGap?
    /// True if this opening created the log.
    public internal(set) var created = false
    /// True if the writer before closed the log.
    public internal(set) var closedCleanly = false
    /// The torn tail that was cut, if there was one.
    public internal(set) var cut: CutTail?
    /// First sequence number that can be read: 1, unless older segments were retired.
    public internal(set) var firstSequence: UInt64 = 1
    /// Last sequence number that survived; 0 for an empty log.
    public internal(set) var lastSequence: UInt64 = 0
    /// Time of the last group in microseconds since the epoch; 0 for an empty log.
    public internal(set) var lastTime: Int64 = 0
    /// Number of the segment that is appended to.
    public internal(set) var segment: UInt32 = 0
    /// Number of segments.
    public internal(set) var segmentCount = 0
    /// Identity of the log.
    public internal(set) var logID = LogID(low: 0, high: 0)
    /// Hash of the chain's last frame, 32 bytes.
    public internal(set) var chain: [UInt8] = []

    init() {}
}

extension RecoveryReport.CopyGap: CustomStringConvertible {
    /// What the copy is, and what to do.
    public var description: String {
        let lost =
            knownSequence > lastSequence
            ? ", and lacks \(lastSequence + 1) to \(knownSequence), written while it was made" : ""
        let place = savedTo.map { "; what else was copied is kept in \($0)" } ?? ""
        return "this directory is a copy, made while its log was written: it ends with record "
            + "\(lastSequence)\(lost)\(place); if it was made otherwise, or long after those records, "
            + "compare it with the original"
    }
}
