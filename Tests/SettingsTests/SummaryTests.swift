import Events
import Settings
import Testing

@Suite("Summary of settings")
struct SummaryTests {
    @Test
    func `the summary is canonical: every setting in force, in a fixed order`() throws {
        let settings = try settings(
            """
            providers:
              - {type: groq, apiKey: k, models: [b, a]}
              - {type: ollama, enabled: false}
            fallback_chains: {z: ["groq:free"], a: [groq]}
            budgets: {daily: 0.5, perTask: {planning: 2, analysis: 1}}
            """
        )
        let lines = settings.redactedSummary.split(separator: "\n").map(String.init)
        #expect(lines.first == "mode: hybrid")
        #expect(lines.contains("providers.groq.apiKey: set"))
        #expect(lines.contains("providers.ollama.apiKey: unset"))
        #expect(lines.contains("providers.groq.models: b, a"))
        #expect(lines.contains("providers.groq.timeouts.connectMs: 10000"))
        #expect(
            lines.filter { $0.hasPrefix("fallback_chains") } == [
                "fallback_chains.a: groq", "fallback_chains.production: groq",
                "fallback_chains.z: groq:free",
            ]
        )
        #expect(
            lines.filter { $0.hasPrefix("budgets") } == [
                "budgets.daily: 0.5", "budgets.perTask.analysis: 1", "budgets.perTask.planning: 2",
                "budgets.alertThreshold: 0.8", "budgets.onLimit: refuse",
                "budgets.reserve: expected",
                "budgets.expectedOutputTokens: 4096",
            ]
        )
    }

    @Test
    func `hedging is off, and is on with its usual figures once its section is there`() throws {
        let off = try settings("providers: [{type: ollama}]")
        #expect(off.routing.hedge == nil)
        #expect(!off.redactedSummary.contains("routing.hedge"))
        let standard = try settings(
            "providers: [{type: ollama}]\nrouting: {hedge: {afterMs: 1000}}"
        )
        #expect(standard.routing.hedge == .default)
        #expect(standard.redactedSummary.contains("routing.hedge.afterMs: 1000\n"))
        #expect(standard.redactedSummary.contains("routing.hedge.maxShare: 0.1\n"))
    }

    @Test
    func `equal settings from other text, file or key give the same summary`() throws {
        let one = try settings("providers: [{type: groq, apiKey: k}]\nmode: hybrid")
        let two = try settings(
            "# a comment\nproviders:\n  - type: groq\n    apiKey: other\n    priority: 1\n"
        )
        #expect(one.redactedSummary == two.redactedSummary)
    }

    @Test
    func `a change that decides something changes the summary`() throws {
        let one = try settings("providers: [{type: ollama}]")
        let two = try settings("providers: [{type: ollama}]\nrouting: {maxAttempts: 2}")
        #expect(one.redactedSummary != two.redactedSummary)
    }
}
