public import Events

/// What models cost at their providers.
public struct PriceTable: Hashable, Sendable {
    /// The sequence number of the event that put the prices in force; 0 before the first.
    public private(set) var position: UInt64 = 0
    /// The event's whole content, for comparing with another table.
    public private(set) var applied = PricesApplied()
    private var byModel: [ModelReference: TokenPrices] = [:]
    private var byProvider: [String: TokenPrices] = [:]

    /// The prices of a model at a provider; unknown ones when nothing is known.
    public func prices(provider: String, model: String) -> TokenPrices {
        prices(of: ModelReference(provider: provider, model: model))
    }

    /// The prices of a model at a provider; unknown ones when nothing is known.
    public func prices(of model: ModelReference) -> TokenPrices {
        byModel[model] ?? undated(model) ?? byProvider[model.provider] ?? TokenPrices()
    }

    /// The prices of a model that has a line of its own; `nil` when it has none.
    public func exactPrices(provider: String, model: String) -> TokenPrices? {
        let reference = ModelReference(provider: provider, model: model)
        return byModel[reference] ?? undated(reference)
    }

    /// The prices of a Claude under its name without a date, which the catalogue has.
    private func undated(_ model: ModelReference) -> TokenPrices? {
        guard let name = model.model.withoutClaudeDate else { return nil }
        return byModel[ModelReference(provider: model.provider, model: name)]
    }

    /// No prices.
    public init() {}

    mutating func apply(_ applied: PricesApplied, sequence: UInt64) {
        position = sequence
        self.applied = applied
        index()
    }

    private mutating func index() {
        byModel = [:]
        byProvider = [:]
        for line in applied.prices {
            if let model = line.model {
                byModel[ModelReference(provider: line.provider, model: model)] = line.prices
            } else {
                byProvider[line.provider] = line.prices
            }
        }
    }
}

extension PriceTable: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "position", &position)
        visitor.field(2, "applied", &applied)
        index()
    }
}
