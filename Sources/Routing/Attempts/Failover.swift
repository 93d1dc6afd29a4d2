public import Events
import RouterState

/// The next step of a request whose last attempt failed before its first byte.
public struct Failover: Hashable, Sendable {
    /// The index of the candidate to ask next in the decision's list; `nil` when none is left.
    public var candidate: Int?
    /// The candidates passed over on the way, each with its reason.
    public var skipped: [RouteExclusion]
}

/// The least time in which an attempt is worth making: less would only be charged and cancelled.
let minimumAttemptMicroseconds: Int64 = 20_000

/// The most attempts of a request that are exempt from its limit, however many bad keys a provider has.
let maximumExemptAttempts = 20

/// Whether an attempt that failed and is made again in another lane is exempt from the request's limit: its
/// key was rejected, so that no provider worked for it.
///
/// - Parameters:
///   - failure: how it failed.
///   - exemptAttempts: the request's attempts that were exempt so far.
/// - Returns: whether it is.
func isExempt(_ failure: FailureKind?, after exemptAttempts: Int) -> Bool {
    failure?.fault == .key && exemptAttempts < maximumExemptAttempts
}

/// Finds the next candidate of the same decision that passes the constraints now; pure.
///
/// - Parameters:
///   - decision: the request's one decision.
///   - last: the index of the candidate asked last; `nil` before the first attempt.
///   - lane: which of its provider's lanes that was, and how it failed; where another lane may do
///     better, the same candidate is asked again there.
///   - attempts: attempts made so far that count towards the limit.
///   - exemptAttempts: those that don't.
///   - context: the fold of every event so far, the failure included, the policy, and the time.
/// - Returns: the candidate to ask, and what was passed over.
public func nextCandidate(
    of decision: RouteDecided,
    after last: Int?,
    lane: (key: Int, failure: FailureKind)? = nil,
    attempts: Int,
    exemptAttempts: Int = 0,
    in context: RoutingContext
) -> Failover {
    let hasTime = decision.hasTime(at: context.now)
    let more = isExempt(lane?.failure, after: exemptAttempts) ? 1 : 0
    var again: Int?
    if let lane, let last, hasTime, attempts < decision.maxAttempts + more,
        decision.hasOtherLane(at: last, than: lane.key, after: lane.failure, in: context)
    {
        again = last
    }
    let budgets = context.budgetUses(charges: decision.charges)
    var skipped: [RouteExclusion] = []
    for index in (again.map { [$0] } ?? []) + decision.order(after: last) {
        let candidate = decision.candidates[index]
        let exclusion: RouteExclusion?
        if attempts >= decision.maxAttempts, index != again {
            exclusion = candidate.exclusion(.attemptsUsedUp)
        } else if !hasTime {
            exclusion = candidate.exclusion(.timeUsedUp)
        } else {
            exclusion = decision.exclusion(at: index, budgets: budgets, in: context)
        }
        guard let exclusion else { return Failover(candidate: index, skipped: skipped) }
        // That it failed is known; what keeps its other lanes from being asked is no news.
        if index != again { skipped.append(exclusion) }
    }
    return Failover(candidate: nil, skipped: skipped)
}

extension RouteDecided {
    /// Whether there is time left for an attempt that starts at an instant.
    func hasTime(at start: Timestamp) -> Bool {
        start.advanced(byMicroseconds: minimumAttemptMicroseconds) < deadline
    }

    /// What keeps a candidate from being asked now.
    ///
    /// - Parameters:
    ///   - index: its index.
    ///   - budgets: those that count the request, as they are now.
    ///   - context: the fold of every event so far, the policy, and the time.
    /// - Returns: the reason; `nil` when nothing keeps it.
    func exclusion(
        at index: Int,
        budgets: [BudgetUse],
        in context: RoutingContext
    ) -> RouteExclusion? {
        let candidate = candidates[index]
        guard let provider = context.policy.providerInForce(candidate.provider) else {
            return candidate.exclusion(.notEnabled)
        }
        let reference = candidate.reference
        let constraint = Constraint(
            reference,
            of: provider,
            freeOnly: candidate.isFreeOnly,
            requirements: requirements,
            in: context
        )
        let limits = LimitConstraint(
            reference: reference,
            provider: provider,
            bounds: RequestBounds(self),
            budgets: budgets
        )
        return constraint.violationOnFailover(in: context) ?? limits.violation(in: context)
    }

    /// Whether the provider of a candidate has another lane that may do better than the one that
    /// failed.
    func hasOtherLane(
        at index: Int,
        than key: Int,
        after failure: FailureKind,
        in context: RoutingContext
    ) -> Bool {
        guard candidates.indices.contains(index) else { return false }
        let reference = candidates[index].reference
        guard let provider = context.policy.providerInForce(reference.provider)?.policy,
            provider.hasLanes
        else { return false }
        return laneChoice(of: reference, provider, in: context)
            .hasOther(than: key, after: failure)
    }

    /// The choice between a provider's lanes for an attempt at one of its models.
    func laneChoice(
        of reference: ModelReference,
        _ provider: ProviderPolicy,
        in context: RoutingContext
    ) -> LaneChoice {
        let reservation = Reservation(
            of: RequestBounds(self),
            at: reference,
            provider,
            in: context
        )
        return LaneChoice(
            reference: reference,
            provider: provider,
            tokens: reservation.quotaTokens ?? 0,
            context: context
        )
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
