/// How a log is created and grows.
public struct LogOptions: Sendable {
    /// Size of new segments in bytes: a multiple of 4,096, from 16 KiB to 1 GiB.
    ///
    /// Existing segments keep theirs.
    public var segmentSize: Int
    /// The log's identity.
    ///
    /// `nil` takes the one on disk, or draws one when the log is new; a value that differs from the
    /// one on disk is refused.
    public var logID: LogID?
    /// The node that writes, recorded in each segment (a fleet's folds tell nodes apart by it).
    public var nodeID: UInt64
    /// Most bytes that may wait for the disk before `append` is refused: memory stays bounded when
    /// the disk stalls.
    public var backlogLimit: Int
    /// How long anybody waits for a record to be durable while there is no space for it: then all who
    /// wait are told why, and who comes later is told at once.
    ///
    /// Shorter than the minute after which many clients, and proxies before them, give up by themselves
    /// and learn nothing.
    public var stallLimit: Duration
    /// Bytes like those of the records to come, for the dictionary of a new log's first segment.
    ///
    /// Later segments take theirs from the segment before. The last 32 KiB count.
    public var dictionary: [UInt8]
    /// Whether sealed segments are compressed harder in the background, once.
    public var recompresses: Bool
    /// Asked before anything is changed: one that knows of records behind the log's end keeps the log
    /// closed (`LogError.tailLost`), unless the directory is a copy, which may lack what was written
    /// while it was made.
    public var witnesses: LogWitnesses

    /// Options of a production log: 64 MiB segments, 64 MiB of backlog.
    public init(
        segmentSize: Int = 64 << 20,
        logID: LogID? = nil,
        nodeID: UInt64 = 0,
        backlogLimit: Int = 64 << 20,
        stallLimit: Duration = .seconds(30),
        dictionary: [UInt8] = [],
        recompresses: Bool = true,
        witnesses: @escaping LogWitnesses = { _ in [] }
    ) {
        self.witnesses = witnesses
        precondition(
            segmentSize % Format.pageSize == 0 && Format.segmentSizes.contains(segmentSize),
            "a segment is a multiple of 4,096 bytes from 16 KiB to 1 GiB"
        )
        self.segmentSize = segmentSize
        self.logID = logID
        self.nodeID = nodeID
        self.backlogLimit = backlogLimit
        self.stallLimit = stallLimit
        self.dictionary = dictionary
        self.recompresses = recompresses
    }
}

/// The 128-bit identity of one log, drawn at random when it is created.
public struct LogID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, little-endian.
    public let low: UInt64
    /// The last eight bytes, little-endian.
    public let high: UInt64

    /// An identity from its two halves.
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    static func random() -> LogID {
        LogID(low: .random(in: .min ... .max), high: .random(in: .min ... .max))
    }

    /// 32 hexadecimal digits.
    public var description: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}

enum Hexadecimal {
    /// The bytes that pairs of digits stand for; `nil` for anything else.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8((digits[index] ?? 0) << 4 | (digits[index + 1] ?? 0))
        }
    }

    static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return text
    }
}
