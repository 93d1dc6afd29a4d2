/// A month of the proleptic Gregorian calendar in UTC.
public struct CalendarMonth: Hashable, Sendable, Comparable {
    /// The year.
    public var year = 0
    /// The month, from 1 to 12.
    public var month = 0

    /// No month.
    public init() {}

    /// A month from its parts, which are taken as they are.
    public init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// The month that a day falls in.
    public init(_ date: CivilDate) {
        self.init(year: date.year, month: date.month)
    }

    /// The month after this one.
    public var next: CalendarMonth { earlier(by: -1) }

    /// The month so many months before this one.
    public func earlier(by count: Int) -> CalendarMonth {
        let index = year * 12 + month - 1 - count
        let year = index >= 0 ? index / 12 : (index - 11) / 12
        return CalendarMonth(year: year, month: index - year * 12 + 1)
    }

    /// The first instant of the month.
    public var start: Timestamp { CivilDate(year: year, month: month, day: 1).start }

    /// Orders by time.
    public static func < (left: CalendarMonth, right: CalendarMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}

extension CalendarMonth: CustomStringConvertible {
    /// As in ISO 8601: `2026-11`.
    public var description: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
}

extension CalendarMonth: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "year", &year)
        visitor.field(2, "month", &month)
    }
}
