public import Events
import Learning
public import RouterState

/// The version of the deciding code; a change of what it decides is a new version.
public let deciderVersion = 7

/// The output tokens that a cost prediction assumes when the client sets no limit.
let assumedOutputTokens = 256

/// Chooses a provider and model for a request; pure: equal arguments give an equal decision.
///
/// Every provider that was looked at is in the result: ranked among the candidates, or excluded with
/// its reason. Nothing is read but the arguments.
///
/// - Parameters:
///   - received: the request, as recorded.
///   - state: the fold of every event before the decision.
///   - now: the time of the decision, not before `state.time`.
///   - seed: the seed of the draw, recorded with the decision.
///   - registry: the strategies that there are.
/// - Returns: the decision, complete but for its place in the log.
public func decide(
    _ received: RequestReceived,
    state: RouterState,
    now: Timestamp,
    seed: UInt64,
    registry: StrategyRegistry = .all
) -> RouteDecided {
    if let expired = state.expired(at: now) {
        return decide(received, state: expired, now: now, seed: seed, registry: registry)
    }
    let inForce = state.policy
    var decision = RouteDecided()
    decision.request = received.request
    decision.statePosition = state.position
    decision.deciderVersion = deciderVersion
    decision.policy = inForce.fingerprint
    decision.policyPosition = inForce.position
    decision.pricesPosition = state.prices.position
    decision.seed = seed
    decision.maxAttempts = inForce.policy.maxAttempts
    decision.deadline = now.advanced(byMicroseconds: inForce.policy.totalMicroseconds)
    decision.classification = Classifier.heuristic.classify(
        received,
        contextWindow: inForce.largestContextWindow
    )
    decision.bound(by: received, policy: inForce.policy)

    var strategies = registry.strategies(inForce.policy.strategies)
    let usesTasks = strategies.contains { $0.kind == .taskBased }
    let task = usesTasks ? decision.classification.task : nil
    let target = RouteTarget(received.requestedModel, task: task, state: state)
    if let wished = target.wish.strategies { strategies = registry.strategies(wished) }
    // A chain that the client names is followed.
    if case .chain = target { strategies = registry.strategies(["fallback"]) }
    decision.chain = target.chainName
    decision.alias = inForce.alias(of: received.requestedModel)
    decision.requirements = RouteRequirements(
        received,
        wish: target.wish,
        policy: inForce
    )
    let proposals = RouteProposals(
        target: target,
        requirements: decision.requirements,
        task: task,
        choosesModels: strategies.contains(where: \.choosesModels),
        wantsEmbeddings: received.operation == .embeddings,
        asksNoModel: received.operation == .file,
        policy: inForce,
        models: state.models,
        prices: state.prices
    )
    let sifted = decision.sift(proposals.list, received, state: state, now: now)

    guard !decision.candidates.isEmpty else {
        decision.strategy = target.isExplicit ? .explicit : .chain
        decision.refuse(target, policy: inForce.policy)
        return decision
    }
    let question = RoutingQuestion(
        received: received,
        classification: decision.classification,
        requirements: decision.requirements,
        candidates: decision.candidates,
        facts: sifted.facts,
        state: state,
        now: now,
        target: target
    )
    let ranking = Ranking(question, by: strategies)
    decision.candidates = ranking.candidates
    decision.verdicts = ranking.verdicts
    decision.strategy = ranking.strategy
    decision.exclude(sifted.refused)
    if received.operation == .embeddings { decision.keepToOneModel(proposals.list) }
    guard !decision.candidates.isEmpty else {
        decision.refuse(target, policy: inForce.policy)
        return decision
    }
    decision.preferIdle(state: state)
    decision.followFallbacks(state: state)
    decision.keepTogether(received, state: state, now: now)
    decision.allowReading(state: state)
    draw(inForce.policy, state, into: &decision)
    return decision
}

/// Chooses among the ranked candidates: the first, or by exploration another.
///
/// A model that the client named is not explored away from, nor is who answered its conversation,
/// and with `local_first` no hosted one is drawn while a local one can answer. Nor is a provider with its fill drawn beside an idle one: a
/// request would wait in its queue for the sake of learning.
private func draw(
    _ policy: RoutingPolicy,
    _ state: RouterState,
    into decision: inout RouteDecided
) {
    // Who answered the conversation is not drawn against: its cache is what it stays for.
    let isOpen = decision.strategy != .explicit && decision.affinity?.isKept != true
    func isLocal(_ candidate: RouteCandidate) -> Bool {
        state.policy.providerInForce(candidate.provider)?.policy.isLocal == true
    }
    var eligible = decision.candidates.count
    if policy.mode == .localFirst, let first = decision.candidates.first, isLocal(first) {
        eligible = decision.candidates.firstIndex { !isLocal($0) } ?? eligible
    }
    if let busy = decision.candidates.firstIndex(where: \.isBusy), busy > 0 {
        eligible = min(eligible, busy)
    }
    let exploration = Exploration(
        count: decision.candidates.count,
        eligible: eligible,
        policy: isOpen ? policy.exploration : nil
    )
    decision.floor = exploration.floor
    for (index, probability) in exploration.probabilities.enumerated() {
        decision.candidates[index].probability = probability
    }
    decision.chosen = exploration.draw(seed: decision.seed)
}

extension RouteDecided {
    /// Notes why nobody is asked.
    fileprivate mutating func refuse(_ target: RouteTarget, policy: RoutingPolicy) {
        refusal =
            RouteRefusal(limits: excluded) ?? target.refusal(excluded: excluded, policy: policy)
    }
}

extension RouteTarget {
    fileprivate var isExplicit: Bool {
        switch self {
        case .pinned, .named: true
        case .chain, .missingChain, .open: false
        }
    }
}
