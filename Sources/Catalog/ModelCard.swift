public import Events

/// What is known of one model at one kind of provider.
public struct ModelCard: Hashable, Sendable {
    /// The kind of provider that serves the model; one model at two kinds has two cards.
    public let provider: ProviderType
    /// The model's id in the provider's API.
    public let id: String
    /// The longest conversation in tokens, prompt and answer together.
    public let contextWindow: Int
    /// The longest answer in tokens; `nil` when the provider states none.
    public let maxOutput: Int?
    /// What tokens cost; a price that is not known is `nil` in it, never 0.
    public let prices: TokenPrices
    /// The prompt length in tokens above which the provider charges more than `prices` says.
    public let longPromptFrom: Int?
    /// The day on which the prices were read, or that their source states.
    public let pricesAsOf: CivilDate
    /// Where the facts come from.
    public let source: String
    /// What the model can do.
    public let capabilities: Capabilities
    /// The number of parameters as people write it (`8B`); `nil` when it is not published.
    public let parameters: String?
    /// The task types that the model is a good pick for (requirements, row D3).
    public let tasks: [String]
    /// What the model is good at, in a few words each.
    public let strengths: [String]

    /// Whether the model runs on the user's own hardware.
    public var isLocal: Bool { provider.isLocal }
}
