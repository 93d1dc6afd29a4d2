public import Events
import Learning
public import RouterState

/// The version of the deciding code; a change of what it decides is a new version.
public let deciderVersion = 4

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
    let policy = state.policy.policy
    var decision = RouteDecided()
    decision.request = received.request
    decision.statePosition = state.position
    decision.deciderVersion = deciderVersion
    decision.policy = state.policy.fingerprint
    decision.policyPosition = state.policy.position
    decision.pricesPosition = state.prices.position
    decision.seed = seed
    decision.maxAttempts = policy.maxAttempts
    decision.deadline = now.advanced(byMicroseconds: policy.totalMicroseconds)
    decision.classification = Classifier.heuristic.classify(
        received,
        contextWindow: state.policy.largestContextWindow
    )

    var strategies = registry.strategies(policy.strategies)
    let usesTasks = strategies.contains { $0.kind == .taskBased }
    let task = usesTasks ? decision.classification.task : nil
    let target = RouteTarget(received.requestedModel, task: task, state: state)
    if let wished = target.wish.strategies { strategies = registry.strategies(wished) }
    // A chain that the client names is followed.
    if case .chain = target { strategies = registry.strategies(["fallback"]) }
    decision.chain = target.chainName
    decision.requirements = RouteRequirements(received, wish: target.wish)
    let proposals = RouteProposals(
        target: target,
        requirements: decision.requirements,
        task: task,
        choosesModels: strategies.contains(where: \.choosesModels),
        state: state
    )
    sift(proposals.list, received, state, now, into: &decision)

    guard !decision.candidates.isEmpty else {
        decision.strategy = target.isExplicit ? .explicit : .chain
        decision.refusal = target.refusal(excluded: decision.excluded, policy: policy)
        return decision
    }
    let question = RoutingQuestion(
        received: received,
        classification: decision.classification,
        requirements: decision.requirements,
        candidates: decision.candidates,
        state: state,
        now: now,
        target: target
    )
    let ranking = Ranking(question, by: strategies)
    decision.candidates = ranking.candidates
    decision.verdicts = ranking.verdicts
    decision.strategy = ranking.strategy
    draw(policy, state, into: &decision)
    return decision
}

/// Sorts what is proposed into candidates and those that break a hard constraint, each once.
private func sift(
    _ proposals: [RouteProposal],
    _ received: RequestReceived,
    _ state: RouterState,
    _ now: Timestamp,
    into decision: inout RouteDecided
) {
    var seen: Set<ModelReference> = []
    for proposal in proposals {
        guard case .model(let model, let provider) = proposal.offer else {
            if let exclusion = proposal.exclusion { decision.excluded.append(exclusion) }
            continue
        }
        let reference = ModelReference(provider: provider.name, model: model)
        guard seen.insert(reference).inserted else { continue }
        let constraint = Constraint(
            reference,
            of: provider,
            freeOnly: proposal.isFreeOnly,
            requirements: decision.requirements
        )
        if let exclusion = constraint.violation(received, state: state, now: now) {
            decision.excluded.append(exclusion)
        } else {
            decision.candidates.append(
                candidate(reference, of: provider, proposal, decision, state)
            )
        }
    }
}

/// A model that may answer, with what is predicted of it.
private func candidate(
    _ reference: ModelReference,
    of provider: ProviderPolicy,
    _ proposal: RouteProposal,
    _ decision: RouteDecided,
    _ state: RouterState
) -> RouteCandidate {
    var candidate = RouteCandidate()
    candidate.provider = reference.provider
    candidate.model = reference.model
    candidate.family = provider.family
    candidate.chainEntry = proposal.entry
    candidate.isFreeOnly = proposal.isFreeOnly
    candidate.priority = provider.priority
    let requirements = decision.requirements
    let prices = state.prices.prices(provider: reference.provider, model: reference.model)
    candidate.predictedCost = requirements.cost(at: prices)
    let record = state.statistics.of(reference)
    candidate.predictedMicroseconds = record?.duration(percent: 50)
    candidate.predictedQuality = QualityStrategy.prediction(
        record,
        state.policy.card(reference),
        task: decision.classification.task
    )
    if let limit = requirements.maxLatencyMicroseconds,
        let expected = candidate.predictedMicroseconds
    {
        candidate.isLate = expected > limit
    }
    return candidate
}

/// Chooses among the ranked candidates: the first, or by exploration another.
///
/// A model that the client named is not explored away from, and with `local_first` no hosted one is
/// drawn while a local one can answer.
private func draw(
    _ policy: RoutingPolicy,
    _ state: RouterState,
    into decision: inout RouteDecided
) {
    let isOpen = decision.strategy != .explicit
    func isLocal(_ candidate: RouteCandidate) -> Bool {
        state.policy.provider(candidate.provider)?.isLocal == true
    }
    var eligible = decision.candidates.count
    if policy.mode == .localFirst, let first = decision.candidates.first, isLocal(first) {
        eligible = decision.candidates.firstIndex { !isLocal($0) } ?? eligible
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

extension RouteTarget {
    fileprivate var isExplicit: Bool {
        switch self {
        case .pinned, .named: true
        case .chain, .missingChain, .open: false
        }
    }
}
