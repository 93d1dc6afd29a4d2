public import Catalog
public import Events
public import Settings

extension PricesApplied {
    /// The price table of the enabled providers: the configuration's word first, then what the
    /// simulated models say, what the catalogue knows, and nothing for the user's own hardware.
    ///
    /// A model without a line has no known price.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - catalog: where the prices of models are known from.
    ///   - simulated: the simulated providers that run.
    public init(_ settings: Settings, catalog: Catalog, simulated: [SimulatedProviderSpec]) {
        self.init()
        for provider in settings.enabledProviders {
            if let spec = simulated.first(where: { $0.name == provider.name }) {
                for model in spec.models {
                    add(provider.name, model.name, model.prices, source: "simulation")
                }
            } else if let prices = provider.prices {
                add(
                    provider.name,
                    nil,
                    provider.type.completed(prices),
                    source: "configuration"
                )
            } else if provider.type.isLocal {
                add(provider.name, nil, .free, source: "local")
            } else {
                let isFree = provider.costsNothing && !provider.isDefaultService
                if isFree { add(provider.name, nil, .free, source: "local") }
                for card in catalog.models(of: provider.type) {
                    var prices =
                        (isFree
                        ? catalog.userPrices(provider: provider.type, id: card.id)
                        : provider.prices(of: card.id, in: catalog))
                        .map(provider.type.completed)
                    prices?.promptLimit = card.longPromptFrom
                    add(
                        provider.name,
                        card.id,
                        prices,
                        source: Self.source(of: card)
                    )
                }
            }
        }
    }

    /// Where a card's prices come from and the day from which they hold: `catalogue 2026-11-21`,
    /// `imported 2026-11-21`, `override 2026-11-21`.
    private static func source(of card: ModelCard) -> String {
        let origin =
            switch card.origins[.prices] {
            case .imported: "imported"
            case .overridden: "override"
            case .shipped, nil: "catalogue"
            }
        guard let date = card.pricesAsOf else { return origin }
        return "\(origin) \(date.start.description.prefix(10))"
    }

    private mutating func add(
        _ provider: String,
        _ model: String?,
        _ prices: TokenPrices?,
        source: String
    ) {
        guard let prices else { return }
        var line = ModelPrices()
        line.provider = provider
        line.model = model
        line.prices = prices
        line.source = source
        self.prices.append(line)
    }
}
