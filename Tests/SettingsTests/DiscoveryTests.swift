import Catalog
import Events
import Settings
import Testing

@Suite("Discovery")
struct DiscoveryTests {
    func discovered(
        _ environment: [String: String],
        _ reachable: [LocalServer] = []
    ) throws -> Settings {
        try Settings.discovered(
            environment: environment,
            reachable: reachable,
            catalog: Catalog.shipped
        )
    }

    @Test
    func `local servers come before hosted providers, cheap ones before dear ones`() throws {
        let settings = try discovered(
            [
                "ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "GROQ_API_KEY": "g",
                "OPENROUTER_API_KEY": "r", "TOGETHER_API_KEY": "t",
            ],
            [
                LocalServer(type: .lmstudio, models: ["m"]),
                LocalServer(type: .ollama, models: ["qwen3:8b"]),
            ]
        )
        let names = ["ollama", "lmstudio", "groq", "openrouter", "together", "openai", "claude"]
        #expect(settings.enabledProviders.map(\.name) == names)
        #expect(settings.activeChain == names.map { .provider($0) })
        #expect(settings.provider(named: "claude")?.apiKey == Secret("a"))
        #expect(settings.provider(named: "claude")?.defaultModel == "claude-sonnet-5-5")
        #expect(settings.origin == .discovery)
        #expect(!settings.isSimulated)
        #expect(settings.notes.isEmpty)
    }

    @Test
    func `with nothing found the simulated ones answer, and that is said plainly`() throws {
        let settings = try discovered(["PATH": "/bin", "OPENAI_API_KEY": ""])
        #expect(settings.providers.map(\.name) == BuiltInSimulation.names)
        #expect(settings.isSimulated)
        #expect(settings.notes.count == 1)
        #expect(settings.notes[0].contains("EVERY ANSWER IS SIMULATED"))
        #expect(settings.providers.map(\.isLocal) == [true, false, false])
    }

    @Test(arguments: [
        (["GITHUB_TOKEN": "t", "CODESPACES": "true"], true), (["GITHUB_TOKEN": "t"], false),
        (["GITHUB_TOKEN": "t", "CODESPACES": "false"], false), (["CODESPACES": "true"], false),
    ])
    func `a GitHub token counts in a Codespace only`(
        environment: [String: String],
        counts: Bool
    ) throws {
        #expect(try (discovered(environment).provider(named: "github-models") != nil) == counts)
    }

    @Test(arguments: ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
    func `a Google key is used under either name`(variable: String) throws {
        let settings = try discovered([variable: "k", "GROQ_API_KEY": "g"])
        #expect(Set(settings.providers.map(\.name)) == ["groq", "google"])
        #expect(settings.provider(named: "google")?.apiKey?.revealed == "k")
        #expect(settings.notes == [])
    }

    @Test func `what was found is told with its place or its variable, and no key`() throws {
        let environment = ["GOOGLE_API_KEY": "k1", "OPENAI_API_KEY": "k2", "GROQ_API_KEY": ""]
        let settings = try discovered(
            environment,
            [
                LocalServer(type: .ollama, models: ["qwen3:8b"]),
                LocalServer(type: .lmstudio, models: ["own"]),
            ]
        )
        #expect(
            settings.findings(in: environment) == [
                "ollama at http://localhost:11434 (qwen3:8b)",
                "lmstudio at http://localhost:1234/v1",
                "google (key in GOOGLE_API_KEY)", "openai (key in OPENAI_API_KEY)",
            ]
        )
        #expect(try discovered([:]).findings(in: [:]).isEmpty)
    }

    @Test(
        arguments: [
            (["qwen3:8b", "llama3.2:latest"], "llama3.2:latest"),
            (["nomic-embed-text", "qwen3:8b"], "qwen3:8b"), (["mxbai-embed-large", "own"], nil),
            (["nomic-embed-text"], nil),
        ] as [([String], String?)]
    )
    func `a local server's default is a model that it has and that is known to chat`(
        models: [String],
        pick: String?
    ) throws {
        let settings = try discovered([:], [LocalServer(type: .ollama, models: models)])
        #expect(settings.providers.map(\.defaultModel) == [pick])
    }

    @Test
    func `a local server without models is noted and not used`() throws {
        let settings = try discovered([:], [LocalServer(type: .ollama, models: [])])
        #expect(settings.isSimulated)
        #expect(settings.notes[0] == "ollama answers but has no models, so it is not used")
    }
}
