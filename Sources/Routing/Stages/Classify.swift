import Events
import Learning
import RouterState

/// A request with its kind of work, and what every attempt at it may use, whichever candidate it is at.
struct ClassifiedRequest {
    /// The request, as recorded.
    let received: RequestReceived
    /// Its kind of work and its complexity.
    let classification: Classification
    /// What bounds the use of each attempt.
    let bounds: RequestBounds
    /// The budgets with a scope that count it: `task:NAME`, `tenant:NAME`, `key:NAME`.
    let charges: [String]
}

/// The first stage: tells the kind of work and the complexity, and what attempts may use at most.
func classify(_ received: RequestReceived, in context: RoutingContext) -> ClassifiedRequest {
    let budgets = context.policy.policy.budgets
    let classification = Classifier.heuristic.classify(
        received,
        contextWindow: context.policy.largestContextWindow
    )
    return ClassifiedRequest(
        received: received,
        classification: classification,
        bounds: RequestBounds(received, budgets: budgets),
        charges: charges(of: received, classification.task, among: budgets?.scopes ?? [])
    )
}

/// The scopes that count a request, in the order of the policy.
///
/// A task's budget goes by the classified task, whether the client named it or it was inferred.
private func charges(
    of received: RequestReceived,
    _ task: TaskType?,
    among scopes: [ScopedBudget]
) -> [String] {
    guard !scopes.isEmpty else { return [] }
    let own = Set(
        [
            task.map { ScopedBudget.Kind.task.scope($0.name) },
            received.tenant.map(ScopedBudget.Kind.tenant.scope),
            received.clientKey.map(ScopedBudget.Kind.key.scope),
        ].compactMap { $0 }
    )
    return scopes.map(\.scope).filter(own.contains)
}
