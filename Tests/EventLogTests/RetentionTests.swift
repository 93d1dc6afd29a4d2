import EventLog
import Events
import TestSupport
import Testing

@testable import WriteAheadLog

@Suite("Retention")
struct RetentionTests {
    static let now = CivilDate(year: 2026, month: 11, day: 21).start
    static let september = CalendarMonth(year: 2026, month: 9)
    static let october = CalendarMonth(year: 2026, month: 10)

    /// Segments of 100 bytes, begun on the given days of 2026; the last is not sealed.
    static func segments(_ days: [(month: Int, day: Int)]) -> [SegmentSummary] {
        days.enumerated().map { index, day in
            SegmentSummary(
                number: UInt32(index + 1),
                file: "",
                size: 100,
                firstSequence: UInt64(index * 10 + 1),
                created: CivilDate(year: 2026, month: day.month, day: day.day).start.microseconds,
                nodeID: 0,
                sealed: index + 1 < days.count
            )
        }
    }

    /// One segment a month from June; July's began on 1 July, so June's events end before.
    static let monthly = segments([6, 7, 8, 9, 10, 11].map { ($0, 1) })

    static func through(
        _ rule: Retention,
        _ segments: [SegmentSummary] = monthly,
        closed: CalendarMonth? = october
    ) -> UInt32? {
        RetentionPlan(rule, segments: segments, closedThrough: closed, now: now)?.through
    }

    @Test func `nothing goes when all is kept, or while no month is closed`() {
        #expect(Self.through(.all) == nil)
        #expect(Self.through(.days(1), closed: nil) == nil)
        #expect(Self.through(.days(1), []) == nil)
    }

    @Test(
        arguments: [
            (.months(1), 3), (.months(2), 2), (.months(3), 1), (.months(4), nil),
            (.days(130), 1), (.days(110), 2), (.days(60), 3), (.days(1_000), nil),
            (.bytes(500), 1), (.bytes(400), 2), (.bytes(501), nil), (.bytes(0), 3),
        ] as [(Retention, UInt32?)]
    )
    func `a rule gives up whole segments, the oldest first`(rule: Retention, through: UInt32?) {
        #expect(Self.through(rule) == through)
    }

    @Test func `a segment waits until the month after its last event is closed`() {
        // The second segment ends on 1 August: August and September must be closed.
        #expect(Self.through(.days(1), closed: Self.september) == 2)
        #expect(Self.through(.days(1), closed: Self.september.earlier(by: 1)) == 1)
        #expect(Self.through(.days(1), closed: Self.september.earlier(by: 2)) == nil)
    }

    @Test func `the last two segments and those that are not sealed stay`() {
        let old = Self.segments([(1, 1), (1, 2), (1, 3)])
        #expect(Self.through(.bytes(0), old) == 1)
        #expect(Self.through(.bytes(0), Array(old.suffix(2))) == nil)
    }

    @Test func `a plan says what is kept`() throws {
        let plan = try #require(
            RetentionPlan(
                .months(2),
                segments: Self.monthly,
                closedThrough: Self.october,
                now: Self.now
            )
        )
        #expect(plan.firstKept == 21)
        #expect(plan.keptSince == CalendarMonth(year: 2026, month: 8).start)
        #expect(plan.bytes == 200)
    }

    /// For any segments and any rule: a stricter rule never keeps less, and what is kept is enough.
    @Test func `what a rule promises to keep is kept`() {
        let seed = SeededRandom.seed()
        var draws = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            var day = draws.int(0...300)
            let summaries = (0..<draws.int(0...8)).map { index in
                day += draws.int(0...70)
                return SegmentSummary(
                    number: UInt32(index + 1),
                    file: "",
                    size: draws.int(1...200),
                    firstSequence: UInt64(index + 1),
                    created: Int64(day) * 86_400_000_000,
                    nodeID: 0,
                    sealed: true
                )
            }
            let now = Timestamp(microseconds: Int64(day + draws.int(0...40)) * 86_400_000_000)
            let closed = CalendarMonth(now.date).earlier(by: draws.int(1...3))
            let days = draws.int(0...200)
            let bytes = draws.int(0...900)
            func plan(_ rule: Retention) -> RetentionPlan? {
                RetentionPlan(rule, segments: summaries, closedThrough: closed, now: now)
            }
            if let plan = plan(.days(days)) {
                #expect((now - plan.keptSince).microseconds > Int64(days) * 86_400_000_000)
                #expect(CalendarMonth(plan.keptSince.date) < closed)
                #expect(plan.through + 2 <= summaries.count)
            }
            if let plan = plan(.bytes(bytes)) {
                #expect(summaries.dropFirst(Int(plan.through)).reduce(0) { $0 + $1.size } >= bytes)
            }
            let more = plan(.days(days + draws.int(0...50)))?.through ?? 0
            #expect(more <= plan(.days(days))?.through ?? 0, "seed \(seed)")
        }
    }
}
