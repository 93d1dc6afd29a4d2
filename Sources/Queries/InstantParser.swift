public import Events
public import Foundation

/// Reads instants as people write them: RFC 3339, a date, or how long ago (`90m`, `-2h`).
public struct InstantParser: Sendable {
    /// What is long ago is counted from here.
    private let now: Timestamp
    /// Where a date begins.
    private let timeZone: TimeZone

    /// A reader of instants.
    ///
    /// - Parameters:
    ///   - now: the instant that "ago" is counted from.
    ///   - timeZone: the zone in which a date begins; an instant in RFC 3339 names its own.
    public init(now: Timestamp, timeZone: TimeZone = .gmt) {
        self.now = now
        self.timeZone = timeZone
    }

    /// An instant: `2026-11-21T09:30:00.25+01:00`, `2026-11-21` for the day's first instant, or `-2h`
    /// (or `2h`) for two hours ago, in `s`, `m`, `h` or `d`.
    ///
    /// - Throws: `InvalidInstant` for any other text, and for an instant too long ago for a `Timestamp`.
    public func instant(_ text: String) throws(InvalidInstant) -> Timestamp {
        if let date = CivilDate(iso8601: text) { return start(of: date) }
        if let seconds = Self.seconds(text) {
            let (microseconds, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000)
            let (instant, isTooEarly) = now.microseconds.subtractingReportingOverflow(microseconds)
            if isTooLarge || isTooEarly { throw InvalidInstant(text: text) }
            return Timestamp(microseconds: instant)
        }
        guard let instant = Timestamp(rfc3339: text) else { throw InvalidInstant(text: text) }
        return instant
    }

    /// How many seconds ago: `-2h`, or `2h`.
    private static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let unit = digits.last.flatMap({ units[$0] }),
            digits.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(digits.dropLast()), count < 1_000_000_000
        else { return nil }
        return count * unit
    }

    /// The first instant of a day in the zone.
    private func start(of date: CivilDate) -> Timestamp {
        // The offset just before midnight leads to the first instant of the day, also where the clocks
        // are put forward at midnight; the first guess is not further from it than they are changed.
        let guess = date.start + .seconds(-offset(at: date.start))
        let start = date.start + .seconds(-offset(at: guess + .seconds(-1)))
        // Where they are put back at midnight, it comes again, and is that of the day then.
        let local = start + .seconds(offset(at: start))
        return local < date.start ? date.start + .seconds(-offset(at: start)) : start
    }

    /// How far east of Greenwich the zone's clocks are, in seconds.
    private func offset(at time: Timestamp) -> Int {
        timeZone.secondsFromGMT(
            for: Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)
        )
    }
}

/// A text that is no instant.
public struct InvalidInstant: Error, Hashable, CustomStringConvertible {
    /// The text.
    public let text: String

    /// What is wrong, and what an instant looks like.
    public var description: String {
        "'\(text)' is no instant; one is written 2026-11-21T09:30:00Z, 2026-11-21, "
            + "or as how long ago it was: -2h (s, m, h, d)"
    }
}

extension Timestamp {
    /// An instant as RFC 3339 §5.6 writes it, to the microsecond: `2026-11-21T09:30:00.25+01:00`.
    ///
    /// `nil` for anything else; further digits of the second are dropped.
    init?(rfc3339 text: String) {
        let pattern =
            /(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))/
        guard let match = text.wholeMatch(of: pattern),
            let date = CivilDate(iso8601: String(match.1)),
            let hour = Int64(match.2), let minute = Int64(match.3), let second = Int64(match.4),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let digits = (match.5 ?? "").prefix(6)
        let fraction = Int64(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0
        let east = (match.6 == "-" ? -1 : 1) as Int64
        guard let hours = Int64(match.7 ?? "0"), let minutes = Int64(match.8 ?? "0"),
            hours < 24, minutes < 60
        else { return nil }
        let seconds =
            (hour * 60 + minute) * 60 + second - east * (hours * 60 + minutes) * 60
        self = date.start.advanced(byMicroseconds: seconds * 1_000_000 + fraction)
    }
}

extension CivilDate {
    /// A date written as `YYYY-MM-DD`; `nil` for anything else and for days that don't exist.
    init?(iso8601 text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
            parts.joined().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        self = date
    }
}

extension CalendarMonth {
    /// A month written as `YYYY-MM`, from 1970 on, where the log begins to count time; `nil` for
    /// anything else.
    public init?(iso8601 text: String) {
        guard let first = CivilDate(iso8601: text + "-01"), first.year >= 1970 else { return nil }
        self.init(first)
    }
}
