public import Events

/// What the gateway adds to a request on its way to a provider.
public struct BodyOptions: Hashable, Sendable {
    /// The name of OpenAI's field for the output limit.
    public enum LimitField: String, Sendable {
        /// What every compatible server understands.
        case maxTokens = "max_tokens"
        /// What OpenAI's own reasoning models demand.
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// The output limit in tokens where the client sent none; `nil` leaves it to the provider.
    public var outputLimit: Int?
    /// Under which name `outputLimit` is written for the OpenAI family.
    public var limitField: LimitField
    /// The context in tokens that Ollama shall load (`num_ctx`); its own default is small, and it
    /// truncates silently.
    public var contextTokens: Int?
    /// How long Ollama shall keep the model after the answer (`keep_alive`): a count of seconds, or a
    /// duration such as `10m`; `nil` leaves it to Ollama.
    public var keepAlive: String?
    /// How the model is told how much to think; `nil` where nothing is known of it.
    public var thinking: ThinkingControl?
    /// The most tokens that the model writes in an answer; `nil` where nobody knows.
    public var mostOutput: Int?
    /// Whether the model refuses the calls of earlier turns without what it thought before them, as
    /// DeepSeek's and Moonshot's do.
    public var returnsThinking: Bool
    /// Whether to ask an OpenAI-family provider for the usage of a stream.
    public var asksForUsage: Bool
    /// The fields of OpenAI's own chats that the provider is known to take beside those that all of its
    /// family do.
    public var chatHints: Set<String> = []
    /// Which provider and lane are asked, for what of a request only one of them can read; `nil` where
    /// that is not known.
    public var asked: ResponseHolder?

    /// Options with the defaults of a request without a budget.
    public init(
        outputLimit: Int? = nil,
        limitField: LimitField = .maxTokens,
        contextTokens: Int? = nil,
        keepAlive: String? = nil,
        thinking: ThinkingControl? = nil,
        mostOutput: Int? = nil,
        returnsThinking: Bool = false,
        asksForUsage: Bool = true
    ) {
        self.outputLimit = outputLimit
        self.limitField = limitField
        self.contextTokens = contextTokens
        self.keepAlive = keepAlive
        self.thinking = thinking
        self.mostOutput = mostOutput
        self.returnsThinking = returnsThinking
        self.asksForUsage = asksForUsage
    }

    /// An output limit that the model can take: most providers refuse a larger one than their model's.
    public func limited(_ limit: Int) -> Int { min(limit, mostOutput ?? limit) }

    /// The same; no limit stays none.
    public func limited(_ limit: Int?) -> Int? { limit.map { limited($0) } }
}
