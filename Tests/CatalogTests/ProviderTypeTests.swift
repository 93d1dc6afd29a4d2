import Catalog
import Events
import Testing

@Suite("Provider types")
struct ProviderTypeTests {
    @Test(arguments: [
        ("anthropic", ProviderType.claude), ("claude", .claude), ("gemini", .google),
        ("google", .google), ("github-models", .githubModels), ("openai", .openai),
    ])
    func `a type answers to its names`(name: String, type: ProviderType) {
        #expect(ProviderType(name: name) == type)
    }

    @Test
    func `other names are no types`() {
        #expect(ProviderType(name: "acme") == nil)
        #expect(ProviderType(name: "OpenAI") == nil)
    }

    @Test(arguments: ProviderType.allCases)
    func `a hosted type needs a key and a local one does not`(type: ProviderType) {
        guard type != .simulated else { return }
        #expect(type.needsKey != type.isLocal)
    }

    @Test
    func `each type speaks its family`() {
        let families = Dictionary(grouping: ProviderType.allCases, by: \.family)
        #expect(families[.anthropic] == [.claude])
        #expect(families[.ollama] == [.ollama])
        #expect(families[.gemini] == [.google])
    }
}
