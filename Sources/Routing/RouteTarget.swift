import Events
import RouterState

/// What the model name of a request asks for.
enum RouteTarget {
    /// A named chain: `auto` is the policy's own, `auto:NAME` another.
    case chain(RoutingChain)
    /// `auto:NAME` where there is no such chain.
    case missingChain(String)
    /// A model at one provider: `PROVIDER:MODEL`, split at the first colon, since ids hold colons.
    case pinned(provider: ProviderPolicy, model: String)
    /// A model, at whichever providers have it.
    case named(model: String)

    init(_ name: String, state: RouterState) {
        let policy = state.policy
        if name == "auto" {
            self = .chain(policy.chain(policy.policy.chain) ?? RoutingChain())
            return
        }
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            if parts[0] == "auto" {
                // Never a model's name: a mistyped chain would be asked of every provider whose
                // models nobody knows.
                let name = String(parts[1])
                self = policy.chain(name).map(Self.chain) ?? .missingChain(name)
                return
            }
            if let provider = policy.provider(String(parts[0])), !parts[1].isEmpty {
                self = .pinned(provider: provider, model: String(parts[1]))
                return
            }
        }
        self = .named(model: name)
    }

    var strategy: RoutingStrategy {
        switch self {
        case .chain, .missingChain: .chain
        case .pinned, .named: .explicit
        }
    }

    var chainName: String {
        switch self {
        case .chain(let chain): chain.name
        case .missingChain(let name): name
        case .pinned, .named: ""
        }
    }

    /// What to look at, in order of preference.
    func proposals(state: RouterState) -> [RouteProposal] {
        switch self {
        case .chain(let chain):
            chain.entries.enumerated().map { RouteProposal($1, number: $0 + 1, state: state) }
        case .missingChain: []
        case .pinned(let provider, let model):
            [RouteProposal(model, of: provider, state: state)]
        case .named(let model):
            state.policy.policy.providers
                .enumerated()
                .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
                .map { RouteProposal(model, of: $0.element, state: state) }
        }
    }

    /// Why there is no candidate.
    func refusal(excluded: [RouteExclusion], policy: RoutingPolicy) -> RouteRefusal {
        if policy.providers.isEmpty { return .noProvider }
        switch self {
        case .missingChain: return .unknownModel
        case .pinned, .named:
            if excluded.allSatisfy({ $0.reason == .modelNotListed }) { return .unknownModel }
        case .chain: break
        }
        // What is not there can't speak any family, so it does not excuse the request's field.
        let absent: Set<ExclusionReason> = [.modelNotListed, .notEnabled, .noDefaultModel]
        let present = excluded.filter { !absent.contains($0.reason) }
        return !present.isEmpty && present.allSatisfy { $0.reason == .untranslatable }
            ? .untranslatable : .noneAvailable
    }
}

/// One thing to look at for a request: a model at a provider, or the reason there is none.
struct RouteProposal {
    enum Offer {
        case model(String, ProviderPolicy)
        case nothing(provider: String, model: String?, ExclusionReason)
    }

    var offer: Offer
    /// Which entry of the chain this is, from 1; `nil` outside a chain.
    var entry: Int?
    /// Whether the entry asks for models that cost nothing.
    var isFreeOnly = false

    var isLocal: Bool {
        if case .model(_, let provider) = offer { provider.isLocal } else { false }
    }

    var exclusion: RouteExclusion? {
        guard case .nothing(let provider, let model, let reason) = offer else { return nil }
        return RouteExclusion(provider: provider, model: model, reason: reason)
    }

    /// A model that the client named, at one provider.
    init(_ model: String, of provider: ProviderPolicy, state: RouterState) {
        // A provider whose models nobody knows is asked: its own 404 is a better answer than ours.
        let isUnknown = provider.models.isEmpty && state.models.models(of: provider.name) == nil
        offer =
            state.models.has(model, at: provider) || isUnknown
            ? .model(model, provider)
            : .nothing(provider: provider.name, model: model, .modelNotListed)
    }

    /// An entry of a chain.
    init(_ entry: RoutingChainEntry, number: Int, state: RouterState) {
        self.entry = number
        isFreeOnly = entry.isFreeOnly
        guard let provider = state.policy.provider(entry.provider) else {
            offer = .nothing(provider: entry.provider, model: entry.model, .notEnabled)
            return
        }
        if let model = entry.model {
            offer = .model(model, provider)
        } else if let model = Self.preferred(of: provider, freeOnly: isFreeOnly, state: state) {
            offer = .model(model, provider)
        } else {
            let isBare = state.models.offered(by: provider).isEmpty
            offer = .nothing(
                provider: provider.name,
                model: nil,
                isBare ? .noDefaultModel : .notFree
            )
        }
    }

    /// The provider's default model, else the first one that it offers and that can chat, going by
    /// its name; of the free ones, if only those may be used.
    ///
    /// A default is taken unseen, listed or not: it is the user's choice or that of a hosted
    /// service, since the configuration leaves it open for servers of the user's own. Ollama also
    /// lists `llama3.2:latest` where `llama3.2` is asked for.
    private static func preferred(
        of provider: ProviderPolicy,
        freeOnly: Bool,
        state: RouterState
    ) -> String? {
        let offered =
            (provider.defaultModel.map { [$0] } ?? [])
            + ChatModels.first(state.models.offered(by: provider))
        guard freeOnly || state.policy.policy.mode == .freeOnly else { return offered.first }
        return offered.first {
            state.prices.prices(provider: provider.name, model: $0).isFree
        }
    }
}
