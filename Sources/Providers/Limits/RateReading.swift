public import Events

/// What a provider's headers say of one of its quotas.
public struct RateReading: Hashable, Sendable {
    /// What is counted.
    public var kind: QuotaKind
    /// How much is allowed; `nil` when it is not said.
    public var limit: Int?
    /// How much is left.
    public var remaining: Int
    /// When more comes; `nil` when it is not said.
    public var resetsAt: Timestamp?

    /// The quotas that an answer's headers tell of; empty for families without such headers.
    ///
    /// OpenAI and the servers like it: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`
    /// (platform.openai.com, "Rate limits"; console.groq.com, the same). Anthropic:
    /// `anthropic-ratelimit-{requests,tokens,input-tokens}-{limit,remaining,reset}`
    /// (docs.anthropic.com, "Rate limits"). Read in November 2026.
    ///
    /// - Parameters:
    ///   - family: the provider's family.
    ///   - countsRequestsByDay: whether the requests are those of a day; of a minute otherwise.
    ///   - headers: looks a header up by its lower-case name.
    ///   - now: the instant that durations in headers count from.
    /// - Returns: one reading for each quota of which it is said what is left.
    public static func read(
        family: WireFamily,
        countsRequestsByDay: Bool,
        headers: (String) -> String?,
        now: Timestamp
    ) -> [RateReading] {
        let requests: QuotaKind = countsRequestsByDay ? .requestsPerDay : .requestsPerMinute
        let readings: [RateReading?]
        switch family {
        case .openai:
            readings = [
                RateReading(requests, headers, now) { "x-ratelimit-\($0)-requests" },
                RateReading(.tokensPerMinute, headers, now) { "x-ratelimit-\($0)-tokens" },
            ]
        case .anthropic:
            readings = [
                RateReading(requests, headers, now) { "anthropic-ratelimit-requests-\($0)" },
                RateReading(.tokensPerMinute, headers, now) { "anthropic-ratelimit-tokens-\($0)" }
                    ?? RateReading(.tokensPerMinute, headers, now) {
                        "anthropic-ratelimit-input-tokens-\($0)"
                    },
            ]
        case .ollama, .gemini: return []
        }
        return readings.compactMap { $0 }
    }

    private init?(
        _ kind: QuotaKind,
        _ headers: (String) -> String?,
        _ now: Timestamp,
        name: (String) -> String
    ) {
        guard let remaining = headers(name("remaining")).flatMap(Self.count) else { return nil }
        self.kind = kind
        self.remaining = remaining
        limit = headers(name("limit")).flatMap(Self.count)
        resetsAt = headers(name("reset")).flatMap { RetryHint.parse($0, now: now) }
            .map { now + $0 }
    }

    /// A count of any size, at least 0; providers write whole numbers.
    private static func count(_ text: String) -> Int? {
        Int(text.trimmed).flatMap { $0 >= 0 ? $0 : nil }
    }
}
