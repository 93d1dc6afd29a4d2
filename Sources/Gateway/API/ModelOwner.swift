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
}

extension RouterState {
    /// Who has the model that a client names, best first, and whether the name may be asked for at
    /// all: `auto` and the chains are nobody's.
    func owners(of name: String) -> (owners: [ModelOwner], isKnown: Bool) {
        let policy = self.policy
        let name = policy.alias(of: name) ?? name
        var owners: [ModelOwner] = []
        for provider in policy.policy.providers {
            var model = name
            if name.hasPrefix(provider.name + ":") {
                model = String(name.dropFirst(provider.name.count + 1))
                model = models.name(of: model, at: provider) ?? model
            } else if let known = models.name(of: name, at: provider) {
                model = known
            } else {
                continue
            }
            let card = policy.card(ModelReference(provider: provider.name, model: model))
            owners.append(
                ModelOwner(
                    provider: provider.name,
                    family: provider.family,
                    model: model,
                    card: card,
                    told: models.details(of: provider.name).first { $0.name == model }
                )
            )
        }
        return (owners, !owners.isEmpty || modelNames.contains { $0.id == name })
    }
}
