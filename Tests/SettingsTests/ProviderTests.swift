import Catalog
import Events
import Settings
import Testing

@Suite("Providers of a configuration")
struct ProviderTests {
    func provider(
        _ entry: String,
        environment: [String: String] = [:]
    ) throws -> ProviderSettings {
        try settings("providers: [{\(entry)}]", environment: environment).providers[0]
    }

    @Test(arguments: [("anthropic", ProviderType.claude), ("claude", .claude)])
    func `other names of a type are accepted, and the provider gets the usual name`(
        word: String,
        type: ProviderType
    ) throws {
        let provider = try provider("type: \(word), apiKey: k")
        #expect(provider.type == type)
        #expect(provider.name == "claude")
    }

    @Test
    func `a disabled provider needs neither its key nor support`() throws {
        let settings = try settings(
            """
            providers:
              - {type: gemini, enabled: false, apiKey: "${GEMINI_API_KEY}"}
              - {type: groq, enabled: no}
              - {type: ruvllm, enabled: off}
              - {type: ollama}
            """
        )
        #expect(settings.providers.map(\.apiKey) == [nil, nil, nil, nil])
        #expect(settings.enabledProviders.map(\.name) == ["ollama"])
    }

    @Test
    func `a key is completed from the environment, and taken from there when absent`() throws {
        let environment = ["A": "first", "GROQ_API_KEY": "second"]
        let given = try provider("type: groq, apiKey: \"x-${A}-$${A}\"", environment: environment)
        #expect(given.apiKey == Secret("x-first-${A}"))
        #expect(try provider("type: groq", environment: environment).apiKey == Secret("second"))
    }

    @Test
    func `a server at its own address needs no key and never gets the service's`() throws {
        let provider = try provider(
            "type: openai, baseUrl: \"http://127.0.0.1:8000/v1\"",
            environment: ["OPENAI_API_KEY": "k"]
        )
        #expect(provider.apiKey == nil)
        #expect(provider.isLocal)
    }

    @Test
    func `a key that leaves the machine in the clear is noted`() throws {
        let settings = try settings(
            "providers: [{type: openai, apiKey: k, baseUrl: \"http://far.example/v1\"}]"
        )
        #expect(
            settings.notes == ["provider `openai` sends its key over plain HTTP to another machine"]
        )
    }

    @Test(arguments: [
        ("type: ollama", true), ("type: ollama, baseUrl: \"http://127.9.9.9:1\"", true),
        ("type: ollama, baseUrl: \"http://[::1]:1\"", true),
        ("type: ollama, baseUrl: \"http://10.0.0.7:11434\"", false),
        ("type: ollama, baseUrl: \"http://127.evil.example\"", false),
        ("type: ollama, baseUrl: \"http://localhost.evil.example\"", false),
        ("type: groq, apiKey: k", false),
        ("type: simulated, name: sim-local", true), ("type: simulated, name: sim-fast", false),
        ("type: simulated, simulation: {local: true, models: [{name: m}]}", true),
    ])
    func `a provider is local when its host is this machine`(entry: String, isLocal: Bool) throws {
        #expect(try provider(entry).isLocal == isLocal)
    }

    @Test(arguments: [
        ("type: groq, apiKey: k", "openai/gpt-oss-120b"),
        ("type: groq, apiKey: k, defaultModel: mine", "mine"),
        ("type: groq, apiKey: k, models: [a, b]", "a"),
        ("type: groq, apiKey: k, models: [a, openai/gpt-oss-120b]", "openai/gpt-oss-120b"),
        ("type: simulated, simulation: {models: [{name: m}]}", "m"),
    ])
    func `the default model is the file's, else the catalogue's, else the first`(
        entry: String,
        model: String
    ) throws {
        #expect(try provider(entry).defaultModel == model)
    }

    @Test(
        arguments: [
            ("type: openai, baseUrl: \"http://127.0.0.1:8000/v1\"", nil),
            ("type: openai, baseUrl: \"http://127.0.0.1:8000/v1\", defaultModel: q", "q"),
            ("type: openai, baseUrl: \"http://127.0.0.1:8000/v1\", models: [a, b]", "a"),
            ("type: groq, apiKey: k, baseUrl: \"https://proxy.example/v1\"", nil),
            (
                "type: groq, apiKey: k, baseUrl: \"https://api.groq.com/openai/v1/\"",
                "openai/gpt-oss-120b"
            ),
            ("type: ollama", nil), ("type: ollama, defaultModel: llama3.2", "llama3.2"),
            ("type: lmstudio", nil), ("type: ollama, models: [x, llama3.2]", "llama3.2"),
        ] as [(String, String?)]
    )
    func `the catalogue picks no model for a server whose models it can't know`(
        entry: String,
        model: String?
    ) throws {
        #expect(try provider(entry).defaultModel == model)
    }

    @Test
    func `a price is the file's, else nothing on own hardware, else the catalogue's or unknown`()
        throws
    {
        let catalog = try Catalog.shipped
        let own = try provider("type: groq, apiKey: k, costPer1MTokens: {input: 1, output: 2.5}")
        #expect(own.prices(of: "any", in: catalog)?.output == 2_500_000_000)
        let far = try provider("type: ollama, baseUrl: \"http://10.0.0.7:11434\"")
        #expect(far.prices(of: "any", in: catalog) == .free)
        let groq = try provider("type: groq, apiKey: k")
        #expect(groq.prices(of: "openai/gpt-oss-20b", in: catalog)?.input == 75_000_000)
        #expect(groq.prices(of: "any", in: catalog) == nil)
        let other = try provider("type: openai, baseUrl: \"http://10.0.0.7/v1\"")
        #expect(other.prices(of: "gpt-4.1", in: catalog) == nil)
        let simulated = try provider(
            "type: simulated, simulation: {models: [{name: m, costPer1MTokens: {input: 3, output: 15}}]}"
        )
        #expect(simulated.prices(of: "m", in: catalog)?.input == 3_000_000_000)
    }

    @Test
    func `a provider's timeouts replace routing's one by one`() throws {
        let settings = try settings(
            """
            providers: [{type: ollama, timeouts: {firstTokenMs: 120000}}]
            routing: {timeouts: {idleMs: 5000}}
            """
        )
        let timeouts = settings.providers[0].timeouts
        #expect(timeouts.firstToken == .seconds(120))
        #expect(timeouts.idle == .seconds(5))
        #expect(timeouts.connect == .seconds(10))
    }

    @Test
    func `enabled providers come by priority, equals in the order of the file`() throws {
        let settings = try settings(
            """
            providers:
              - {type: ollama, name: a, priority: 5}
              - {type: ollama, name: b, priority: 1}
              - {type: ollama, name: c, priority: 5}
              - {type: ollama, name: d, priority: 1, enabled: false}
            """
        )
        #expect(settings.enabledProviders.map(\.name) == ["b", "a", "c"])
        #expect(settings.activeChain == [.provider("b"), .provider("a"), .provider("c")])
    }

    @Test
    func `a simulation is read with its models`() throws {
        let simulation = try #require(
            try provider(
                """
                type: simulated, simulation: {seed: 7, failureRate: 0.02, rateLimitRate: 0.01, retryAfterMs: 20, \
                cutRate: 0.5, latencyMs: {mean: 1, deviation: 2}, tokensPerSecond: 0, outcomes: o, \
                models: [{name: m, quality: 0.9, latencyMs: {mean: 3}, outcomeModel: x}]}
                """
            ).simulation
        )
        #expect(simulation.seed == 7)
        #expect(simulation.cutRate == 0.5)
        #expect(simulation.retryAfter == .milliseconds(20))
        #expect(simulation.latencyDeviation == .milliseconds(2))
        #expect(simulation.tokensPerSecond == 0)
        #expect(simulation.outcomesFile == "o")
        let model = simulation.models[0]
        #expect(model.latencyMean == .milliseconds(3))
        #expect(model.latencyDeviation == nil)
        #expect(model.prices == nil)
        #expect(model.outcomeModel == "x")
    }

    @Test
    func `a simulated model keeps the spread of its own latency`() throws {
        let provider = try provider(
            """
            type: simulated, simulation: {latencyMs: {mean: 1, deviation: 2}, \
            models: [{name: m, latencyMs: {mean: 3, deviation: 4}}, {name: n}]}
            """
        )
        let spec = SimulatedProviderSpec(provider)
        #expect(spec.models.map(\.latencyDeviation) == [.milliseconds(4), nil])
        #expect(spec.latencyDeviation == .milliseconds(2))
    }
}
