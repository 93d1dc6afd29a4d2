public import Events

/// What deciding again has shown.
public struct ReplayFindings: Hashable, Sendable {
    /// Counts of decisions, or of attempts.
    public struct Tally: Hashable, Sendable {
        /// Equal to what was recorded, byte for byte.
        public internal(set) var equal = 0
        /// Different from what was recorded.
        public internal(set) var different = 0
        /// Not decided again, since the state, or the request, that they rest on was retired.
        public internal(set) var retired = 0
        /// Not decided again, since another version of the deciding code made them: by version.
        public internal(set) var byOtherVersion: [Int: Int] = [:]

        /// All that were looked at.
        public var total: Int {
            equal + different + retired + byOtherVersion.values.reduce(0, +)
        }
    }

    /// The decisions.
    public internal(set) var decisions = Tally()
    /// The attempts: the first ones, and those that followed a failure.
    public internal(set) var attempts = Tally()
    /// The differences, in the order of the log: the first one, or all.
    public internal(set) var differences: [ReplayDifference] = []
    /// Events read.
    public internal(set) var events = 0
    /// The first event read; `nil` when there was none.
    public internal(set) var first: EventPlace?
    /// The last event read; `nil` when there was none.
    public internal(set) var last: EventPlace?

    /// Whether nothing differs.
    public var isEqual: Bool { decisions.different + attempts.different == 0 }
}

/// An event's place in the log.
public struct EventPlace: Hashable, Sendable {
    /// Its sequence number.
    public let sequence: UInt64
    /// Its time.
    public let time: Timestamp

    /// A place.
    public init(sequence: UInt64, time: Timestamp) {
        self.sequence = sequence
        self.time = time
    }
}
