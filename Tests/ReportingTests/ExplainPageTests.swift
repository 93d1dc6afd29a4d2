import Events
import RouterState
import Testing

@testable import Reporting

@Suite("Explain page")
struct ExplainPageTests {
    static func page(_ build: (inout EventScript) -> Void) -> String {
        var course = EventScript()
        build(&course)
        return ExplainPage(course.record()).text
    }

    @Test func `a failover is told from the question to the judgement`() {
        let page = Self.page { course in
            course.receive {
                $0.isStreamed = true
                $0.features.messages = 2
                $0.features.promptBytes = 400
                $0.features.inputTokens = 100
                $0.features.outputLimit = 256
                $0.features.needs = [.tools, .streaming]
                $0.task = "code-review"
                $0.tags = ["team=a", "app=x"]
                var dropped = TranslationObstacle()
                dropped.family = .anthropic
                dropped.fields = ["user"]
                $0.droppedHints = [dropped]
            }
            course.decide(among: [("claude", "haiku"), ("groq", "llama"), ("ollama", "qwen3:8b")]) {
                $0.statePosition = 5
                $0.deciderVersion = 1
                $0.seed = 42
                $0.policy = Fingerprint(bytes: [0xAB, 0x01])
                $0.policyPosition = 2
                $0.pricesPosition = 3
                $0.chain = "production"
                $0.candidates[0].chainEntry = 1
                $0.candidates[0].predictedCost = Nanodollars(1_380_000)
                var excluded = RouteExclusion()
                excluded.provider = "openrouter"
                excluded.model = "a/paid"
                excluded.reason = .breakerOpen
                excluded.until = EventScript.morning + .seconds(30)
                $0.excluded = [excluded]
                excluded.reason = .untranslatable
                excluded.until = nil
                excluded.fields = ["n", "logit_bias"]
                $0.excluded.append(excluded)
            }
            course.start(at: "claude", model: "haiku")
            course.finish(at: "claude", model: "haiku", failing: .rateLimited, cost: .zero) {
                $0.status = 429
                $0.message = "slow down"
                $0.retryAt = EventScript.morning + .seconds(20)
                $0.costOrigin = .uncharged
            }
            course.start(EventScript.request, 2, at: "ollama", model: "qwen3:8b") {
                $0.after = .rateLimited
                var skipped = RouteExclusion()
                skipped.provider = "groq"
                skipped.model = "llama"
                skipped.reason = .keyRejected
                skipped.until = EventScript.morning + .seconds(3_600)
                $0.skipped = [skipped]
            }
            course.finish(
                EventScript.request,
                2,
                at: "ollama",
                model: "qwen3:8b",
                cost: Nanodollars(10_500_000)
            ) {
                $0.usage = TokenUsage(
                    input: 90,
                    output: 20,
                    cachedInput: 10,
                    reasoning: 5,
                    origin: .provider
                )
                $0.pricesPosition = 3
                $0.firstByteMicroseconds = 900
                $0.finishReason = "stop"
                $0.answeredModel = "qwen3:8b-q4"
            }
            course.complete(cost: Nanodollars(10_500_000)) {
                $0.attempts = 2
                $0.decideMicroseconds = 80
                $0.logWaitMicroseconds = 150
                $0.firstByteMicroseconds = 1_400
            }
            course.judge(800_000, comment: "good")
        }
        let expected = """
            Request \(EventScript.request)
              answered with status 200 after 2.0 ms, cost $0.0105
              at 2026-11-21T09:30:00.000000Z, openai client, /v1/chat/completions
              model 'auto', streamed, 2 messages, 400 bytes of prompt, about 100 tokens, at most 256 back
              needs tools, streaming
              task code-review (given by the client)
              tags team=a, app=x
              dropped for anthropic providers: user

            Decision
              event 2 on the state at 5, decider version 1, seed 42
              policy ab01 (event 2), prices of event 3
              strategy chain 'production'

            Candidates
              rank  candidate        chain entry  priority  predicted cost  probability
                 1  claude:haiku     1                   1        $0.00138       100.0%  ← chosen
                 2  groq:llama       –                   2         unknown         0.0%
                 3  ollama:qwen3:8b  –                   3         unknown         0.0%

            Rejected
              provider    model   reason
              openrouter  a/paid  breaker open, until 2026-11-21T09:30:30.000000Z
              openrouter  a/paid  untranslatable: n, logit_bias

            Attempts
              1  claude:haiku
                 failed: rate limited (status 429) after 1.5 ms
                 said: slow down
                 held until 2026-11-21T09:30:20.000000Z
                 cost $0, from nothing that is charged for
              2  ollama:qwen3:8b, failover after rate limited
                 passed over groq:llama, key rejected, until 2026-11-21T10:30:00.000000Z
                 answered in 1.5 ms, first byte after 900 µs, finished: stop, by qwen3:8b-q4
                 tokens: 90 in, 10 cached, 20 out, 5 of them reasoning (counted by the provider)
                 cost $0.0105, from prices of event 3

            Outcome
              answered, status 200, 2 attempts
              latency: decide 80 µs · wait for the decision's sync 150 µs · first byte 1.4 ms · total 2.0 ms

            Feedback
              0.80 by user: good

            """
        #expect(page == expected)
    }

    @Test func `a plain answer has one attempt and no rejection`() {
        let page = Self.page { course in
            course.receive()
            course.decide(among: [("groq", "llama")]) { $0.strategy = .explicit }
            course.start()
            course.finish()
            course.complete { $0.attempts = 1 }
        }
        #expect(page.contains("strategy explicit\n"))
        #expect(page.contains("  1  groq:llama\n     answered in 1.5 ms\n"))
        #expect(page.contains("answered, status 200, 1 attempt\n"))
        for absent in ["Rejected", "Feedback", "failover", "needs", "task", "tags"] {
            #expect(!page.contains(absent))
        }
    }

    @Test func `a refusal names its reason and what was rejected`() {
        let page = Self.page { course in
            course.receive(model: "nosuch")
            course.decide(among: []) {
                $0.strategy = .explicit
                $0.refusal = .unknownModel
                var excluded = RouteExclusion()
                excluded.provider = "groq"
                $0.excluded = [excluded]
            }
            course.complete(EventScript.request, .refused, status: 404) {
                $0.message = "model 'nosuch' is not known"
            }
        }
        #expect(page.contains("  refused with status 404 after 2.0 ms, cost $0\n"))
        #expect(page.contains("  refused: unknown model\n"))
        #expect(page.contains("  groq      –      model not listed\n"))
        #expect(page.contains("told the client: model 'nosuch' is not known\n"))
        #expect(!page.contains("Attempts"))
        #expect(!page.contains("Candidates"))
    }

    @Test
    func `a quota and a budget without room show their figures, and an attempt what it holds`() {
        let page = Self.page { course in
            course.receive { $0.tenant = "acme" }
            course.decide(among: [("groq", "llama")]) {
                var quota = RouteExclusion()
                quota.provider = "claude"
                quota.model = "haiku"
                quota.reason = .quotaExhausted
                var shortage = LimitShortage()
                shortage.name = "requests per day"
                shortage.limit = 100
                shortage.used = 98
                shortage.reserved = 2
                shortage.needed = 1
                quota.shortage = shortage
                var budget = quota
                budget.reason = .budgetExceeded
                shortage.name = "monthly"
                shortage.limit = 500_000_000_000
                shortage.isMoney = true
                budget.shortage = shortage
                $0.excluded = [quota, budget]
                $0.candidates[0].overBudget = "daily"
                $0.candidates[0].isBusy = true
            }
            course.start {
                $0.reservedInput = 95
                $0.reservedOutput = 100
                $0.reservedTokens = 195
                $0.reservedCost = Nanodollars(1_785_000)
                $0.charges = ["tenant:acme"]
            }
        }
        #expect(
            page.contains(
                "quota exhausted: requests per day limit 100, used 98, reserved 2, this request up "
                    + "to 1\n"
            )
        )
        #expect(page.contains("budget exceeded: monthly limit $500, used $0.000000098"))
        #expect(page.contains("← chosen, busy, over the daily budget\n"))
        #expect(
            page.contains(
                "     reserved 95 tokens in, 100 out, cost up to $0.001785, 195 tokens of quotas, "
                    + "in tenant:acme\n"
            )
        )
        #expect(page.contains("  tenant acme\n"))
    }

    @Test func `a request that runs says so, and its attempt too`() {
        let page = Self.page { course in
            course.receive()
            course.decide(among: [("groq", "llama")])
            course.start()
        }
        #expect(page.contains("\n  still running\n"))
        #expect(page.hasSuffix("Attempts\n  1  groq:llama\n     still running\n"))
        #expect(!page.contains("Outcome"))
    }

    @Test func `an answer that was cut says what the client was told`() {
        let page = Self.page { course in
            course.receive { $0.isStreamed = true }
            course.decide(among: [("groq", "llama")])
            course.start()
            course.finish(failing: .cut, cost: Nanodollars(3)) { $0.costOrigin = .estimated }
            course.complete(EventScript.request, .cut, cost: Nanodollars(3)) {
                $0.message = "the answer broke off"
            }
        }
        #expect(page.contains("  cut with status 200"))
        #expect(page.contains("     failed: cut after 1.5 ms\n"))
        #expect(page.contains("     cost $0.000000003, from an estimate\n"))
        #expect(page.contains("told the client: the answer broke off\n"))
    }

    @Test func `an interrupted request shows what its reservation became`() {
        var course = EventScript()
        course.receive()
        course.decide(among: [("groq", "llama")])
        course.start { $0.reservedInput = 100 }
        let state = course.state()
        for body in state.inFlight.interruptions(prices: state.prices, at: course.now) {
            course.append(body)
        }
        let page = ExplainPage(course.record()).text
        #expect(page.contains("  interrupted with no status, cost unknown\n"))
        #expect(page.contains("     failed: interrupted\n"))
        #expect(page.contains("  latency: unknown, since Logway itself ended"))
        #expect(RequestLine(course.record()).totalMicroseconds == nil)
        #expect(page.contains("     tokens: 100 in (counted by an estimate)\n"))
        #expect(page.contains("     cost unknown, from no price or no count\n"))
    }

    @Test
    func `a hedge says beside which attempt it was made, and the loser that it was cancelled`() {
        let page = Self.page { course in
            course.receive()
            course.decide(among: [("groq", "llama"), ("claude", "haiku")])
            course.start()
            course.start(EventScript.request, 2, at: "claude", model: "haiku") {
                $0.hedge = HedgeReason()
                $0.hedge?.besides = 1
                $0.hedge?.afterMicroseconds = 300_000
            }
            course.finish(failing: .hedgeLost)
            course.finish(EventScript.request, 2, at: "claude", model: "haiku")
        }
        #expect(
            page.contains(
                "  2  claude:haiku, hedge beside attempt 1, which had given nothing for 300 ms\n"
            )
        )
        #expect(page.contains("     cancelled: hedge lost after "))
    }

    @Test func `a request that could not be read has no decision`() {
        let page = Self.page { course in
            course.receive(model: "")
            course.complete(EventScript.request, .refused, status: 400) {
                $0.message = "the body is not JSON"
            }
        }
        #expect(page.contains("Decision\n  none: the request could not be read\n"))
        #expect(page.contains("told the client: the body is not JSON\n"))
        #expect(page.contains("\n  what it asked for could not be read\n"))
        #expect(!page.contains(" decide "), "nothing was decided, so no time was taken for it")
        #expect(page.contains("\n  latency: total "))
    }

    /// What clients and providers say is shown to operators, so it must not steer their terminal or
    /// write lines of its own.
    @Test func `text from outside adds no line and no escape sequence`() {
        let hostile = "x\n  answered, status 200\u{1b}[2J\r\u{202e}\u{9b}"
        let page = Self.page { course in
            course.receive(model: hostile) {
                $0.endpoint = hostile
                $0.task = hostile
                $0.tags = [hostile]
                var dropped = TranslationObstacle()
                dropped.fields = [hostile]
                $0.droppedHints = [dropped]
            }
            course.decide(among: [("groq", hostile)]) {
                var excluded = RouteExclusion()
                excluded.provider = "groq"
                excluded.model = hostile
                excluded.fields = [hostile]
                $0.excluded = [excluded]
            }
            course.start(model: hostile) {
                var skipped = RouteExclusion()
                skipped.model = hostile
                $0.skipped = [skipped]
            }
            course.finish(model: hostile, failing: .serverError) { $0.message = hostile }
            course.start(EventScript.request, 2)
            course.finish(EventScript.request, 2) {
                $0.finishReason = hostile
                $0.answeredModel = hostile
            }
            course.complete(EventScript.request, .failed, status: 502) { $0.message = hostile }
            course.judge(1, comment: hostile)
        }
        let steering = page.unicodeScalars.filter {
            $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202e}")
        }
        #expect(steering.isEmpty)
        #expect(!page.contains("\n  answered, status 200"))
        #expect(page.contains(#"said: x\u{a}  answered"#))
    }
}
