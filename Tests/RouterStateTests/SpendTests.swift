import Events
import Testing

@testable import RouterState

@Suite("Spend")
struct SpendTests {
    @Test func `a cost counts on the UTC day that its attempt ended on`() {
        let midnight = CivilDate(year: 2026, month: 12, day: 1).start
        var journal = Journal()
        let id = journal.receive()
        journal.now = midnight + .microseconds(-1)
        journal.attempt(cost: Nanodollars(5))
        journal.start(id)
        journal.now = midnight
        journal.finish(id, cost: Nanodollars(7))
        let day = midnight.date.daysSinceEpoch
        #expect(journal.state.spend.total(day: day - 1).cost == Nanodollars(5))
        #expect(journal.state.spend.total(day: day).cost == Nanodollars(7))
        #expect(journal.state.spend.total(day: day + 1) == Spend.Total())
    }

    @Test func `unknown costs are counted apart and never as zero`() {
        var journal = Journal()
        journal.attempt(cost: nil)
        journal.attempt(cost: .zero)
        journal.attempt(.cut, cost: Nanodollars(3))
        let total = journal.state.spend.total(day: journal.now.date.daysSinceEpoch)
        #expect(total.attempts == 3)
        #expect(total.unknownCosts == 1)
        #expect(total.cost == Nanodollars(3))
    }

    @Test func `the total is the sum over providers`() {
        var journal = Journal()
        journal.attempt(at: "groq", cost: Nanodollars(2))
        journal.attempt(at: "claude", cost: Nanodollars(40))
        let day = journal.now.date.daysSinceEpoch
        let spend = journal.state.spend
        #expect(spend.total(day: day, provider: "groq").cost == Nanodollars(2))
        #expect(spend.total(day: day, provider: "claude").cost == Nanodollars(40))
        #expect(spend.total(day: day, provider: "other") == Spend.Total())
        #expect(spend.total(day: day).cost == Nanodollars(42))
    }

    @Test func `known tokens are summed, cached prompt tokens too`() {
        var journal = Journal()
        let usages = [
            TokenUsage(input: 10, output: 3, cachedInput: 5, cacheWrite: 2), TokenUsage(output: 4),
            TokenUsage(),
        ]
        for usage in usages {
            let id = journal.receive()
            journal.start(id)
            journal.finish(id, usage: usage)
        }
        let total = journal.state.spend.total(day: journal.now.date.daysSinceEpoch)
        #expect(total.inputTokens == 17)
        #expect(total.outputTokens == 7)
    }

    /// A receipt comes from outside; a fold that trapped on it would trap again at every start.
    @Test func `sums that no integer holds stay at the greatest one`() {
        var journal = Journal()
        for _ in 0..<2 {
            let id = journal.receive()
            journal.start(id)
            journal.finish(
                id,
                cost: Nanodollars(.max),
                usage: TokenUsage(input: .max, output: .max, cachedInput: .max),
                microseconds: .max
            )
        }
        journal.attempt(at: "claude", cost: Nanodollars(.max))
        let total = journal.state.spend.total(day: journal.now.date.daysSinceEpoch)
        #expect(total.cost == Nanodollars(.max))
        #expect(total.inputTokens == .max)
        #expect(total.outputTokens == .max)
        #expect(journal.health().meanLatency(at: journal.now) == .microseconds(Int64.max / 2))
    }
}
