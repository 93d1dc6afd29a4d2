import Settings
import Testing

@Suite("Several keys or addresses")
struct LaneTests {
    private static func provider(_ lines: String) throws -> ProviderSettings {
        let yaml = "providers:\n  - type: openai\n" + lines
        return try #require(
            try settings(yaml, environment: ["K": "from-environment"]).providers.first
        )
    }

    @Test func `each of apiKeys is a lane at the provider's address`() throws {
        let provider = try Self.provider(
            "    apiKeys: [one, \"${K}\"]\n    baseUrl: http://localhost:1/v1"
        )
        let lanes = provider.byLane
        #expect(lanes.map(\.apiKey?.revealed) == ["one", "from-environment"])
        #expect(lanes.map(\.baseURL) == ["http://localhost:1/v1", "http://localhost:1/v1"])
        #expect(provider.apiKey?.revealed == "one")
    }

    @Test func `each of endpoints is a lane, with its own key or the provider's`() throws {
        let provider = try Self.provider(
            """
                apiKey: shared
                endpoints:
                  - {baseUrl: "http://localhost:1/v1/"}
                  - {baseUrl: "http://localhost:2/v1", apiKey: own, weight: 3}
            """
        )
        #expect(provider.byLane.map(\.apiKey?.revealed) == ["shared", "own"])
        #expect(
            provider.byLane.map(\.baseURL) == ["http://localhost:1/v1", "http://localhost:2/v1"]
        )
        #expect(provider.lanes.map(\.weight) == [1, 3])
        #expect(provider.isLocal)
    }

    @Test func `a provider is local only if every address is`() throws {
        let provider = try Self.provider(
            """
                endpoints:
                  - {baseUrl: "http://localhost:1/v1"}
                  - {baseUrl: "http://gpu.example:2/v1"}
            """
        )
        #expect(!provider.isLocal)
    }

    @Test func `the summary names lanes and no key`() throws {
        let all = try settings(
            "providers: [{type: openai, apiKeys: [first-secret, second-secret]}]"
        )
        #expect(all.redactedSummary.contains("providers.openai.lanes[1].apiKey: set"))
        #expect(!everyText(of: all).contains("second-secret"))
        #expect(!all.redactedSummary.contains("secret"))
    }

    @Test(arguments: [
        Mistake(
            "providers: [{type: openai, apiKey: a, apiKeys: [b]}]",
            1,
            36,
            "providers[0].apiKey",
            "stands beside `apiKeys`"
        ),
        Mistake(
            "providers: [{type: openai, apiKeys: [b, b]}]",
            1,
            37,
            "providers[0].apiKeys",
            "one key stands there twice"
        ),
        Mistake(
            "providers: [{type: openai, apiKeys: []}]",
            1,
            37,
            "providers[0].apiKeys",
            "must have from 1 to 32 entries"
        ),
        Mistake(
            "providers: [{type: ollama, endpoints: [{weight: 2}]}]",
            1,
            40,
            "providers[0].endpoints[0].baseUrl",
            "is missing"
        ),
        Mistake(
            "providers: [{type: ollama, baseUrl: \"http://a\", endpoints: [{baseUrl: \"http://b\"}]}]",
            1,
            37,
            "providers[0].baseUrl",
            "stands beside `endpoints`"
        ),
    ])
    func `what can't stand together is named`(mistake: Mistake) throws { try mistake.check() }
}
