import Events
import RouterState

/// The output tokens that a cost prediction assumes when the client sets no limit.
let assumedOutputTokens = 256

extension RouteRequirements {
    /// Why a model is not up to the request; `nil` when it is, or when that is unknown.
    func violation(of card: ModelPolicy?) -> RouteExclusion? {
        guard let card else { return nil }
        if let window = card.contextWindow, contextTokens > window {
            var exclusion = RouteExclusion()
            exclusion.reason = .contextTooSmall
            exclusion.limit = Int64(window)
            exclusion.actual = Int64(contextTokens)
            return exclusion
        }
        // Whether an answer can be streamed is the provider's matter, and all of them can.
        let lacks = card.capabilities.map { needs.subtracting($0).subtracting(.streaming) } ?? []
        guard !lacks.isEmpty else { return nil }
        var exclusion = RouteExclusion()
        exclusion.reason = .lacksCapability
        exclusion.lacks = lacks
        return exclusion
    }

    /// Why the prompt does not fit what the provider loads its models with; `nil` when it does.
    ///
    /// Ollama cuts a longer one and says nothing. How long the answer gets does not matter there.
    func violation(of provider: ProviderPolicy) -> RouteExclusion? {
        guard let most = provider.maxContextTokens, operation != .embeddings, inputTokens >= most
        else { return nil }
        var exclusion = RouteExclusion()
        exclusion.reason = .contextTooSmall
        exclusion.limit = Int64(most)
        exclusion.actual = Int64(inputTokens)
        return exclusion
    }

    /// What an attempt would cost by these prices: the estimated prompt, and the output limit or else
    /// `assumedOutputTokens`.
    func cost(at prices: TokenPrices) -> Nanodollars? {
        prices.cost(
            of: TokenUsage(input: inputTokens, output: outputTokens ?? assumedOutputTokens)
        )
    }

    /// Why a price is above the client's ceiling; `nil` when it is not, or there is none.
    ///
    /// An unknown price is above every ceiling.
    func violation(of prices: TokenPrices) -> RouteExclusion? {
        guard let maxCost else { return nil }
        let cost = cost(at: prices)
        if let cost, cost <= maxCost { return nil }
        var exclusion = RouteExclusion()
        exclusion.reason = .aboveCostLimit
        exclusion.limit = maxCost.count
        exclusion.actual = cost?.count
        return exclusion
    }
}
