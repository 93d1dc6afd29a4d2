/// The router chose, once, for a request: everything it knew, and everything it rejected.
///
/// A failure later never changes it; attempts are events of their own.
public struct RouteDecided: FieldRecord {
    /// The request.
    public var request: RequestID = .empty
    /// The sequence number of the last event in the state that was decided on.
    public var statePosition: UInt64 = 0
    /// The version of the deciding code.
    public var deciderVersion: Int = 0
    /// The fingerprint of the policy in force.
    public var policy: Fingerprint = .empty
    /// The sequence number of the event that put the policy in force.
    public var policyPosition: UInt64 = 0
    /// The sequence number of the event that put the prices in force; 0 for none.
    public var pricesPosition: UInt64 = 0
    /// The strategy that ranked the candidates.
    public var strategy: RoutingStrategy = .chain
    /// The chain that was followed; empty for an explicit model.
    public var chain: String = ""
    /// The eligible candidates, best first.
    public var candidates: [RouteCandidate] = []
    /// The rejected candidates, each with its reason, in the order they were looked at.
    public var excluded: [RouteExclusion] = []
    /// The index in `candidates` of the chosen one; absent when there is none.
    public var chosen: Int?
    /// The seed of the draw.
    public var seed: UInt64 = 0
    /// The least probability of an explored candidate, in millionths; 0 without exploration.
    public var floor: Int = 0
    /// How many attempts the request may take.
    public var maxAttempts: Int = 0
    /// Why there is no candidate, when there is none.
    public var refusal: RouteRefusal?
    /// When the request's whole time is used up, after which no other candidate is asked.
    public var deadline: Timestamp = .empty
    /// The most tokens that the prompt can be, by its bytes: what each attempt reserves.
    public var inputBound: Int = 0
    /// The most tokens that the client takes back, in all choices together; absent without a limit.
    public var outputBound: Int?
    /// The budgets with a scope that count the request: `task:NAME`, `tenant:NAME`, `key:NAME`.
    public var charges: [String] = []
    /// How many answers the client asked for; absent for one.
    public var choices: Int?
    /// What kind of work it is and how much it asks of a model.
    public var classification: Classification = Classification()
    /// What every candidate must fulfil.
    public var requirements: RouteRequirements = RouteRequirements()
    /// What the strategies said, in the order in which they were asked; the last one ranked.
    public var verdicts: [StrategyVerdict] = []
    /// The request's conversation; absent where conversations are not kept together.
    public var affinity: RouteAffinity?
    /// Whether attempts reserve what answers usually take and extend that while they flow, instead of
    /// all that they may take.
    public var reservesExpected: Bool = false
    /// What the requested name stands for, where it is an alias.
    public var alias: String?
    /// What the client asks of providers of its own family that prices per token don't cover; absent when
    /// nothing.
    public var surcharges: TranslationObstacle?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "state_position", &statePosition)
        visitor.field(3, "decider_version", &deciderVersion)
        visitor.field(4, "policy", &policy)
        visitor.field(5, "policy_position", &policyPosition)
        visitor.field(6, "prices_position", &pricesPosition)
        visitor.field(7, "strategy", &strategy)
        visitor.field(8, "chain", &chain)
        visitor.field(9, "candidates", &candidates)
        visitor.field(10, "excluded", &excluded)
        visitor.field(11, "chosen", &chosen)
        visitor.field(12, "seed", &seed)
        visitor.field(13, "floor_ppm", &floor)
        visitor.field(14, "max_attempts", &maxAttempts)
        visitor.field(15, "refusal", &refusal)
        visitor.field(16, "deadline", &deadline)
        visitor.field(20, "input_bound", &inputBound)
        visitor.field(21, "output_bound", &outputBound)
        visitor.field(22, "charges", &charges)
        visitor.field(23, "choices", &choices)
        visitor.field(25, "classification", unlessEmpty: &classification)
        visitor.field(26, "requirements", unlessEmpty: &requirements)
        visitor.field(27, "verdicts", &verdicts)
        visitor.field(40, "affinity", &affinity)
        visitor.field(41, "reserves_expected", &reservesExpected)
        visitor.field(42, "alias", &alias)
        visitor.field(80, "surcharges", &surcharges)
    }
}

/// A provider and model that may answer a request.
public struct RouteCandidate: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model's name at that provider.
    public var model: String = ""
    /// The family that the provider speaks.
    public var family: WireFamily = .openai
    /// Which entry of the chain brought it in, from 1.
    public var chainEntry: Int?
    /// The provider's configured priority; 1 is first.
    public var priority: Int = 0
    /// What the request would cost there: estimated prompt, output limit or else 256 tokens.
    public var predictedCost: Nanodollars?
    /// The probability of being chosen before the draw, in millionths.
    public var probability: Int = 0
    /// Whether it may only be asked while it is known to cost nothing.
    public var isFreeOnly: Bool = false
    /// Whether as many attempts ran there as may at once, so that others were preferred.
    public var isBusy: Bool = false
    /// The budget that had no room for it but only warns; absent when it fits.
    public var overBudget: String?
    /// What the strategy made of it, more being better; absent where only the order counts.
    public var score: Int64?
    /// What the score is the sum of.
    public var parts: [ScorePart] = []
    /// How good its answer is expected to be, in millionths; absent when nobody knows.
    public var predictedQuality: Int?
    /// How long its answer is expected to take, in microseconds; absent when nobody knows.
    public var predictedMicroseconds: Int?
    /// Whether that is longer than the client's limit, for which it comes after the others.
    public var isLate: Bool = false

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "family", &family)
        visitor.field(4, "chain_entry", &chainEntry)
        visitor.field(5, "priority", &priority)
        visitor.field(6, "predicted_cost_nanodollars", &predictedCost)
        visitor.field(7, "probability_ppm", &probability)
        visitor.field(8, "free_only", &isFreeOnly)
        visitor.field(12, "busy", &isBusy)
        visitor.field(13, "over_budget", &overBudget)
        visitor.field(16, "score", &score)
        visitor.field(17, "parts", &parts)
        visitor.field(18, "predicted_quality_ppm", &predictedQuality)
        visitor.field(19, "predicted_us", &predictedMicroseconds)
        visitor.field(20, "late", &isLate)
    }
}

/// Why a decision has no candidate.
public enum RouteRefusal: UInt8, FieldEnumeration {
    /// No provider lists the model.
    case unknownModel = 1
    /// Every provider that has the model lacks a word for a field of the request.
    case untranslatable = 2
    /// Every provider is excluded for now.
    case noneAvailable = 3
    /// No provider is configured.
    case noProvider = 4
    /// A budget has no room for the request.
    case budgetExceeded = 40
    /// Quotas have no room for the request.
    case quotaExhausted = 41
    /// Nobody can fulfil what the request itself demands.
    case unsatisfiable = 60

    /// None is available.
    public static var empty: RouteRefusal { .noneAvailable }
}
