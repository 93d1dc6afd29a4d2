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

    init(_ policy: ProviderPolicy) {
        self.policy = policy
        chatModels = policy.cards.lazy.map(\.name).filter(ChatModels.canChat).map {
            ModelReference(provider: policy.name, model: $0)
        }
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
