import Settings
import Testing

private let ollama = "providers: [{type: ollama}]\n"

@Suite("Reports of mistakes")
struct ProblemReportTests {
    @Test
    func `all problems come at once, in the order of the file`() throws {
        let found = try problems(
            """
            mode: hybird
            providers:
              - type: gorq
              - type: groq
                apikey: k
                enabled: perhaps
              - {type: claude, priority: 0}
            fallback_chains: {production: [grok]}
            server: {port: -1}
            log: {capture: everything}
            """
        )
        #expect(
            found.map { "\($0.line) \($0.path)" } == [
                "1 mode", "3 providers[0].type", "4 providers[1].apiKey", "5 providers[1].apikey",
                "6 providers[1].enabled", "7 providers[2].apiKey", "7 providers[2].priority",
                "8 fallback_chains.production[0]", "9 server.port", "10 log.capture",
            ]
        )
    }

    @Test
    func `a problem prints as compilers print it`() throws {
        let found = try problems("providers:\n  - type: groq\n    apiKey: ${GROQ_API_KEY}")
        #expect(
            SettingsError.invalid(found).description
                == "logway.yaml:3:13: providers[0].apiKey: the environment variable GROQ_API_KEY is"
                + " not set; run `export GROQ_API_KEY=…` before you start logway"
        )
    }

    @Test
    func `a provider that is broken itself is not reported in chains as well`() throws {
        let found = try problems(
            "providers: [{type: ollama}, {type: gorq, name: g}]\n"
                + "fallback_chains: {production: [g, ollama]}"
        )
        #expect(found.map(\.path) == ["providers[1].type"])
    }

    @Test
    func `a file that is too large is refused before it is parsed`() throws {
        let yaml = ollama + String(repeating: "# filler\n", count: 120_000)
        #expect(try problems(yaml).map(\.message) == ["is larger than 1048576 bytes"])
    }
}
