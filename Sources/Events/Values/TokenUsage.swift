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
    /// Prompt tokens written to the provider's prompt cache, for however long they live there.
    public var cacheWrite: Int?
    /// The share of `cacheWrite` that lives for an hour, which Anthropic charges more for.
    public var cacheWriteHour: Int?
    /// The share of `output` that was reasoning and is not part of the answer's text.
    public var reasoning: Int?
    /// The tier that served the request, in the provider's word (`default`, `priority`, `batch`),
    /// at most `tierLimit` bytes; `nil` where it names none.
    public var serviceTier: String?
    /// What was used that has no price per token: tokens of audio, searches and other requests of
    /// the provider's own tools.
    public var unpriced: Int?
    /// Where the counts come from.
    public var origin: UsageOrigin

    /// Counts with their origin; a count that is left out is unknown.
    public init(
        input: Int? = nil,
        output: Int? = nil,
        cachedInput: Int? = nil,
        cacheWrite: Int? = nil,
        reasoning: Int? = nil,
        cacheWriteHour: Int? = nil,
        serviceTier: String? = nil,
        unpriced: Int? = nil,
        origin: UsageOrigin = .unknown
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.reasoning = reasoning
        self.cacheWriteHour = cacheWriteHour
        self.serviceTier = serviceTier
        self.unpriced = unpriced
        self.origin = origin
    }

    /// The bytes of a tier's name that are kept; the longest known has 9.
    public static let tierLimit = 32

    /// The names of tiers at list price: OpenAI's `default`, Anthropic's `standard`, Groq's
    /// `on_demand`, and `auto` of servers that repeat what was asked for.
    private static let standardTiers: Set<String> = ["default", "standard", "on_demand", "auto"]

    /// Whether the tier is one that list prices hold for, as where none is named.
    public var isStandardTier: Bool {
        serviceTier.map(Self.standardTiers.contains) ?? true
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
