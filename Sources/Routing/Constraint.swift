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
        state: RouterState
    ) {
        self.reference = reference
        self.provider = provider
        isFreeOnly = freeOnly || requirements.isFreeOnly
        self.requirements = requirements
        prices = state.prices.prices(of: reference)
        card = state.policy.card(reference)
    }

    /// The first constraint that the candidate breaks; `nil` when it may answer.
    func violation(
        _ received: RequestReceived,
        state: RouterState,
        now: Timestamp
    ) -> RouteExclusion? {
        if let reason = violationOfMode(state: state) { return exclusion(reason) }
        let family = provider.policy.family
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
        if !passes, let obstacle = received.obstacles.first(where: { $0.family == family }) {
            var excluded = exclusion(.untranslatable)
            excluded.fields = obstacle.fields
            return excluded
        }
        return violationOfRequirements() ?? violationForNow(state: state, now: now)
    }

    /// The first constraint that a candidate of an earlier decision breaks by now: the state has
    /// moved on, and local-only, free-only or hosted-only must hold whatever fails.
    func violationOnFailover(state: RouterState, now: Timestamp) -> RouteExclusion? {
        violationOfMode(state: state).map { exclusion($0) }
            ?? violationOfRequirements()
            ?? violationForNow(state: state, now: now)
    }

    /// What keeps the candidate from being asked at this instant.
    private func violationForNow(state: RouterState, now: Timestamp) -> RouteExclusion? {
        let rejected = heldInAllLanes {
            state.holds.keyRejected(reference.provider, key: $0, at: now)
        }
        if let rejected { return exclusion(.keyRejected, until: rejected) }
        let operation = requirements.operation ?? .generation
        if let missing = state.holds.missing(reference, for: operation, at: now) {
            return exclusion(
                missing.isEndpoint ? .endpointMissing : .modelMissing,
                until: missing.until
            )
        }
        let limited = heldInAllLanes { key in
            state.holds.rateLimited(reference, key: key, at: now)
                ?? state.holds.keyRejected(reference.provider, key: key, at: now)
        }
        if let limited { return exclusion(.rateLimited, until: limited) }
        switch state.breakers.position(of: reference.provider, at: now) {
        case .closed, .halfOpen(probing: false): break
        case .open(let until): return exclusion(.breakerOpen, until: until)
        case .halfOpen(probing: true): return exclusion(.breakerProbing)
        }
        switch state.breakers.position(of: reference, at: now) {
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

    private func violationOfMode(state: RouterState) -> ExclusionReason? {
        if let rule = requirements.tenantRule,
            !isAllowed(by: state.policy.tenantRule(rule))
        {
            return .notAllowed
        }
        if requirements.isLocalOnly, !provider.policy.isLocal { return .notLocal }
        let mode = state.policy.policy.mode
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
