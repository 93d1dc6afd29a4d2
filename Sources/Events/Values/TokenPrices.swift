/// What a model's tokens cost, each in nano-dollars per million tokens; `nil` is an unknown price.
public struct TokenPrices: Hashable, Sendable {
    /// Per million uncached prompt tokens.
    public var input: Int64?
    /// Per million tokens that the model writes.
    public var output: Int64?
    /// Per million prompt tokens read from the provider's cache.
    public var cachedInput: Int64?
    /// Per million prompt tokens written to the provider's cache.
    public var cacheWrite: Int64?
    /// Per million prompt tokens written to the provider's cache for an hour.
    public var cacheWriteHour: Int64?
    /// The longest prompt in tokens that these prices hold for, where a provider charges more
    /// beyond; what a longer one costs is unknown.
    public var promptLimit: Int?

    /// Prices in nano-dollars per million tokens.
    public init(
        input: Int64? = nil,
        output: Int64? = nil,
        cachedInput: Int64? = nil,
        cacheWrite: Int64? = nil,
        cacheWriteHour: Int64? = nil
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.cacheWriteHour = cacheWriteHour
    }

    /// The price of a model that runs on one's own machine.
    public static let free = TokenPrices(
        input: 0,
        output: 0,
        cachedInput: 0,
        cacheWrite: 0,
        cacheWriteHour: 0
    )

    /// Whether every token of a plain request is known to cost nothing.
    public var isFree: Bool { input == 0 && output == 0 }

    /// The cost of `usage`: each line is tokens × price in 128 bits, rounded half to even once.
    ///
    /// A cache price that is not listed falls back to the input price, which is what a provider
    /// without a cache discount charges; writes for an hour have no such stand-in, since they cost
    /// more. Unknown when a count or a price that it needs is unknown, when another tier than the
    /// standard one served it or something was used that has no price per token, unless all is free,
    /// or when the sum is beyond what an amount can hold.
    public func cost(of usage: TokenUsage) -> Nanodollars? {
        guard let input = usage.input ?? (usage.prompt == nil ? nil : 0),
            let output = usage.output
        else { return nil }
        if let promptLimit, usage.prompt ?? 0 > promptLimit { return nil }
        guard isFree || (usage.isStandardTier && usage.unpriced ?? 0 == 0) else { return nil }
        let hour = min(usage.cacheWriteHour ?? 0, usage.cacheWrite ?? 0)
        var total = Nanodollars.zero
        let lines: [(Int, Int64?)] = [
            (input, self.input),
            (usage.cachedInput ?? 0, cachedInput ?? self.input),
            ((usage.cacheWrite ?? 0) - hour, cacheWrite ?? self.input),
            (hour, cacheWriteHour),
            (output, self.output),
        ]
        for (tokens, price) in lines where tokens != 0 {
            guard let price else { return nil }
            guard let line = Self.line(tokens: Int64(tokens), price: price) else { return nil }
            let (sum, overflow) = total.count.addingReportingOverflow(line.count)
            guard !overflow else { return nil }
            total = Nanodollars(sum)
        }
        // A bill of no tokens at an unknown price is still unknown.
        guard self.input != nil, self.output != nil else { return nil }
        return total
    }

    /// tokens × price ÷ 1,000,000, rounded half to even; `nil` when no amount holds it.
    static func line(tokens: Int64, price: Int64) -> Nanodollars? {
        let product = Int128(tokens) * Int128(price)
        let million: Int128 = 1_000_000
        var (quotient, remainder) = product.quotientAndRemainder(dividingBy: million)
        let twice = remainder.magnitude * 2
        if twice > 1_000_000 || (twice == 1_000_000 && !quotient.isMultiple(of: 2)) {
            quotient += product < 0 ? -1 : 1
        }
        return Int64(exactly: quotient).map { Nanodollars($0) }
    }
}
