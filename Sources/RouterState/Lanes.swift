public import Events

/// One of the lanes of a provider.
public struct LaneReference: Hashable, Sendable, Comparable {
    /// The provider's configured name.
    public var provider = ""
    /// The lane's index; 0 for the first.
    public var key = 0

    /// No lane.
    public init() {}

    /// A lane of a provider.
    public init(provider: String, key: Int) {
        self.provider = provider
        self.key = key
    }

    /// Orders by provider, then by index.
    public static func < (left: LaneReference, right: LaneReference) -> Bool {
        (left.provider, left.key) < (right.provider, right.key)
    }
}

/// How each lane has been doing at the providers that have several.
///
/// What a lane's provider does wrong counts against the provider's breaker; here it only makes the
/// other lanes preferred for a while, so that one dead address of three costs little.
public struct Lanes: Hashable, Sendable {
    private var byLane: [LaneReference: LaneRecord] = [:]

    /// Nothing known of any.
    public init() {}

    /// The record of one lane; an empty one when it was never used.
    public func of(_ provider: String, _ key: Int) -> LaneRecord {
        byLane[LaneReference(provider: provider, key: key)] ?? LaneRecord()
    }

    mutating func start(_ attempt: RunningAttempt) {
        guard let lane = attempt.lane else { return }
        byLane[lane, default: LaneRecord()].begun.addClamped(1)
    }

    mutating func finish(_ attempt: AttemptFinished, of running: RunningAttempt?, at now: Timestamp)
    {
        guard let lane = running?.lane else { return }
        byLane[lane, default: LaneRecord()].finish(attempt, at: now)
    }
}

/// What is remembered of one lane since the policy came into force.
public struct LaneRecord: FieldRecord {
    /// How much of the moving average a new time is: an eighth.
    private static let memory = 8
    /// The longest rest, in doublings of a second: 64 s.
    private static let mostDoublings = 6

    /// Attempts that began there.
    public internal(set) var begun = 0
    /// The moving average of the times to the first byte, in microseconds; 0 before the first.
    public internal(set) var latencyMicroseconds = 0
    /// Failures in a row that are the provider's fault.
    public internal(set) var failures = 0
    /// Until when the other lanes are preferred.
    public internal(set) var restsUntil: Timestamp?

    /// A lane that was never used.
    public init() {}

    /// Whether other lanes are preferred.
    public func isResting(at now: Timestamp) -> Bool { restsUntil.map { now < $0 } ?? false }

    fileprivate mutating func finish(_ attempt: AttemptFinished, at now: Timestamp) {
        guard let failure = attempt.failure else {
            failures = 0
            restsUntil = nil
            // A moment is 1 µs at least, so that 0 means that nothing was measured.
            let time = attempt.firstByteMicroseconds ?? attempt.totalMicroseconds
            let capped = min(max(1, time), 3_600_000_000)
            let before = min(max(0, latencyMicroseconds), 3_600_000_000)
            latencyMicroseconds =
                before == 0 ? capped : before + (capped - before) / Self.memory
            return
        }
        guard failure.fault == .provider else { return }
        failures.addClamped(1)
        let doublings = min(max(0, failures - 1), Self.mostDoublings)
        restsUntil = now.addingClamped(.seconds(1 << doublings))
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "begun", &begun)
        visitor.field(2, "latency_us", &latencyMicroseconds)
        visitor.field(3, "failures", &failures)
        visitor.field(4, "rests_until", &restsUntil)
    }
}

extension Lanes: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var lines = byLane.sorted { $0.key < $1.key }.map { Line(lane: $0.key, record: $0.value) }
        visitor.field(1, "lanes", &lines)
        byLane = Dictionary(lines.map { ($0.lane, $0.record) }) { _, last in last }
    }

    private struct Line: FieldRecord {
        var lane = LaneReference()
        var record = LaneRecord()

        init() {}

        init(lane: LaneReference, record: LaneRecord) {
            self.lane = lane
            self.record = record
        }

        mutating func visit(_ visitor: inout some FieldVisitor) {
            visitor.field(1, "lane", &lane)
            visitor.field(2, "record", &record)
        }
    }
}

extension LaneReference: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "key", &key)
    }
}
