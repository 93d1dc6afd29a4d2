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

/// Which providers may be used at all.
public enum RoutingMode: UInt8, FieldEnumeration {
    /// Local ones before hosted ones, whatever their priority.
    case localFirst = 1
    /// Hosted ones only.
    case hosted = 2
    /// Models that are known to cost nothing, only.
    case freeOnly = 3
    /// All, by priority.
    case hybrid = 4

    /// All.
    public static var empty: RoutingMode { .hybrid }
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
