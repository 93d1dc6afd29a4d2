import Events
import RouterState

/// What an attempt at a candidate would reserve: bounds on what it may use and cost; of a streamed
/// answer under a budget what its model's usually take, to be extended while it flows.
struct Reservation {
    /// Prompt tokens.
    var input: Int
    /// Output tokens, of all answers together; `nil` when nothing limits them.
    var output: Int?
    /// Money; `nil` when a price or a limit is unknown.
    var cost: Nanodollars?
    /// Tokens in the provider's quotas; `nil` when none counts tokens.
    var quotaTokens: Int?
    /// Whether the model is known to cost nothing.
    var isFree: Bool
    /// The most output tokens, where fewer are reserved; `nil` where all of them are.
    var outputBound: Int?
    /// How many tokens a second may be written and not shown, where fewer than all are reserved.
    var unseenSpeed: Int?

    init(
        of bounds: RequestBounds,
        at reference: ModelReference,
        _ provider: ProviderPolicy,
        in context: RoutingContext
    ) {
        let budgets = context.policy.policy.budgets
        let prices = context.state.prices.prices(of: reference)
        isFree = prices.isFree
        input = bounds.input
        // Without a limit the cost has no bound; where nothing is paid, none is needed.
        let limit = isFree ? nil : budgets?.outputLimit
        output = bounds.output ?? limit.map { $0.multipliedClamped(by: bounds.choices) }
        // A provider that counts tokens by the minute counts what may come, as OpenAI and Groq do.
        quotaTokens = Self.quotaTokens(input, output, at: reference.model, of: provider)
        if bounds.isExpected, !isFree, let maximum = output,
            let tokens = budgets?.expectedOutput
        {
            let expected = ExpectedOutput(
                of: reference,
                default: tokens,
                choices: bounds.choices,
                in: context
            )
            if expected.tokens < maximum {
                output = expected.tokens
                outputBound = maximum
                unseenSpeed = expected.unseenSpeed
            }
        }
        let isBeyondTokens = bounds.surcharges(at: provider) != nil
        cost =
            isFree ? .zero : isBeyondTokens ? nil : prices.bound(input: input, output: output)
    }

    /// The bound, or an estimate where the bound is more than the whole quota: it would never fit,
    /// though most prompts have a token for every four bytes.
    private static func quotaTokens(
        _ input: Int,
        _ output: Int?,
        at model: String,
        of provider: ProviderPolicy
    ) -> Int? {
        guard provider.isLimited else { return nil }
        let limits = [
            provider.limits, provider.limits(of: QuotaOwner(provider: provider.name, model: model)),
        ].flatMap { [$0?.tokensPerMinute, $0?.tokensPerDay] }
        guard let lowest = limits.compactMap({ $0 }).min() else { return nil }
        let output = output ?? assumedOutputTokens
        let bound = input.addingClamped(output)
        return bound <= lowest
            ? bound : TokenEstimate.wholeTokens(ofBytes: input).addingClamped(output)
    }
}

extension TokenPrices {
    /// The most that so many tokens can cost: each of the prompt at the dearest way to be priced,
    /// writing the provider's cache included; `nil` when a price or the output is unknown.
    func bound(input: Int, output: Int?) -> Nanodollars? {
        guard let price = self.input else { return nil }
        var dearest = self
        dearest.input = max(
            price,
            cachedInput ?? price,
            cacheWrite ?? price,
            cacheWriteHour ?? price
        )
        return dearest.cost(of: TokenUsage(input: input, output: output, origin: .estimated))
    }
}
