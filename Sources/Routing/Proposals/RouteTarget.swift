import Events
import RouterState

/// What the model name of a request asks for.
enum RouteTarget {
    /// A chain by its name: `auto:NAME`.
    case chain(RoutingChain)
    /// `auto:NAME` where there is no such chain and no such preset.
    case missingChain(String)
    /// The router's choice: `auto`, or `auto:cheap` and the like.
    case auto(AutoTarget)
    /// A model at one provider: `PROVIDER:MODEL`, split at the first colon, since ids hold colons.
    case pinned(provider: ProviderInForce, model: String)
    /// A model, at every provider that has it.
    case named(model: String)

    /// What a name asks for; `task` is the request's kind of work, where kinds of work decide.
    init(_ name: String, task: TaskType?, policy: PolicyInForce) {
        let name = policy.alias(of: name) ?? name
        if name == "auto" {
            self = .auto(AutoTarget(.any, task: task, policy: policy))
            return
        }
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            if parts[0] == "auto" {
                // Never a model's name: a mistyped chain would be asked of every provider whose
                // models are unknown.
                let name = String(parts[1])
                if let chain = policy.chain(name) {
                    self = .chain(chain)
                } else if let preset = AutoPreset(name: name) {
                    self = .auto(AutoTarget(preset, task: task, policy: policy))
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
        case .auto(let auto): auto.chain.name
        case .pinned, .named: ""
        }
    }

    /// What the router is to look for.
    var preset: AutoPreset {
        if case .auto(let auto) = self { auto.preset } else { .any }
    }

    /// The strategies that rank; `nil` for those of the policy.
    ///
    /// A chain that the client names is followed.
    var strategies: [String]? {
        if case .chain = self { [FallbackStrategy().name] } else { preset.strategies }
    }

    /// Whether the client named a model.
    var isExplicit: Bool {
        switch self {
        case .pinned, .named: true
        case .chain, .missingChain, .auto: false
        }
    }
}

/// What a client may ask for instead of a model: `auto:cheap` and the like.
public enum AutoPreset: Sendable {
    /// `auto`.
    case any
    /// The cheapest.
    case cheap
    /// The fastest.
    case fast
    /// The best answers.
    case best
    /// On this machine, whatever fails.
    case local
    /// Known to cost nothing, whatever fails.
    case free

    private static let named: [(String, AutoPreset)] = [
        ("cheap", .cheap), ("fast", .fast), ("best", .best), ("local", .local), ("free", .free),
    ]

    /// The names behind `auto:`, in addition to those of chains.
    public static let names = named.map(\.0)

    init?(name: String) {
        guard let found = Self.named.first(where: { $0.0 == name }) else { return nil }
        self = found.1
    }

    /// The strategies that it is ranked by; `nil` for those of the policy.
    fileprivate var strategies: [String]? {
        switch self {
        case .any, .local, .free: nil
        case .cheap: ["cost"]
        case .fast: ["performance"]
        case .best: ["quality"]
        }
    }
}

/// The router's choice: the chain that is the default order, and what to look for.
struct AutoTarget {
    let preset: AutoPreset
    let chain: RoutingChain
    /// The kind of work, where the chain is its own.
    let task: TaskType?

    fileprivate init(_ preset: AutoPreset, task: TaskType?, policy: PolicyInForce) {
        self.preset = preset
        // A chain that leads nowhere here, since one file can serve several machines, is no chain.
        if preset == .any, let task, let own = policy.chain(of: task),
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
