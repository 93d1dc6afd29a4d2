public import Events

/// Which requests a search is for; what is left out matches everything.
public struct RequestFilter: Hashable, Sendable {
    /// From this instant on.
    public var since: Timestamp?
    /// Before this instant.
    public var until: Timestamp?
    /// Asked or answered by this provider.
    public var provider: String?
    /// The model that was asked for, or that was tried.
    public var model: String?
    /// The task that the client gave, or else that was inferred.
    public var task: String?
    /// A label that the client gave.
    public var tag: String?
    /// How it ended.
    public var outcome: RequestOutcome?
    /// At least this cost; an unknown cost does not match.
    public var minimumCost: Nanodollars?
    /// With more than one attempt.
    public var failedOver = false

    /// A filter that lets everything through.
    public init() {}

    /// Whether the filter lets a request through.
    public func matches(_ record: RequestRecord) -> Bool {
        guard let received = record.received else { return false }
        if let since, received.time < since { return false }
        if let until, received.time >= until { return false }
        if let provider, !record.started.contains(where: { $0.content.provider == provider }) {
            return false
        }
        if let model, received.content.requestedModel != model,
            !record.started.contains(where: { $0.content.model == model })
        {
            return false
        }
        if let task, record.task != task { return false }
        if let tag, !received.content.tags.contains(tag) { return false }
        if let outcome, record.completed?.content.outcome != outcome { return false }
        if let minimumCost {
            guard let cost = record.completed?.content.cost, cost >= minimumCost else {
                return false
            }
        }
        return !failedOver || record.started.count > 1
    }
}
