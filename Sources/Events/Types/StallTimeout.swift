/// The rule that gave a stall timeout.
public enum StallBasis: UInt8, FieldEnumeration {
    /// The configured time to the first token: too little is known of the model for another.
    case configured = 1
    /// What the model's first tokens took of late.
    case observed = 2
    /// The model thinks before it writes.
    case reasoning = 3
    /// The model runs on this machine and may have to be loaded first.
    case loading = 4
    /// Nothing limits how long the answer gets, and nothing comes of it before it is whole: it has the
    /// request's whole time.
    case whole = 5

    /// Configured.
    public static var empty: StallBasis { .configured }
}

/// When an attempt of which no content has come counts as stalled, and another candidate is asked.
public struct StallTimeout: FieldRecord {
    /// Microseconds from the request sent to the answer's first content.
    public var microseconds: Int64 = 0
    /// The rule that gave them.
    public var basis: StallBasis = .configured
    /// The time in which 99 of 100 answers are expected to begin, in microseconds, where the timeout
    /// rests on it.
    public var expectedMicroseconds: Int?
    /// How much of the timeout is for reading a long prompt; absent for a short one.
    public var readingMicroseconds: Int64?

    /// A record with every field empty.
    public init() {}

    /// A timeout and where it comes from.
    public init(_ microseconds: Int64, _ basis: StallBasis, expected: Int? = nil) {
        self.microseconds = microseconds
        self.basis = basis
        expectedMicroseconds = expected
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "us", &microseconds)
        visitor.field(2, "basis", &basis)
        visitor.field(3, "expected_us", &expectedMicroseconds)
        visitor.field(4, "reading_us", &readingMicroseconds)
    }
}

/// How a stalled attempt is told from a slow one, at every provider.
public struct HangPolicy: FieldRecord {
    /// The least limit, in microseconds, however quick a model has been.
    public var leastMicroseconds: Int64 = 5_000_000
    /// How many times the expected time the limit is.
    public var multiple: Int = 3

    /// Five seconds, three times.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "least_us", &leastMicroseconds)
        visitor.field(2, "multiple", &multiple)
    }
}

/// How long one provider may take to the first content of an answer.
public struct FirstTokenPolicy: FieldRecord {
    /// The most for a model that neither thinks nor has to be loaded, in microseconds.
    public var typicalMicroseconds: Int64 = 0
    /// That for one that does, in microseconds.
    public var slowMicroseconds: Int64 = 0
    /// How many tokens of a prompt a second it reads at least, so that a long one has time on top; 0
    /// for none.
    public var prefillTokensPerSecond: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "usual_us", &typicalMicroseconds)
        visitor.field(2, "slow_us", &slowMicroseconds)
        visitor.field(3, "prefill_tokens_per_second", &prefillTokensPerSecond)
    }
}
