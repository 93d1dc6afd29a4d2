import Events
import TestSupport
import Testing

@testable import RouterState

@Suite("The limits of a random history")
struct LimitPropertyTests {
    @Test func `hold nothing once every request has ended`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<500 {
            var journal = History(seed: seed &+ UInt64(run), steps: 150).journal
            for id in journal.state.inFlight.ids {
                if journal.state.inFlight[id]?.attempt != nil { journal.finish(id) }
                journal.complete(id)
            }
            try #require(journal.state.quotas.reserved == 0, "run \(run) of seed \(seed)")
            try #require(journal.state.budgets.reserved == .zero, "run \(run) of seed \(seed)")
            for scope in ["task:code", "tenant:acme"] {
                try #require(journal.state.budgets.reserved(by: scope) == .zero)
            }
            for provider in History.providers {
                try #require(journal.state.inFlight.attempts(at: provider) == 0)
            }
        }
    }

    /// Where every request asks first and uses no more than it reserved, as `decide` sees to it.
    @Test func `are never passed by requests that ask first`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<200 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let kind = draws.one(of: QuotaKind.allCases)
            let limit = kind.countsTokens ? draws.int(500...5_000) : draws.int(1...12)
            let hasModel = draws.oneIn(2)
            var journal = QuotaTests.journal(kind, limit, model: hasModel ? "llama" : nil)
            var refused = 0
            for _ in 0..<150 {
                journal.wait(.milliseconds(draws.one(of: [0, 0, 1, 700, 3_900])))
                let running = journal.state.inFlight.ids
                if draws.oneIn(2), !running.isEmpty {
                    let id = draws.one(of: running)
                    let held = journal.state.inFlight[id]?.attempt?.reservedTokens ?? 0
                    let isLost = draws.oneIn(4)
                    journal.finish(
                        id,
                        isLost ? .connectionFailed : nil,
                        usage: TokenUsage(input: 0, output: draws.int(0...held), origin: .provider)
                    ) { if isLost { $0.costOrigin = .uncharged } }
                    journal.complete(id)
                } else {
                    let tokens = draws.int(1...900)
                    guard QuotaTests.admits(journal, tokens: tokens) else {
                        refused += 1
                        continue
                    }
                    journal.start(journal.receive()) { $0.reservedTokens = tokens }
                }
                let window = QuotaTests.window(journal, kind, model: hasModel ? "llama" : "")
                try #require(window.taken <= limit, "run \(run) of seed \(seed)")
                try #require(window.reserved >= 0 && window.used >= 0)
            }
            try #require(refused > 0 || kind.countsTokens || limit > 5)
        }
    }

    @Test func `of money are never passed by requests that ask first`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<200 {
            var draws = SeededRandom(seed: seed &+ UInt64(run))
            let limit = Nanodollars(Int64(draws.int(1_000...50_000)))
            var journal = BudgetTests.journal {
                $0.daily = limit
                $0.monthly = Nanodollars(limit.count * 2)
            }
            for _ in 0..<200 {
                let wait = draws.one(of: [0, 0, 2, 5, 9_000])
                let running = journal.state.inFlight.ids
                // No attempt outlives its request's time.
                if wait > 600 {
                    for id in running {
                        journal.finish(id, cost: .zero)
                        journal.complete(id)
                    }
                }
                journal.wait(.seconds(wait))
                guard wait <= 600 else { continue }
                if draws.oneIn(2), !running.isEmpty {
                    let id = draws.one(of: running)
                    let held = journal.state.inFlight[id]?.attempt?.reservedCost?.count ?? 0
                    journal.finish(
                        id,
                        cost: draws.oneIn(5) ? nil : Nanodollars(Int64(draws.int(0...Int(held))))
                    )
                    journal.complete(id)
                } else {
                    let cost = Nanodollars(Int64(draws.int(1...4_000)))
                    guard journal.state.budgetUses(at: journal.now).allSatisfy({ $0.fits(cost) })
                    else { continue }
                    journal.start(journal.receive()) { $0.reservedCost = cost }
                }
                for use in journal.state.budgetUses(at: journal.now) {
                    try #require(use.taken <= use.limit, "run \(run) of seed \(seed)")
                }
            }
        }
    }

    /// The report sums the same events by another way.
    @Test func `count a day's and a month's money as the events do`() throws {
        let seed = SeededRandom.seed()
        for run in 0..<200 {
            let journal = History(seed: seed &+ UInt64(run), steps: 200).journal
            let now = journal.now
            var (day, month) = (Nanodollars.zero, Nanodollars.zero)
            for event in journal.events {
                guard case .attemptFinished(let attempt) = event.body, let cost = attempt.cost
                else { continue }
                if event.time.daysSinceEpoch == now.daysSinceEpoch { day += cost }
                if CalendarMonth(event.time.date) == CalendarMonth(now.date) { month += cost }
            }
            try #require(journal.state.spend.cost(day: now.daysSinceEpoch) == day)
            try #require(
                journal.state.spend.cost(inMonthOf: now) == month,
                "run \(run) of seed \(seed)"
            )
        }
    }
}
