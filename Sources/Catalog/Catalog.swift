public import Events

/// The models that Logway knows, with what they can do and what they cost, as dated data.
///
/// A model that is not in the catalogue has no card, and so an unknown price.
public struct Catalog: Hashable, Sendable {
    /// Every card, in the order of the data file.
    public let cards: [ModelCard]
    /// How the cards' benchmarks compare.
    let scale: BenchmarkScale
    private let places: [Key: Int]
    private let defaults: [ProviderType: Int]

    /// A catalogue of `cards`; the ids in `defaults` are the models that a provider gets when
    /// neither the request nor the configuration names one.
    ///
    /// - Throws: `CatalogError.duplicate` for two cards of one provider and id, `.invalid` for a
    ///   default that has no card.
    public init(
        cards: [ModelCard],
        defaults: [ProviderType: String] = [:]
    ) throws(CatalogError) {
        var places: [Key: Int] = [:]
        for (place, card) in cards.enumerated() {
            let key = Key(provider: card.provider, id: card.id)
            guard places.updateValue(place, forKey: key) == nil else {
                throw .duplicate(model: "\(card.provider.name):\(card.id)")
            }
        }
        var defaultPlaces: [ProviderType: Int] = [:]
        for (provider, id) in defaults {
            guard let place = places[Key(provider: provider, id: id)] else {
                throw .invalid(model: "\(provider.name):\(id)", field: "default", value: id)
            }
            defaultPlaces[provider] = place
        }
        self.cards = cards
        scale = BenchmarkScale(cards)
        self.places = places
        self.defaults = defaultPlaces
    }

    /// The card of a model, in constant time.
    ///
    /// Ollama's `NAME:latest` is the same model as `NAME`, and a Claude's dated name that without.
    public func model(provider: ProviderType, id: String) -> ModelCard? {
        place(provider: provider, id: id).map { cards[$0] }
    }

    /// Where a model's card stands among `cards`.
    func place(provider: ProviderType, id: String) -> Int? {
        if let place = places[Key(provider: provider, id: id)] { return place }
        let short = provider == .ollama ? id.withoutLatestTag : id.withoutClaudeDate
        return short.flatMap { places[Key(provider: provider, id: $0)] }
    }

    /// The models of a kind of provider, in the order of the data file.
    public func models(of provider: ProviderType) -> [ModelCard] {
        cards.filter { $0.provider == provider }
    }

    /// The model that a provider gets when nobody names one; `nil` where no pick can be made.
    public func defaultModel(of provider: ProviderType) -> ModelCard? {
        defaults[provider].map { cards[$0] }
    }

    /// What a model's tokens cost: nothing on the user's own hardware, known or not, else what
    /// the card says; `nil` for a hosted model without a card.
    public func prices(provider: ProviderType, id: String) -> TokenPrices? {
        provider.isLocal ? .free : model(provider: provider, id: id)?.prices
    }

    /// What the user says that a model's tokens cost; `nil` where the user says nothing.
    ///
    /// That holds wherever the provider is, unlike what the shipped catalogue says of a public
    /// service.
    public func userPrices(provider: ProviderType, id: String) -> TokenPrices? {
        guard let card = model(provider: provider, id: id), let origin = card.origins[.prices],
            origin != .shipped
        else { return nil }
        return card.prices
    }

    private struct Key: Hashable {
        var provider: ProviderType
        var id: String
    }
}
