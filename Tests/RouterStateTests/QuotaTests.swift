import Events
import Testing

@testable import RouterState

/// What the quotas of a provider count, as the table of cases says.
@Suite("Quotas")
struct QuotaTests {
    /// A journal with one provider of these limits.
    static func journal(
        _ kind: QuotaKind = .requestsPerDay,
        _ limit: Int,
        reset: QuotaReset? = nil,
        model: String? = nil,
        type: String = ""
    ) -> Journal {
        var limits = RateLimits()
        switch kind {
        case .requestsPerMinute: limits.requestsPerMinute = limit
        case .requestsPerDay: limits.requestsPerDay = limit
        case .tokensPerMinute: limits.tokensPerMinute = limit
        case .tokensPerDay: limits.tokensPerDay = limit
        }
        var provider = ProviderPolicy()
        provider.name = "groq"
        provider.type = type
        provider.quotaReset = reset
        if let model {
            var line = ModelLimits()
            line.model = model
            line.limits = limits
            provider.modelLimits = [line]
        } else {
            provider.limits = limits
        }
        var policy = RoutingPolicy()
        policy.providers = [provider]
        var journal = Journal()
        journal.apply(policy: policy)
        return journal
    }

    static func window(
        _ journal: Journal,
        _ kind: QuotaKind = .requestsPerDay,
        model: String = ""
    ) -> QuotaWindow {
        journal.state.quotas.window(
            of: QuotaOwner(provider: "groq", model: model),
            kind,
            at: journal.now
        )
    }

    /// Whether one more request fits now.
    static func admits(_ journal: Journal, tokens: Int = 0, model: String = "llama") -> Bool {
        guard let provider = journal.state.policy.provider("groq") else { return false }
        return journal.state.quotas.shortage(
            at: model,
            of: provider,
            tokens: tokens,
            now: journal.now
        ) == nil
    }

    /// Whole requests, each with what the ledger records after it.
    static func use(_ count: Int, _ journal: inout Journal) -> [Int] {
        var steps: [Int] = []
        for _ in 0..<count {
            let id = journal.receive()
            journal.start(id)
            steps += warn(&journal)
            journal.finish(id)
            steps += warn(&journal)
            journal.complete(id)
        }
        return steps
    }

    /// Records the warnings that the last event made due, and returns their steps.
    static func warn(_ journal: inout Journal) -> [Int] {
        guard let last = journal.events.last else { return [] }
        var steps: [Int] = []
        for notice in journal.state.notices(after: last.body, at: journal.now) {
            journal.append(notice)
            if case .quotaWarned(let warned) = notice { steps.append(warned.percent) }
        }
        return steps
    }

    @Test func `of 100 a day the 80th use warns once, and it warns again after the reset`() {
        var journal = Self.journal(.requestsPerDay, 100)
        #expect(Self.use(79, &journal) == [])
        #expect(Self.use(1, &journal) == [80])
        #expect(Self.use(5, &journal) == [])
        #expect(Self.use(15, &journal) == [90])
        #expect(Self.window(journal).taken == 100)
        #expect(!Self.admits(journal))
        journal.wait(.seconds(86_400))
        #expect(Self.window(journal).taken == 0)
        #expect(Self.use(79, &journal) == [])
        #expect(Self.use(1, &journal) == [80])
    }

    @Test func `a jump to 90 at once gives both warnings`() {
        var journal = Self.journal(.requestsPerDay, 100)
        #expect(Self.use(79, &journal) == [])
        var tick = QuotaTick()
        tick.provider = "groq"
        tick.model = "llama"
        tick.kind = .requestsPerDay
        tick.remaining = 10
        journal.append(.quotaTick(tick))
        #expect(Self.warn(&journal) == [80, 90])
        #expect(Self.warn(&journal) == [])
        #expect(Self.window(journal).used == 90)
        #expect(Self.window(journal).elsewhere == 11)
    }

    @Test func `a minute's window resets at the next look, not by a timer`() {
        var journal = Self.journal(.requestsPerMinute, 10)
        _ = Self.use(5, &journal)
        #expect(Self.window(journal, .requestsPerMinute).taken == 5)
        journal.wait(.seconds(61))
        #expect(Self.window(journal, .requestsPerMinute).taken == 0)
        _ = Self.use(1, &journal)
        #expect(Self.window(journal, .requestsPerMinute).taken == 1)
        journal.wait(.seconds(86_400))
        #expect(Self.window(journal, .requestsPerMinute).taken == 0)
    }

    @Test(arguments: [(14_400, 3_245, 11_155, 0), (1_000, 892, 108, 80)])
    func `what is left is the limit without what is used`(
        limit: Int,
        uses: Int,
        left: Int,
        warned: Int
    ) {
        var journal = Self.journal(.requestsPerDay, limit)
        let steps = Self.use(uses, &journal)
        #expect(limit - Self.window(journal).taken == left)
        #expect(steps == (warned == 0 ? [] : [warned]))
        #expect(Self.window(journal).warned == warned)
    }

    @Test func `a request holds its place from its start, and tokens until they are counted`() {
        var journal = Self.journal(.tokensPerMinute, 1_000)
        let id = journal.receive()
        journal.start(id) { $0.reservedTokens = 700 }
        #expect(Self.window(journal, .tokensPerMinute).reserved == 700)
        #expect(Self.admits(journal, tokens: 300))
        #expect(!Self.admits(journal, tokens: 301))
        journal.finish(id, usage: TokenUsage(input: 40, output: 60, origin: .provider))
        let window = Self.window(journal, .tokensPerMinute)
        #expect((window.used, window.reserved, window.estimated) == (100, 0, 0))
        #expect(Self.admits(journal, tokens: 900))
    }

    @Test func `unknown use settles at what was reserved, marked as an estimate`() {
        var journal = Self.journal(.tokensPerMinute, 1_000)
        let id = journal.receive()
        journal.start(id) { $0.reservedTokens = 700 }
        journal.finish(id, .invalidResponse, cost: nil)
        let window = Self.window(journal, .tokensPerMinute)
        #expect((window.used, window.reserved, window.estimated) == (700, 0, 700))
    }

    @Test func `an attempt that reached nobody gives its request back`() {
        var journal = Self.journal(.requestsPerDay, 10)
        let id = journal.receive()
        journal.start(id)
        #expect(Self.window(journal).taken == 1)
        journal.finish(id, .connectionFailed) { $0.costOrigin = .uncharged }
        #expect(Self.window(journal).taken == 0)
        journal.start(id, number: 2)
        journal.finish(id, .serverError) {
            $0.costOrigin = .uncharged
            $0.status = 500
        }
        #expect(Self.window(journal).taken == 1)
    }

    @Test func `what a crash interrupts counts as used`() {
        var journal = Self.journal(.tokensPerDay, 10_000)
        journal.start(journal.receive(), reserving: 100, output: 200) { $0.reservedTokens = 300 }
        journal.restart()
        let window = Self.window(journal, .tokensPerDay)
        #expect((window.used, window.reserved, window.estimated) == (300, 0, 300))
        #expect(Self.window(journal, .requestsPerDay).used == 1)
    }

    @Test func `a lost reservation is given back once its request's time is over by a minute`() {
        var journal = Self.journal(.requestsPerDay, 1)
        let lost = journal.receive()
        journal.start(lost)
        #expect(!Self.admits(journal))
        journal.wait(.seconds(659))
        #expect(journal.state.expired(at: journal.now) == nil)
        journal.wait(.seconds(1))
        // At the next look already, before any event.
        let expired = journal.state.expired(at: journal.now)
        #expect(expired?.quotas.reserved == 0)
        _ = journal.receive()
        #expect(Self.admits(journal))
        #expect(journal.state.inFlight.attempts(at: "groq") == 0)
        // Its end comes after all: what it used counts, and nothing is given back twice.
        journal.finish(lost)
        #expect((Self.window(journal).used, Self.window(journal).reserved) == (1, 0))
    }

    @Test func `an attempt counts in the window in which it began`() {
        var journal = Self.journal(.requestsPerMinute, 10)
        let id = journal.receive()
        journal.start(id)
        journal.wait(.seconds(61))
        _ = Self.use(1, &journal)
        journal.finish(id)
        let window = Self.window(journal, .requestsPerMinute)
        #expect((window.used, window.reserved) == (1, 0))
    }

    @Test func `a model's limit is its own`() {
        var journal = Self.journal(.requestsPerDay, 2, model: "llama")
        _ = Self.use(2, &journal)
        #expect(!Self.admits(journal))
        #expect(Self.admits(journal, model: "gemma"))
        #expect(Self.window(journal, model: "llama").taken == 2)
    }

    @Test func `a provider's word raises the count and never lowers it`() {
        var journal = Self.journal(.requestsPerDay, 100)
        _ = Self.use(10, &journal)
        for (remaining, used) in [(95, 10), (90, 10), (50, 50), (70, 50), (0, 100)] {
            var tick = QuotaTick()
            tick.provider = "groq"
            tick.model = "llama"
            tick.kind = .requestsPerDay
            tick.limit = 100
            tick.remaining = remaining
            journal.append(.quotaTick(tick))
            #expect(Self.window(journal).used == used, "remaining \(remaining)")
        }
        #expect(!Self.admits(journal))
    }

    @Test func `a limit that only the provider told holds back once it is used up`() {
        var journal = Journal()
        var policy = RoutingPolicy()
        var provider = ProviderPolicy()
        provider.name = "groq"
        policy.providers = [provider]
        journal.apply(policy: policy)
        var tick = QuotaTick()
        tick.provider = "groq"
        tick.model = "llama"
        tick.kind = .tokensPerMinute
        tick.limit = 6_000
        tick.remaining = 10
        #expect(journal.state.quotas.news(in: [tick], of: provider, at: journal.now) == [tick])
        journal.append(.quotaTick(tick))
        #expect(Self.admits(journal, tokens: 5_000))
        #expect(journal.state.quotas.news(in: [tick], of: provider, at: journal.now) == [])
        tick.remaining = 0
        #expect(journal.state.quotas.news(in: [tick], of: provider, at: journal.now) == [tick])
        journal.append(.quotaTick(tick))
        #expect(!Self.admits(journal))
        journal.wait(.seconds(60))
        #expect(Self.admits(journal))
    }

    @Test func `what a provider says of a known count is news every five seconds at most`() {
        var journal = Self.journal(.requestsPerDay, 100)
        let provider = journal.state.policy.policy.providers[0]
        var tick = QuotaTick()
        tick.provider = "groq"
        tick.model = "llama"
        tick.kind = .requestsPerDay
        tick.limit = 100
        tick.remaining = 60
        journal.append(.quotaTick(tick))
        tick.remaining = 59
        #expect(journal.state.quotas.news(in: [tick], of: provider, at: journal.now) == [])
        journal.wait(.seconds(5))
        #expect(journal.state.quotas.news(in: [tick], of: provider, at: journal.now) == [tick])
        tick.remaining = 61
        #expect(journal.state.quotas.news(in: [tick], of: provider, at: journal.now) == [])
    }

    @Test func `an unlimited provider is not counted`() {
        var journal = Journal()
        journal.attempt()
        #expect(journal.state.quotas == Quotas())
    }

    @Test(
        "what Groq reads from its cache counts in none of its quotas",
        arguments: ["groq", "openai"]
    )
    func countsCached(type: String) {
        var journal = Self.journal(.tokensPerDay, 1_000, type: type)
        let id = journal.receive()
        journal.start(id) { $0.reservedTokens = 900 }
        let usage = TokenUsage(input: 100, output: 50, cachedInput: 700, origin: .provider)
        journal.finish(id, usage: usage)
        #expect(Self.window(journal, .tokensPerDay).used == (type == "groq" ? 150 : 850))
    }
}

@Suite("When a day's quota begins again")
struct QuotaResetTests {
    static func time(_ text: String) -> Timestamp {
        let parts = text.split { "-T:".contains($0) }.compactMap { Int($0) }
        let day = CivilDate(year: parts[0], month: parts[1], day: parts[2]).start
        return day + .seconds(parts[3] * 3_600 + parts[4] * 60)
    }

    static func reset(_ rule: DayReset, _ minute: Int = 0) -> QuotaReset {
        var reset = QuotaReset()
        reset.rule = rule
        reset.minute = minute
        return reset
    }

    @Test(arguments: [
        (reset(.fixed), "2026-11-21T00:00", "2026-11-22T00:00"),
        (reset(.fixed), "2026-11-21T23:59", "2026-11-22T00:00"),
        (reset(.fixed, 450), "2026-11-21T07:29", "2026-11-21T07:30"),
        (reset(.fixed, 450), "2026-11-21T07:30", "2026-11-22T07:30"),
        (reset(.rolling), "2026-11-21T09:15", "2026-11-22T09:15"),
        // Pacific standard time is 8 hours behind, daylight saving time 7.
        (reset(.pacific), "2026-11-21T07:59", "2026-11-21T08:00"),
        (reset(.pacific), "2026-11-21T08:00", "2026-11-22T08:00"),
        (reset(.pacific), "2026-07-01T06:59", "2026-07-01T07:00"),
        (reset(.pacific), "2026-07-01T07:30", "2026-07-02T07:00"),
        // Saving begins on 8 March and ends on 1 November 2026, at two in the morning.
        (reset(.pacific), "2026-03-08T07:30", "2026-03-08T08:00"),
        (reset(.pacific), "2026-03-08T08:30", "2026-03-09T07:00"),
        (reset(.pacific), "2026-11-01T06:30", "2026-11-01T07:00"),
        (reset(.pacific), "2026-11-01T07:30", "2026-11-02T08:00"),
    ])
    func `it is the next such instant`(reset: QuotaReset, now: String, end: String) {
        #expect(reset.end(of: Self.time(now)) == Self.time(end), "\(now)")
    }
}
