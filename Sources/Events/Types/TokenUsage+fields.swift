extension TokenUsage: FieldRecord {
    /// A usage of which nothing is known.
    public init() {
        self.init(origin: .unknown)
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "input", &input)
        visitor.field(2, "output", &output)
        visitor.field(3, "cached_input", &cachedInput)
        visitor.field(4, "cache_write", &cacheWrite)
        visitor.field(5, "reasoning", &reasoning)
        visitor.field(6, "origin", &origin)
        visitor.field(7, "cache_write_hour", &cacheWriteHour)
        visitor.field(8, "service_tier", &serviceTier)
        visitor.field(9, "unpriced", &unpriced)
    }
}

extension TokenPrices: FieldRecord {
    /// Prices of which nothing is known.
    public init() {
        self.init(input: nil)
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "input_nanodollars_per_million", &input)
        visitor.field(2, "output_nanodollars_per_million", &output)
        visitor.field(3, "cached_input_nanodollars_per_million", &cachedInput)
        visitor.field(4, "cache_write_nanodollars_per_million", &cacheWrite)
        visitor.field(5, "prompt_limit", &promptLimit)
        visitor.field(6, "cache_write_hour_nanodollars_per_million", &cacheWriteHour)
    }
}
