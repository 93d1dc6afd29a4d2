/// A routing policy came into force.
public struct PolicyApplied: FieldRecord {
    /// The fingerprint of the policy's encoding.
    public var fingerprint: Fingerprint = .empty
    /// The policy.
    public var policy: RoutingPolicy = RoutingPolicy()

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "fingerprint", &fingerprint)
        visitor.field(2, "policy", &policy)
    }
}

/// All that a decision depends on besides the state and the request.
public struct RoutingPolicy: FieldRecord {
    /// Which providers may be used at all.
    public var mode: RoutingMode = .hybrid
    /// The enabled providers.
    public var providers: [ProviderPolicy] = []
    /// The named chains.
    public var chains: [RoutingChain] = []
    /// The chain for requests that leave the choice to the router.
    public var chain: String = ""
    /// How many attempts a request may take.
    public var maxAttempts: Int = 0
    /// When to leave a failing provider alone.
    public var breaker: BreakerPolicy = BreakerPolicy()
    /// Whether the answers are made up by the built-in simulation.
    public var isSimulated: Bool = false
    /// Microseconds that a request may take with all its attempts.
    public var totalMicroseconds: Int64 = 600_000_000
    /// How much may be spent; absent without a budget.
    public var budgets: BudgetPolicy?
    /// The strategies by name, in the order in which they are asked; empty for the usual ones.
    public var strategies: [String] = []
    /// The chains of kinds of work, named after them.
    public var taskChains: [RoutingChain] = []
    /// How much traffic explores; absent for none.
    public var exploration: ExplorationPolicy?
    /// For how many microseconds a conversation stays with who answered it; absent for not at all.
    public var affinityMicroseconds: Int64?
    /// What tenants may use; a tenant without a rule may use everything.
    public var tenants: [TenantPolicy] = []
    /// The model that savings are measured against, as `provider:model` or by its name.
    public var referenceModel: String?
    /// When a second attempt is made beside a slow one; absent for never.
    public var hedge: HedgePolicy?
    /// When an attempt is taken to hang; absent where only each provider's fixed time is.
    public var hang: HangPolicy?
    /// When who failed is asked again; absent for never.
    public var retry: RetryPolicy?
    /// The names that clients use for something else.
    public var aliases: [ModelAlias] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "mode", &mode)
        visitor.field(2, "providers", &providers)
        visitor.field(3, "chains", &chains)
        visitor.field(4, "chain", &chain)
        visitor.field(5, "max_attempts", &maxAttempts)
        visitor.field(6, "breaker", &breaker)
        visitor.field(7, "is_simulated", &isSimulated)
        visitor.field(8, "total_us", &totalMicroseconds)
        visitor.field(20, "budgets", &budgets)
        visitor.field(30, "strategies", &strategies)
        visitor.field(31, "task_chains", &taskChains)
        visitor.field(32, "exploration", &exploration)
        visitor.field(40, "affinity_us", &affinityMicroseconds)
        visitor.field(41, "tenants", &tenants)
        visitor.field(42, "reference_model", &referenceModel)
        visitor.field(43, "hedge", &hedge)
        visitor.field(44, "hang", &hang)
        visitor.field(45, "retry", &retry)
        visitor.field(46, "aliases", &aliases)
    }
}

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
    /// When daily quotas begin anew; absent for midnight in UTC.
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

/// An ordered list of what to try.
public struct RoutingChain: FieldRecord {
    /// The chain's name.
    public var name: String = ""
    /// What to try, in order.
    public var entries: [RoutingChainEntry] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "entries", &entries)
    }
}

/// A step of a chain: a provider, one of its models, or its free ones.
public struct RoutingChainEntry: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model; absent for the provider's default.
    public var model: String?
    /// Whether only models that cost nothing may be used.
    public var isFreeOnly: Bool = false

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "free_only", &isFreeOnly)
    }
}

/// When a circuit breaker opens and closes.
public struct BreakerPolicy: FieldRecord {
    /// Failures in a row that open it.
    public var failuresToOpen: Int = 5
    /// Microseconds it stays open the first time; each reopening doubles them.
    public var openMicroseconds: Int64 = 30_000_000
    /// The most microseconds it stays open.
    public var longestOpenMicroseconds: Int64 = 600_000_000
    /// Successful probes that close it.
    public var successesToClose: Int = 2

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "failures_to_open", &failuresToOpen)
        visitor.field(2, "open_us", &openMicroseconds)
        visitor.field(3, "longest_open_us", &longestOpenMicroseconds)
        visitor.field(4, "successes_to_close", &successesToClose)
    }
}
