public import Events

extension ProviderType {
    /// When the provider's daily quotas reset.
    ///
    /// Google's do at midnight Pacific time (ai.google.dev, "Rate limits", November 2026),
    /// OpenRouter's at midnight UTC; the others do not say, and midnight UTC is assumed.
    public var quotaReset: QuotaReset {
        var reset = QuotaReset()
        if self == .google { reset.rule = .pacific }
        return reset
    }

    /// Whether the provider's `x-ratelimit-…-requests` headers count a day; a minute otherwise.
    ///
    /// Groq's do, while its `-tokens` headers count a minute (console.groq.com, "Rate limits").
    public var countsRequestsByDay: Bool { self == .groq }
}
