public import Events
import RouterState
import Routing

/// A policy in force, prices, model lists and what has happened since: what a decision is made on.
struct RoutingFixture {
    static let noon = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(12 * 3_600)
    /// Four providers, as a configuration could have them: one local, one of another family.
    static let providers = [
        ProviderPolicy("claude", 1, family: .anthropic, defaultModel: "haiku", models: ["haiku"]),
        ProviderPolicy("groq", 2, defaultModel: "llama"),
        ProviderPolicy("openrouter", 2),
        ProviderPolicy("ollama", 3, isLocal: true, family: .ollama, defaultModel: "qwen3:8b"),
    ]
    static let free = "mistralai/devstral:free"
    static let chains: [String: [ChainEntry]] = [
        "production": ["claude", "groq", "ollama"],
        "development": ["ollama", "groq:gemma", "openrouter:free", "claude"],
        "missing": ["groq", "nobody", "nobody:llama"],
        "twice": ["groq", "groq:llama", "ollama", "groq"],
    ]
    /// What is known of the models: `claude` has a large one and a small one.
    static let cards: [String: [ModelPolicy]] = [
        "claude": [
            ModelPolicy("haiku", .small, window: 200_000, [.tools, .vision], quality: 700_000),
            ModelPolicy("opus", .frontier, window: 1_000_000, [.tools, .vision, .reasoning]),
        ],
        "groq": [ModelPolicy("llama", .medium, window: 8_000, [.tools], quality: 800_000)],
        "ollama": [
            ModelPolicy("qwen3:8b", .small, window: 32_000, [], quality: 500_000),
            ModelPolicy("llama", .small, window: 8_000, [.structuredOutput]),
        ],
    ]
    static let lists = [
        "groq": ["gemma", "llama"], "ollama": ["llama", "qwen3:8b"],
        "openrouter": ["a/paid", free],
    ]
    static let prices = [
        ModelPrices("claude", nil, TokenPrices(input: 1_000_000_000, output: 5_000_000_000)),
        ModelPrices("groq", "llama", TokenPrices(input: 50_000_000, output: 80_000_000)),
        ModelPrices("openrouter", "a/paid", TokenPrices(input: 1, output: 1)),
        ModelPrices("openrouter", free, .free), ModelPrices("ollama", nil, .free),
    ]

    private(set) var state = RouterState()
    var now = RoutingFixture.noon
    private var requests: UInt64 = 0

    init(
        mode: RoutingMode = .hybrid,
        maxAttempts: Int = 3,
        providers: [ProviderPolicy] = RoutingFixture.providers,
        chains: [String: [ChainEntry]] = RoutingFixture.chains,
        lists: [String: [String]] = RoutingFixture.lists,
        prices: [ModelPrices] = RoutingFixture.prices,
        change: (inout RoutingPolicy) -> Void = { _ in }
    ) {
        var policy = RoutingPolicy()
        policy.mode = mode
        policy.maxAttempts = maxAttempts
        policy.providers = providers
        policy.chains = chains.sorted { $0.key < $1.key }.map(RoutingChain.init)
        policy.chain = "production"
        change(&policy)
        apply(policy)
        apply(prices)
        for (provider, models) in lists.sorted(by: { $0.key < $1.key }) {
            var list = ModelsListed()
            list.provider = provider
            list.models = models
            append(.modelsListed(list))
        }
    }

    mutating func append(_ body: EventBody) {
        state.apply(Event(body, at: now), sequence: state.position + 1)
    }

    mutating func apply(_ policy: RoutingPolicy) {
        var applied = PolicyApplied()
        applied.policy = policy
        applied.fingerprint = Fingerprint(bytes: [UInt8(truncatingIfNeeded: state.position), 1])
        append(.policyApplied(applied))
    }

    mutating func apply(_ prices: [ModelPrices]) {
        var applied = PricesApplied()
        applied.prices = prices
        append(.pricesApplied(applied))
    }

    /// A request for a model.
    func request(
        _ model: String,
        obstacles: [WireFamily: [String]] = [:],
        tokens: Int = 1_000,
        limit: Int? = nil
    ) -> RequestReceived {
        var received = RequestReceived()
        received.request = RequestID(time: now, random: (0, 1))
        received.requestedModel = model
        received.features.inputTokens = tokens
        received.features.outputLimit = limit
        received.obstacles = obstacles.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            var obstacle = TranslationObstacle()
            obstacle.family = $0.key
            obstacle.fields = $0.value
            return obstacle
        }
        return received
    }

    /// What is decided on now, under the policy in force.
    var context: RoutingContext { RoutingContext(state, at: now) }

    func decide(_ received: RequestReceived) -> RouteDecided {
        Routing.decide(received, in: context, seed: 42)
    }

    func decide(_ model: String) -> RouteDecided { decide(request(model)) }

    /// The world in which something is known of the models, with these strategies.
    static func withCards(
        _ strategies: [String] = [],
        mode: RoutingMode = .hybrid,
        change: (inout RoutingPolicy) -> Void = { _ in }
    ) -> RoutingFixture {
        var lists = Self.lists
        lists["claude"] = ["haiku", "opus"]
        var providers = Self.providers
        providers[0].models = []
        for index in providers.indices {
            providers[index].cards = Self.cards[providers[index].name] ?? []
        }
        return RoutingFixture(mode: mode, providers: providers, lists: lists) {
            $0.strategies = strategies
            change(&$0)
        }
    }

    /// A request of its own that ends so at one provider.
    mutating func attempt(
        _ provider: String,
        _ model: String,
        _ failure: FailureKind?,
        retryAt: Timestamp? = nil,
        ends: Bool = true,
        microseconds: Int = 1_000
    ) {
        requests += 1
        var received = RequestReceived()
        received.request = RequestID(time: now, random: (1, requests))
        var started = AttemptStarted()
        started.request = received.request
        started.provider = provider
        started.model = model
        started.statePosition = state.position
        append(.requestReceived(received))
        append(.attemptStarted(started))
        guard ends else { return }
        var finished = AttemptFinished()
        finished.request = received.request
        finished.provider = provider
        finished.model = model
        finished.failure = failure
        finished.retryAt = retryAt
        finished.totalMicroseconds = microseconds
        append(.attemptFinished(finished))
    }

    /// Five failures in a row.
    mutating func openBreaker(of provider: String, _ model: String) {
        for _ in 0..<5 { attempt(provider, model, .serverError) }
    }
}

extension ProviderPolicy {
    init(
        _ name: String,
        _ priority: Int,
        isLocal: Bool = false,
        family: WireFamily = .openai,
        defaultModel: String? = nil,
        models: [String] = []
    ) {
        self.init()
        self.name = name
        self.priority = priority
        self.isLocal = isLocal
        self.family = family
        self.defaultModel = defaultModel
        self.models = models
    }
}

extension ModelPolicy {
    init(
        _ name: String,
        _ tier: ModelTier?,
        window: Int? = nil,
        _ capabilities: Capabilities? = nil,
        quality: Int? = nil
    ) {
        self.init()
        self.name = name
        self.tier = tier
        contextWindow = window
        self.capabilities = capabilities.map { $0.union(.streaming) }
        self.quality = quality
    }
}

extension ChainEntry: ExpressibleByStringLiteral {
    /// An entry as it is written in a configuration.
    public init(stringLiteral text: String) { self = Self(text) ?? Self() }
}

extension ModelPrices {
    init(_ provider: String, _ model: String?, _ prices: TokenPrices) {
        self.init()
        self.provider = provider
        self.model = model
        self.prices = prices
    }
}

extension RouteDecided {
    /// The candidates in order, as `provider:model`.
    var ranking: [String] { candidates.map { "\($0.provider):\($0.model)" } }
    /// The excluded ones, as `provider:model reason`.
    var rejections: [String] { excluded.map(\.words) }
}

extension RouteExclusion {
    var words: String { "\(provider)\(model.map { ":\($0)" } ?? "") \(reason.name)" }
}
