public import Events
public import WriteAheadLog

/// What must be written before segments may go, and which may go then.
public struct RetentionPlan: Hashable, Sendable {
    /// The segment through which all may go; the newest that the rule gives up.
    public var through: UInt32
    /// The sequence number of the first event that is kept.
    public var firstKept: UInt64
    /// No event that is kept is older.
    public var keptSince: Timestamp
    /// The bytes of the files that go.
    public var bytes: Int64

    /// The segments that a rule gives up now; `nil` when there is none.
    ///
    /// Only whole sealed segments go, the oldest first, and never the last two: the one that is
    /// written, and the one that a reader may just have come from. A segment goes only when the
    /// month after its last event is closed as well: a report of a month then has either its own
    /// closing, or every event of it and of the month before, in which its first requests began.
    ///
    /// Pure: the same arguments give the same plan.
    ///
    /// - Parameters:
    ///   - rule: what to keep.
    ///   - segments: the log's segments, oldest first.
    ///   - closedThrough: the last month that is closed, with every month before it.
    ///   - now: the log's time.
    public init?(
        _ rule: Retention,
        segments: [SegmentSummary],
        closedThrough: CalendarMonth?,
        now: Timestamp
    ) {
        guard let closedThrough else { return nil }
        self.init(rule, segments: segments, now: now) { end in
            CalendarMonth(end.date).next <= closedThrough
        }
    }

    /// The segments that a rule gives up now, of those whose last record's time is let through.
    init?(
        _ rule: Retention,
        segments: [SegmentSummary],
        now: Timestamp,
        where mayGo: (Timestamp) -> Bool = { _ in true }
    ) {
        guard rule != .all else { return nil }
        var candidate: (index: Int, bytes: Int64)?
        var bytes: Int64 = 0
        // What follows a segment begins no earlier than it was created.
        for (index, (segment, next)) in zip(segments, segments.dropFirst()).enumerated() {
            guard segment.sealed, index + 2 < segments.count else { break }
            let end = Timestamp(microseconds: next.created)
            guard mayGo(end) else { break }
            let rest = segments[(index + 1)...].reduce(0) { $0 + $1.size }
            guard rule.givesUp(until: end, keeping: rest, now: now) else { break }
            bytes += Int64(segment.size)
            candidate = (index, bytes)
        }
        guard let candidate else { return nil }
        let next = segments[candidate.index + 1]
        through = segments[candidate.index].number
        firstKept = next.firstSequence
        keptSince = Timestamp(microseconds: next.created)
        self.bytes = candidate.bytes
    }
}

extension Retention {
    /// Whether the rule does without events before `end`, when the segments behind have `rest` bytes.
    fileprivate func givesUp(until end: Timestamp, keeping rest: Int, now: Timestamp) -> Bool {
        switch self {
        case .all: false
        case .months(let count): end < CalendarMonth(now.date).earlier(by: count).start
        case .days(let count): end.advanced(byMicroseconds: Int64(count) * 86_400_000_000) < now
        case .bytes(let count): rest >= count
        }
    }
}
