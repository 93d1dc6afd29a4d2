/// What a backup copied, and what the copy holds.
public struct BackupReport: Equatable, Sendable {
    /// The directory that holds the copy.
    public internal(set) var directory = ""
    /// Identity of the log.
    public internal(set) var logID = LogID(low: 0, high: 0)
    /// First sequence number that it holds: 1, unless older segments were retired.
    public internal(set) var firstSequence: UInt64 = 1
    /// Last sequence number that it holds: what was durable when the backup began.
    public internal(set) var lastSequence: UInt64 = 0
    /// Number of segments.
    public internal(set) var segments = 0
    /// How many of them were copied now.
    public internal(set) var copied = 0
    /// How many were there already.
    public internal(set) var unchanged = 0
    /// Bytes that were copied now.
    public internal(set) var bytes = 0
    /// Records that were read back and found as they were written.
    public internal(set) var verifiedRecords = 0
    /// Hash of the chain behind the last one, 32 bytes: the original's at that place.
    public internal(set) var chain: [UInt8] = []

    init() {}
}
