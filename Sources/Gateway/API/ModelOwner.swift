import Events
import Providers
import RouterState

/// A provider that has a model.
struct ModelOwner: Sendable {
    let provider: String
    let family: WireFamily
    /// The model's name there.
    let model: String
    let card: ModelPolicy?
    /// What the server itself tells of it; `nil` where it tells nothing.
    let told: ListedModel?
    /// Whether its answers are made up here.
    let isSimulated: Bool

    /// What it can do; `nil` where nobody knows.
    var capabilities: Capabilities? {
        if let capabilities = card?.capabilities { return capabilities }
        // They call tools and fill schemas; they see no pictures and don't think.
        if isSimulated { return [.tools, .structuredOutput, .streaming] }
        return ChatModels.embeds(model) ? .embeddings : nil
    }
}

extension [ModelOwner] {
    /// What one of them can do, or may be able to: `nil` where of one nothing is known.
    ///
    /// Of models that chat, if there are any: one that embeds does nothing else.
    var possibleCapabilities: Capabilities? {
        let known = map(\.capabilities)
        let chats = known.filter { $0?.contains(.embeddings) != true }
        if chats.contains(where: { $0 == nil }) { return nil }
        return (chats.isEmpty ? known : chats).compactMap(\.self).reduce(into: []) {
            $0.formUnion($1)
        }
    }
}

extension RouterState {
    /// Who has the model that a client names, best first, and whether the name may be asked for at
    /// all: `auto` and the chains are nobody's.
    func owners(of name: String) -> (owners: [ModelOwner], isKnown: Bool) {
        let name = policy.alias(of: name) ?? name
        let owners = policy.policy.providers.compactMap { provider -> ModelOwner? in
            if name.hasPrefix(provider.name + ":") {
                let model = String(name.dropFirst(provider.name.count + 1))
                return owner(provider, of: models.name(of: model, at: provider) ?? model)
            }
            return models.name(of: name, at: provider).map { owner(provider, of: $0) }
        }
        return (owners, !owners.isEmpty || modelNames.contains { $0.id == name })
    }

    /// Every model of every provider.
    var allOwners: [ModelOwner] {
        policy.policy.providers.flatMap { provider in
            models.offered(by: provider).map { owner(provider, of: $0) }
        }
    }

    private func owner(_ provider: ProviderPolicy, of model: String) -> ModelOwner {
        ModelOwner(
            provider: provider.name,
            family: provider.family,
            model: model,
            card: policy.card(ModelReference(provider: provider.name, model: model)),
            told: models.details(of: provider.name).first {
                $0.name == model || $0.name == model.withLatestTag
            },
            isSimulated: provider.type == "simulated"
        )
    }
}
