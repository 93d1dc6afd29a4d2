/// What was made of the machine's clock, when it and the log's time parted or met again.
public struct ClockJudged: FieldRecord {
    /// What was made of it.
    public var verdict: ClockVerdict = .doubted
    /// What the machine's clock said.
    public var clock: Timestamp = .empty
    /// What the log's time was then, or would have been at the pace of a clock that can't be set.
    public var expected: Timestamp = .empty

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "verdict", &verdict)
        visitor.field(2, "clock", &clock)
        visitor.field(3, "expected", &expected)
    }
}

/// What was made of the machine's clock.
public enum ClockVerdict: UInt8, FieldEnumeration {
    /// It is further ahead than is believed: the log's time goes on without it.
    case doubted = 1
    /// It was set back to where the log's time is.
    case agreed = 2
    /// The kernel says that it is kept by a time server: the log's time went to it.
    case synchronized = 3
    /// The operator said that it is right: the log's time went to it.
    case confirmed = 4

    /// Doubted.
    public static var empty: ClockVerdict { .doubted }
}
