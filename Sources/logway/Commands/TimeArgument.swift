import ArgumentParser
import Events
import Foundation

/// An instant on the command line: RFC 3339, a date (its start in UTC), or how long ago (`90m`, `-2h`).
struct TimeArgument {
    let time: Timestamp

    /// Reads an instant; what is long ago is counted from now, by the machine's clock.
    ///
    /// - Throws: `ValidationError`, which says what an instant looks like.
    init(parsing argument: String) throws(ValidationError) {
        if let date = CivilDate(argument) {
            time = date.start
        } else if let ago = Self.seconds(argument) {
            let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
            time = Timestamp(microseconds: now - ago * 1_000_000)
        } else if let instant = Timestamp(rfc3339: argument) {
            time = instant
        } else {
            throw ValidationError(
                "'\(argument)' is no instant; one is written 2026-11-21T09:30:00Z, 2026-11-21, "
                    + "or as how long ago it was: -2h (s, m, h, d)"
            )
        }
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
}

/// The option of every command that shows a state: as it stood at an instant.
struct AtOption: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: "As it stood at this instant: RFC 3339, a date, or how long ago (-2h).",
        transform: TimeArgument.init(parsing:)
    )
    var at: TimeArgument?

    /// The instant; `nil` for now.
    var time: Timestamp? { at?.time }
}

/// The options of every command that takes requests of a time only.
struct PeriodOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: "Requests received from this instant on: RFC 3339, a date, or how long ago (-2h).",
        transform: TimeArgument.init(parsing:)
    )
    var since: TimeArgument?
    @Option(
        name: .long,
        parsing: .unconditional,
        help: "Requests received before this instant.",
        transform: TimeArgument.init(parsing:)
    )
    var until: TimeArgument?

    /// Whether either was given.
    var isGiven: Bool { since != nil || until != nil }
}

extension Timestamp {
    /// An instant as RFC 3339 §5.6 writes it, to the microsecond: `2026-11-21T09:30:00.25+01:00`.
    ///
    /// `nil` for anything else; further digits of the second are dropped.
    init?(rfc3339 text: String) {
        let pattern =
            /(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))/
        guard let match = text.wholeMatch(of: pattern), let date = CivilDate(String(match.1)),
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

/// A month on the command line: `YYYY-MM`.
struct MonthArgument: ExpressibleByArgument {
    let year: Int
    let month: Int

    init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    init?(argument: String) {
        // The log counts time from 1970 on.
        guard let first = CivilDate(argument + "-01"), first.year >= 1970 else { return nil }
        self.init(year: first.year, month: first.month)
    }
}

extension CivilDate {
    /// A date written as `YYYY-MM-DD`; `nil` for anything else and for days that don't exist.
    init?(_ text: String) {
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
