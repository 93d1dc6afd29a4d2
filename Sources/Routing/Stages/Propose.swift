import Events
import RouterState

/// What is to be looked at for a request, and by which strategies it is ranked.
struct Proposals {
    /// What the model's name asks for.
    let target: RouteTarget
    /// The strategies to ask, in order.
    let strategies: [any Strategy]
    /// What every candidate must fulfil.
    let requirements: RouteRequirements
    /// The proposals, in order of preference; one model may be there more than once.
    let list: [RouteProposal]
}

/// The second stage: reads what the model's name asks for, and lists the models to look at.
func propose(
    for request: ClassifiedRequest,
    from registry: StrategyRegistry,
    in context: RoutingContext
) -> Proposals {
    let received = request.received
    var strategies = registry.strategies(context.policy.policy.strategies)
    let usesTasks = strategies.contains { $0.kind == .taskBased }
    let task = usesTasks ? request.classification.task : nil
    let target = RouteTarget(received.requestedModel, task: task, policy: context.policy)
    if let names = target.strategies { strategies = registry.strategies(names) }
    let requirements = RouteRequirements(
        received,
        preset: target.preset,
        policy: context.policy
    )
    let list = ProposalList(
        target: target,
        requirements: requirements,
        task: task,
        choosesModels: strategies.contains(where: \.choosesModels),
        wantsEmbeddings: received.operation == .embeddings,
        asksNoModel: received.operation == .file,
        context: context
    )
    return Proposals(
        target: target,
        strategies: strategies,
        requirements: requirements,
        list: list.proposals
    )
}

extension RouteRequirements {
    /// What a request demands of every candidate.
    fileprivate init(_ received: RequestReceived, preset: AutoPreset, policy: PolicyInForce) {
        self.init()
        let features = received.features
        needs = features.needs.union(received.hints.required)
        operation = received.isResponse ? .response : received.operation
        inputTokens = features.inputTokens
        outputTokens = features.outputLimit
        // Each text of a list that is embedded has a context of its own.
        contextTokens =
            received.operation == .embeddings
            ? 0 : features.inputTokens.addingClamped(features.outputLimit ?? 0)
        maxCost = received.hints.maxCost
        maxLatencyMicroseconds = received.hints.maxLatencyMicroseconds
        isLocalOnly = received.hints.isLocalOnly || preset == .local
        isFreeOnly = preset == .free
        tenantRule = policy.tenantRule(received.tenant)?.name
    }
}
