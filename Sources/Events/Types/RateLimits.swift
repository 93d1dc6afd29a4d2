/// What a quota counts, and over how long.
public enum QuotaKind: UInt8, FieldEnumeration {
    /// Requests in a minute.
    case requestsPerMinute = 1
    /// Requests in a day.
    case requestsPerDay = 2
    /// Tokens, prompt and answer together, in a minute.
    case tokensPerMinute = 3
    /// Tokens, prompt and answer together, in a day.
    case tokensPerDay = 4

    /// Requests in a minute.
    public static var empty: QuotaKind { .requestsPerMinute }

    /// Whether it counts tokens; requests otherwise.
    public var countsTokens: Bool { self == .tokensPerMinute || self == .tokensPerDay }
    /// Whether its window is a day; a minute otherwise.
    public var isDaily: Bool { self == .requestsPerDay || self == .tokensPerDay }
}

/// The rates that an account allows; an absent one is no limit.
public struct RateLimits: FieldRecord {
    /// Requests in a minute.
    public var requestsPerMinute: Int?
    /// Requests in a day.
    public var requestsPerDay: Int?
    /// Tokens, prompt and answer together, in a minute.
    public var tokensPerMinute: Int?
    /// Tokens, prompt and answer together, in a day.
    public var tokensPerDay: Int?

    /// No limits.
    public init() {}

    /// One of the limits.
    public subscript(kind: QuotaKind) -> Int? {
        switch kind {
        case .requestsPerMinute: requestsPerMinute
        case .requestsPerDay: requestsPerDay
        case .tokensPerMinute: tokensPerMinute
        case .tokensPerDay: tokensPerDay
        }
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "requests_per_minute", &requestsPerMinute)
        visitor.field(2, "requests_per_day", &requestsPerDay)
        visitor.field(3, "tokens_per_minute", &tokensPerMinute)
        visitor.field(4, "tokens_per_day", &tokensPerDay)
    }
}

/// The rates that an account allows for one model.
public struct ModelLimits: FieldRecord {
    /// The model's name at its provider.
    public var model: String = ""
    /// The rates.
    public var limits: RateLimits = RateLimits()

    /// A record with every field empty.
    public init() {}

    /// The rates for a model.
    public init(_ model: String, _ limits: RateLimits) {
        self.model = model
        self.limits = limits
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "model", &model)
        visitor.field(2, "limits", &limits)
    }
}

/// When a provider's day begins.
public enum DayReset: UInt8, FieldEnumeration {
    /// At the same time of every day in UTC.
    case fixed = 1
    /// 24 hours after the first use.
    case rolling = 2
    /// At midnight of US Pacific time, daylight saving time included.
    case pacific = 3

    /// At the same time of every day.
    public static var empty: DayReset { .fixed }
}

/// When a provider's daily quotas reset.
public struct QuotaReset: FieldRecord {
    /// The rule.
    public var rule: DayReset = .fixed
    /// For `fixed`: minutes after midnight in UTC, from 0 to 1,439.
    public var minute: Int = 0

    /// At midnight in UTC.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "rule", &rule)
        visitor.field(2, "minute", &minute)
    }
}
