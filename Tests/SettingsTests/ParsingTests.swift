import Catalog
import Events
import Foundation
import Settings
import Testing

@Suite("Reading a configuration")
struct ParsingTests {
    /// A configuration with something of every section.
    static let example = """
        mode: hybrid                    # local_first | hosted | free_only | hybrid
        providers:
          - type: groq                  # ollama lmstudio groq openrouter claude …
            name: groq                  # defaults to the type; several of one type have names
            enabled: true
            priority: 2                 # 1 is first
            apiKey: ${GROQ_API_KEY}
            baseUrl: https://api.groq.com/openai/v1/
            defaultModel: openai/gpt-oss-20b
            models: [ openai/gpt-oss-20b ]
            modelOverrides: {code-review: openai/gpt-oss-120b}
            limits: {requestsPerMinute: 30, requestsPerDay: 14400, tokensPerMinute: 6000, tokensPerDay: 7}
            costPer1MTokens: {input: 0, output: 0, cachedInput: 0}
            healthCheck: {enabled: true, intervalMs: 60000, timeoutMs: 5000}
            fallbackProvider: claude
        fallback_chains: {development: [ollama, groq, claude], free_only: [ollama, groq, "openrouter:free"]}
        task_fallback_overrides: {code-review: ["openrouter:mistralai/devstral-2-123b", claude]}
        server: {host: 127.0.0.1, port: 8080}
        log: {directory: /var/lib/logway, durability: group, capture: features}
        routing: {chain: production, strategies: [explicit], exploration: {floor: 0.05, arms: 2}, referenceModel: claude}   # floor
        budgets: {monthly: 500, daily: 25, alertThreshold: 0.8, perTask: {documentation: 50}, maxOutputTokens: 4096, onLimit: refuse}
        """

    @Test
    func `a whole example parses into what it says`() throws {
        let settings = try settings(Self.example, environment: ["GROQ_API_KEY": "k"])
        let groq = try #require(settings.provider(named: "groq"))
        #expect(groq.type == .groq)
        #expect(groq.priority == 2)
        #expect(groq.apiKey == Secret("k"))
        #expect(groq.baseURL == "https://api.groq.com/openai/v1")
        #expect(groq.models == ["openai/gpt-oss-20b"])
        #expect(groq.modelOverrides == ["code-review": "openai/gpt-oss-120b"])
        #expect(groq.limits?.requestsPerDay == 14_400)
        #expect(groq.limits?.tokensPerDay == 7)
        #expect(groq.prices == TokenPrices(input: 0, output: 0, cachedInput: 0))
        #expect(groq.healthCheck.timeout == .seconds(5))
        #expect(settings.chains["development"] == [.provider("groq")])
        #expect(settings.activeChain == [.provider("groq")])
        #expect(settings.log.directory == "/var/lib/logway")
        #expect(settings.routing.exploration?.arms == 2)
        #expect(settings.budgets.monthly == Nanodollars(500_000_000_000))
        let documentation = ScopedBudget(
            .task,
            "documentation",
            monthly: Nanodollars(50_000_000_000)
        )
        #expect(settings.budgets.scopes == [documentation])
        #expect(settings.origin == .file("logway.yaml"))
    }

    @Test
    func `an entry for a type that is not configured is skipped with a note`() throws {
        let settings = try settings(Self.example, environment: ["GROQ_API_KEY": "k"])
        #expect(
            settings.notes == [
                "`fallback_chains.development[0]` is skipped: no provider `ollama` is configured",
                "`fallback_chains.development[2]` is skipped: no provider `claude` is configured",
                "`fallback_chains.free_only[0]` is skipped: no provider `ollama` is configured",
                "`fallback_chains.free_only[2]` is skipped: no provider `openrouter` is configured",
                "`task_fallback_overrides.code-review[0]` is skipped: no provider `openrouter` is"
                    + " configured",
                "`task_fallback_overrides.code-review[1]` is skipped: no provider `claude` is"
                    + " configured",
                "`providers[0].fallbackProvider` is skipped: no provider `claude` is configured",
            ]
        )
    }

    @Test
    func `what this version does not act on is named with its line`() throws {
        let settings = try settings(Self.example, environment: ["GROQ_API_KEY": "k"])
        #expect(
            settings.notInForce.map { "\($0.line) \($0.path)" } == [
                "20 routing.referenceModel"
            ]
        )
    }

    @Test(arguments: ["local_first", "hosted", "free_only", "hybrid"])
    func `every mode is in force`(mode: String) throws {
        let settings = try settings("mode: \(mode)\nproviders: [{type: ollama}]")
        #expect(settings.mode.word == mode)
        #expect(settings.notInForce.isEmpty)
    }

    @Test(arguments: [
        ("{keepDays: 30}", Retention.days(30)), ("{keepMonths: 13}", .months(13)),
        ("{keepBytes: 1073741824}", .bytes(1 << 30)), ("", .all), ("{}", .all),
    ])
    func `how long events are kept`(text: String, rule: Retention) throws {
        let settings = try settings("providers: [{type: ollama}]\nlog: {retention: \(text)}")
        #expect(settings.log.retention == rule)
        #expect(settings.notInForce.isEmpty)
        #expect(settings.redactedSummary.contains("log.retention: \(rule)\n"))
    }

    @Test(arguments: BodyCapture.allCases)
    func `every capture is in force`(capture: BodyCapture) throws {
        let settings = try settings(
            """
            providers: [{type: ollama}]
            log: {capture: \(capture.rawValue), bodies: {retention: {keepDays: 7}}}
            """
        )
        #expect(settings.log.capture == capture)
        #expect(settings.log.bodiesKeptDays == 7)
        #expect(settings.notInForce.isEmpty)
    }

    @Test
    func `the smallest file gets every default`() throws {
        let settings = try settings("providers: [{type: ollama}]")
        let ollama = settings.providers[0]
        #expect(ollama.name == "ollama")
        #expect(ollama.baseURL == "http://localhost:11434")
        #expect(ollama.defaultModel == nil)
        #expect(ollama.isEnabled && ollama.isLocal)
        #expect(settings.mode == .hybrid)
        #expect(settings.server == ServerSettings())
        #expect(settings.server.maxBodyBytes == 33_554_432)
        #expect(settings.server.maxBodiesBytes == 536_870_912)
        #expect(settings.server.maxAnswersBytes == 536_870_912)
        #expect(settings.server.maxConnections == nil)
        #expect(settings.log.durability == .group)
        #expect(settings.routing.maxAttempts == 3)
        #expect(settings.routing.timeouts.total == .seconds(600))
        #expect(settings.activeChain == [.provider("ollama")])
        #expect(settings.notInForce.isEmpty && settings.notes.isEmpty)
    }

    @Test
    func `what all requests may take together is in force`() throws {
        let settings = try settings(
            "providers: [{type: ollama}]\n"
                + "server: {maxBodiesBytes: 1048576, maxAnswersBytes: 2097152, maxConnections: 3}"
        )
        #expect(settings.server.maxBodiesBytes == 1_048_576)
        #expect(settings.server.maxAnswersBytes == 2_097_152)
        #expect(settings.server.maxConnections == 3)
        #expect(settings.notInForce.isEmpty)
        #expect(settings.redactedSummary.contains("server.maxConnections: 3\n"))
    }

    @Test(arguments: ["maxBodiesBytes: 1000", "maxAnswersBytes: -1", "maxConnections: 0"])
    func `too little for one request is refused`(line: String) {
        #expect(throws: (any Error).self) {
            try settings("providers: [{type: ollama}]\nserver: {\(line)}")
        }
    }

    @Test
    func `an empty value counts as absent`() throws {
        let settings = try settings("providers:\n  - type: ollama\n    name:\nserver:\nlog: ~")
        #expect(settings.providers[0].name == "ollama")
        #expect(settings.server == ServerSettings())
    }

    @Test
    func `the documented example parses, and uses every provider key`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/configuration.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let block = try #require(text.firstMatch(of: /```yaml\n([\s\S]*?)```/)).1
        let settings = try settings(
            String(block),
            environment: [
                "GROQ_API_KEY": "g", "ANTHROPIC_API_KEY": "a", "GPU2_KEY": "k", "HOME": "/home/u",
            ]
        )
        #expect(settings.providers.count == 7)
        #expect(settings.log.directory == "/home/u/logway-data")
        #expect(settings.activeChain.map(\.description) == ["ollama", "groq", "claude"])
        #expect(settings.provider(named: "rehearsal")?.simulation?.models.count == 2)
        #expect(settings.routing.timeouts == Timeouts())
        #expect(settings.server == ServerSettings())
    }
}
