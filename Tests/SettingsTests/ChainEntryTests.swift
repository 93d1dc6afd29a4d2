import Events
import Settings
import Testing

@Suite("Chain entries")
struct ChainEntryTests {
    @Test(arguments: [
        ("groq", ChainEntry.provider("groq")),
        ("openrouter:free", .freeModels(provider: "openrouter")),
        ("ollama:llama3.1:8b", .model(provider: "ollama", model: "llama3.1:8b")),
        (
            "openrouter:openai/gpt-oss-120b:free",
            .model(provider: "openrouter", model: "openai/gpt-oss-120b:free")
        ),
    ])
    func `an entry splits at its first colon and prints as it was written`(
        text: String,
        entry: ChainEntry
    ) {
        #expect(ChainEntry(text) == entry)
        #expect(entry.description == text)
    }

    @Test(arguments: ["", ":", "groq:", ":model"])
    func `an entry with an empty part is none`(text: String) {
        #expect(ChainEntry(text) == nil)
    }

    @Test
    func `a type's other name leads to its only provider, whatever that is called`() throws {
        let settings = try settings(
            """
            providers: [{type: claude, name: work, apiKey: k}]
            fallback_chains: {production: ["anthropic:claude-opus-5-5", work, claude]}
            """
        )
        #expect(
            settings.activeChain == [
                .model(provider: "work", model: "claude-opus-5-5"), .provider("work"),
                .provider("work"),
            ]
        )
    }

    @Test
    func `an override of a task is kept apart from the chains`() throws {
        let settings = try settings(
            """
            providers: [{type: ollama}]
            task_fallback_overrides: {planning: ["ollama:phi4"]}
            """
        )
        #expect(settings.taskChains == ["planning": [.model(provider: "ollama", model: "phi4")]])
        #expect(settings.chains.keys.sorted() == ["production"])
    }
}
