import Catalog
import Events
import Foundation
import RouterState
import Settings
import Synchronization
import TestSupport
import Testing
import Upstream

@testable import Gateway
@testable import Ledger
@testable import LedgerSupport

/// Quotas, budgets and concurrency limits through the real port.
struct LimitTests {
    /// What a client got.
    struct Answer: Sendable {
        var status: Int
        var body: String
    }

    /// Sends one request so many times at once and returns each answer's status and body.
    static func flood(
        _ count: Int,
        _ gateway: TestGateway
    ) async throws -> [Answer] {
        let client = try UpstreamClient()
        defer { client.shutdown() }
        let body = Array(RawClient.body("auto", streamed: false, text: "What is 2+2?").utf8)
        return await withTaskGroup(of: Answer.self) { group in
            for _ in 0..<count {
                group.addTask {
                    let exchange = client.start(
                        UpstreamRequest(
                            method: "POST",
                            url: "http://127.0.0.1:\(gateway.port)/v1/chat/completions",
                            body: body,
                            pool: UpstreamPool(
                                name: "clients",
                                maximumConnections: 128,
                                maximumQueued: 4_000
                            )
                        )
                    )
                    do throws(UpstreamError) {
                        let head = try await exchange.head()
                        let bytes = try await exchange.collect(limit: 1 << 20)
                        return Answer(
                            status: head.status,
                            body: String(decoding: bytes, as: UTF8.self)
                        )
                    } catch {
                        return Answer(status: 0, body: "\(error)")
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Checks that so many were answered, and the others told why not.
    static func expect(_ answers: [Answer], passed: Int, refusedAs code: String) {
        let answered = answers.count { $0.status == 200 }
        #expect(answered == passed)
        let others = answers.filter { $0.status != 200 }
        for answer in others {
            #expect(answer.status == 429)
            #expect(answer.body.contains("\"code\":\"\(code)\""), "\(answer.body)")
        }
    }

    /// Checks at every event that nothing was spent or held beyond the budgets.
    static func expectWithinBudgets(_ record: Record) {
        var state = RouterState()
        for (index, event) in record.events.enumerated() {
            state.apply(event, sequence: UInt64(index + 1))
            for use in state.budgetUses(at: event.time) where use.taken > use.limit {
                Issue.record("\(use) after event \(index + 1)")
                return
            }
        }
    }

    @Test func `a thousand requests at once against a quota of a hundred: a hundred pass`()
        async throws
    {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(upstream) {
                $0.limits = RateLimits()
                $0.limits?.requestsPerDay = 100
            }
        )
        let record = try await withGateway(settings) { gateway in
            let answers = try await Self.flood(1_000, gateway)
            Self.expect(answers, passed: 100, refusedAs: "quota_exceeded")
            #expect(upstream.requestCount == 100)
        }
        #expect(record.started.count == 100)
        #expect(record.state.quotas.reserved == 0)
        let steps = record.events.compactMap { event in
            if case .quotaWarned(let warned) = event.body { warned.percent } else { nil }
        }
        #expect(steps == [80, 90])
        let refused = try #require(record.decided.first { $0.chosen == nil })
        #expect(refused.refusal == .quotaExhausted)
        let exclusion = try #require(refused.excluded.first)
        #expect(exclusion.reason == .quotaExhausted)
        #expect(exclusion.until != nil)
        #expect(exclusion.shortage?.limit == 100)
    }

    @Test func `a budget is never passed, however many ask at once`() async throws {
        let upstream = try ScriptedUpstream { request, socket in
            // The limit that the bound rests on is the provider's to keep.
            #expect(request.body.contains(#""max_tokens":100"#))
            socket.answer()
        }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.budgets.daily = Nanodollars(10_000_000)
            $0.budgets.outputLimit = 100
        }
        let record = try await withGateway(settings) { gateway in
            let answers = try await Self.flood(600, gateway)
            Self.expect(answers, passed: upstream.requestCount, refusedAs: "budget_exceeded")
        }
        Self.expectWithinBudgets(record)
        let answered = record.finished.count { $0.failure == nil }
        // Five bounds fit at once, and each answer costs 39,000 nano-dollars of them.
        #expect((5...256).contains(answered))
        #expect(record.state.budgets.reserved == .zero)
        #expect(
            record.state.spend.cost(inMonthOf: record.state.time)
                == Nanodollars(39_000 * Int64(answered))
        )
        let refusal = try #require(record.decided.first { $0.chosen == nil })
        #expect(refusal.excluded.first?.reason == .budgetExceeded)
        #expect(refusal.excluded.first?.shortage?.name == "daily")
    }

    @Test func `a client is told of a used up budget in its family's way`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.budgets.monthly = Nanodollars(1_000)
        }
        try await withGateway(settings) { gateway in
            let openai = try gateway.client()
            openai.chat("auto")
            let answer = await openai.response()
            #expect(answer.status == 429)
            #expect(answer.header("x-should-retry") == "false")
            #expect(answer.header("retry-after") != nil)
            #expect(answer.body.contains("monthly limit $0.000001"))
            #expect(answer.body.contains(#""type":"insufficient_quota""#))
            let anthropic = try gateway.client()
            anthropic.post(
                #"{"model":"auto","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#,
                to: "/v1/messages"
            )
            let other = await anthropic.response()
            #expect(other.status == 429)
            #expect(other.body.contains(#""type":"rate_limit_error""#))
            #expect(other.body.contains(#""code":"budget_exceeded""#))
            #expect(upstream.requestCount == 0)
        }
    }

    @Test(arguments: [BudgetAction.refuse, .downgrade, .warn])
    func `at the limit a request is refused, goes to a free model, or passes`(
        action: BudgetAction
    ) async throws {
        let paid = try ScriptedUpstream { _, socket in socket.answer("paid") }
        let free = try ScriptedUpstream { _, socket in socket.answer("free") }
        let settings = Settings.testing(
            .scripted(paid),
            .scripted(free, name: "b", priority: 2) { $0.prices = .free }
        ) {
            $0.budgets.monthly = Nanodollars(1_000)
            $0.budgets.onLimit = action
        }
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            client.chat("auto")
            let answer = await client.response()
            #expect(answer.status == (action == .refuse ? 429 : 200))
        }
        let decision = try #require(record.decided.first)
        switch action {
        case .refuse:
            #expect(decision.excluded.map(\.reason) == [.budgetExceeded, .notDowngraded])
            #expect(decision.refusal == .budgetExceeded)
        case .downgrade:
            #expect(record.started.map(\.provider) == ["b"])
            #expect(record.started.map(\.reservedCost) == [.zero])
            #expect(free.requestCount == 1)
        case .warn:
            #expect(record.started.map(\.provider) == ["a"])
            #expect(decision.candidates.first?.overBudget == "monthly")
            let alerts = record.events.compactMap { event in
                if case .budgetAlerted(let alert) = event.body { alert.budget } else { nil }
            }
            #expect(alerts == ["monthly"])
        }
    }

    @Test(arguments: [false, true])
    func `a model of unknown price is asked under a budget only where that is allowed`(
        isAllowed: Bool
    ) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        // At an address of this machine, a proxy to the paid service.
        let provider = ProviderSettings.scripted(upstream) { ($0.type, $0.prices) = (.groq, nil) }
        let settings = Settings.testing(provider) {
            $0.budgets.monthly = Nanodollars(1_000_000_000)
            $0.budgets.allowsUnpriced = isAllowed
        }
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            client.chat("auto")
            #expect(await client.response().status == (isAllowed ? 200 : 429))
        }
        #expect(record.decided.first?.excluded.map(\.reason) == (isAllowed ? [] : [.unpriced]))
    }

    @Test func `budgets of a tenant, a task and a key count their own requests`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.budgets.scopes = [
                ScopedBudget(.task, "documentation", monthly: .zero),
                ScopedBudget(.tenant, "acme", monthly: .zero),
                // printf %s secret | sha256sum | cut -c1-12
                ScopedBudget(.key, "2bb80d537b1d", monthly: .zero),
            ]
        }
        let record = try await withGateway(settings) { gateway in
            for (header, status) in [
                ("x-logway-tenant: acme", 429), ("x-logway-tenant: other", 200),
                ("x-logway-task: documentation", 429), ("x-logway-task: planning", 200),
                ("authorization: Bearer secret", 429), ("x-api-key: secret", 429),
                ("authorization: Bearer public", 200),
            ] {
                let client = try gateway.client()
                client.post(
                    RawClient.body("auto", streamed: false),
                    headers: header + "\r\n"
                )
                #expect(await client.response().status == status, "\(header)")
            }
        }
        #expect(!record.text.contains("secret"))
    }

    @Test(arguments: [
        "sk-acme-production-1", "acme-production-1", "acme-production-1-and-more",
        "cme-production-1",
    ])
    func `no key of a client's hides its tenant from the budget`(key: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.budgets.scopes = [ScopedBudget(.tenant, "acme-production-1", monthly: .zero)]
        }
        let record = try await withGateway(settings) { gateway in
            let client = try gateway.client()
            client.post(
                RawClient.body("auto", streamed: false),
                headers: "x-logway-tenant: acme-production-1\r\nauthorization: Bearer \(key)\r\n"
            )
            #expect(await client.response().status == 429)
        }
        #expect(record.received.map(\.tenant) == ["acme-production-1"])
        #expect(upstream.requestCount == 0)
    }

    @Test(arguments: [
        "tenant-of-9f8e7d6c5b4a", "9f8e7d6c5b4a3f2e", "sk-proj-4kQz81LmN0pRs7TuVw2Xy",
    ])
    func `a tenant that would not be recorded as it is is refused`(tenant: String) async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let record = try await withGateway(.testing(.scripted(upstream))) { gateway in
            let client = try gateway.client()
            client.post(
                RawClient.body("auto", streamed: false),
                headers: "x-logway-tenant: \(tenant)\r\n"
                    + "authorization: Bearer tenant-of-9f8e7d6c5b4a3f2e\r\n"
            )
            let answer = await client.response()
            #expect(answer.status == 400)
            #expect(answer.body.contains("x-logway-tenant"))
            #expect(!answer.body.contains(tenant))
        }
        #expect(record.received.map(\.tenant) == [nil])
        #expect(record.completed.map(\.outcome) == [.refused])
        #expect(!record.text.contains(tenant))
        #expect(upstream.requestCount == 0)
    }

    @Test func `what is no client's to name is not hidden by its key either`() async throws {
        let upstream = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(.scripted(upstream)) {
            $0.budgets.scopes = [ScopedBudget(.task, "documentation", monthly: .zero)]
        }
        let record = try await withGateway(settings) { gateway in
            for key in ["documentation1", "v1/chat/completions1"] {
                let client = try gateway.client()
                client.post(
                    RawClient.body("auto", streamed: false),
                    headers: "x-logway-task: documentation\r\nauthorization: Bearer \(key)\r\n"
                )
                #expect(await client.response().status == 429, "\(key)")
            }
        }
        #expect(record.received.map(\.task) == ["documentation", "documentation"])
        #expect(Set(record.received.map(\.endpoint)) == ["/v1/chat/completions"])
    }

    @Test func `what a provider's headers say holds requests back that it would refuse`()
        async throws
    {
        let upstream = try ScriptedUpstream { _, socket in
            socket.respond(
                #"{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":"#
                    + #"[{"index":0,"message":{"role":"assistant","content":"four"},"#
                    + #""finish_reason":"stop"}],"usage":{"prompt_tokens":3,"#
                    + #""completion_tokens":2,"total_tokens":5}}"#,
                headers: "x-ratelimit-limit-requests: 10\r\nx-ratelimit-remaining-requests: 0\r\n"
                    + "x-ratelimit-reset-requests: 7.66s\r\n"
            )
        }
        let record = try await withGateway(Settings.testing(.scripted(upstream))) { gateway in
            for status in [200, 429] {
                let client = try gateway.client()
                client.chat("auto")
                #expect(await client.response().status == status)
            }
        }
        let ticks = record.events.compactMap { event in
            if case .quotaTick(let tick) = event.body { tick } else { nil }
        }
        #expect(ticks.map(\.kind) == [.requestsPerMinute])
        #expect(ticks.map(\.limit) == [10])
        #expect(record.decided.last?.excluded.map(\.reason) == [.quotaExhausted])
    }

    @Test
    func `a provider with its capacity of attempts comes after the others, and waits its turn`()
        async throws
    {
        let gate = Latch()
        let first = try ScriptedUpstream { _, socket in
            gate.block()
            socket.answer()
        }
        let second = try ScriptedUpstream { _, socket in socket.answer() }
        let settings = Settings.testing(
            .scripted(first) { $0.maxConcurrent = 1 },
            .scripted(second, name: "b", priority: 2)
        )
        let record = try await withGateway(settings) { gateway in
            defer { gate.open() }
            let clients = try (0..<3).map { _ in try gateway.client() }
            clients[0].chat("auto")
            try #require(try await eventually { first.requestCount == 1 })
            clients[1].chat("auto")
            #expect(await clients[1].response().header("x-logway-provider") == "b")
            // Pinned, it can only wait in the pool's queue.
            clients[2].chat("a:m")
            try #require(
                try await eventually {
                    gateway.ledger.read { state, _ in state.inFlight.attempts(at: "a") == 2 }
                }
            )
            #expect(first.requestCount == 1)
            gate.open()
            for index in [0, 2] { #expect(await clients[index].response().status == 200) }
        }
        #expect(record.decided[1].candidates.map(\.provider) == ["b", "a"])
        #expect(record.decided[1].candidates.map(\.isBusy) == [false, true])
        #expect(record.decided[2].candidates.map(\.isBusy) == [true])
    }
}
