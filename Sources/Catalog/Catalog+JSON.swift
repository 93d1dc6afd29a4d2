import Events
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
    /// An object of `version` 1 and `models`; each model has `provider`, `id`, `context` and
    /// `maxOutput` in tokens, `usdPer1M` with decimal dollars as text (absent for local
    /// providers), `asOf` as YYYY-MM-DD, `source`, `capabilities`, `tasks`, `strengths` and,
    /// where they apply, `longPromptFrom`, `parameters` and `default`.
    ///
    /// - Throws: `CatalogError`, which names the model.
    public init(json: Data) throws(CatalogError) {
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: json)
        } catch {
            throw .unreadable(reason: "\(error)")
        }
        guard file.version == 1 else { throw .unknownVersion(file.version) }
        var cards: [ModelCard] = []
        var defaults: [ProviderType: String] = [:]
        for entry in file.models {
            let card = try entry.card()
            cards.append(card)
            guard entry.default == true else { continue }
            guard defaults.updateValue(card.id, forKey: card.provider) == nil else {
                throw .severalDefaults(provider: card.provider)
            }
        }
        try self.init(cards: cards, defaults: defaults)
    }

    private struct File: Decodable {
        var version: Int
        var models: [Entry]
    }
}

/// A model as it stands in the file, before it is checked.
private struct Entry: Decodable {
    var provider: String
    var id: String
    var context: Int
    var maxOutput: Int?
    var usdPer1M: Prices?
    var asOf: String
    var source: String
    var longPromptFrom: Int?
    var parameters: String?
    var capabilities: [String]
    var tasks: [String]
    var strengths: [String]
    var `default`: Bool?

    struct Prices: Decodable {
        var input: String?
        var output: String?
        var cachedInput: String?
        var cacheWrite: String?
    }

    func card() throws(CatalogError) -> ModelCard {
        guard let type = ProviderType(rawValue: provider) else {
            throw invalid("provider", provider)
        }
        guard context > 0 else { throw invalid("context", "\(context)") }
        guard let date = CivilDate(text: asOf) else { throw invalid("asOf", asOf) }
        return ModelCard(
            provider: type,
            id: id,
            contextWindow: context,
            maxOutput: maxOutput,
            prices: type.isLocal ? .free : try prices(),
            longPromptFrom: longPromptFrom,
            pricesAsOf: date,
            source: source,
            capabilities: try abilities(),
            parameters: parameters,
            tasks: tasks,
            strengths: strengths
        )
    }

    private func prices() throws(CatalogError) -> TokenPrices {
        TokenPrices(
            input: try price("input", usdPer1M?.input),
            output: try price("output", usdPer1M?.output),
            cachedInput: try price("cachedInput", usdPer1M?.cachedInput),
            cacheWrite: try price("cacheWrite", usdPer1M?.cacheWrite)
        )
    }

    private func price(_ field: String, _ text: String?) throws(CatalogError) -> Int64? {
        guard let text else { return nil }
        guard let amount = Nanodollars(dollars: text), amount >= .zero else {
            throw invalid("usdPer1M.\(field)", text)
        }
        return amount.count
    }

    private func abilities() throws(CatalogError) -> Capabilities {
        var all: Capabilities = []
        for name in capabilities {
            guard let one = Capabilities(name: name) else { throw invalid("capabilities", name) }
            all.insert(one)
        }
        return all
    }

    private func invalid(_ field: String, _ value: String) -> CatalogError {
        .invalid(model: "\(provider):\(id)", field: field, value: value)
    }
}

extension CivilDate {
    /// The date written as YYYY-MM-DD, if there is such a day.
    fileprivate init?(text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
        self = date
    }
}
