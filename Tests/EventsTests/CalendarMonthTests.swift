import Events
import Testing

@Suite("Calendar months")
struct CalendarMonthTests {
    @Test func `months count on and back across years`() {
        let january = CalendarMonth(year: 2026, month: 1)
        #expect(january.earlier(by: 1) == CalendarMonth(year: 2025, month: 12))
        #expect(january.earlier(by: 25) == CalendarMonth(year: 2023, month: 12))
        #expect(CalendarMonth(year: 2025, month: 12).next == january)
        #expect(january.earlier(by: 0) == january)
        for count in -30...30 {
            #expect(january.earlier(by: count).earlier(by: -count) == january)
            #expect((1...12).contains(january.earlier(by: count).month))
        }
        #expect(
            CalendarMonth(year: 0, month: 1).earlier(by: 1) == CalendarMonth(year: -1, month: 12)
        )
    }

    @Test func `a month begins with its first day and is written as in ISO 8601`() {
        let month = CalendarMonth(year: 2024, month: 3)
        #expect(month.start == CivilDate(year: 2024, month: 3, day: 1).start)
        #expect(CalendarMonth(CivilDate(year: 2024, month: 3, day: 31)) == month)
        #expect(month.description == "2024-03")
        #expect(month.earlier(by: 1) < month)
    }
}
