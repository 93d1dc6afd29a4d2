import Events
import Testing

@testable import Catalog
@testable import Settings

@Suite("Quotas, budgets and concurrency in the configuration")
struct LimitTests {
    @Test func `limits are of a provider, and of single models`() throws {
        let settings = try settings(
            """
            providers:
              - type: ollama
                limits: {requestsPerMinute: 30, tokensPerDay: 500}
                modelLimits: {"qwen3:8b": {requestsPerDay: 7}}
                maxConcurrent: 2
            """
        )
        let provider = settings.providers[0]
        #expect(provider.limits?.requestsPerMinute == 30)
        #expect(provider.limits?.tokensPerDay == 500)
        #expect(provider.modelLimits["qwen3:8b"]?.requestsPerDay == 7)
        #expect(provider.concurrency == 2)
        #expect(settings.notInForce.isEmpty)
    }

    @Test func `a local provider runs five attempts at once, a hosted one any number`() {
        #expect(ProviderSettings(type: .ollama).concurrency == 5)
        #expect(ProviderSettings(type: .claude).concurrency == nil)
    }

    @Test(arguments: [
        ("utc-midnight", DayReset.fixed, 0), ("rolling", .rolling, 0),
        ("pacific-midnight", .pacific, 0), ("08:00+01:00", .fixed, 420),
        ("00:00-8", .fixed, 480), ("23:30-0130", .fixed, 60), ("07:30Z", .fixed, 450),
    ])
    func `a day resets by a rule or at a time`(
        text: String,
        rule: DayReset,
        minute: Int
    ) throws {
        let settings = try settings("providers: [{type: ollama, resets: \"\(text)\"}]")
        #expect(settings.providers[0].quotaReset.rule == rule)
        #expect(settings.providers[0].quotaReset.minute == minute)
        let again = QuotaReset(settings.providers[0].quotaReset.words)
        #expect(again == settings.providers[0].quotaReset)
    }

    @Test(arguments: ["midnight", "24:00Z", "08:60Z", "08:00", "8", "08:00+25:00"])
    func `what is no such rule is an error that says what is`(text: String) {
        do {
            _ = try settings("providers: [{type: ollama, resets: \"\(text)\"}]")
            Issue.record("\(text) was taken")
        } catch {
            #expect("\(error)".contains("must be utc-midnight, pacific-midnight, rolling"))
        }
    }

    @Test func `Google's day begins at midnight Pacific time`() {
        #expect(ProviderSettings(type: .google).quotaReset.rule == .pacific)
        #expect(ProviderSettings(type: .openrouter).quotaReset == QuotaReset())
    }

    @Test func `budgets are exact, by day, month, task, tenant and key`() throws {
        let settings = try settings(
            """
            providers: [{type: ollama}]
            budgets:
              monthly: 500
              daily: 25.000000001
              perTask: {documentation: 50}
              perTenant: {acme: 10, "Bob & Co": 0.5}
              perKey: {2bb80d537b1d: 1}
              allowUnpriced: true
              onLimit: downgrade
            """
        )
        let budgets = settings.budgets
        #expect(budgets.monthly == Nanodollars(500_000_000_000))
        #expect(budgets.daily == Nanodollars(25_000_000_001))
        #expect(
            budgets.scopes == [
                ScopedBudget(.task, "documentation", monthly: Nanodollars(50_000_000_000)),
                ScopedBudget(.tenant, "Bob & Co", monthly: Nanodollars(500_000_000)),
                ScopedBudget(.tenant, "acme", monthly: Nanodollars(10_000_000_000)),
                ScopedBudget(.key, "2bb80d537b1d", monthly: Nanodollars(1_000_000_000)),
            ]
        )
        #expect(budgets.allowsUnpriced)
        #expect(budgets.onLimit == .downgrade)
        #expect(settings.redactedSummary.contains("budgets.perTenant.acme: 10\n"))
    }

    @Test(arguments: [
        "sk-CONFIGPERKEY123456", "CustomKeyWithoutAShape", "2BB80D537B1D", "2bb80d537b1",
        "2bb80d537b1dx",
    ])
    func `what is no fingerprint of a key is refused and not repeated`(name: String) throws {
        let found = try problems(
            "providers: [{type: ollama}]\nbudgets: {perKey: {2bb80d537b1d: 1, \(name): 5}}"
        )
        #expect(found.count == 1)
        let problem = try #require(found.first)
        #expect(problem.path == "budgets.perKey" && problem.line == 2)
        #expect(problem.message.hasPrefix("the name of entry 2 is no fingerprint of a key"))
        #expect(!"\(found)".contains(name))
    }

    @Test func `keys and tokens are secrets everywhere, names and placeholders are not`() throws {
        let settings = try settings(
            """
            providers:
              - {type: openai, name: Acme1234, apiKey: Corp7f3a9c1d5e7b, defaultModel: gpt-x,
                 headers: {X-Proxy: Literal9b8c7d6e, X-Title: Title9b8c7d6e5f, api-version: 2024-10-01-preview}}
              - {type: openai, name: other, apiKey: acme1234, baseUrl: "http://127.0.0.1:9", defaultModel: y}
              - {type: lmstudio, name: lm-studio, apiKey: lm-studio, baseUrl: "http://127.0.0.1:9"}
            """
        )
        let text =
            "Corp7f3a9c1d5e7b Literal9b8c7d6e Title9b8c7d6e5f 2024-10-01-preview acme1234 lm-studio"
        #expect(
            settings.redaction.masked(text)
                == "[key] [key] Title9b8c7d6e5f 2024-10-01-preview acme1234 lm-studio"
        )
        let own = Redaction(settings.providers[1].ownSecrets)
        #expect(own.masked("the key acme1234 is wrong") == "the key [key] is wrong")
    }
}
