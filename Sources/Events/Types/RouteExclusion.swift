/// A provider, or one of its models, that may not answer a request, and why.
public struct RouteExclusion: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model, where the reason is about one.
    public var model: String?
    /// Why it may not answer.
    public var reason: ExclusionReason = .modelNotListed
    /// When the reason ends, where that is known.
    public var until: Timestamp?
    /// The fields that the provider's API has no word for.
    public var fields: [String] = []
    /// The quota or the budget that has no room, with its figures.
    public var shortage: LimitShortage?
    /// What would be allowed: tokens for a context window, nano-dollars for a cost.
    public var limit: Int64?
    /// What it would come to instead; absent when that is not known.
    public var actual: Int64?
    /// What the model lacks.
    public var lacks: Capabilities = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "reason", &reason)
        visitor.field(4, "until", &until)
        visitor.field(5, "fields", &fields)
        visitor.field(20, "shortage", &shortage)
        visitor.field(30, "limit", &limit)
        visitor.field(31, "actual", &actual)
        visitor.field(32, "lacks", &lacks)
    }
}

/// Why a provider or model may not answer a request.
public enum ExclusionReason: UInt8, FieldEnumeration {
    /// The provider does not list the model.
    case modelNotListed = 1
    /// The provider has no default model and the request names none.
    case noDefaultModel = 2
    /// The provider's API has no word for a field of the request.
    case untranslatable = 3
    /// The provider rejected its key (401, 402, 403).
    case keyRejected = 4
    /// The provider said that it does not have the model (404).
    case modelMissing = 5
    /// The provider asked to wait (429).
    case rateLimited = 6
    /// The provider failed too often in a row.
    case breakerOpen = 7
    /// The provider is being tried out with one request at a time.
    case breakerProbing = 8
    /// The model is not known to cost nothing.
    case notFree = 9
    /// The provider is not local.
    case notLocal = 10
    /// The provider is local, and only hosted ones may be used.
    case notHosted = 11
    /// The chain names a provider that is not enabled.
    case notEnabled = 12
    /// The request's attempts are used up.
    case attemptsUsedUp = 13
    /// The request's time is used up.
    case timeUsedUp = 14
    /// A quota has no room for the request.
    case quotaExhausted = 40
    /// A budget has no room for the request.
    case budgetExceeded = 41
    /// A budget refuses the request, so that nobody takes the place of the one it is for.
    case notDowngraded = 42
    /// There is a budget, and nobody knows what the model costs.
    case unpriced = 43
    /// The prompt and the output limit do not fit the model's context window.
    case contextTooSmall = 60
    /// The model can't do what the request needs.
    case lacksCapability = 61
    /// It would cost more than the client allows, or nobody knows how much.
    case aboveCostLimit = 62
    /// The tenant may not use the model.
    case notAllowed = 63
    /// The provider is being asked already, and a second attempt asks another.
    case alreadyAsked = 64
    /// As many attempts run at the provider as may at once, and a second attempt does not wait.
    case busy = 65
    /// The model failed too often in a row, whatever its provider's other models do.
    case modelBreakerOpen = 66
    /// The model is being tried out with one request at a time.
    case modelBreakerProbing = 67
    /// The model's vectors can't be compared with those of the first model that embeds.
    case otherVectors = 68
    /// The provider said that it does not do this with the model (404 for the path, 405, 501).
    case endpointMissing = 69

    /// The model is not listed.
    public static var empty: ExclusionReason { .modelNotListed }

    /// Whether there is nothing that could answer, now or later: what keeps the others from it is what
    /// the client is told.
    public var isAbsence: Bool {
        switch self {
        case .modelNotListed, .notEnabled, .noDefaultModel, .otherVectors: true
        default: false
        }
    }
}

extension RouteExclusion {
    /// What the exclusion rests on, in words; `nil` when the reason says it all.
    public var figures: String? {
        switch reason {
        case .noDefaultModel:
            "its models are not known: no list of them could be read, or it names none"
        case .contextTooSmall:
            limit.map { limit in
                "\(actual.map { "about \($0)" } ?? "unknown") tokens, at most \(limit)"
            }
        case .aboveCostLimit:
            limit.map { limit in
                "\(actual.map { "$\(Nanodollars($0))" } ?? "unknown cost"), at most "
                    + "$\(Nanodollars(limit))"
            }
        case .lacksCapability: lacks.names.joined(separator: ", ")
        default: shortage?.description
        }
    }
}
