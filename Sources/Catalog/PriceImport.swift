public import Events
public import Foundation

/// What importing a price file in LiteLLM's format changes in a user catalogue, and what it can't
/// take.
///
/// The format is an object of models by name, with dollars per token:
/// https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json
public struct PriceImport: Sendable {
    /// A model whose price the file has.
    public struct Line: Sendable {
        /// The model with its provider.
        public let model: String
        /// The prices so far; `nil` for a model that was not known.
        public let before: TokenPrices?
        /// The prices that the file has.
        public let after: TokenPrices
        /// Whether the user has written a price, which goes before the file's.
        public let isOverridden: Bool
    }

    /// A model that was not taken.
    public struct Skip: Sendable {
        /// Its name in the file.
        public let name: String
        /// Why, as a clause.
        public let reason: String
    }

    /// The models that were not known, by name.
    public private(set) var added: [Line] = []
    /// The models with another price than before.
    public private(set) var changed: [Line] = []
    /// How many have the price that was known; they keep its date and source.
    public private(set) var unchanged = 0
    /// The models that were not taken, by name.
    public private(set) var skipped: [Skip] = []
    /// The user catalogue with all this in it; what the user has written stays as it is.
    public private(set) var result: UserCatalog

    /// Reads a price file.
    ///
    /// - Parameters:
    ///   - json: the file's content.
    ///   - file: its name, which becomes part of the prices' source.
    ///   - asOf: the day from which the prices hold.
    ///   - shipped: the catalogue that the user's is laid over.
    ///   - user: the user catalogue so far.
    /// - Throws: `CatalogError.notPrices` for a file that is no object; `.invalid` and the like for
    ///   a mistake in the user catalogue.
    public init(
        liteLLM json: Data,
        file: String,
        asOf: CivilDate,
        shipped: Catalog,
        user: UserCatalog
    ) throws(CatalogError) {
        let models: [String: LiteLLMModel]
        do {
            models = try JSONDecoder().decode([String: LiteLLMModel].self, from: json)
        } catch {
            throw .notPrices
        }
        let known = try shipped.overlaid(with: user.file.imported ?? [], origin: .imported)
        let whole = try shipped.overlaid(with: user)
        let date = String(asOf.start.description.prefix(10))
        result = user
        var entries: [String: CatalogEntry] = [:]
        for entry in user.file.imported ?? [] { entries["\(entry.provider):\(entry.id)"] = entry }
        var taken: [String: String] = [:]
        for (name, model) in models.sorted(by: { $0.key < $1.key }) {
            let entry: CatalogEntry
            let card: ModelCard
            do {
                entry = try model.entry(named: name, file: file, asOf: date) { type, id in
                    shipped.model(provider: type, id: id) != nil
                }
                card = try entry.card(origin: .imported)
            } catch {
                let reason = (error as? LiteLLMModel.Unusable)?.reason ?? "\(error)"
                skipped.append(Skip(name: name, reason: reason))
                continue
            }
            guard taken.updateValue(name, forKey: card.name) == nil else {
                skipped.append(Skip(name: name, reason: "it is listed twice"))
                continue
            }
            let before = known.model(provider: card.provider, id: card.id)
            guard before?.prices != card.prices || before?.longPromptFrom != card.longPromptFrom
            else {
                unchanged += 1
                continue
            }
            entries["\(entry.provider):\(entry.id)"] = entry
            let line = Line(
                model: card.name,
                before: before?.prices,
                after: card.prices,
                isOverridden: whole.model(provider: card.provider, id: card.id)?
                    .origins[.prices] == .overridden
            )
            if before == nil { added.append(line) } else { changed.append(line) }
        }
        guard !entries.isEmpty else { return }
        result.file.imported = entries.sorted { $0.key < $1.key }.map(\.value)
    }
}
