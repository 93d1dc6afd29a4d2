import Events
import RouterState

/// Lists what to look at for a request, in order of preference.
struct ProposalList {
    /// The most models that are proposed in addition to those of a chain, so that a decision stays small
    /// where a provider has hundreds.
    static let reserveLimit = 64

    let target: RouteTarget
    let requirements: RouteRequirements
    /// The kind of work, where kinds of work decide.
    let task: TaskType?
    /// Whether a strategy chooses between the models of a provider.
    let choosesModels: Bool
    /// Whether texts are to be embedded, which models that chat can't.
    let wantsEmbeddings: Bool
    /// Whether a provider is asked and no model of it: for its files.
    let asksNoModel: Bool
    let context: RoutingContext

    private var policy: PolicyInForce { context.policy }

    /// The name that stands for a model where none is asked, in a request for a provider's files.
    static let noModel = "files"

    /// The proposals; one model may be there more than once.
    var proposals: [RouteProposal] {
        if asksNoModel { return providers }
        return switch target {
        case .chain(let chain): withFallbacks(chainList(chain))
        case .auto(let auto): withFallbacks(autoList(auto))
        case .missingChain: []
        case .pinned(let provider, let model):
            [RouteProposal(named: model, of: provider, in: context, isPinned: true)]
        case .named(let model):
            policy.providersByPriority.map {
                RouteProposal(named: model, of: $0, in: context)
            }
        }
    }

    /// The providers themselves, or the one that is named.
    private var providers: [RouteProposal] {
        var asked = policy.providersByPriority
        if case .pinned(let provider, _) = target { asked = [provider] }
        return asked.map { provider in
            let reference = ModelReference(provider: provider.policy.name, model: Self.noModel)
            return RouteProposal(.model(reference, provider))
        }
    }

    /// The list, and behind it the fallbacks of its providers that are not in it.
    private func withFallbacks(_ list: [RouteProposal]) -> [RouteProposal] {
        guard policy.hasFallbacks else { return list }
        var all = list
        var offered = Set(list.compactMap(\.provider?.policy.name))
        var index = 0
        while index < all.count {
            defer { index += 1 }
            guard let name = all[index].provider?.policy.fallbackProvider,
                let next = policy.providerInForce(name), offered.insert(name).inserted
            else { continue }
            all.append(proposal(of: next, freeOnly: all[index].isFreeOnly))
        }
        return all
    }

    private func chainList(_ chain: RoutingChain) -> [RouteProposal] {
        chain.entries.enumerated().flatMap { proposals(of: $1, number: $0 + 1) }
    }

    /// The chain; where models are chosen, the other models of its providers behind it; and for a
    /// preset the other providers as well.
    private func autoList(_ auto: AutoTarget) -> [RouteProposal] {
        var list = chainList(auto.chain)
        let isPreset = auto.preset != .any
        guard choosesModels || isPreset else { return list }
        var reserves: [RouteProposal] = []
        for (index, entry) in auto.chain.entries.enumerated() where entry.model == nil {
            guard let provider = policy.providerInForce(entry.provider) else { continue }
            reserves += knownModels(of: provider).map {
                RouteProposal(
                    .model($0, provider),
                    entry: index + 1,
                    isFreeOnly: entry.isFreeOnly
                )
            }
        }
        if isPreset {
            let inChain = Set(auto.chain.entries.map(\.provider))
            for provider in policy.providersByPriority
            where !inChain.contains(provider.policy.name) {
                list.append(proposal(of: provider))
                reserves += knownModels(of: provider).map { RouteProposal(.model($0, provider)) }
            }
        }
        list += reserves.prefix(Self.reserveLimit)
        return list
    }

    /// An entry of a chain: its model, else the provider's preferred one; and where that is known
    /// not to be up to the request, the provider's other models.
    private func proposals(of entry: ChainEntry, number: Int) -> [RouteProposal] {
        guard let provider = policy.providerInForce(entry.provider) else {
            let nothing = RouteProposal.Offer.nothing(
                provider: entry.provider,
                model: entry.model,
                .notEnabled
            )
            return [RouteProposal(nothing, entry: number, isFreeOnly: entry.isFreeOnly)]
        }
        if let model = entry.model {
            return [
                RouteProposal(
                    .model(ModelReference(provider: entry.provider, model: model), provider),
                    entry: number,
                    isFreeOnly: entry.isFreeOnly
                )
            ]
        }
        var first = proposal(of: provider, freeOnly: entry.isFreeOnly)
        first.entry = number
        guard case .model(let reference, _) = first.offer else { return [first] }
        guard requirements.violation(of: policy.card(reference)) != nil else {
            return [first]
        }
        return [first]
            + knownModels(of: provider).map {
                RouteProposal(
                    .model($0, provider),
                    entry: number,
                    isFreeOnly: entry.isFreeOnly
                )
            }
    }

    /// The provider's preferred model, or why it has none.
    private func proposal(of provider: ProviderInForce, freeOnly: Bool = false) -> RouteProposal {
        if let model = preferred(of: provider, freeOnly: freeOnly) {
            return RouteProposal(.model(model, provider), isFreeOnly: freeOnly)
        }
        let isBare = context.state.models.offered(by: provider.policy).isEmpty
        return RouteProposal(
            .nothing(
                provider: provider.policy.name,
                model: nil,
                isBare ? .noDefaultModel : .notFree
            ),
            isFreeOnly: freeOnly
        )
    }

    /// The provider's model for the kind of work, else its default, else the first one that it offers
    /// and that can chat, going by its name; of the free ones, if only those may be used.
    ///
    /// A default is taken unseen, listed or not: it is the user's choice or that of a hosted
    /// service, since the configuration leaves it open for servers of the user's own. Ollama also
    /// lists `llama3.2:latest` where `llama3.2` is asked for.
    private func preferred(of provider: ProviderInForce, freeOnly: Bool) -> ModelReference? {
        let name = provider.policy.name
        let own = [task.flatMap { provider.policy.model(for: $0) }, provider.policy.defaultModel]
            .compactMap { $0.map { ModelReference(provider: name, model: $0) } }
        let isFree = freeOnly || requirements.isFreeOnly || policy.policy.mode == .freeOnly
        func fits(_ model: ModelReference) -> Bool {
            (!isFree || context.state.prices.prices(of: model).isFree)
                && (!wantsEmbeddings || provider.embeds(model))
        }
        // Looked at before the list, which may have hundreds of names.
        if let model = own.first(where: fits) { return model }
        let offered = context.state.models.offered(by: provider.policy)
        return (wantsEmbeddings ? offered : ChatModels.first(offered)).lazy
            .map { ModelReference(provider: name, model: $0) }.first(where: fits)
    }

    /// The provider's models of which something is known, that may be used and that do such work.
    private func knownModels(of provider: ProviderInForce) -> [ModelReference] {
        let own = provider.policy
        let known = wantsEmbeddings ? provider.embeddingModels : provider.chatModels
        let isUnlisted =
            !own.isLocal && own.models.isEmpty && context.state.models.models(of: own.name) == nil
        if isUnlisted { return known }
        return known.filter { context.state.models.has($0.model, at: provider.policy) }
    }
}
