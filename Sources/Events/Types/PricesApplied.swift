/// A table of prices came into force, replacing the one before.
public struct PricesApplied: FieldRecord {
    /// The prices, by provider and model.
    public var prices: [ModelPrices] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "prices", &prices)
    }
}

/// What one model costs at one provider.
public struct ModelPrices: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The model; absent for every model of the provider that has no line.
    public var model: String?
    /// The prices.
    public var prices: TokenPrices = TokenPrices()
    /// Where they come from: `configuration`, or the catalogue and its date.
    public var source: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "prices", &prices)
        visitor.field(4, "source", &source)
    }
}
