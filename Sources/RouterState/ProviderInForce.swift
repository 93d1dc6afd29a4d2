public import Events

/// A provider of the policy in force, with what of it no request changes.
///
/// A class, since a decision hands dozens of them around: a copy of the policy's record costs a
/// reference count for each of its lists and texts.
public final class ProviderInForce: Sendable {
    /// The provider as the policy has it.
    public let policy: ProviderPolicy
    /// The models of which something is known and that can chat, going by their names.
    public let chatModels: [ModelReference]
    /// Those that give embeddings, by what is known of them, else by their names.
    public let embeddingModels: [ModelReference]

    init(_ policy: ProviderPolicy) {
        self.policy = policy
        chatModels = policy.cards.lazy.map(\.name).filter(ChatModels.canChat).map {
            ModelReference(provider: policy.name, model: $0)
        }
        embeddingModels = policy.cards.lazy.filter {
            $0.capabilities?.contains(.embeddings) ?? ChatModels.embeds($0.name)
        }.map { ModelReference(provider: policy.name, model: $0.name) }
    }

    /// Whether a model gives embeddings: by what is known of it, else by its name.
    public func embeds(_ model: ModelReference) -> Bool {
        let card = policy.cards.first { $0.name == model.model }
        return card?.capabilities?.contains(.embeddings) ?? ChatModels.embeds(model.model)
    }
}

extension ProviderInForce: Hashable {
    /// Whether they are of equal policies, from which all else follows.
    public static func == (left: ProviderInForce, right: ProviderInForce) -> Bool {
        left === right || left.policy == right.policy
    }

    /// Feeds the policy.
    public func hash(into hasher: inout Hasher) { hasher.combine(policy) }
}
