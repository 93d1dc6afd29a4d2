import Events
import RouterState

/// The hard constraints on one model at one provider, which nothing outweighs.
struct Constraint {
    let reference: ModelReference
    let provider: ProviderInForce
    let isFreeOnly: Bool
    let requirements: RouteRequirements
    /// What the model costs.
    let prices: TokenPrices
    /// What is known of the model; `nil` when nothing is.
    let card: ModelPolicy?

    init(
        _ reference: ModelReference,
        of provider: ProviderInForce,
        freeOnly: Bool,
        requirements: RouteRequirements,
        in context: RoutingContext
    ) {
        self.reference = reference
        self.provider = provider
        isFreeOnly = freeOnly || requirements.isFreeOnly
        self.requirements = requirements
        prices = context.state.prices.prices(of: reference)
        card = context.policy.card(reference)
    }

    /// The first constraint that a request at the candidate breaks; `nil` when it may answer.
    func violation(by received: RequestReceived, in context: RoutingContext) -> RouteExclusion? {
        if let reason = violationOfMode(in: context) { return exclusion(reason) }
        // A prompt or a response that goes on as it is needs no words of a chat.
        let passes =
            (received.operation == .completion
                && provider.policy.takesPrompts(for: reference.model))
            || (received.isResponse && provider.policy.takesResponses(for: reference.model))
        if let holder = received.holder, holder.isOnly,
            holder.provider.isEmpty ? !passes : holder.provider != reference.provider
        {
            var excluded = exclusion(.untranslatable)
            excluded.fields = [holder.field ?? "previous_response_id"]
            return excluded
        }
        let family = provider.policy.family
        if !passes, let obstacle = received.obstacles.first(where: { $0.family == family }) {
            var excluded = exclusion(.untranslatable)
            excluded.fields = obstacle.fields
            return excluded
        }
        return violationOfRequirements() ?? temporaryViolation(in: context)
    }

    /// The first constraint that a candidate of an earlier decision breaks by now: the state has
    /// moved on, and local-only, free-only or hosted-only must hold whatever fails.
    func violationOnFailover(in context: RoutingContext) -> RouteExclusion? {
        violationOfMode(in: context).map { exclusion($0) }
            ?? violationOfRequirements()
            ?? temporaryViolation(in: context)
    }

    /// What keeps the candidate from being asked at this instant: a hold, or a breaker.
    private func temporaryViolation(in context: RoutingContext) -> RouteExclusion? {
        let now = context.now
        let rejected = heldInAllLanes {
            context.state.holds.keyRejected(reference.provider, key: $0, at: now)
        }
        if let rejected { return exclusion(.keyRejected, until: rejected) }
        let operation = requirements.operation ?? .generation
        if let missing = context.state.holds.missing(reference, for: operation, at: now) {
            return exclusion(
                missing.isEndpoint ? .endpointMissing : .modelMissing,
                until: missing.until
            )
        }
        let limited = heldInAllLanes { key in
            context.state.holds.rateLimited(reference, key: key, at: now)
                ?? context.state.holds.keyRejected(reference.provider, key: key, at: now)
        }
        if let limited { return exclusion(.rateLimited, until: limited) }
        return breakerViolation(in: context)
    }

    private func breakerViolation(in context: RoutingContext) -> RouteExclusion? {
        switch context.state.breakers.position(of: reference.provider, at: context.now) {
        case .closed, .halfOpen(probing: false): break
        case .open(let until): return exclusion(.breakerOpen, until: until)
        case .halfOpen(probing: true): return exclusion(.breakerProbing)
        }
        switch context.state.breakers.position(of: reference, at: context.now) {
        case .closed, .halfOpen(probing: false): return nil
        case .open(let until): return exclusion(.modelBreakerOpen, until: until)
        case .halfOpen(probing: true): return exclusion(.modelBreakerProbing)
        }
    }

    /// When the first of the provider's lanes is free again; `nil` when one is.
    private func heldInAllLanes(_ until: (Int) -> Timestamp?) -> Timestamp? {
        var earliest: Timestamp?
        for key in provider.policy.keys {
            guard let until = until(key) else { return nil }
            earliest = min(earliest ?? until, until)
        }
        return earliest
    }

    /// What the model is not up to, or costs too much for.
    private func violationOfRequirements() -> RouteExclusion? {
        var violation =
            requirements.violation(of: card) ?? requirements.violation(of: provider.policy)
            ?? requirements.violation(of: prices)
        violation?.provider = reference.provider
        violation?.model = reference.model
        return violation
    }

    private func violationOfMode(in context: RoutingContext) -> ExclusionReason? {
        if let rule = requirements.tenantRule,
            !isAllowed(by: context.policy.tenantRule(rule))
        {
            return .notAllowed
        }
        if requirements.isLocalOnly, !provider.policy.isLocal { return .notLocal }
        let mode = context.policy.policy.mode
        if isFreeOnly || mode == .freeOnly, !prices.isFree { return .notFree }
        return mode == .hosted && provider.policy.isLocal ? .notHosted : nil
    }

    /// Whether a tenant's rule lets the model through; a rule that is gone forbids nothing.
    private func isAllowed(by rule: TenantPolicy?) -> Bool {
        guard let rule else { return true }
        return rule.allowedModels.contains { entry in
            entry == reference.model || entry == reference.provider
                || entry == "\(reference.provider):\(reference.model)"
        }
    }

    private func exclusion(_ reason: ExclusionReason, until: Timestamp? = nil) -> RouteExclusion {
        RouteExclusion(
            provider: reference.provider,
            model: reference.model,
            reason: reason,
            until: until
        )
    }
}

extension RouteExclusion {
    init(provider: String, model: String?, reason: ExclusionReason, until: Timestamp? = nil) {
        self.init()
        self.provider = provider
        self.model = model
        self.reason = reason
        self.until = until
    }
}

extension RouteCandidate {
    /// The model.
    var reference: ModelReference { ModelReference(provider: provider, model: model) }

    /// The candidate as one that may not answer after all.
    func exclusion(_ reason: ExclusionReason) -> RouteExclusion {
        RouteExclusion(provider: provider, model: model, reason: reason)
    }
}
