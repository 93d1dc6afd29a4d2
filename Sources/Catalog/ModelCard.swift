public import Events

/// What is known of one model at one kind of provider; what is not known is `nil` or empty.
public struct ModelCard: Hashable, Sendable {
    /// The kind of provider that serves the model; one model at two kinds has two cards.
    public let provider: ProviderType
    /// The model's id in the provider's API.
    public let id: String
    /// The longest conversation in tokens, prompt and answer together.
    public internal(set) var contextWindow: Int?
    /// The longest answer in tokens; `nil` when the provider states none.
    public internal(set) var maxOutput: Int?
    /// What tokens cost; a price that is not known is `nil` in it, never 0.
    public internal(set) var prices: TokenPrices
    /// The prompt length in tokens above which the provider charges more than `prices` says.
    public internal(set) var longPromptFrom: Int?
    /// The day on which the prices were read, or that their source states.
    public internal(set) var pricesAsOf: CivilDate?
    /// Where the prices and the card's other facts come from.
    public internal(set) var source: String?
    /// What the model can do.
    public internal(set) var capabilities: Capabilities?
    /// The number of parameters; `nil` when it is not published.
    public internal(set) var parameters: ParameterCount?
    /// The names of the task types that the model is a good pick for.
    public internal(set) var tasks: [String] = []
    /// What the model is good at, in a few words each.
    public internal(set) var strengths: [String] = []
    /// What the model is not good at, in a few words each.
    public internal(set) var weaknesses: [String] = []
    /// Published scores, each with its source and date.
    public internal(set) var benchmarks: [Benchmark] = []
    /// How good its answers are for kinds of work, in millionths, as somebody rated them.
    public internal(set) var taskQuality: [TaskType: Int]?
    /// The memory that open weights need; `nil` for a model that can't be had, or when unknown.
    public internal(set) var gpuMemory: GPUMemory?
    /// Where each value that is known comes from.
    public internal(set) var origins: [CardField: ValueOrigin] = [:]

    /// A card on which nothing stands yet; on the user's own hardware tokens cost nothing.
    init(provider: ProviderType, id: String) {
        self.provider = provider
        self.id = id
        prices = provider.isLocal ? .free : TokenPrices()
    }

    /// The model with its provider, as in a chain's entry: `groq:openai/gpt-oss-20b`.
    public var name: String { "\(provider.name):\(id)" }

    /// Whether the model runs on the user's own hardware.
    public var isLocal: Bool { provider.isLocal }
}

extension ModelCard {
    /// The tier by the parameters; where they are not published, by what the output costs, which is
    /// what the maker thinks of the model.
    ///
    /// `nil` where neither is known, and for a price of nothing. Billions of parameters: below 15 small, below 100 medium, else large. Dollars per million
    /// output tokens: below 1 small, below 6 medium, below 25 large, else frontier.
    public var tier: ModelTier? {
        if let total = parameters?.total {
            let billion = 1_000_000_000
            return total < 15 * billion ? .small : total < 100 * billion ? .medium : .large
        }
        guard let output = prices.output, output > 0 else { return nil }
        let dollar: Int64 = 1_000_000_000
        if output < dollar { return .small }
        if output < 6 * dollar { return .medium }
        return output < 25 * dollar ? .large : .frontier
    }
}
