import Catalog
import Events
import Foundation
import Testing

@Suite("User catalogue")
struct UserCatalogTests {
    static func user(_ models: String, imported: String = "") throws -> UserCatalog {
        let json = #"{"version": 1, "imported": [\#(imported)], "models": [\#(models)]}"#
        return try UserCatalog(json: Data(json.utf8))
    }

    static let priced = """
        {"provider": "openai", "id": "gpt-4.1", "asOf": "2026-11-01", "source": "our contract",
         "usdPer1M": {"input": "1.8", "output": "7.2"}}
        """

    @Test
    func `an entry replaces the values that it has and leaves the others`() throws {
        let shipped = try Catalog.shipped
        let before = try #require(shipped.model(provider: .openai, id: "gpt-4.1"))
        let catalog = try shipped.overlaid(with: Self.user(Self.priced))
        let after = try #require(catalog.model(provider: .openai, id: "gpt-4.1"))
        #expect(after.prices.input == 1_800_000_000)
        #expect(after.prices.cachedInput == nil, "an offer is replaced as a whole")
        #expect(after.pricesAsOf == CivilDate(year: 2026, month: 11, day: 1))
        #expect(after.source == "our contract")
        #expect(after.origins[.prices] == .overridden)
        #expect(after.contextWindow == before.contextWindow)
        #expect(after.capabilities == before.capabilities)
        #expect(after.origins[.context] == .shipped)
        #expect(catalog.cards.count == shipped.cards.count)
    }

    @Test
    func `a model that nobody knew gets a card, and what is not said of it is unknown`() throws {
        let catalog = try Catalog.shipped.overlaid(
            with: Self.user(#"{"provider": "openai", "id": "our-own", "context": 4096}"#)
        )
        let card = try #require(catalog.model(provider: .openai, id: "our-own"))
        #expect(card.contextWindow == 4_096)
        #expect(card.capabilities == nil)
        #expect(card.tier == nil)
        #expect(card.prices == TokenPrices())
        #expect(card.prices.cost(of: TokenUsage(input: 1, output: 1)) == nil)
    }

    @Test
    func `a person's entry goes before an import`() throws {
        let imported = """
            {"provider": "openai", "id": "gpt-4.1", "asOf": "2026-11-20", "context": 5,
             "usdPer1M": {"input": "9", "output": "9"}}
            """
        let catalog = try Catalog.shipped.overlaid(
            with: Self.user(Self.priced, imported: imported)
        )
        let card = try #require(catalog.model(provider: .openai, id: "gpt-4.1"))
        #expect(card.prices.input == 1_800_000_000)
        #expect(card.contextWindow == 5)
        #expect(card.origins[.context] == .imported)
    }

    @Test
    func `only the user's prices hold for a server elsewhere`() throws {
        let catalog = try Catalog.shipped.overlaid(with: Self.user(Self.priced))
        #expect(catalog.userPrices(provider: .openai, id: "gpt-4.1")?.output == 7_200_000_000)
        #expect(catalog.userPrices(provider: .openai, id: "gpt-4o-mini") == nil)
        #expect(catalog.userPrices(provider: .openai, id: "gpt-99") == nil)
    }

    @Test
    func `the default of a provider can be another`() throws {
        let catalog = try Catalog.shipped.overlaid(
            with: Self.user(#"{"provider": "openai", "id": "gpt-4.1", "default": true}"#)
        )
        #expect(catalog.defaultModel(of: .openai)?.id == "gpt-4.1")
        #expect(try Catalog.shipped.defaultModel(of: .openai)?.id != "gpt-4.1")
    }

    @Test(arguments: [
        #"{"provider": "openai", "id": "m", "usdPer1M": {"input": "1"}}"#,
        #"{"provider": "openai", "id": "m", "context": 0}"#,
        #"{"provider": "openai", "id": "m", "parameters": "many"}"#,
        #"{"provider": "openai", "id": "m", "tasks": ["dancing"]}"#,
        #"{"provider": "openai", "id": ""}"#,
        #"{"provider": "acme", "id": "m"}"#,
        #"{"provider": "openai", "id": "m"}, {"provider": "openai", "id": "m"}"#,
    ])
    func `an entry that is wrong is an error that names the model`(models: String) throws {
        let user = try Self.user(models)
        #expect {
            try Catalog.shipped.overlaid(with: user)
        } throws: { error in
            "\(error)".contains("model openai:") || "\(error)".contains("model acme:m")
        }
    }

    @Test(arguments: [
        (#"{"version": 1, "model": []}"#, "unknown key `model`"),
        (#"{"version": 1, "models": [{"provider": "openai"}]}"#, "`id` is missing at models[0]"),
        (
            #"{"version": 1, "models": [{"provider": "openai", "id": "m", "ctx": 1}]}"#,
            "unknown key `ctx` at models[0]"
        ),
        (
            #"{"version": 1, "models": [{"provider": "a", "id": "m", "usdPer1M": {"in": "1"}}]}"#,
            "unknown key `in` at models[0].usdPer1M"
        ),
        (
            #"{"version": 1, "models": [{"provider": "a", "id": "m", "usdPer1M": {"input": 1}}]}"#,
            "at models[0].usdPer1M.input"
        ),
        (#"{"version": 7}"#, "format 7"),
    ])
    func `a file that is wrong is an error with the place`(json: String, words: String) {
        #expect {
            try UserCatalog(json: Data(json.utf8))
        } throws: { error in
            "\(error)".contains(words)
        }
    }

    @Test
    func `a catalogue that is written says the same when it is read`() throws {
        let text = """
            {"provider": "ollama", "id": "x:1b", "context": 9, "maxOutput": 8, "parameters": "1B",
             "capabilities": ["tools"], "tasks": ["planning"], "strengths": ["a"],
             "weaknesses": ["b"], "benchmarks": [{"name": "MMLU", "percent": 12.34,
             "source": "s", "asOf": "2026-01-01"}],
             "gpuMemory": {"bytes": 7, "source": "s", "asOf": "2026-01-02"}, "default": true,
             "quality": {"planning": 0.81, "code-review": 0}}
            """
        let user = try Self.user(text, imported: Self.priced)
        #expect(try UserCatalog(json: user.json) == user)
        let catalog = try Catalog.shipped.overlaid(with: UserCatalog(json: user.json))
        let card = try #require(catalog.model(provider: .ollama, id: "x:1b"))
        #expect(card.benchmarks.map(\.percent) == [Decimal(string: "12.34")])
        #expect(card.gpuMemory?.bytes == 7)
        #expect(catalog.expectedQuality(of: card, for: .planning) == 810_000)
        #expect(catalog.expectedQuality(of: card, for: .codeReview) == 0)
        #expect(catalog.expectedQuality(of: card, for: .documentation) == nil)
    }

    @Test
    func `the usual file is beside the usual configuration`() {
        #expect(
            UserCatalog.defaultFile(environment: ["HOME": "/h"]) == "/h/.config/logway/models.json"
        )
        #expect(
            UserCatalog.defaultFile(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/x"])
                == "/x/logway/models.json"
        )
        #expect(UserCatalog.defaultFile(environment: [:]) == nil)
    }
}
