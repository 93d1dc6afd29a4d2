public import Events
public import RouterState

/// A second attempt beside one that is slow to begin its answer; whichever gives its first content
/// first goes to the client.
///
/// As with `Admission`, the gateway hedges by it, and a replay makes the same again.
public struct Hedge: Sendable {
    /// The attempt; `nil` when there is none to make.
    public let attempt: AttemptStarted?

    /// How long to wait for the first content of an attempt before another is made beside it; `nil`
    /// where none ever is.
    ///
    /// That is so of whole answers, for which nobody waits word by word, and of requests that name
    /// their provider.
    public static func delay(for received: RequestReceived, state: RouterState) -> Duration? {
        guard let policy = state.policy.policy.hedge, received.isStreamed else { return nil }
        if case .pinned = RouteTarget(received.requestedModel, task: nil, state: state) {
            return nil
        }
        return .microseconds(policy.afterMicroseconds)
    }

    /// Finds who else to ask and reserves for it; pure: equal arguments give an equal result.
    ///
    /// What the first attempt reserved is held in the state, so the second one is made only where
    /// both fit the quotas and the budgets.
    ///
    /// - Parameters:
    ///   - first: the only attempt under way.
    ///   - decision: the request's one decision.
    ///   - received: the request, as recorded.
    ///   - state: the fold of every event so far.
    ///   - now: the time, not before `state.time`.
    public init(
        besides first: AttemptStarted,
        of decision: RouteDecided,
        received: RequestReceived,
        state: RouterState,
        now: Timestamp
    ) {
        let state = state.expired(at: now) ?? state
        // Who is asked again is asked alone: it was the last resort.
        guard first.retry == nil, Self.delay(for: received, state: state) != nil,
            let policy = state.policy.policy.hedge,
            state.hedges.isBelow(share: policy.maxShare),
            first.number - first.uncounted < decision.maxAttempts,
            now.advanced(byMicroseconds: leastAttemptMicroseconds) < decision.deadline
        else {
            attempt = nil
            return
        }
        let budgets = state.budgetUses(charges: decision.charges, at: now)
        var skipped: [RouteExclusion] = []
        for index in [first.candidate] + decision.order(after: first.candidate) {
            let obstacle =
                decision.obstacle(to: index, besides: first, state, now)
                ?? decision.exclusion(at: index, budgets: budgets, state: state, now: now)
                ?? decision.overrun(at: index, budgets: budgets, state: state)
            if let obstacle {
                // That the first attempt's own candidate is asked already is no news.
                if index != first.candidate { skipped.append(obstacle) }
                continue
            }
            var attempt = AttemptStarted(
                candidate: index,
                of: decision,
                received: received,
                number: first.number + 1,
                state: state,
                now: now,
                besides: index == first.candidate ? first.key : nil
            )
            attempt.skipped = skipped
            attempt.uncounted = first.uncounted
            var reason = HedgeReason()
            reason.besides = first.number
            reason.afterMicroseconds = policy.afterMicroseconds
            attempt.hedge = reason
            self.attempt = attempt
            return
        }
        attempt = nil
    }
}

extension RouteDecided {
    /// What keeps a candidate from being asked beside another attempt, though it might be alone: it
    /// must be elsewhere, and free at once.
    fileprivate func obstacle(
        to index: Int,
        besides first: AttemptStarted,
        _ state: RouterState,
        _ now: Timestamp
    ) -> RouteExclusion? {
        let candidate = candidates[index]
        func exclusion(_ reason: ExclusionReason) -> RouteExclusion {
            RouteExclusion(provider: candidate.provider, model: candidate.model, reason: reason)
        }
        if candidate.provider == first.provider {
            // A slow lane is taken like one whose time was up.
            guard index == first.candidate,
                hasOtherLane(at: index, than: first.key, after: .firstTokenTimeout, state, now)
            else { return exclusion(.alreadyAsked) }
        }
        if let most = state.policy.provider(candidate.provider)?.maxConcurrent,
            state.inFlight.attempts(at: candidate.provider) >= most
        {
            return exclusion(.busy)
        }
        return nil
    }

    /// The budget that a second attempt would pass where budgets only warn: it is no need, so it
    /// passes none.
    fileprivate func overrun(
        at index: Int,
        budgets: [BudgetUse],
        state: RouterState
    ) -> RouteExclusion? {
        let reference = candidates[index].reference
        guard let provider = state.policy.providerInForce(reference.provider) else { return nil }
        let limits = LimitConstraint(
            reference: reference,
            provider: provider,
            bounds: RequestBounds(self),
            budgets: budgets
        )
        guard limits.overrun(state: state) != nil else { return nil }
        return RouteExclusion(
            provider: reference.provider,
            model: reference.model,
            reason: .budgetExceeded
        )
    }
}
