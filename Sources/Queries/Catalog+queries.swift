public import Catalog
public import Events

extension Catalog {
    /// The models of a type of provider that can do something, in the catalogue's order.
    ///
    /// - Parameters:
    ///   - type: the type of provider; `nil` for all.
    ///   - needed: what a model must be able to do; a model of which that is unknown is left out, unless
    ///     nothing is needed.
    /// - Returns: their cards.
    public func cards(of type: ProviderType?, ableTo needed: Capabilities) -> [ModelCard] {
        cards.filter { card in
            (type == nil || card.provider == type)
                && (needed.isEmpty || card.capabilities?.isSuperset(of: needed) == true)
        }
    }

    /// The models that a name means: `PROVIDER:MODEL`, or `MODEL` at every provider that has it.
    ///
    /// - Returns: at least one.
    /// - Throws: `QueryError.unknownModel`, with names like it.
    public func knownCards(named name: String) throws(QueryError) -> [ModelCard] {
        let cards = cards(named: name)
        if cards.isEmpty { throw .unknownModel(name, near: names(near: name)) }
        return cards
    }

    /// What routing expects of a model until somebody judges it, by kind of work, in millionths; what is
    /// expected of all its answers, where its benchmarks say something, comes first, as `overall`.
    public func expectations(of card: ModelCard) -> [(name: String, rating: Int)] {
        let overall = expectedQuality(of: card).map { [(name: "overall", rating: $0)] } ?? []
        return overall
            + TaskType.allCases.compactMap { task in
                expectedQuality(of: card, for: task).map { (name: task.name, rating: $0) }
            }
    }
}
