import Events
import Testing

@testable import RouterState

@Suite("Budgets")
struct BudgetTests {
    static let dollar: Int64 = 1_000_000_000

    static func journal(_ change: (inout BudgetPolicy) -> Void) -> Journal {
        var budgets = BudgetPolicy()
        budgets.alertThreshold = 800_000
        change(&budgets)
        var policy = RoutingPolicy()
        policy.budgets = budgets
        var journal = Journal()
        journal.apply(policy: policy)
        return journal
    }

    static func use(_ name: String, _ journal: Journal) throws -> BudgetUse {
        try #require(journal.state.budgetUses(at: journal.now).first { $0.name == name })
    }

    @Test func `an attempt that is extended holds more, for longer, until it ends`() {
        var journal = Journal()
        let id = journal.receive()
        journal.start(id) { attempt in
            attempt.reservedCost = Nanodollars(100)
            attempt.outputBound = 1_000
            attempt.charges = ["task:x"]
        }
        var change = ReservationExtended()
        change.request = id
        change.number = 1
        change.output = 400
        change.cost = Nanodollars(200)
        // Three times as long as an attempt's hold lasts by itself.
        for _ in 0..<4 {
            journal.wait(.seconds(500))
            journal.append(.reservationExtended(change))
            #expect(journal.state.budgets.reserved == Nanodollars(200))
            #expect(journal.state.budgets.reserved(by: "task:x") == Nanodollars(200))
        }
        #expect(journal.state.inFlight[id]?.attempt?.reservedOutput == 400)
        journal.finish(id, cost: Nanodollars(50))
        #expect(journal.state.budgets.reserved == .zero)
        #expect(journal.state.budgets.reserved(by: "task:x") == .zero)
        // What has ended holds nothing, whatever comes late.
        journal.append(.reservationExtended(change))
        #expect(journal.state.budgets.reserved == .zero)
    }

    @Test func `a reservation counts until the cost takes its place`() throws {
        var journal = Self.journal { $0.daily = Nanodollars(10 * Self.dollar) }
        let id = journal.receive()
        journal.start(id) { $0.reservedCost = Nanodollars(4 * Self.dollar) }
        #expect(try Self.use("daily", journal).remaining == Nanodollars(6 * Self.dollar))
        #expect(try Self.use("daily", journal).fits(Nanodollars(6 * Self.dollar)))
        #expect(try !Self.use("daily", journal).fits(Nanodollars(6 * Self.dollar + 1)))
        journal.finish(id, cost: Nanodollars(Self.dollar))
        let use = try Self.use("daily", journal)
        #expect(use.reserved == .zero)
        #expect(use.spent == Nanodollars(Self.dollar))
        #expect(use.remaining == Nanodollars(9 * Self.dollar))
    }

    @Test func `an unknown cost counts as what was reserved`() throws {
        var journal = Self.journal {
            $0.daily = Nanodollars(10 * Self.dollar)
            $0.monthly = Nanodollars(100 * Self.dollar)
        }
        let id = journal.receive()
        journal.start(id) { $0.reservedCost = Nanodollars(4 * Self.dollar) }
        journal.finish(id, .invalidResponse, cost: nil)
        #expect(try Self.use("daily", journal).assumed == Nanodollars(4 * Self.dollar))
        #expect(try Self.use("monthly", journal).assumed == Nanodollars(4 * Self.dollar))
        journal.wait(.seconds(86_400))
        #expect(try Self.use("daily", journal).assumed == .zero)
        #expect(try Self.use("monthly", journal).assumed == Nanodollars(4 * Self.dollar))
        journal.wait(.seconds(30 * 86_400))
        #expect(try Self.use("monthly", journal).assumed == .zero)
    }

    @Test func `days and months are those of UTC, and a reservation goes over midnight`() throws {
        var journal = Self.journal {
            $0.daily = Nanodollars(10 * Self.dollar)
            $0.monthly = Nanodollars(100 * Self.dollar)
        }
        journal.attempt(cost: Nanodollars(3 * Self.dollar))
        let id = journal.receive()
        journal.start(id) { $0.reservedCost = Nanodollars(4 * Self.dollar) }
        journal.now = CivilDate(year: 2026, month: 11, day: 22).start
        #expect(try Self.use("daily", journal).taken == Nanodollars(4 * Self.dollar))
        journal.finish(id, cost: Nanodollars(2 * Self.dollar))
        #expect(try Self.use("daily", journal).taken == Nanodollars(2 * Self.dollar))
        #expect(try Self.use("monthly", journal).taken == Nanodollars(5 * Self.dollar))
        #expect(
            try Self.use("daily", journal).end == CivilDate(year: 2026, month: 11, day: 23).start
        )
        journal.now = CivilDate(year: 2026, month: 12, day: 1).start
        #expect(try Self.use("monthly", journal).taken == .zero)
        journal.attempt(cost: Nanodollars(Self.dollar))
        #expect(try Self.use("monthly", journal).taken == Nanodollars(Self.dollar))
    }

    @Test func `a budget that comes later knows what was spent before it`() throws {
        var journal = Journal()
        journal.attempt(cost: Nanodollars(3 * Self.dollar))
        journal.wait(.seconds(86_400))
        journal.attempt(cost: Nanodollars(2 * Self.dollar))
        var policy = RoutingPolicy()
        var budgets = BudgetPolicy()
        budgets.monthly = Nanodollars(10 * Self.dollar)
        policy.budgets = budgets
        journal.apply(policy: policy)
        #expect(try Self.use("monthly", journal).spent == Nanodollars(5 * Self.dollar))
    }

    @Test func `a scope counts what is charged to it, in its month`() throws {
        var scope = ScopedBudget()
        scope.scope = "task:documentation"
        scope.monthly = Nanodollars(50 * Self.dollar)
        var journal = Self.journal { $0.scopes = [scope] }
        let id = journal.receive()
        journal.start(id) {
            $0.reservedCost = Nanodollars(4 * Self.dollar)
            $0.charges = [scope.scope]
        }
        journal.attempt(cost: Nanodollars(7 * Self.dollar))
        #expect(try Self.use(scope.scope, journal).taken == Nanodollars(4 * Self.dollar))
        journal.finish(id, cost: Nanodollars(2 * Self.dollar))
        #expect(try Self.use(scope.scope, journal).taken == Nanodollars(2 * Self.dollar))
        #expect(journal.state.budgetUses(charges: [], at: journal.now).isEmpty)
        journal.wait(.seconds(30 * 86_400))
        #expect(try Self.use(scope.scope, journal).taken == .zero)
    }

    @Test func `the alert comes once in its period`() throws {
        var journal = Self.journal { $0.daily = Nanodollars(10 * Self.dollar) }
        func spend(_ journal: inout Journal) -> [String] {
            let id = journal.receive()
            journal.start(id)
            journal.finish(id, cost: Nanodollars(4 * Self.dollar))
            guard let last = journal.events.last else { return [] }
            var names: [String] = []
            for notice in journal.state.notices(after: last.body, at: journal.now) {
                journal.append(notice)
                if case .budgetAlerted(let alert) = notice { names.append(alert.budget) }
            }
            return names
        }
        #expect(spend(&journal) == [])
        #expect(spend(&journal) == ["daily"])
        #expect(try Self.use("daily", journal).wasAlerted)
        #expect(spend(&journal) == [])
        journal.wait(.seconds(86_400))
        #expect(spend(&journal) == [])
        #expect(spend(&journal) == ["daily"])
    }

    @Test func `a lost reservation of money is given back once its time is over`() throws {
        var journal = Self.journal { $0.daily = Nanodollars(10 * Self.dollar) }
        journal.start(journal.receive()) { $0.reservedCost = Nanodollars(4 * Self.dollar) }
        journal.wait(.seconds(660))
        _ = journal.receive()
        #expect(try Self.use("daily", journal).reserved == .zero)
    }
}
