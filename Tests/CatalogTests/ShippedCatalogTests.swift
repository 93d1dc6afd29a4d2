import Catalog
import Events
import Testing

@Suite("Shipped catalogue")
struct ShippedCatalogTests {
    let catalog: Catalog

    init() throws {
        catalog = try Catalog.shipped
    }

    @Test
    func `the shipped data parses and has at least 25 models`() {
        #expect(catalog.cards.count >= 25)
    }

    @Test(arguments: ProviderType.allCases.filter { $0 != .ruvllm && $0 != .simulated })
    func `every provider type with public models has some, and a default among them`(
        type: ProviderType
    ) throws {
        let models = catalog.models(of: type)
        #expect(!models.isEmpty)
        let usual = try #require(catalog.defaultModel(of: type))
        #expect(models.contains(usual))
        #expect(usual.capabilities.contains(.streaming))
    }

    @Test
    func `a provider without public models has no default`() {
        #expect(catalog.defaultModel(of: .ruvllm) == nil)
        #expect(catalog.models(of: .simulated).isEmpty)
    }

    @Test
    func `every hosted model has a known price that is not negative`() {
        for card in catalog.cards where !card.isLocal {
            #expect(card.prices.input ?? -1 >= 0, "\(card.id)")
            #expect(card.prices.output ?? -1 >= 0, "\(card.id)")
            if let cached = card.prices.cachedInput, let input = card.prices.input {
                #expect(cached <= input, "\(card.id)")
            }
        }
    }

    @Test
    func `every card is dated, sourced and described`() {
        for card in catalog.cards {
            #expect(card.pricesAsOf >= CivilDate(year: 2025, month: 1, day: 1), "\(card.id)")
            #expect(card.source.hasPrefix("https://"), "\(card.id)")
            #expect(card.contextWindow >= 2_048, "\(card.id)")
            #expect(!card.capabilities.isEmpty, "\(card.id)")
            #expect(!card.tasks.isEmpty, "\(card.id)")
            #expect(!card.strengths.isEmpty, "\(card.id)")
            if let output = card.maxOutput { #expect(output <= card.contextWindow, "\(card.id)") }
        }
    }

    @Test
    func `a local model is free`() throws {
        let card = try #require(catalog.model(provider: .ollama, id: "llama3.2"))
        #expect(card.isLocal)
        #expect(card.prices == .free)
    }

    @Test
    func `an unknown local model is free, an unknown hosted one has no price`() {
        #expect(catalog.prices(provider: .ollama, id: "my-own:1b") == .free)
        #expect(catalog.prices(provider: .openai, id: "gpt-99") == nil)
        #expect(catalog.model(provider: .openai, id: "gpt-99") == nil)
    }

    @Test
    func `latest is the same Ollama model as no tag, and only there`() {
        #expect(catalog.model(provider: .ollama, id: "llama3.2:latest")?.id == "llama3.2")
        #expect(catalog.model(provider: .openai, id: "gpt-4.1:latest") == nil)
    }

    @Test
    func `the same model at two providers has two cards`() throws {
        let groq = try #require(catalog.model(provider: .groq, id: "openai/gpt-oss-120b"))
        let together = try #require(catalog.model(provider: .together, id: "openai/gpt-oss-120b"))
        #expect(groq.prices.cachedInput != together.prices.cachedInput)
    }
}
