public import Events

extension ProviderType {
    /// What a token that is written to the provider's cache for an hour costs, in input tokens; `nil`
    /// where the provider has no such cache or names no rule.
    ///
    /// Anthropic's: twice the base input price, for every model (platform.claude.com, "Prompt
    /// caching", "Pricing", November 2026).
    public var inputsPerHourWrite: Int64? { self == .claude ? 2 : nil }

    /// Prices with those that follow from the others at this provider.
    public func completed(_ prices: TokenPrices) -> TokenPrices {
        var prices = prices
        if prices.cacheWriteHour == nil, let factor = inputsPerHourWrite, let input = prices.input {
            let (price, overflow) = input.multipliedReportingOverflow(by: factor)
            prices.cacheWriteHour = overflow ? nil : price
        }
        return prices
    }
}
