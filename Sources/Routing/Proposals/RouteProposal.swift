import Events
import RouterState

/// One thing to look at for a request: a model at a provider, or the reason there is none.
struct RouteProposal {
    enum Offer {
        case model(ModelReference, ProviderInForce)
        case nothing(provider: String, model: String?, ExclusionReason)
    }

    var offer: Offer
    /// Which entry of the chain this is, from 1; `nil` outside a chain.
    var entry: Int?
    /// Whether the entry asks for models that cost nothing.
    var isFreeOnly = false

    /// The provider of the model; `nil` where there is none.
    var provider: ProviderInForce? {
        if case .model(_, let provider) = offer { provider } else { nil }
    }

    /// The model; `nil` where there is none.
    var reference: ModelReference? {
        if case .model(let reference, _) = offer { reference } else { nil }
    }

    var exclusion: RouteExclusion? {
        guard case .nothing(let provider, let model, let reason) = offer else { return nil }
        return RouteExclusion(provider: provider, model: model, reason: reason)
    }

    /// A model at a provider, as it is.
    init(_ offer: Offer, entry: Int? = nil, isFreeOnly: Bool = false) {
        self.offer = offer
        self.entry = entry
        self.isFreeOnly = isFreeOnly
    }

    /// A model that the client named, at one provider.
    ///
    /// A provider that the client named too is asked for it, listed or not: its own 404 is a better
    /// answer than ours, and lists leave out what is new, private or an alias. So is one whose models
    /// are unknown. What the configuration restricts stays restricted.
    init(
        named model: String,
        of provider: ProviderInForce,
        in context: RoutingContext,
        isPinned: Bool = false
    ) {
        let name = provider.policy.name
        let models = context.state.models
        let known = models.name(of: model, at: provider.policy)
        let mayBe =
            provider.policy.models.isEmpty && (isPinned || models.models(of: name) == nil)
        let asked = known ?? (mayBe ? model.withoutLongWindowMark ?? model : nil)
        offer =
            asked.map { .model(ModelReference(provider: name, model: $0), provider) }
            ?? .nothing(provider: name, model: model, .modelNotListed)
    }
}
