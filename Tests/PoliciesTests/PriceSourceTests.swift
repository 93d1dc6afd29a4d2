import Catalog
import Events
import Foundation
import Policies
import Settings
import Testing

@Suite("Where prices come from")
struct PriceSourceTests {
    /// A shipped price, an imported one and one that the user wrote.
    static func catalog() throws -> Catalog {
        let json = """
            {"version": 1,
             "imported": [{"provider": "groq", "id": "new", "asOf": "2026-11-20",
               "usdPer1M": {"input": "1", "output": "2"}}],
             "models": [{"provider": "groq", "id": "own", "asOf": "2026-11-19",
               "usdPer1M": {"input": "3", "output": "4"}}]}
            """
        return try Catalog.shipped.overlaid(with: UserCatalog(json: Data(json.utf8)))
    }

    @Test
    func `each price in force names its source and date`() throws {
        let settings = Settings(origin: .discovery, providers: [ProviderSettings(type: .groq)])
        let applied = PricesApplied(settings, catalog: try Self.catalog(), simulated: [])
        func line(_ model: String) -> ModelPrices? { applied.prices.first { $0.model == model } }
        #expect(line("new")?.source == "imported 2026-11-20")
        #expect(line("new")?.prices.input == 1_000_000_000)
        #expect(line("own")?.source == "override 2026-11-19")
        #expect(line("openai/gpt-oss-20b")?.source == "catalogue 2026-11-21")
    }

    @Test
    func `at an address of its own a provider has the user's prices only`() throws {
        var provider = ProviderSettings(type: .groq)
        provider.baseURL = "https://elsewhere.example/v1"
        let settings = Settings(origin: .discovery, providers: [provider])
        let applied = PricesApplied(settings, catalog: try Self.catalog(), simulated: [])
        #expect(Set(applied.prices.compactMap(\.model)) == ["new", "own"])
    }
}
