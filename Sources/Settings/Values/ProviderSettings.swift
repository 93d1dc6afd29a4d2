public import Catalog
public import Events

/// One provider as the configuration names it.
///
/// A `ProviderPolicy` is another thing: what routing goes by of it, as the log keeps it, without keys and
/// with what follows from the type, the address and the catalogue.
public struct ProviderSettings: Hashable, Sendable {
    /// The provider's unique name, which chains and output use.
    public var name: String
    /// The kind of provider.
    public var type: ProviderType
    /// Whether requests may go there.
    public var isEnabled = true
    /// The order among providers; 1 is first, equals keep the order of the file.
    public var priority: Int
    /// The key to authenticate with; `nil` when the provider needs none.
    public var apiKey: Secret?
    /// Where the provider is, without a trailing slash; `nil` for a simulated one, which gets its
    /// port when it starts.
    public var baseURL: String?
    /// The ways to it, where `apiKeys` or `endpoints` name several; the first has `apiKey` and
    /// `baseURL` too.
    public var lanes: [LaneSettings] = []
    /// What is sent with every request besides, sorted by name.
    public var headers: [ProviderHeader] = []
    /// The model for requests that name none; `nil` when only the provider's own list can tell,
    /// as on the user's own servers: a default is one that the user chose or the service surely has.
    public var defaultModel: String?
    /// The only models to use, if any are named; empty means all that the provider has.
    public var models: [String] = []
    /// The model to use for a task type instead of the default.
    public var modelOverrides: [String: String] = [:]
    /// The rates that the account allows; `nil` without limits.
    public var limits: RateLimits?
    /// The rates that the account allows for single models.
    public var modelLimits: [String: RateLimits] = [:]
    /// When daily limits reset; what follows from the type unless the file says otherwise.
    public var quotaReset: QuotaReset
    /// Attempts that run there at once, before others are preferred and more wait their turn; `nil`
    /// for what follows from where the provider is.
    public var maxConcurrent: Int?
    /// Attempts that may wait for their turn there; one more is refused as `pool exhausted`.
    public var maxQueued = 1_024
    /// How long an Ollama keeps a model in memory after an answer, in Ollama's words: seconds (`-1` is
    /// for ever), or a duration such as `10m`; `nil` leaves it to the server.
    public var keepAlive: String?
    /// The most tokens of context that an Ollama is asked to load a model with; `nil` for the model's
    /// window.
    public var maxContextTokens: Int?
    /// The models that it takes prompts for, in OpenAI's completions, and `*` for all; `nil` for what
    /// follows from the type.
    public var completions: [String]?
    /// The models that it answers in OpenAI's responses, and `*` for all; `nil` for what follows from
    /// the type.
    public var responses: [String]?
    /// Prices of all the provider's models, instead of the catalogue's.
    public var prices: TokenPrices?
    /// How the provider's health is probed.
    public var healthCheck = HealthCheckSettings()
    /// The name of the provider to turn to when this one fails.
    public var fallbackProvider: String?
    /// How long an attempt may take; what the provider leaves open is routing's.
    public var timeouts: Timeouts
    /// How to simulate; only for the type `simulated`, where `nil` means a built-in set.
    public var simulation: SimulationSettings?

    /// A provider of a type with what follows from the type alone.
    public init(type: ProviderType, name: String? = nil, priority: Int = 1) {
        self.type = type
        self.name = name ?? type.name
        self.priority = priority
        baseURL = type.defaultBaseURL
        quotaReset = type.quotaReset
        timeouts = Timeouts()
    }

    /// Google's own OpenAI-compatible API, below its Gemini API's address.
    private static let compatibleSuffix = "/openai"

    /// What the provider speaks: what its type does, but for Google's compatible API.
    public var family: WireFamily {
        type == .google && baseURL?.hasSuffix(Self.compatibleSuffix) == true
            ? .openai : type.family
    }

    /// Whether it is the type's own service, and not another server at an address of its own.
    public var isDefaultService: Bool {
        guard let standard = type.defaultBaseURL else { return baseURL == nil }
        return baseURL == standard
            || (type == .google && baseURL == standard + Self.compatibleSuffix)
    }

    /// The models that it takes prompts for, in OpenAI's completions; `*` is all.
    ///
    /// What is known of a type's own service says nothing of another server.
    public var promptModels: [String] {
        guard family == .openai else { return [] }
        return completions ?? (type.isLocal || isDefaultService ? type.promptModels : [])
    }

    /// The models that it answers in OpenAI's responses: names, and beginnings of names that end in
    /// `*`.
    ///
    /// Of a server at an address of its own it is taken for granted only for models that its type's
    /// service has there alone, or serves better there.
    public var responseModels: [String] {
        guard family == .openai, type != .simulated else { return [] }
        return responses
            ?? (isDefaultService ? type.responseModels : type.responseModelsElsewhere)
    }

    /// The fields of OpenAI's own chats that it is taken to have beside those that all of the family do.
    public var chatFields: [String] {
        guard family == .openai, type != .simulated else { return [] }
        return isDefaultService ? type.chatFields : ProviderType.chatFieldsElsewhere
    }

    /// Whether a request to this provider stays on this machine.
    ///
    /// The host decides, not the type: an Ollama on another machine is not local.
    public var isLocal: Bool {
        if type == .simulated { return simulation?.isLocal ?? (name == BuiltInSimulation.local) }
        let addresses = lanes.compactMap(\.baseURL) + (baseURL.map { [$0] } ?? [])
        return !addresses.isEmpty && addresses.allSatisfy { Loopback.contains(url: $0) }
    }

    /// Whether it runs on the user's own hardware: a type that only ever does, or a server of a common
    /// API at an address of this machine or of a private network.
    ///
    /// The one idea of local for time limits and connections, and, on this machine, for prices. What must not leave the machine
    /// goes by `isLocal`, since the next room is not this machine.
    public var isOwnHardware: Bool {
        if type == .simulated { return isLocal }
        if type.isLocal { return true }
        guard type.isSpokenByOwnServers else { return false }
        let addresses = lanes.compactMap(\.baseURL) + (baseURL.map { [$0] } ?? [])
        return !addresses.isEmpty && addresses.allSatisfy { PrivateNetwork.contains(url: $0) }
    }

    /// The tokens of a prompt that it is taken to read in a second, unless the file says otherwise.
    ///
    /// Processors read some 100 to 1,000, hosted services thousands; what is measured here includes
    /// prompts that were in the cache, so it can't tell.
    public var prefillTokensPerSecond: Int {
        timeouts.prefillTokensPerSecond ?? (isOwnHardware ? 100 : 2_000)
    }

    /// The attempts that may run at once on the user's own hardware, unless the file says otherwise:
    /// more only take each other's memory.
    public static let localConcurrency = 5

    /// How many attempts run there at once; `nil` is no limit.
    ///
    /// The type decides: Ollama and its like compute one answer after the other, wherever they run,
    /// while a server of the OpenAI family on this machine may serve as many as it likes.
    public var concurrency: Int? {
        maxConcurrent ?? (type.isLocal ? Self.localConcurrency : nil)
    }

    /// Whether its answers are taken to cost nothing where nobody says what they cost: on the user's own
    /// hardware, and for a common API on this machine only, since another address of a network may be
    /// that of a proxy to a paid service.
    public var costsNothing: Bool { type.isLocal || (isOwnHardware && isLocal) }

    /// What a model's tokens cost here: the configuration's word, then the user's catalogue, then
    /// nothing where it `costsNothing`, then the shipped catalogue; `nil` when nobody knows.
    ///
    /// The shipped catalogue does not speak for a server at an address of its own, which may serve
    /// other models under the same names; the user's catalogue does.
    public func prices(of model: String, in catalog: Catalog) -> TokenPrices? {
        if let simulated = simulation?.models.first(where: { $0.name == model })?.prices {
            return simulated
        }
        if let prices { return prices }
        guard type.isLocal || isDefaultService else {
            return catalog.userPrices(provider: type, id: model) ?? (costsNothing ? .free : nil)
        }
        return catalog.prices(provider: type, id: model)
    }
}

/// How often and how long a provider's health is probed.
public struct HealthCheckSettings: Hashable, Sendable {
    /// Whether the provider is probed at all.
    public var isEnabled = true
    /// The time between two probes.
    public var interval = Duration.seconds(60)
    /// When a probe counts as failed.
    public var timeout = Duration.seconds(5)

    /// A probe a minute, five seconds each.
    public init() {}
}
