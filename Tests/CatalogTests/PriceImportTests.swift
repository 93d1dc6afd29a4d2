import Catalog
import Events
import Foundation
import Testing

@Suite("Price import")
struct PriceImportTests {
    /// A piece of the file as LiteLLM has it, with the oddities that its entries have had.
    static let file = """
        {
          "sample_spec": {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0,
            "litellm_provider": "one of https://docs.litellm.ai/docs/providers",
            "max_input_tokens": "max input tokens, if the provider specifies it", "mode": "chat"},
          "gpt-4.1": {"cache_read_input_token_cost": 5e-07, "input_cost_per_token": 1.5e-06,
            "litellm_provider": "openai", "max_input_tokens": 999, "max_output_tokens": 32768,
            "mode": "chat", "output_cost_per_token": 8e-06, "supports_vision": false},
          "gpt-4o-mini": {"cache_read_input_token_cost": 7.5e-08, "input_cost_per_token": 1.5e-07,
            "litellm_provider": "openai", "mode": "chat", "output_cost_per_token": 6e-07},
          "gpt-5": {"cache_read_input_token_cost": 1.25e-07, "input_cost_per_token": 1.25e-06,
            "input_cost_per_token_flex": 6.25e-07, "litellm_provider": "openai",
            "max_input_tokens": 272000, "max_output_tokens": 128000, "mode": "responses",
            "output_cost_per_token": 1e-05, "supports_function_calling": true,
            "supports_reasoning": true, "supports_response_schema": true, "supports_vision": true,
            "supported_modalities": ["text"], "tiered_pricing": null},
          "openai/gpt-5": {"input_cost_per_token": 9, "litellm_provider": "openai",
            "output_cost_per_token": 9},
          "gemini/gemini-9": {"input_cost_per_token": 1.25e-06,
            "input_cost_per_token_above_200k_tokens": 2.5e-06, "litellm_provider": "gemini",
            "max_input_tokens": "1048576", "mode": "chat", "output_cost_per_token": "1e-05",
            "source": "https://ai.google.dev/pricing"},
          "gemini-9": {"input_cost_per_token": 1e-06, "litellm_provider": "vertex_ai-language-models",
            "output_cost_per_token": 1e-06},
          "text-embedding-9": {"input_cost_per_token": 2e-08, "litellm_provider": "openai",
            "mode": "embedding", "output_cost_per_token": 0.0},
          "dall-e-9": {"input_cost_per_pixel": 1.9e-08, "litellm_provider": "openai",
            "mode": "image_generation"},
          "together_ai/big": {"litellm_provider": "together_ai", "mode": "chat"},
          "groq/free-today": {"input_cost_per_token": 0, "litellm_provider": "groq", "mode": "chat",
            "output_cost_per_token": 0},
          "openrouter/x/y:free": {"input_cost_per_token": 0, "litellm_provider": "openrouter",
            "mode": "chat", "output_cost_per_token": 0},
          "openrouter/auto": {"input_cost_per_token": -1, "litellm_provider": "openrouter",
            "output_cost_per_token": -1},
          "gpt-noise": {"input_cost_per_token": 1.0000000000000002e-06,
            "litellm_provider": "openai", "output_cost_per_token": 1e-06},
          "gpt-long": {"input_cost_per_token": 1234.567890123456789,
            "litellm_provider": "openai", "output_cost_per_token": 0.000000000000001},
          "gpt-words": {"input_cost_per_token": "cheap", "litellm_provider": "openai",
            "output_cost_per_token": 1e-06},
          "nobody": {"input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
          "a number": 7
        }
        """

    static func read(
        _ text: String = file,
        over user: UserCatalog = UserCatalog(),
        day: Int = 21
    ) throws -> PriceImport {
        try PriceImport(
            liteLLM: Data(text.utf8),
            file: "prices.json",
            asOf: CivilDate(year: 2026, month: 11, day: day),
            shipped: Catalog.shipped,
            user: user
        )
    }

    static func catalog(_ prices: PriceImport) throws -> Catalog {
        try Catalog.shipped.overlaid(with: prices.result)
    }

    @Test
    func `a new model is taken with prices, context and capabilities`() throws {
        let card = try #require(
            Self.catalog(Self.read()).model(provider: .openai, id: "gpt-5")
        )
        #expect(card.prices.input == 1_250_000_000)
        #expect(card.prices.output == 10_000_000_000)
        #expect(card.prices.cachedInput == 125_000_000)
        #expect(card.prices.cacheWrite == nil)
        #expect(card.contextWindow == 272_000)
        #expect(card.maxOutput == 128_000)
        let all: Capabilities = [.tools, .vision, .structuredOutput, .streaming, .reasoning]
        #expect(card.capabilities == all)
        #expect(card.pricesAsOf == CivilDate(year: 2026, month: 11, day: 21))
        #expect(card.source == "prices.json in LiteLLM's format")
        #expect(card.origins[.prices] == .imported)
    }

    @Test
    func `of a shipped model just the prices are taken`() throws {
        let prices = try Self.read()
        #expect(prices.changed.map(\.model) == ["openai:gpt-4.1"])
        #expect(prices.changed.first?.before?.input == 2_000_000_000)
        #expect(prices.changed.first?.after.input == 1_500_000_000)
        let before = try #require(Catalog.shipped.model(provider: .openai, id: "gpt-4.1"))
        let card = try #require(Self.catalog(prices).model(provider: .openai, id: "gpt-4.1"))
        #expect(card.contextWindow == before.contextWindow)
        #expect(card.capabilities == before.capabilities)
    }

    @Test
    func `a price that is known keeps its date and source`() throws {
        let prices = try Self.read()
        #expect(prices.unchanged == 1)
        let card = try #require(Self.catalog(prices).model(provider: .openai, id: "gpt-4o-mini"))
        #expect(card.origins[.prices] == .shipped)
    }

    @Test
    func `numbers are taken from their text, to the last digit`() throws {
        let catalog = try Self.catalog(Self.read())
        let long = try #require(catalog.model(provider: .openai, id: "gpt-long"))
        // A double holds sixteen digits of these nineteen.
        #expect(long.prices.input == 1_234_567_890_123_456_789)
        #expect(long.prices.output == 1)
    }

    @Test
    func `prefixes, numbers in quotes, long prompts and sources are understood`() throws {
        let card = try #require(
            Self.catalog(Self.read()).model(provider: .google, id: "gemini-9")
        )
        #expect(card.prices.output == 10_000_000_000)
        #expect(card.contextWindow == 1_048_576)
        #expect(card.longPromptFrom == 200_000)
        #expect(card.source?.hasSuffix("from https://ai.google.dev/pricing") == true)
    }

    @Test
    func `nothing is free but what surely is`() throws {
        let catalog = try Self.catalog(Self.read())
        #expect(catalog.model(provider: .groq, id: "free-today") == nil)
        #expect(catalog.model(provider: .openrouter, id: "x/y:free")?.prices.isFree == true)
        let embedding = catalog.model(provider: .openai, id: "text-embedding-9")
        #expect(embedding?.prices.output == 0)
        #expect(embedding?.capabilities == .embeddings)
    }

    @Test(arguments: [
        ("sample_spec", "provider one of https://docs.litellm.ai/docs/providers"),
        ("openai/gpt-5", "it is listed twice"),
        ("gemini-9", "provider vertex_ai-language-models"),
        ("dall-e-9", "mode image_generation"),
        ("together_ai/big", "no price per token"),
        ("groq/free-today", "a price of 0, which may mean unknown"),
        ("openrouter/auto", "a negative price"),
        (
            "gpt-noise",
            "`input_cost_per_token` is no whole number of nano-dollars per million tokens"
        ),
        ("gpt-words", "`input_cost_per_token` isn't a number"),
        ("nobody", "it names no provider"),
        ("a number", "it is not an object"),
    ])
    func `what is not taken is named with the reason`(name: String, reason: String) throws {
        let prices = try Self.read()
        #expect(prices.skipped.first { $0.name == name }?.reason == reason)
        #expect(prices.skipped.count == 11)
    }

    @Test
    func `importing again changes nothing, whatever the day`() throws {
        let first = try Self.read()
        let again = try Self.read(over: first.result, day: 25)
        #expect(again.result == first.result)
        #expect(again.added.isEmpty && again.changed.isEmpty)
        #expect(again.unchanged == first.added.count + first.changed.count + 1)
    }

    @Test
    func `a later file changes what is in it and keeps the rest`() throws {
        let first = try Self.read()
        let later = try Self.read(
            """
            {"gpt-5": {"input_cost_per_token": 1e-06, "litellm_provider": "openai",
              "output_cost_per_token": 1e-06}}
            """,
            over: first.result,
            day: 25
        )
        #expect(later.changed.map(\.model) == ["openai:gpt-5"])
        let catalog = try Self.catalog(later)
        #expect(catalog.model(provider: .openai, id: "gpt-5")?.prices.input == 1_000_000_000)
        #expect(catalog.model(provider: .google, id: "gemini-9") != nil)
    }

    @Test
    func `what the user wrote stays and goes first`() throws {
        let user = try UserCatalogTests.user(UserCatalogTests.priced)
        let prices = try Self.read(over: user)
        #expect(prices.changed.first?.isOverridden == true)
        let card = try #require(Self.catalog(prices).model(provider: .openai, id: "gpt-4.1"))
        #expect(card.prices.input == 1_800_000_000)
        #expect(card.origins[.prices] == .overridden)
    }

    @Test(arguments: ["[]", "7", "", "{"])
    func `a file that is no object of models is an error`(text: String) {
        #expect(throws: CatalogError.notPrices) { try Self.read(text) }
    }
}
