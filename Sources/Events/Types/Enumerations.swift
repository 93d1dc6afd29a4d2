/// What ranked the candidates of a decision.
public enum RoutingStrategy: UInt8, FieldEnumeration {
    /// The client named the model.
    case explicit = 1
    /// A named chain was followed.
    case chain = 2
    /// The kind of work has a chain or models of its own.
    case taskBased = 60
    /// The request needs what not every model can do.
    case capability = 61
    /// How much the request asks of a model.
    case complexityTier = 62
    /// A trained model predicted the answers' worth.
    case learned = 63
    /// The quickest and most reliable first.
    case performance = 64
    /// The cheapest first.
    case cost = 65
    /// The best answers first.
    case quality = 66
    /// A strategy of the operator's own; its name is in the verdicts.
    case own = 67
    /// Who answered the conversation last.
    case affinity = 68

    /// The chain.
    public static var empty: RoutingStrategy { .chain }
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

/// Where a cost comes from.
public enum CostOrigin: UInt8, FieldEnumeration {
    /// There is none: a price or a count is unknown.
    case unknown = 1
    /// The provider's own receipt.
    case receipt = 2
    /// The price table, with the provider's counts.
    case priced = 3
    /// The price table, with counts that Logway estimated.
    case estimated = 4
    /// Nothing is charged: the provider was not reached, or gave an error instead of an answer.
    case uncharged = 5

    /// Unknown.
    public static var empty: CostOrigin { .unknown }
}

/// How a request ended.
public enum RequestOutcome: UInt8, FieldEnumeration {
    /// The client was sent a whole answer.
    case answered = 1
    /// Every attempt failed, and the client was sent an error.
    case failed = 2
    /// The request was at fault or had no candidate, and the client was sent an error.
    case refused = 3
    /// The client hung up.
    case cancelled = 4
    /// The answer broke off after its first byte, and the client was told so.
    case cut = 5
    /// Logway stopped or crashed while the request was in flight.
    case interrupted = 6

    /// Answered.
    public static var empty: RequestOutcome { .answered }
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
