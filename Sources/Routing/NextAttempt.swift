public import Events
public import RouterState

/// What follows an attempt that failed before its first byte: the attempt at the next candidate of
/// the same decision, or none.
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
    ///   - state: the fold of every event so far, the failure included.
    ///   - now: the time, not before `state.time`.
    public init(
        after last: AttemptStarted,
        failure: FailureKind?,
        of decision: RouteDecided,
        state: RouterState,
        now: Timestamp
    ) {
        let failover = nextCandidate(
            of: decision,
            after: last.candidate,
            lane: failure.map { (key: last.key, failure: $0) },
            attempts: last.number,
            state: state,
            now: now
        )
        skipped = failover.skipped
        attempt = failover.candidate.map { candidate in
            var attempt = AttemptStarted(
                candidate: candidate,
                of: decision,
                number: last.number + 1,
                state: state,
                now: now,
                besides: candidate == last.candidate ? last.key : nil
            )
            attempt.after = failure
            attempt.skipped = failover.skipped
            return attempt
        }
    }
}
