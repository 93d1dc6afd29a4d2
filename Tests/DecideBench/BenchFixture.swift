import Events
import Learning
import Providers
import RouterState

/// Fifty models at ten providers, all of which something is known and measured of.
struct BenchFixture {
    static let noon = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(12 * 3_600)

    /// A chat of three messages whose last one has so many bytes of prose.
    static func body(promptBytes: Int) -> [UInt8] {
        let prose =
            "Review this pull request for the authentication module, and compare its design with "
            + "the architecture that the team agreed on last week; "
        let text = String(repeating: prose, count: promptBytes / prose.utf8.count + 1)
            .prefix(promptBytes)
        let body =
            #"{"model":"auto","max_tokens":500,"messages":[{"role":"system","content":"Be brief."},"#
            + #"{"role":"user","content":"Hello"},{"role":"user","content":"\#(text)"}]}"#
        return Array(body.utf8)
    }

    /// What the gateway records of a body.
    func received(_ body: [UInt8]) throws -> RequestReceived {
        let request = try ClientRequest(family: .openai, body: body)
        var received = RequestReceived()
        received.requestedModel = request.model
        received.features.promptBytes = request.promptTextBytes
        received.features.inputTokens = TokenEstimate.tokens(ofBytes: request.promptTextBytes)
        received.features.outputLimit = request.maxOutputTokens
        received.features.messages = request.messageCount
        received.features.needs = request.needs
        FeatureExtractor.measure(request.instruction, into: &received.features)
        return received
    }

    private static func model(_ provider: Int, _ model: Int) -> String {
        "vendor-\(provider)/some-model-\(model)-instruct"
    }

    /// The state after a policy, prices and some traffic.
    func state(_ strategies: [String]) -> RouterState {
        var state = RouterState()
        var applied = PolicyApplied()
        applied.policy.maxAttempts = 3
        applied.policy.chain = "production"
        applied.policy.strategies = strategies
        var exploration = ExplorationPolicy()
        exploration.floor = 50_000
        exploration.arms = 3
        applied.policy.exploration = exploration
        var chain = RoutingChain()
        chain.name = "production"
        var prices = PricesApplied()
        for provider in 0..<10 {
            var policy = ProviderPolicy()
            policy.name = "provider-\(provider)"
            policy.priority = provider
            policy.defaultModel = Self.model(provider, 0)
            for model in 0..<5 {
                var card = ModelPolicy()
                card.name = Self.model(provider, model)
                card.contextWindow = 128_000
                card.capabilities = [.tools, .streaming, .structuredOutput]
                card.tier = ModelTier.allCases[model % 4]
                card.quality = 500_000 + model * 90_000 + provider
                policy.cards.append(card)
                var line = ModelPrices()
                line.provider = policy.name
                line.model = card.name
                let price = Int64(provider * 5 + model) * 1_000_000_000
                line.prices = TokenPrices(input: price, output: price * 4)
                prices.prices.append(line)
                if strategies.isEmpty || model == 0 {
                    chain.entries.append(
                        strategies.isEmpty
                            ? .model(provider: policy.name, model: card.name)
                            : .provider(policy.name)
                    )
                }
            }
            applied.policy.providers.append(policy)
        }
        applied.policy.chains = [chain]
        state.apply(Event(.policyApplied(applied), at: Self.noon), sequence: 1)
        state.apply(Event(.pricesApplied(prices), at: Self.noon), sequence: 2)
        for (index, event) in finished.enumerated() {
            state.apply(event, sequence: UInt64(3 + index))
        }
        return state
    }

    /// Twenty answers of each model.
    let finished: [Event] = (0..<1_000).map { index in
        var attempt = AttemptFinished()
        attempt.provider = "provider-\(index % 10)"
        attempt.model = BenchFixture.model(index % 10, index / 10 % 5)
        attempt.usage = TokenUsage(input: 300, output: 200, origin: .provider)
        attempt.cost = Nanodollars(1_000)
        attempt.firstByteMicroseconds = 90_000 + index * 1_000
        attempt.totalMicroseconds = 400_000 + index * 3_000
        return Event(.attemptFinished(attempt), at: BenchFixture.noon)
    }
}
