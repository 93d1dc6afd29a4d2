public import Events

/// Who a quota is for: a provider's key, or one model by that key.
public struct QuotaOwner: Hashable, Sendable, Comparable {
    /// The provider's configured name.
    public var provider = ""
    /// The model; empty for all of them together.
    public var model = ""
    /// Which of the provider's keys; 0 for the first.
    public var key = 0

    /// Nobody.
    public init() {}

    /// The owner of a quota.
    public init(provider: String, model: String = "", key: Int = 0) {
        self.provider = provider
        self.model = model
        self.key = key
    }

    /// Orders by provider, then model, then key.
    public static func < (left: QuotaOwner, right: QuotaOwner) -> Bool {
        (left.provider, left.model, left.key) < (right.provider, right.model, right.key)
    }
}

extension QuotaOwner: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "key", &key)
    }
}

/// The windows of one owner, one for each kind of quota.
public struct QuotaLine: Hashable, Sendable {
    private var requestsPerMinute = QuotaWindow()
    private var requestsPerDay = QuotaWindow()
    private var tokensPerMinute = QuotaWindow()
    private var tokensPerDay = QuotaWindow()

    /// Nothing counted.
    public init() {}

    /// The window of a kind.
    public internal(set) subscript(kind: QuotaKind) -> QuotaWindow {
        get {
            switch kind {
            case .requestsPerMinute: requestsPerMinute
            case .requestsPerDay: requestsPerDay
            case .tokensPerMinute: tokensPerMinute
            case .tokensPerDay: tokensPerDay
            }
        }
        _modify {
            switch kind {
            case .requestsPerMinute: yield &requestsPerMinute
            case .requestsPerDay: yield &requestsPerDay
            case .tokensPerMinute: yield &tokensPerMinute
            case .tokensPerDay: yield &tokensPerDay
            }
        }
    }

    /// Whether every window is over, so that the line says nothing any more.
    func isOver(at now: Timestamp) -> Bool {
        QuotaKind.allCases.allSatisfy { self[$0].end <= now }
    }

    /// Holds a request and its tokens in every window.
    mutating func reserve(tokens: Int, at now: Timestamp, _ reset: QuotaReset?) {
        for kind in QuotaKind.allCases {
            self[kind].roll(to: now, kind, reset)
            self[kind].reserved.addClamped(kind.countsTokens ? tokens : 1)
        }
    }

    /// Gives back what an attempt that began at `started` holds, in the windows it was held in.
    mutating func release(tokens: Int, since started: Timestamp) {
        for kind in QuotaKind.allCases where self[kind].start <= started {
            let held = kind.countsTokens ? tokens : 1
            self[kind].reserved = self[kind].reserved.subtractingClamped(held)
        }
    }

    /// Counts what an attempt used, in the windows that it began in.
    mutating func settle(_ use: QuotaUse, since started: Timestamp) {
        for kind in QuotaKind.allCases where self[kind].start <= started {
            let count = kind.countsTokens ? use.tokens : use.requests
            self[kind].used.addClamped(count)
            if kind.countsTokens, use.isEstimated { self[kind].estimated.addClamped(count) }
        }
    }

    /// Takes the provider's word for what is left, where that is less than what is known here.
    mutating func correct(_ tick: QuotaTick, limit: Int?, at now: Timestamp, _ reset: QuotaReset?) {
        self[tick.kind].roll(to: now, tick.kind, reset)
        if let told = tick.limit { self[tick.kind].told = told }
        self[tick.kind].toldAt = now
        guard let limit = tick.limit ?? limit else { return }
        // It may not have counted what is on its way, so its count raises this one and never
        // lowers it.
        let more = limit.subtractingClamped(tick.remaining)
            .subtractingClamped(self[tick.kind].taken)
        guard more > 0 else { return }
        self[tick.kind].used.addClamped(more)
        self[tick.kind].elsewhere.addClamped(more)
    }
}

/// The result of an attempt, as quotas count it.
struct QuotaUse {
    var requests = 0
    var tokens = 0
    /// Whether the tokens are a guess.
    var isEstimated = false

    /// The result of an attempt that had reserved so many tokens.
    init(_ attempt: AttemptFinished, reserved: Int, countsCached: Bool) {
        // Without a status and a charge nobody was reached, and the request is still there to use.
        if attempt.failure != nil, attempt.status == nil, attempt.costOrigin == .uncharged {
            return
        }
        requests = 1
        if let prompt = attempt.usage.prompt, let output = attempt.usage.output {
            let free = countsCached ? 0 : max(0, attempt.usage.cachedInput ?? 0)
            tokens = max(0, prompt.subtractingClamped(free).addingClamped(output))
            isEstimated = attempt.usage.origin != .provider
        } else if attempt.costOrigin != .uncharged {
            tokens = reserved
            isEstimated = true
        }
    }
}

extension ProviderPolicy {
    /// Whether prompt tokens from the provider's cache count in its token quotas; Groq's don't
    /// (console.groq.com/docs/prompt-caching, "Rate limits").
    var countsCachedInput: Bool { type != "groq" }
}

extension QuotaLine: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "requests_per_minute", &requestsPerMinute)
        visitor.field(2, "requests_per_day", &requestsPerDay)
        visitor.field(3, "tokens_per_minute", &tokensPerMinute)
        visitor.field(4, "tokens_per_day", &tokensPerDay)
    }
}
