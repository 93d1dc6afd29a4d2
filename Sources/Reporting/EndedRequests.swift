public import Events

/// How the requests of a month ended, and where those that were answered ran.
public struct EndedRequests: Hashable, Sendable {
    /// The requests that ended, by outcome.
    public var outcomes: [RequestOutcome: Int] = [:]
    /// Requests that a local provider answered.
    public var local = 0
    /// Requests that a hosted provider answered.
    public var hosted = 0

    /// None.
    public init() {}

    /// Those of a month whose events may be gone.
    public init(_ closed: MonthClosed) {
        outcomes = Dictionary(closed.outcomes.map { ($0.outcome, $0.count) }) { _, last in last }
        local = closed.localRequests
        hosted = closed.hostedRequests
    }

    /// Counts a request that ended.
    ///
    /// - Parameters:
    ///   - completed: its end.
    ///   - localProviders: those of the policy in force, which events of earlier builds leave it to.
    public mutating func count(_ completed: RequestCompleted, localProviders: Set<String>) {
        outcomes[completed.outcome, default: 0] += 1
        guard completed.outcome == .answered, let provider = completed.provider else { return }
        if completed.isLocal ?? localProviders.contains(provider) {
            local += 1
        } else {
            hosted += 1
        }
    }
}
