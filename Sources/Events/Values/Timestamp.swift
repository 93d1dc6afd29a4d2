/// An instant in UTC, in microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Sendable, Comparable {
    /// Microseconds since the Unix epoch.
    public var microseconds: Int64

    /// The instant `microseconds` after the Unix epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The instant `duration` later, to the microsecond.
    public static func + (left: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: left.microseconds + duration.microseconds)
    }

    /// The instant some microseconds later; the last there is, where that is beyond it.
    public func advanced(byMicroseconds microseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.microseconds.addingReportingOverflow(microseconds)
        return Timestamp(microseconds: overflow ? .max : sum)
    }

    /// The time between two instants.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }
}

extension Duration {
    /// The duration in whole microseconds, rounded toward zero.
    public var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

/// A date of the proleptic Gregorian calendar in UTC.
public struct CivilDate: Hashable, Sendable, Comparable {
    /// The year, the month from 1 to 12 and the day of the month from 1 to 31.
    public var year: Int
    /// The month, from 1 to 12.
    public var month: Int
    /// The day of the month, from 1 to 31.
    public var day: Int

    /// A date from its parts, which are taken as they are.
    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days since 1970-01-01, by counting 400-year eras of 146,097 days from 1 March of year 0.
    public var daysSinceEpoch: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date `days` after 1970-01-01; the inverse of `daysSinceEpoch`.
    public init(daysSinceEpoch days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }

    /// Orders by time.
    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// The first instant of the day.
    public var start: Timestamp {
        Timestamp(microseconds: Int64(daysSinceEpoch) * 86_400_000_000)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The day that the instant falls on, in UTC.
    public var date: CivilDate { CivilDate(daysSinceEpoch: daysSinceEpoch) }

    /// Whole days since 1970-01-01, as `CivilDate.daysSinceEpoch` of the day it falls on.
    public var daysSinceEpoch: Int { Int(microseconds.flooredQuotient(86_400_000_000)) }

    /// The instant in the form of RFC 3339 with microseconds: `2026-11-21T09:30:00.000000Z`.
    public var description: String {
        let date = date
        // Not by the day's start, which for the first day there is lies before the first instant.
        let remainder = microseconds % 86_400_000_000
        let sinceMidnight = remainder < 0 ? remainder + 86_400_000_000 : remainder
        let seconds = sinceMidnight / 1_000_000
        let time = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, to: 2) }
        return padded(Int64(date.year), to: 4) + "-" + padded(Int64(date.month), to: 2) + "-"
            + padded(Int64(date.day), to: 2) + "T" + time.joined(separator: ":") + "."
            + padded(sinceMidnight % 1_000_000, to: 6) + "Z"
    }
}

extension Int64 {
    /// The quotient rounded toward negative infinity; `divisor` is positive.
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// `number` in decimal with leading zeros up to `width` digits.
private func padded(_ number: Int64, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
