import Catalog
import Events
import Foundation
import Testing

@Suite("Catalogue file")
struct CatalogFileTests {
    static func catalog(_ models: String..., version: Int = 1) throws(CatalogError) -> Catalog {
        let json = #"{"version": \#(version), "models": [\#(models.joined(separator: ","))]}"#
        return try Catalog(json: Data(json.utf8))
    }

    static func model(
        provider: String = "openai",
        id: String = "m",
        prices: String = #"{"input": "1", "output": "2"}"#,
        rest: String = #""capabilities": ["tools"], "asOf": "2026-11-21""#
    ) -> String {
        """
        {"provider": "\(provider)", "id": "\(id)", "context": 1000, "usdPer1M": \(prices),
         "source": "https://example.com", "tasks": [], "strengths": [], \(rest)}
        """
    }

    @Test
    func `decimal dollars become nano-dollars exactly`() throws {
        let catalog = try Self.catalog(
            Self.model(
                prices: #"{"input": "0.04956", "output": "15", "cachedInput": "0.000000001"}"#
            )
        )
        let prices = try #require(catalog.model(provider: .openai, id: "m")).prices
        #expect(prices.input == 49_560_000)
        #expect(prices.output == 15_000_000_000)
        #expect(prices.cachedInput == 1)
        #expect(prices.cacheWrite == nil)
    }

    @Test
    func `a price that the file leaves out is unknown, and so is the cost`() throws {
        let catalog = try Self.catalog(Self.model(prices: #"{"input": "1"}"#))
        let prices = try #require(catalog.model(provider: .openai, id: "m")).prices
        #expect(prices.output == nil)
        #expect(prices.cost(of: TokenUsage(input: 10, output: 10)) == nil)
    }

    @Test
    func `the known costs come out to the nano-dollar`() throws {
        let catalog = try Self.catalog(
            Self.model(
                id: "a",
                prices: """
                    {"input": "3", "output": "15", "cachedInput": "0.30", "cacheWrite": "3.75"}
                    """
            ),
            Self.model(id: "b", prices: #"{"input": "5", "output": "15"}"#),
            Self.model(id: "c", prices: #"{"input": "0.15", "output": "0.60"}"#),
            Self.model(provider: "ollama", id: "d")
        )
        func cost(_ id: String, _ usage: TokenUsage, at type: ProviderType = .openai) -> String? {
            catalog.prices(provider: type, id: id)?.cost(of: usage)?.description
        }
        #expect(cost("a", TokenUsage(input: 1_000, output: 500)) == "0.0105")
        let cached = TokenUsage(input: 1_000, output: 500, cachedInput: 200, cacheWrite: 500)
        #expect(cost("a", cached) == "0.012435")
        #expect(cost("b", TokenUsage(input: 1_000, output: 500)) == "0.0125")
        #expect(cost("c", TokenUsage(input: 1_000_000, output: 1_000_000)) == "0.75")
        #expect(cost("d", TokenUsage(input: 1_000, output: 500), at: .ollama) == "0")
    }

    @Test(arguments: [
        (
            model(provider: "acme"),
            CatalogError.invalid(model: "acme:m", field: "provider", value: "acme")
        ),
        (
            model(prices: #"{"input": "cheap"}"#),
            .invalid(model: "openai:m", field: "usdPer1M.input", value: "cheap")
        ),
        (
            model(prices: #"{"output": "-1"}"#),
            .invalid(model: "openai:m", field: "usdPer1M.output", value: "-1")
        ),
        (
            model(prices: #"{"input": "0.0000000001"}"#),
            .invalid(model: "openai:m", field: "usdPer1M.input", value: "0.0000000001")
        ),
        (
            model(rest: #""capabilities": [], "asOf": "2026-02-30""#),
            .invalid(model: "openai:m", field: "asOf", value: "2026-02-30")
        ),
        (
            model(rest: #""capabilities": ["telepathy"], "asOf": "2026-11-21""#),
            .invalid(model: "openai:m", field: "capabilities", value: "telepathy")
        ),
    ])
    func `a field that can't be understood is named with its model`(
        json: String,
        error: CatalogError
    ) {
        #expect(throws: error) { try Self.catalog(json) }
    }

    @Test
    func `a model that stands twice is an error`() {
        #expect(throws: CatalogError.duplicate(model: "openai:m")) {
            try Self.catalog(Self.model(), Self.model())
        }
    }

    @Test
    func `two defaults of one provider are an error`() {
        let rest = #""capabilities": [], "asOf": "2026-11-21", "default": true"#
        #expect(throws: CatalogError.severalDefaults(provider: .openai)) {
            try Self.catalog(Self.model(id: "a", rest: rest), Self.model(id: "b", rest: rest))
        }
    }

    @Test
    func `a file of another format is refused`() {
        #expect(throws: CatalogError.unknownVersion(2)) { try Self.catalog(version: 2) }
    }

    @Test
    func `a file that is no catalogue is an error and no trap`() {
        #expect(throws: CatalogError.self) { try Catalog(json: Data("[]".utf8)) }
        #expect(throws: CatalogError.self) { try Catalog(json: Data()) }
    }
}
