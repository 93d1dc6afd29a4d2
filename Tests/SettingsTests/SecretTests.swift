import Catalog
import Settings
import Testing

@Suite("Secrets")
struct SecretTests {
    static let key = "sk-verysecretverysecret"

    @Test
    func `a secret does not show in any way of printing`() {
        #expect(!everyText(of: Secret(Self.key)).contains("verysecret"))
        #expect(!everyText(of: [Secret(Self.key)]).contains("verysecret"))
        #expect(!everyText(of: ["k": Optional(Secret(Self.key))]).contains("verysecret"))
    }

    @Test
    func `no key shows in settings, their summary, notes or warnings`() throws {
        let settings = try settings(
            """
            providers:
              - {type: groq, apiKey: \(Self.key), baseUrl: "http://far.example", limits: {}}
              - {type: claude, apiKey: "${KEY}"}
              - {type: openai}
            """,
            environment: ["KEY": Self.key, "OPENAI_API_KEY": Self.key]
        )
        #expect(settings.providers.allSatisfy { $0.apiKey?.revealed == Self.key })
        #expect(!settings.redactedSummary.contains("verysecret"))
        #expect(!everyText(of: settings).contains("verysecret"))
        let discovered = try Settings.discovered(
            environment: ["OPENAI_API_KEY": Self.key, "GEMINI_API_KEY": Self.key],
            reachable: [],
            catalog: Catalog.shipped
        )
        #expect(!everyText(of: discovered).contains("verysecret"))
        #expect(!discovered.redactedSummary.contains("verysecret"))
    }

    @Test(arguments: [
        "providers: [{type: groq, apiKey: [KEY]}]",
        "providers: [{type: groq, apiKey: {a: KEY}}]",
        "providers: [{type: groq, apiKey: \"${KEY\"}]",
        "providers: [{type: groq, apiKey: \"${KEY}\"}]",
        "providers: [{type: groq, apiKey: \"KEY}]",
        "providers: [{type: groq, apiKey: KEY: KEY}]",
        "providers:\n  - type: groq\n   apiKey: KEY",
        "providers: [{type: groq, KEY: KEY}]",
        "providers: [{type: KEY}]",
        "providers: [KEY]",
        "KEY",
        "KEY: 1\nKEY: 2",
        "KEY: {KEY: 1}",
        "mode: KEY\nproviders: [{type: ollama}]",
        "providers: [{type: ollama, name: KEY}, {type: ollama, name: KEY}]",
        "providers: [{type: ollama, enabled: KEY}]",
        "providers: [{type: ollama, priority: KEY}]",
        "providers: [{type: ollama, baseUrl: KEY}]",
        "providers: [{type: ollama, baseUrl: \"http://KEY@host\"}]",
        "providers: [{type: ollama, baseUrl: \"http://host?key=KEY\"}]",
        "providers: [{type: ollama, fallbackProvider: KEY}]",
        "providers: [{type: ollama}]\nfallback_chains: {production: [KEY]}",
        "providers: [{type: ollama}]\nfallback_chains: {KEY: [olama]}",
        "providers: [{type: ollama}]\nrouting: {chain: KEY}",
        "providers: [{type: ollama}]\nfallback_chains: {KEY: [ollama]}\nrouting: {chain: zzz}",
        "providers: [{type: ollama, name: KEY}]\nfallback_chains: {production: [zzz]}",
        "providers: [{type: ollama}]\nbudgets: {daily: KEY, perTask: {KEY: 1}}",
        "providers: [{type: ollama}]\nserver: {port: KEY}",
    ])
    func `no secret shows in an error, wherever it was put by mistake`(yaml: String) throws {
        let found = try problems(yaml.replacing("KEY", with: Self.key))
        #expect(!found.isEmpty)
        #expect(!"\(SettingsError.invalid(found))".contains("verysecret"), "\(found)")
        #expect(!everyText(of: found).contains("verysecret"))
    }

    @Test
    func `the value of a variable does not show in an error`() throws {
        let found = try problems(
            "providers: [{type: ollama, name: \"${A} ${A}\", baseUrl: \"${A}\"}]",
            environment: ["A": "verysecret/1234567890"]
        )
        #expect(found.count == 2)
        #expect(!everyText(of: found).contains("verysecret"))
    }
}
