import Events
import Foundation
import Testing

@testable import Queries

@Suite("Reading instants")
struct InstantParserTests {
    /// 2026-11-21T12:00:00Z.
    static let now = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(43_200)

    static func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

    @Test(
        arguments: [
            ("2026-11-21T09:30:00Z", "2026-11-21T09:30:00.000000Z"),
            ("2026-11-21t09:30:00z", "2026-11-21T09:30:00.000000Z"),
            ("2026-11-21 09:30:00Z", "2026-11-21T09:30:00.000000Z"),
            ("2026-11-21T09:30:00.25+01:00", "2026-11-21T08:30:00.250000Z"),
            ("2026-11-21T09:30:00.1234567-00:30", "2026-11-21T10:00:00.123456Z"),
            ("2026-11-21", "2026-11-21T00:00:00.000000Z"),
            ("2024-02-29", "2024-02-29T00:00:00.000000Z"),
            ("0001-01-01", "0001-01-01T00:00:00.000000Z"),
            ("2h", "2026-11-21T10:00:00.000000Z"),
            ("-2h", "2026-11-21T10:00:00.000000Z"),
            ("90m", "2026-11-21T10:30:00.000000Z"),
            ("-1s", "2026-11-21T11:59:59.000000Z"),
            ("30d", "2026-10-22T12:00:00.000000Z"),
            ("0d", "2026-11-21T12:00:00.000000Z"),
        ]
    )
    func `an instant is a time, a date or how long ago`(text: String, expected: String) throws {
        #expect(try InstantParser(now: Self.now).instant(text).description == expected)
    }

    @Test(
        arguments: [
            "", "yesterday", "soon", "12:00", "2026", "2026-11", "2026-13-01", "2026-02-29",
            "2026-11-31", "26-11-21", "2026-1-1", "2026-11-21T25:00:00Z", "2026-11-21T09:60:00Z",
            "2026-11-21T09:30:00", "2026-11-21T09:30:00+24:00", "2026-11-21T09:30Z",
            "2026-02-30T09:30:00Z", "-2x", "h", "-h", "--2h", "2 h", "+2h", "1.5h", "٣h",
            "1000000000s", "999999999d",
        ]
    )
    func `any other text is refused, with what to write`(text: String) {
        let error = InvalidInstant(text: text)
        #expect(throws: error) { try InstantParser(now: Self.now).instant(text) }
        #expect(error.description.hasPrefix("'\(text)' is no instant; one is written 2026-11-21T"))
    }

    @Test(
        arguments: [
            ("Europe/Berlin", "2026-07-01", "2026-06-30T22:00:00.000000Z"),
            ("Europe/Berlin", "2026-12-01", "2026-11-30T23:00:00.000000Z"),
            ("Asia/Kolkata", "2026-11-21", "2026-11-20T18:30:00.000000Z"),
            ("Pacific/Auckland", "2026-11-21", "2026-11-20T11:00:00.000000Z"),
            // The days on which the clocks are changed, and those behind them.
            ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000000Z"),
            ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00.000000Z"),
            ("America/New_York", "2026-11-01", "2026-11-01T04:00:00.000000Z"),
            ("America/New_York", "2026-11-02", "2026-11-02T05:00:00.000000Z"),
            // Days without a midnight, one that has two, and one whose midnight was taken back.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00.000000Z"),
            ("Asia/Beirut", "2018-03-25", "2018-03-24T22:00:00.000000Z"),
            ("America/Havana", "2018-11-04", "2018-11-04T04:00:00.000000Z"),
            ("America/Sao_Paulo", "2017-02-19", "2017-02-19T03:00:00.000000Z"),
        ]
    )
    func `a date begins where its zone's clocks say so`(
        zone: String,
        date: String,
        expected: String
    ) throws {
        let parser = InstantParser(now: Self.now, timeZone: try Self.zone(zone))
        #expect(try parser.instant(date).description == expected)
        // Both name their own.
        #expect(try parser.instant("\(date)T00:00:00Z").description == "\(date)T00:00:00.000000Z")
        #expect(try parser.instant("1h") == Self.now + .seconds(-3_600))
    }

    @Test(
        arguments: [
            "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Tehran",
            "Australia/Lord_Howe", "Pacific/Kiritimati", "America/Havana",
        ]
    )
    func `every day begins at its first instant`(name: String) throws {
        let zone = try Self.zone(name)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parser = InstantParser(now: Self.now, timeZone: zone)
        let first = CivilDate(year: 2017, month: 1, day: 1).daysSinceEpoch
        for days in first..<first + 900 {
            let date = CivilDate(daysSinceEpoch: days)
            let text = String(date.start.description.prefix(10))
            let start = try parser.instant(text)
            func isThatDay(_ time: Timestamp) -> Bool {
                let instant = Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)
                let parts = calendar.dateComponents([.year, .month, .day], from: instant)
                return (parts.year, parts.month, parts.day) == (date.year, date.month, date.day)
            }
            try #require(isThatDay(start), "\(text)")
            try #require(!isThatDay(start + .seconds(-1)), "\(text)")
        }
    }

    @Test func `a month is a year and a month, from 1970 on`() {
        #expect(CalendarMonth(iso8601: "2026-11") == CalendarMonth(year: 2026, month: 11))
        #expect(CalendarMonth(iso8601: "1970-01") == CalendarMonth(year: 1970, month: 1))
        for text in ["1969-12", "2026-13", "2026-00", "2026-1", "2026", "2026-11-01", "", "x"] {
            #expect(CalendarMonth(iso8601: text) == nil, "\(text)")
        }
    }
}
