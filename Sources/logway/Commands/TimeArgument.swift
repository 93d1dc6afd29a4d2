import ArgumentParser
import Events
import Foundation

/// An instant on the command line: RFC 3339, a date (its start in UTC), or how long ago (`90m`).
struct TimeArgument: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        if let date = CivilDate(argument) {
            time = date.start
            return
        }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        if let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()),
            count >= 0, count < 1_000_000_000
        {
            let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
            time = Timestamp(microseconds: now - count * unit * 1_000_000)
            return
        }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: argument.contains("."))
        guard let date = try? style.parse(argument) else { return nil }
        time = Timestamp(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
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
