/// One of several ways to a provider: one of its `apiKeys` or `endpoints`.
///
/// It has the key, so it can't be the `LanePolicy` that is recorded, which has a name in the key's place.
public struct LaneSettings: Hashable, Sendable {
    /// The key to authenticate with; `nil` when none is needed.
    public var apiKey: Secret?
    /// The address without a trailing slash; `nil` for the provider's.
    public var baseURL: String?
    /// Its share of the traffic beside the others' weights, at least 1.
    public var weight = 1

    /// A lane with the provider's address, without a key.
    public init() {}
}

extension ProviderSettings {
    /// The provider as each of its lanes is asked, in their order: itself where it has only one.
    public var byLane: [ProviderSettings] {
        guard !lanes.isEmpty else { return [self] }
        return lanes.map { lane in
            var provider = self
            provider.lanes = []
            provider.apiKey = lane.apiKey
            provider.baseURL = lane.baseURL ?? baseURL
            return provider
        }
    }
}
