public import Events
public import RouterState

/// A second attempt beside one that is slow to begin its answer; the one that gives its first content
/// first goes to the client.
///
/// As with `Admission`, the gateway hedges by it, and a replay makes the same again.
public struct Hedge: Sendable {
    /// The attempt; `nil` when there is none to make.
    public let attempt: AttemptStarted?

    /// How long to wait for the first content of an attempt before another is made beside it; `nil`
    /// where none ever is.
    ///
    /// That is so of unstreamed answers, which no client waits for word by word, and of requests that name
    /// their provider.
    public static func delay(
        for received: RequestReceived,
        under policy: PolicyInForce
    ) -> Duration? {
        guard let hedge = policy.policy.hedge, received.isStreamed else { return nil }
        if case .pinned = RouteTarget(received.requestedModel, task: nil, policy: policy) {
            return nil
        }
        return .microseconds(hedge.afterMicroseconds)
    }

    /// Finds another candidate to ask and reserves for it; pure: equal arguments give an equal result.
    ///
    /// What the first attempt reserved is held in the state, so the second one is made only where
    /// both fit the quotas and the budgets.
    ///
    /// - Parameters:
    ///   - first: the only attempt under way.
    ///   - decision: the request's one decision.
    ///   - received: the request, as recorded.
    ///   - context: the fold of every event so far, the policy, and the time.
    public init(
        beside first: AttemptStarted,
        of decision: RouteDecided,
        received: RequestReceived,
        in context: RoutingContext
    ) {
        // A retry has no hedge: it was the last resort.
        guard first.retry == nil, Self.delay(for: received, under: context.policy) != nil,
            let policy = context.policy.policy.hedge,
            context.state.hedges.isBelow(share: policy.maxShare),
            first.number - first.exemptAttempts < decision.maxAttempts,
            decision.hasTime(at: context.now)
        else {
            attempt = nil
            return
        }
        let (candidate, skipped) = decision.hedgeCandidate(beside: first, in: context)
        attempt = candidate.map { index in
            var attempt = AttemptStarted(
                candidate: index,
                of: decision,
                received: received,
                number: first.number + 1,
                excluding: index == first.candidate ? first.key : nil,
                in: context
            )
            attempt.skipped = skipped
            attempt.exemptAttempts = first.exemptAttempts
            var reason = HedgeReason()
            reason.besides = first.number
            reason.afterMicroseconds = policy.afterMicroseconds
            attempt.hedge = reason
            return attempt
        }
    }
}

extension RouteDecided {
    /// The candidate to ask beside an attempt, `nil` without one; and those passed over on the way.
    fileprivate func hedgeCandidate(
        beside first: AttemptStarted,
        in context: RoutingContext
    ) -> (candidate: Int?, skipped: [RouteExclusion]) {
        let budgets = context.budgetUses(charges: charges)
        var skipped: [RouteExclusion] = []
        for index in [first.candidate] + order(after: first.candidate) {
            let obstacle =
                obstacle(to: index, beside: first, in: context)
                ?? exclusion(at: index, budgets: budgets, in: context)
                ?? overrun(at: index, budgets: budgets, in: context)
            guard let obstacle else { return (index, skipped) }
            // That the first attempt's own candidate is asked already is no news.
            if index != first.candidate { skipped.append(obstacle) }
        }
        return (nil, skipped)
    }

    /// What keeps a candidate from being asked beside another attempt, though it might be alone: it
    /// must be elsewhere, and have room at once.
    private func obstacle(
        to index: Int,
        beside first: AttemptStarted,
        in context: RoutingContext
    ) -> RouteExclusion? {
        let candidate = candidates[index]
        if candidate.provider == first.provider {
            // A slow lane is taken like one whose time was up.
            guard index == first.candidate,
                hasOtherLane(
                    at: index,
                    than: first.key,
                    after: .firstTokenTimeout,
                    in: context
                )
            else { return candidate.exclusion(.alreadyAsked) }
        }
        return context.isSaturated(candidate.provider) ? candidate.exclusion(.busy) : nil
    }

    /// The budget that a second attempt would pass where budgets only warn: it is not needed, so it
    /// passes none.
    private func overrun(
        at index: Int,
        budgets: [BudgetUse],
        in context: RoutingContext
    ) -> RouteExclusion? {
        let candidate = candidates[index]
        guard let provider = context.policy.providerInForce(candidate.provider) else {
            return nil
        }
        let limits = LimitConstraint(
            reference: candidate.reference,
            provider: provider,
            bounds: RequestBounds(self),
            budgets: budgets
        )
        guard limits.overrun(in: context) != nil else { return nil }
        return candidate.exclusion(.budgetExceeded)
    }
}
