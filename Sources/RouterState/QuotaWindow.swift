public import Events

/// What one quota counts in its current window.
///
/// A window begins with the first use after the last one and is looked at with the time: what is over
/// counts as empty at the next look, without a timer.
public struct QuotaWindow: Hashable, Sendable {
    /// When the window began; the epoch before the first use.
    public internal(set) var start = Timestamp.empty
    /// When it ends, exclusive.
    public internal(set) var end = Timestamp.empty
    /// What ended attempts used.
    public internal(set) var used = 0
    /// What running attempts hold.
    public internal(set) var reserved = 0
    /// Of `used`: what rests on reservations and estimates.
    public internal(set) var estimated = 0
    /// Of `used`: what the provider counted beyond what passed through this log.
    public internal(set) var elsewhere = 0
    /// The limit that the provider told in its headers.
    public internal(set) var told: Int?
    /// When it was told last.
    public internal(set) var toldAt = Timestamp.empty
    /// The highest step that was warned of, in per cent; 0 for none.
    public internal(set) var warned = 0

    /// Nothing counted.
    public init() {}

    /// Used and held together.
    public var taken: Int { used.addingClamped(reserved) }

    /// The limit that holds: the smaller of the configured one and the one that the provider told.
    public func limit(configured: Int?) -> Int? {
        guard let configured, let told else { return configured ?? told }
        return min(configured, told)
    }

    /// Whether the window is the one that an instant falls in.
    func covers(_ now: Timestamp) -> Bool { start <= now && now < end }

    /// The window at an instant: this one, or an empty one in its place.
    func at(_ now: Timestamp) -> QuotaWindow {
        guard !covers(now) else { return self }
        var empty = QuotaWindow()
        empty.told = told
        return empty
    }

    /// Begins a new window with its first use, if this one is over.
    mutating func roll(to now: Timestamp, _ kind: QuotaKind, _ reset: QuotaReset?) {
        guard !covers(now) else { return }
        self = at(now)
        start = now
        end =
            kind.isDaily
            ? (reset ?? QuotaReset()).end(of: now) : now.addingClamped(.seconds(60))
    }
}

extension QuotaReset {
    /// When the day that an instant falls in ends.
    func end(of now: Timestamp) -> Timestamp {
        switch rule {
        case .rolling: now.addingClamped(.seconds(86_400))
        case .fixed: next(now, minute: Int64(minute))
        case .pacific: pacificMidnight(after: now)
        }
    }

    /// The next instant after `now` that is so many minutes after midnight in UTC.
    private func next(_ now: Timestamp, minute: Int64) -> Timestamp {
        let day: Int64 = 86_400_000_000
        let shift = min(max(minute, 0), 1_439) * 60_000_000
        let time = now.microseconds.subtractingClamped(shift)
        let rest = time % day
        let sinceReset = rest < 0 ? rest + day : rest
        return Timestamp(microseconds: now.microseconds.addingClamped(day - sinceReset))
    }

    /// Midnight in California: 8:00 in UTC, and 7:00 while daylight saving time holds.
    ///
    /// It begins on the second Sunday of March and ends on the first of November at 2:00 local time
    /// (15 U.S.C. § 260a), so the midnights of both days are still of the time before.
    private func pacificMidnight(after now: Timestamp) -> Timestamp {
        let summer = next(now, minute: 7 * 60)
        let winter = next(now, minute: 8 * 60)
        switch (Self.savesDaylight(midnight: summer), Self.savesDaylight(midnight: winter)) {
        case (true, false): return min(summer, winter)
        case (true, true): return summer
        case (false, false): return winter
        // The hour after midnight of the day on which it ends.
        case (false, true): return winter.addingClamped(.seconds(86_400))
        }
    }

    /// Whether daylight saving time holds at midnight in California on the day of an instant.
    private static func savesDaylight(midnight: Timestamp) -> Bool {
        let date = midnight.date
        let begins = sunday(2, of: CivilDate(year: date.year, month: 3, day: 1))
        let ends = sunday(1, of: CivilDate(year: date.year, month: 11, day: 1))
        let day = midnight.daysSinceEpoch
        return begins < day && day <= ends
    }

    /// The day of the n-th Sunday from the first of a month; 1970-01-04 was one.
    private static func sunday(_ number: Int, of first: CivilDate) -> Int {
        let day = first.daysSinceEpoch
        let weekday = ((day - 3) % 7 + 7) % 7
        return day + (7 - weekday) % 7 + (number - 1) * 7
    }
}

extension QuotaWindow: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "start", &start)
        visitor.field(2, "end", &end)
        visitor.field(3, "used", &used)
        visitor.field(4, "reserved", &reserved)
        visitor.field(5, "estimated", &estimated)
        visitor.field(6, "elsewhere", &elsewhere)
        visitor.field(7, "told", &told)
        visitor.field(8, "told_at", &toldAt)
        visitor.field(9, "warned", &warned)
    }
}
