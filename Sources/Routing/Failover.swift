public import Events
public import RouterState

/// The next step of a request whose last attempt failed before its first byte.
public struct Failover: Hashable, Sendable {
    /// The index of the candidate to ask next in the decision's list; `nil` when none is left.
    public var candidate: Int?
    /// The candidates passed over on the way, each with its reason.
    public var skipped: [RouteExclusion]
}

/// The least time in which an attempt is worth making: less would only be charged and cancelled.
let leastAttemptMicroseconds: Int64 = 20_000

/// The most attempts of a request that don't count, whatever number of bad keys a provider has.
let mostUncountedAttempts = 20

/// Whether an attempt that failed and is made again in another lane does not count among the
/// request's attempts: its key was rejected, so that nobody worked for it.
func isUncounted(_ failure: FailureKind?, besides uncounted: Int) -> Bool {
    failure?.fault == .key && uncounted < mostUncountedAttempts
}

/// Finds the next candidate of the same decision that passes the constraints now; pure.
///
/// - Parameters:
///   - decision: the request's one decision.
///   - last: the index of the candidate asked last; `nil` before the first attempt.
///   - lane: which of its provider's lanes that was, and how it failed; where another lane may do
///     better, the same candidate is asked again there.
///   - attempts: attempts made so far that count.
///   - uncounted: those that don't.
///   - state: the fold of every event so far, the failure included.
///   - now: the time, not before `state.time`.
/// - Returns: the candidate to ask, and what was passed over.
public func nextCandidate(
    of decision: RouteDecided,
    after last: Int?,
    lane: (key: Int, failure: FailureKind)? = nil,
    attempts: Int,
    uncounted: Int = 0,
    state: RouterState,
    now: Timestamp
) -> Failover {
    if let expired = state.expired(at: now) {
        return nextCandidate(
            of: decision,
            after: last,
            lane: lane,
            attempts: attempts,
            uncounted: uncounted,
            state: expired,
            now: now
        )
    }
    let budgets = state.budgetUses(charges: decision.charges, at: now)
    var skipped: [RouteExclusion] = []
    let order = decision.order(after: last)
    let more = isUncounted(lane?.failure, besides: uncounted) ? 1 : 0
    let mayAsk =
        attempts < decision.maxAttempts + more
        && now.advanced(byMicroseconds: leastAttemptMicroseconds) < decision.deadline
    var again: Int?
    if let lane, let last, mayAsk,
        decision.hasOtherLane(at: last, than: lane.key, after: lane.failure, state, now)
    {
        again = last
    }
    for index in (again.map { [$0] } ?? []) + order {
        let candidate = decision.candidates[index]
        guard attempts < decision.maxAttempts || index == again else {
            skipped.append(
                RouteExclusion(
                    provider: candidate.provider,
                    model: candidate.model,
                    reason: .attemptsUsedUp
                )
            )
            continue
        }
        guard now.advanced(byMicroseconds: leastAttemptMicroseconds) < decision.deadline else {
            skipped.append(
                RouteExclusion(
                    provider: candidate.provider,
                    model: candidate.model,
                    reason: .timeUsedUp
                )
            )
            continue
        }
        guard
            let exclusion = decision.exclusion(at: index, budgets: budgets, state: state, now: now)
        else {
            return Failover(candidate: index, skipped: skipped)
        }
        // That it failed is known; what keeps its other lanes from being asked is no news.
        if index != again { skipped.append(exclusion) }
    }
    return Failover(candidate: nil, skipped: skipped)
}

extension RouteDecided {
    /// What keeps a candidate from being asked now.
    ///
    /// - Parameters:
    ///   - index: its index.
    ///   - budgets: those that count the request, as they are now.
    ///   - state: the fold of every event so far.
    ///   - now: the time.
    /// - Returns: the reason; `nil` when nothing keeps it.
    func exclusion(
        at index: Int,
        budgets: [BudgetUse],
        state: RouterState,
        now: Timestamp
    ) -> RouteExclusion? {
        let candidate = candidates[index]
        guard let provider = state.policy.providerInForce(candidate.provider) else {
            return RouteExclusion(
                provider: candidate.provider,
                model: candidate.model,
                reason: .notEnabled
            )
        }
        let reference = candidate.reference
        let constraint = Constraint(
            reference,
            of: provider,
            freeOnly: candidate.isFreeOnly,
            requirements: requirements,
            state: state
        )
        let limits = LimitConstraint(
            reference: reference,
            provider: provider,
            bounds: RequestBounds(self),
            budgets: budgets
        )
        return constraint.violationOnFailover(state: state, now: now)
            ?? limits.violation(state: state, now: now)
    }

    /// Whether the provider of a candidate has another lane that may do better than the one that
    /// failed.
    func hasOtherLane(
        at index: Int,
        than key: Int,
        after failure: FailureKind,
        _ state: RouterState,
        _ now: Timestamp
    ) -> Bool {
        guard candidates.indices.contains(index) else { return false }
        let reference = candidates[index].reference
        guard let provider = state.policy.providerInForce(reference.provider)?.policy,
            provider.hasLanes
        else { return false }
        let reservation = Reservation(
            of: RequestBounds(self),
            at: reference,
            provider,
            state: state
        )
        let choice = LaneChoice(
            reference: reference,
            provider: provider,
            tokens: reservation.quotaTokens ?? 0,
            state: state,
            now: now
        )
        return choice.hasOther(than: key, after: failure)
    }

    /// The candidates that come after one in the order of asking: the chosen one, then the others as
    /// they are ranked.
    func order(after last: Int?) -> [Int] {
        guard let chosen, candidates.indices.contains(chosen) else { return [] }
        let order = [chosen] + candidates.indices.filter { $0 != chosen }
        guard let last else { return order }
        guard let place = order.firstIndex(of: last) else { return [] }
        return Array(order[(place + 1)...])
    }
}
