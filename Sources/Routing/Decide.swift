public import Events

/// The version of the deciding code; a change of what it decides is a new version.
public let deciderVersion = 7

/// Chooses a provider and model for a request; pure: equal arguments give an equal decision.
///
/// Every provider that was looked at is in the result: ranked among the candidates, or excluded with
/// its reason. Nothing is read but the arguments.
///
/// Each stage is a file in `Stages`. Where one leaves no candidate, the later ones change nothing, and the
/// decision says why the request is refused.
///
/// - Parameters:
///   - received: the request, as recorded.
///   - context: the fold of every event before the decision, the policy, and the time.
///   - seed: the seed of the draw, recorded with the decision.
///   - registry: the strategies that there are.
/// - Returns: the decision, complete but for its place in the log.
public func decide(
    _ received: RequestReceived,
    in context: RoutingContext,
    seed: UInt64,
    registry: StrategyRegistry = .all
) -> RouteDecided {
    let request = classify(received, in: context)
    let proposals = propose(for: request, from: registry, in: context)
    let filtered = filter(proposals, for: request, in: context)
    var draft = DecisionDraft(of: request, among: proposals, filtered)
    rank(&draft, in: context)
    adjust(&draft, in: context)
    draw(&draft, seed: seed, in: context)
    return RouteDecided(draft, seed: seed, in: context)
}

/// The stage between `rank` and `draw`: corrects the ranking by what no strategy looks at, in this order.
private func adjust(_ draft: inout DecisionDraft, in context: RoutingContext) {
    applyBudgetRefusals(&draft)
    restrictToOneEmbeddingModel(&draft)
    demoteSaturated(&draft, in: context)
    applyProviderFallbacks(&draft, in: context)
    applyAffinity(&draft, in: context)
}
