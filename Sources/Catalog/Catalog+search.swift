extension Catalog {
    /// The cards that a user means by `PROVIDER:MODEL`, or by `MODEL` at whatever provider.
    public func cards(named name: String) -> [ModelCard] {
        if let colon = name.firstIndex(of: ":"),
            let type = ProviderType(name: name[..<colon]),
            let card = model(provider: type, id: String(name[name.index(after: colon)...]))
        {
            return [card]
        }
        return ProviderType.allCases.compactMap { model(provider: $0, id: name) }
    }

    /// Models whose names are like `name`, the likeliest first, at most five.
    ///
    /// Likeness is the share of three-letter pieces that the names have in common (Jaccard), which
    /// forgives a forgotten version or provider where an edit distance would not.
    public func names(near name: String) -> [String] {
        let wanted = Self.pieces(name)
        let rated = cards.map { card -> (similarity: Int, name: String) in
            let whole = Self.pieces(card.name), id = Self.pieces(card.id)
            return (max(Self.similarity(wanted, whole), Self.similarity(wanted, id)), card.name)
        }
        return rated.filter { $0.similarity >= 25 }
            .sorted { ($1.similarity, $0.name) < ($0.similarity, $1.name) }
            .prefix(5).map(\.name)
    }

    /// Per cent of the pieces of either that both have.
    private static func similarity(_ left: Set<String>, _ right: Set<String>) -> Int {
        let all = left.union(right).count
        return all == 0 ? 0 : left.intersection(right).count * 100 / all
    }

    private static func pieces(_ name: String) -> Set<String> {
        let letters = Array("  " + name.lowercased())
        return Set(letters.indices.dropLast(2).map { String(letters[$0...$0 + 2]) })
    }
}
