/// A provider as routing sees it.
public struct ProviderPolicy: FieldRecord {
    /// The configured name, unique.
    public var name: String = ""
    /// The configured type, such as `groq`.
    public var type: String = ""
    /// The family of API that it speaks.
    public var family: WireFamily = .openai
    /// 1 is first; equal ones in the order of the configuration.
    public var priority: Int = 0
    /// Whether it runs on this machine, so that nothing asked of it leaves it.
    public var isLocal: Bool = false
    /// The model for a request that names none.
    public var defaultModel: String?
    /// The models it is restricted to; empty for whatever it lists.
    public var models: [String] = []
    /// The rates that the account allows for all its models together; absent without limits.
    public var limits: RateLimits?
    /// The rates that the account allows for single models.
    public var modelLimits: [ModelLimits] = []
    /// When daily quotas reset; absent for midnight in UTC.
    public var quotaReset: QuotaReset?
    /// Attempts that run there at once before others are preferred and more wait their turn.
    public var maxConcurrent: Int?
    /// What is known of its models.
    public var cards: [ModelPolicy] = []
    /// The models for kinds of work, instead of the default.
    public var taskModels: [TaskModel] = []
    /// The ways to it, where there are several; an attempt's `key` is the index of one.
    public var lanes: [LanePolicy] = []
    /// The provider that comes next when this one is first and fails.
    public var fallbackProvider: String?
    /// How long it may take to the first content of an answer; absent in logs of before.
    public var firstToken: FirstTokenPolicy?
    /// The models that it takes prompts for, in OpenAI's completions; `*` is all.
    public var promptModels: [String] = []
    /// Whether it runs on the user's own hardware, here or in a private network: it costs nothing, and
    /// may be slow.
    public var isOwnHardware: Bool = false
    /// The most tokens of context that its models are loaded with; absent for their windows.
    public var maxContextTokens: Int?
    /// The models that it answers in OpenAI's responses: names, and beginnings of names that end in
    /// `*`.
    public var responseModels: [String] = []

    /// A record with every field empty.
    public init() {}

    /// Whether it takes prompts for a model, so that they need not become chats.
    public func takesPrompts(for model: String) -> Bool {
        promptModels.contains { $0 == "*" || $0 == model }
    }

    /// Whether it has responses for a model, so that they need not become chats.
    public func takesResponses(for model: String) -> Bool {
        responseModels.contains { NamePattern.matches($0, model) }
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "type", &type)
        visitor.field(3, "family", &family)
        visitor.field(4, "priority", &priority)
        visitor.field(5, "is_local", &isLocal)
        visitor.field(6, "default_model", &defaultModel)
        visitor.field(7, "models", &models)
        visitor.field(20, "limits", &limits)
        visitor.field(21, "model_limits", &modelLimits)
        visitor.field(22, "quota_reset", &quotaReset)
        visitor.field(23, "max_concurrent", &maxConcurrent)
        visitor.field(30, "cards", &cards)
        visitor.field(31, "task_models", &taskModels)
        visitor.field(40, "lanes", &lanes)
        visitor.field(41, "fallback_provider", &fallbackProvider)
        visitor.field(42, "first_token", &firstToken)
        visitor.field(60, "prompt_models", &promptModels)
        visitor.field(61, "own_hardware", &isOwnHardware)
        visitor.field(62, "max_context_tokens", &maxContextTokens)
        visitor.field(70, "response_models", &responseModels)
    }
}
