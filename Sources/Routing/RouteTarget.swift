import Events
import RouterState

/// What the model name of a request asks for.
enum RouteTarget {
    /// A chain by its name: `auto:NAME`.
    case chain(RoutingChain)
    /// `auto:NAME` where there is no such chain and no such wish.
    case missingChain(String)
    /// The router's choice: `auto`, or `auto:cheap` and the like.
    case open(OpenTarget)
    /// A model at one provider: `PROVIDER:MODEL`, split at the first colon, since ids hold colons.
    case pinned(provider: ProviderInForce, model: String)
    /// A model, at whichever providers have it.
    case named(model: String)

    /// What a name asks for; `task` is the request's kind of work, where kinds of work decide.
    init(_ name: String, task: TaskType?, state: RouterState) {
        let policy = state.policy
        let name = policy.alias(of: name) ?? name
        if name == "auto" {
            self = .open(OpenTarget(.any, task: task, policy: policy))
            return
        }
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            if parts[0] == "auto" {
                // Never a model's name: a mistyped chain would be asked of every provider whose
                // models nobody knows.
                let name = String(parts[1])
                if let chain = policy.chain(name) {
                    self = .chain(chain)
                } else if let wish = RouteWish(name: name) {
                    self = .open(OpenTarget(wish, task: task, policy: policy))
                } else {
                    self = .missingChain(name)
                }
                return
            }
            if let provider = policy.providerInForce(String(parts[0])), !parts[1].isEmpty {
                self = .pinned(provider: provider, model: String(parts[1]))
                return
            }
        }
        self = .named(model: name)
    }

    /// The name that the decision records; empty for an explicit model.
    var chainName: String {
        switch self {
        case .chain(let chain): chain.name
        case .missingChain(let name): name
        case .open(let open): open.chain.name
        case .pinned, .named: ""
        }
    }

    /// What the router is wished to look for.
    var wish: RouteWish {
        if case .open(let open) = self { open.wish } else { .any }
    }

    /// Why there is no candidate.
    func refusal(excluded: [RouteExclusion], policy: RoutingPolicy) -> RouteRefusal {
        if policy.providers.isEmpty { return .noProvider }
        switch self {
        case .missingChain: return .unknownModel
        case .pinned, .named:
            if excluded.allSatisfy({ $0.reason == .modelNotListed }) { return .unknownModel }
        case .chain, .open: break
        }
        // What is not there can't speak any family, so it does not excuse the request's field.
        let absent: Set<ExclusionReason> = [.modelNotListed, .notEnabled, .noDefaultModel]
        let present = excluded.filter { !absent.contains($0.reason) }
        guard !present.isEmpty else { return .noneAvailable }
        if present.allSatisfy({ $0.reason == .untranslatable }) { return .untranslatable }
        let demands: Set<ExclusionReason> = [
            .untranslatable, .contextTooSmall, .lacksCapability, .aboveCostLimit, .notLocal,
            .notAllowed,
        ]
        return present.allSatisfy { demands.contains($0.reason) } ? .unsatisfiable : .noneAvailable
    }
}

/// What a client may wish for instead of a model: `auto:cheap` and the like.
public enum RouteWish: Sendable {
    /// `auto`.
    case any
    /// The cheapest.
    case cheap
    /// The quickest.
    case fast
    /// The best answers.
    case best
    /// On this machine, whatever fails.
    case local
    /// Known to cost nothing, whatever fails.
    case free

    private static let named: [(String, RouteWish)] = [
        ("cheap", .cheap), ("fast", .fast), ("best", .best), ("local", .local), ("free", .free),
    ]

    /// What may stand behind `auto:`, besides the names of chains.
    public static let names = named.map(\.0)

    init?(name: String) {
        guard let found = Self.named.first(where: { $0.0 == name }) else { return nil }
        self = found.1
    }

    /// The strategies that the wish stands for; `nil` for those of the policy.
    var strategies: [String]? {
        switch self {
        case .any, .local, .free: nil
        case .cheap: ["cost"]
        case .fast: ["performance"]
        case .best: ["quality"]
        }
    }
}

/// The router's choice: the chain that is the default order, and what is wished for.
struct OpenTarget {
    let wish: RouteWish
    let chain: RoutingChain
    /// The kind of work, when the chain is its own.
    let task: TaskType?

    init(_ wish: RouteWish, task: TaskType?, policy: PolicyInForce) {
        self.wish = wish
        // A chain that leads nowhere here, since one file can serve several machines, is no chain.
        if wish == .any, let task, let own = policy.chain(of: task),
            own.entries.contains(where: { policy.provider($0.provider) != nil })
        {
            chain = own
            self.task = task
        } else {
            chain = policy.chain(policy.policy.chain) ?? RoutingChain()
            self.task = nil
        }
    }
}
