public import Events

/// What follows an attempt that failed before its first byte: the attempt at the next candidate of
/// the same decision; where none is left, another one at a candidate that failed; or none.
///
/// As with `Admission`, the gateway fails over by it, and a replay makes the same again.
public struct NextAttempt: Sendable {
    /// The attempt; `nil` when no candidate is left.
    public let attempt: AttemptStarted?
    /// The candidates passed over on the way, each with its reason.
    public let skipped: [RouteExclusion]

    /// Finds the next candidate and reserves for it; pure: equal arguments give an equal result.
    ///
    /// - Parameters:
    ///   - last: the attempt that was started last; none of the request is under way.
    ///   - failure: how that one failed.
    ///   - decision: the request's one decision.
    ///   - received: the request, as recorded.
    ///   - context: the fold of every event so far, the failure included, the policy, and the time.
    public init(
        after last: AttemptStarted,
        failure: FailureKind?,
        of decision: RouteDecided,
        received: RequestReceived,
        in context: RoutingContext
    ) {
        // A retry was the last resort: every other candidate had been asked.
        let failover =
            last.retry == nil
            ? nextCandidate(
                of: decision,
                after: last.candidate,
                lane: failure.map { (key: last.key, failure: $0) },
                attempts: last.number - last.exemptAttempts,
                exemptAttempts: last.exemptAttempts,
                in: context
            ) : Failover(candidate: nil, skipped: [])
        skipped = failover.skipped
        let retry =
            failover.candidate == nil
            ? Retry(after: last, failure: failure, of: decision, in: context) : nil
        guard let candidate = failover.candidate ?? retry?.candidate else {
            attempt = nil
            return
        }
        let isOtherLane = retry == nil && candidate == last.candidate
        var attempt = AttemptStarted(
            candidate: candidate,
            of: decision,
            received: received,
            number: last.number + 1,
            excluding: isOtherLane ? last.key : nil,
            in: retry.map { context.later(at: $0.start) } ?? context
        )
        attempt.after = failure
        attempt.skipped = failover.skipped
        attempt.exemptAttempts = last.exemptAttempts
        if isOtherLane, isExempt(failure, after: last.exemptAttempts) {
            attempt.exemptAttempts += 1
        }
        attempt.retry = retry?.reason
        self.attempt = attempt
    }
}
