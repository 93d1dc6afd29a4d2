import Catalog
import Events
import Foundation
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
        let standard = try #require(catalog.defaultModel(of: type))
        #expect(models.contains(standard))
        #expect(standard.capabilities?.contains(.streaming) == true)
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
    func `every card is dated, sourced and described`() throws {
        for card in catalog.cards {
            let date = try #require(card.pricesAsOf)
            #expect(date >= CivilDate(year: 2025, month: 1, day: 1), "\(card.id)")
            #expect(card.source?.hasPrefix("https://") == true, "\(card.id)")
            let window = try #require(card.contextWindow)
            #expect(window >= 2_048, "\(card.id)")
            #expect(card.capabilities?.isEmpty == false, "\(card.id)")
            #expect(!card.tasks.isEmpty, "\(card.id)")
            #expect(!card.strengths.isEmpty, "\(card.id)")
            if let output = card.maxOutput { #expect(output <= window, "\(card.id)") }
            #expect(card.origins.values.allSatisfy { $0 == .shipped }, "\(card.id)")
        }
    }

    @Test
    func `a price of nothing is said of local models, embeddings and free offers only`() {
        for card in catalog.cards where !card.isLocal && !card.id.hasSuffix(":free") {
            #expect(card.prices.input ?? 0 > 0, "\(card.id)")
            if card.capabilities != .embeddings {
                #expect(card.prices.output ?? 0 > 0, "\(card.id)")
            }
        }
    }

    @Test
    func `every benchmark and every memory has a source and a date, and several cards have them`() {
        for score in catalog.cards.flatMap(\.benchmarks) {
            #expect(!score.source.isEmpty && !score.name.isEmpty)
            #expect(score.percent > 0)
            #expect(score.asOf >= CivilDate(year: 2024, month: 1, day: 1), "\(score.name)")
        }
        #expect(catalog.cards.count { !$0.benchmarks.isEmpty } >= 15)
        for card in catalog.cards {
            guard let memory = card.gpuMemory else { continue }
            #expect(memory.source.contains("https://"), "\(card.id)")
            // Weights of a model take at least half a byte a parameter when they have four bits.
            let parameters = card.parameters?.total ?? 0
            #expect(parameters > 0 && memory.bytes > parameters / 2, "\(card.id)")
        }
        #expect(catalog.cards.count { $0.gpuMemory != nil } >= 10)
    }

    @Test
    func `the tier goes by the parameters, else by the price`() throws {
        #expect(catalog.model(provider: .ollama, id: "llama3.2")?.tier == .small)
        #expect(catalog.model(provider: .groq, id: "openai/gpt-oss-120b")?.tier == .large)
        #expect(catalog.model(provider: .openai, id: "gpt-6-luna")?.tier == .small)
        #expect(catalog.model(provider: .openai, id: "gpt-6.1-terra")?.tier == .medium)
        #expect(catalog.model(provider: .openai, id: "gpt-6-astra")?.tier == .frontier)
    }

    @Test
    func `a model is found by its name with and without its provider`() {
        #expect(catalog.cards(named: "ollama:qwen3:8b").map(\.id) == ["qwen3:8b"])
        #expect(catalog.cards(named: "qwen3:8b").map(\.provider) == [.ollama])
        #expect(catalog.cards(named: "anthropic:claude-haiku-4-5").count == 1)
        let services = catalog.cards(named: "openai/gpt-oss-120b").map(\.provider)
        #expect(Set(services) == [.groq, .together, .openrouter])
        #expect(catalog.cards(named: "openai:claude-haiku-4-5").isEmpty)
    }

    @Test
    func `a mistyped name finds its neighbours`() {
        #expect(catalog.names(near: "gpt-41").contains("openai:gpt-4.1"))
        #expect(catalog.names(near: "claude-haiku").contains("claude:claude-haiku-4-5"))
        #expect(catalog.names(near: "zzzzzz").isEmpty)
        #expect(catalog.names(near: "").isEmpty)
        #expect(catalog.names(near: "gpt").count <= 5)
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
