import ArgumentParser
import Events
import Foundation
import Queries

/// An instant on the command line: RFC 3339, a date (its start in UTC), or how long ago (`90m`, `-2h`).
struct TimeArgument {
    let time: Timestamp

    /// Reads an instant; what is long ago is counted from now, by the machine's clock.
    ///
    /// - Throws: `ValidationError`, which says what an instant looks like.
    init(parsing argument: String) throws(ValidationError) {
        do throws(InvalidInstant) {
            time = try InstantParser(now: .wallClock).instant(argument)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

extension Timestamp {
    /// What the machine's clock says.
    static var wallClock: Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
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

/// A month on the command line: `YYYY-MM`.
struct MonthArgument: ExpressibleByArgument {
    let month: CalendarMonth

    init?(argument: String) {
        guard let month = CalendarMonth(iso8601: argument) else { return nil }
        self.month = month
    }
}
