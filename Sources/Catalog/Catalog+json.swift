public import Foundation

extension Catalog {
    /// The catalogue that this version of Logway ships, parsed once.
    ///
    /// - Throws: `CatalogError` if the shipped data is broken, which a test rules out.
    public static var shipped: Catalog {
        get throws(CatalogError) { try parsed.get() }
    }

    private static let parsed = Result { () throws(CatalogError) in
        try Catalog(json: Data(PackageResources.models_json))
    }

    /// A catalogue from the JSON of Sources/Catalog/Data/models.json.
    ///
    /// An object of `version` 1 and `models`; docs/configuration.md has the fields of a model.
    ///
    /// - Throws: `CatalogError`, which names the model.
    public init(json: Data) throws(CatalogError) {
        var cards: [ModelCard] = []
        var defaults: [ProviderType: String] = [:]
        for entry in try CatalogFile(json: json).models ?? [] {
            let card = try entry.card(origin: .shipped)
            cards.append(card)
            guard entry.default == true else { continue }
            guard defaults.updateValue(card.id, forKey: card.provider) == nil else {
                throw .severalDefaults(provider: card.provider)
            }
        }
        try self.init(cards: cards, defaults: defaults)
    }
}
