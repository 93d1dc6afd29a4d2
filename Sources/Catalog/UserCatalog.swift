public import Foundation

/// What the user has to say about models: imported prices, and over them the user's own entries.
public struct UserCatalog: Equatable, Sendable {
    var file = CatalogFile()

    /// A catalogue that says nothing.
    public init() {}

    /// The user catalogue in JSON, in the format of the shipped one.
    ///
    /// - Throws: `CatalogError.unreadable`, `.unknownKey` or `.unknownVersion`; `.invalid` and
    ///   `.duplicate` are found when it is laid over a catalogue.
    public init(json: Data) throws(CatalogError) {
        file = try CatalogFile(json: json)
    }

    /// The file's content, for people to read and edit.
    public var json: Data { file.json }

    /// The file that is read unless the configuration names another: `models.json` beside the usual
    /// configuration; `nil` where there is no home folder.
    public static func defaultFile(environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return "\(folder)/logway/models.json"
        }
        guard let home = environment["HOME"], !home.isEmpty else { return nil }
        return "\(home)/.config/logway/models.json"
    }
}

extension Catalog {
    /// This catalogue with the user's values in place of its own, imports first.
    ///
    /// - Throws: `CatalogError.invalid`, `.duplicate` or `.severalDefaults` for an entry that is
    ///   wrong, with the model.
    public func overlaid(with user: UserCatalog) throws(CatalogError) -> Catalog {
        try overlaid(with: user.file.imported ?? [], origin: .imported)
            .overlaid(with: user.file.models ?? [], origin: .overridden)
    }

    func overlaid(
        with entries: [CatalogEntry],
        origin: ValueOrigin
    ) throws(CatalogError) -> Catalog {
        var cards = cards
        var defaults: [ProviderType: String] = [:]
        for type in ProviderType.allCases { defaults[type] = defaultModel(of: type)?.id }
        var chosen: Set<ProviderType> = []
        var seen: Set<String> = []
        for entry in entries {
            let type = ProviderType(name: entry.provider)
            let known = type.flatMap { place(provider: $0, id: entry.id) }
            let card = try entry.card(over: known.map { cards[$0] }, origin: origin)
            guard seen.insert(card.name).inserted else { throw .duplicate(model: card.name) }
            if let known { cards[known] = card } else { cards.append(card) }
            guard entry.default == true else { continue }
            guard chosen.insert(card.provider).inserted else {
                throw .severalDefaults(provider: card.provider)
            }
            defaults[card.provider] = card.id
        }
        return try Catalog(cards: cards, defaults: defaults)
    }
}
