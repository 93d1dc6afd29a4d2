import Events
import Foundation
import Reporting
import RouterState
import TestSupport
import Testing

@Suite("The status of quotas and budgets")
struct LimitStatusTests {
    static let noon = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(43_200)

    /// A state after so many whole requests at `groq` and one that runs, a minute ago.
    static func state(
        uses: Int,
        cost: Int64 = 1_000_000_000,
        _ change: (inout RoutingPolicy) -> Void = { _ in }
    ) -> RouterState {
        var state = RouterState()
        var groq = ProviderPolicy()
        groq.name = "groq"
        groq.priority = 1
        var limits = RateLimits()
        limits.requestsPerDay = 10
        limits.tokensPerMinute = 6_000
        groq.limits = limits
        var ollama = ProviderPolicy()
        ollama.name = "ollama"
        ollama.priority = 2
        var applied = PolicyApplied()
        applied.policy.providers = [groq, ollama]
        change(&applied.policy)
        var sequence: UInt64 = 0
        func append(_ body: EventBody) {
            sequence += 1
            state.apply(Event(body, at: noon), sequence: sequence)
        }
        append(.policyApplied(applied))
        for number in 0...uses {
            var received = RequestReceived()
            received.request = RequestID(time: noon, random: (0, UInt64(number)))
            append(.requestReceived(received))
            var started = AttemptStarted()
            started.request = received.request
            started.provider = "groq"
            started.model = "llama"
            started.reservedTokens = 300
            started.reservedCost = Nanodollars(2_000_000_000)
            append(.attemptStarted(started))
            if number == uses { break }
            var finished = AttemptFinished()
            finished.request = received.request
            finished.provider = "groq"
            finished.model = "llama"
            finished.usage = TokenUsage(input: 60, output: 40, origin: .provider)
            finished.cost = Nanodollars(cost)
            finished.costOrigin = .priced
            append(.attemptFinished(finished))
        }
        return state
    }

    @Test func `the table of quotas tells what is used, left and when it resets`() {
        let status = QuotaStatus(Self.state(uses: 8), at: Self.noon + .seconds(30))
        #expect(
            status.text == """
                Provider  Daily Limit            Used  Remaining    Resets In
                groq               10  8 + 1 reserved          1  11 h 59 min
                ollama              –               –          –            –

                Other quotas
                  Provider                   Limit                Used  Remaining  Resets In
                  groq      6000 tokens per minute  800 + 300 reserved       4900     30.0 s

                Warnings
                  groq: requests per day is 90.0% used until 2026-11-22T00:00:00.000000Z; the chain's next entries take over

                """
        )
    }

    @Test func `what is over counts as unused`() throws {
        let status = QuotaStatus(Self.state(uses: 8), at: Self.noon + .seconds(86_400))
        #expect(status.rows.map(\.remaining) == [10, 6_000])
        #expect(status.rows.allSatisfy { $0.resetsAt == nil })
        #expect(!status.text.contains("Warnings"))
    }

    @Test func `the JSON of quotas holds the figures of the table`() throws {
        let status = QuotaStatus(Self.state(uses: 8), at: Self.noon)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(status.json.utf8)) as? [String: Any]
        )
        #expect(try FoundationJSON.again(status.json, isIndented: true) == status.json)
        let quotas = try #require(document["quotas"] as? [[String: Any]])
        #expect(quotas.map { $0["kind"] as? String } == ["requests_per_day", "tokens_per_minute"])
        #expect(quotas.map { $0["used"] as? Int } == [8, 800])
        #expect(quotas.map { $0["reserved"] as? Int } == [1, 300])
        #expect(quotas.map { $0["remaining"] as? Int } == [1, 4_900])
        #expect(document["unlimited"] as? [String] == ["ollama"])
    }

    @Test func `the table of budgets tells what is spent, reserved and left`() throws {
        let state = Self.state(uses: 3) {
            var budgets = BudgetPolicy()
            budgets.daily = Nanodollars(10_000_000_000)
            budgets.monthly = Nanodollars(100_000_000_000)
            budgets.alertThreshold = 800_000
            $0.budgets = budgets
        }
        let status = BudgetStatus(state, at: Self.noon)
        #expect(
            status.text == """
                Budget   Limit  Spent  Assumed  Reserved  Remaining  Until       Alert
                daily      $10     $3       $0        $2         $5  2026-11-22  –
                monthly   $100     $3       $0        $2        $95  2026-12-01  –

                Alert at 80.0%; a request that does not fit is refused; models of unknown price are not asked

                """
        )
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(status.json.utf8)) as? [String: Any]
        )
        #expect(try FoundationJSON.again(status.json, isIndented: true) == status.json)
        let lines = try #require(document["budgets"] as? [[String: Any]])
        #expect(
            lines.map { $0["remaining_nanodollars"] as? Int } == [5_000_000_000, 95_000_000_000]
        )
    }

    @Test func `without a budget there is what was spent`() {
        let status = BudgetStatus(Self.state(uses: 3), at: Self.noon)
        #expect(status.text == "no budget is configured; spent today $3, this month $3\n")
    }
}
