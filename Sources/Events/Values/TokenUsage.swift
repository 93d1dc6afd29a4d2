/// The tokens that one attempt used, in kinds that are priced apart.
///
/// `nil` is unknown, never zero.
public struct TokenUsage: Hashable, Sendable {
    /// Prompt tokens at the full input price: neither read from a provider's cache nor written to it.
    public var input: Int?
    /// Tokens that the model wrote, reasoning included.
    public var output: Int?
    /// Prompt tokens read from the provider's prompt cache.
    public var cachedInput: Int?
    /// Prompt tokens written to the provider's prompt cache.
    public var cacheWrite: Int?
    /// The share of `output` that was reasoning and is not part of the answer's text.
    public var reasoning: Int?
    /// Where the counts come from.
    public var origin: UsageOrigin

    /// Counts with their origin; a count that is left out is unknown.
    public init(
        input: Int? = nil,
        output: Int? = nil,
        cachedInput: Int? = nil,
        cacheWrite: Int? = nil,
        reasoning: Int? = nil,
        origin: UsageOrigin = .unknown
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.reasoning = reasoning
        self.origin = origin
    }

    /// Every prompt token, however it was priced; `nil` when none of the counts is known.
    public var prompt: Int? {
        guard input != nil || cachedInput != nil || cacheWrite != nil else { return nil }
        // Counts come from outside; a sum beyond the range stays at its end rather than trap.
        return [cachedInput, cacheWrite].reduce(input ?? 0) { sum, part in
            let (total, overflow) = sum.addingReportingOverflow(part ?? 0)
            return overflow ? .max : total
        }
    }
}

/// Who counted the tokens of a usage.
public enum UsageOrigin: UInt8, Sendable, CaseIterable {
    /// Nobody: the counts are unknown.
    case unknown = 0
    /// The provider reported them.
    case provider = 1
    /// Logway estimated them from the bytes that went over the wire.
    case estimated = 2
    /// The provider reported some of them and Logway estimated the rest.
    case mixed = 3
}
