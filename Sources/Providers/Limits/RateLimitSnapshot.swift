public import Events

/// What a provider's headers say of one of its quotas.
public struct RateLimitSnapshot: Hashable, Sendable {
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
    ) -> [RateLimitSnapshot] {
        let requests: QuotaKind = countsRequestsByDay ? .requestsPerDay : .requestsPerMinute
        var readings: [RateLimitSnapshot] = []
        func add(_ reading: RateLimitSnapshot?) { if let reading { readings.append(reading) } }
        switch family {
        case .openai:
            add(RateLimitSnapshot(requests, .openAIRequests, headers, now))
            add(RateLimitSnapshot(.tokensPerMinute, .openAITokens, headers, now))
        case .anthropic:
            add(RateLimitSnapshot(requests, .anthropicRequests, headers, now))
            add(
                RateLimitSnapshot(.tokensPerMinute, .anthropicTokens, headers, now)
                    ?? RateLimitSnapshot(.tokensPerMinute, .anthropicInput, headers, now)
            )
        case .ollama, .gemini: break
        }
        return readings
    }

    private init?(
        _ kind: QuotaKind,
        _ names: Names,
        _ headers: (String) -> String?,
        _ now: Timestamp
    ) {
        guard let remaining = headers(names.remaining).flatMap(Self.count) else { return nil }
        self.kind = kind
        self.remaining = remaining
        limit = headers(names.limit).flatMap(Self.count)
        resetsAt = headers(names.reset).flatMap { RetryHint.parse($0, now: now) }
            .map { now + $0 }
    }

    /// The headers of one quota; made once, since they are looked for in every answer.
    private struct Names {
        let remaining, limit, reset: String

        init(_ name: (String) -> String) {
            (remaining, limit, reset) = (name("remaining"), name("limit"), name("reset"))
        }

        static let openAIRequests = Names { "x-ratelimit-\($0)-requests" }
        static let openAITokens = Names { "x-ratelimit-\($0)-tokens" }
        static let anthropicRequests = Names { "anthropic-ratelimit-requests-\($0)" }
        static let anthropicTokens = Names { "anthropic-ratelimit-tokens-\($0)" }
        static let anthropicInput = Names { "anthropic-ratelimit-input-tokens-\($0)" }
    }

    /// A count of any size, at least 0; providers write whole numbers.
    private static func count(_ text: String) -> Int? {
        Int(text.trimmed).flatMap { $0 >= 0 ? $0 : nil }
    }
}
