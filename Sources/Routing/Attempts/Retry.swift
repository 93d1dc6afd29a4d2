import Events
import RouterState

/// Asking a candidate again that failed, where no other is left (docs/decisions/0042).
///
/// Only what may be over in a moment is asked again: a provider that was overloaded, failed or broke
/// the connection, after a wait that doubles; and one whose rate limit ends soon, after its end. What
/// took long already, and what is the request's own fault, is not.
struct Retry {
    /// The candidate to ask.
    let candidate: Int
    /// What the attempt says of it.
    let reason: RetryReason
    /// When the attempt is to be sent.
    let start: Timestamp

    /// Finds the candidate that can be asked first; `nil` where none can soon enough.
    ///
    /// - Parameters:
    ///   - last: the attempt that was started last.
    ///   - failure: how that one failed.
    ///   - decision: the request's one decision.
    ///   - context: the fold of every event so far, the failure included, the policy, and the time.
    init?(
        after last: AttemptStarted,
        failure: FailureKind?,
        of decision: RouteDecided,
        in context: RoutingContext
    ) {
        guard let policy = context.policy.policy.retry, let failure, failure.fault != .request,
            last.number - last.exemptAttempts < decision.maxAttempts
        else { return nil }
        let number = (last.retry?.number ?? 0) + 1
        guard number <= policy.times else { return nil }
        let backoff = Self.backoff(number, of: policy, seed: decision.seed)
        let budgets = context.budgetUses(charges: decision.charges)
        var first: (candidate: Int, wait: Int64)?
        for index in decision.order(after: nil) {
            guard
                let wait = decision.wait(
                    until: index,
                    backoff: backoff,
                    mayBeOver: index == last.candidate && failure.isSoonOver,
                    budgets: budgets,
                    in: context
                ), wait <= policy.longestMicroseconds
            else { continue }
            if wait < first?.wait ?? .max { first = (index, wait) }
        }
        guard let first else { return nil }
        let start = context.now.advanced(byMicroseconds: first.wait)
        guard decision.hasTime(at: start) else { return nil }
        candidate = first.candidate
        reason = RetryReason(number, waitMicroseconds: first.wait)
        self.start = start
    }

    /// The wait before a retry: it doubles each time, and half of it is drawn, so that clients of one
    /// outage don't come back as one. ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015:
    /// equal jitter.)
    private static func backoff(_ number: Int, of policy: RetryPolicy, seed: UInt64) -> Int64 {
        let doublings = min(20, max(0, number - 1))
        let whole = Int128(max(0, policy.backoffMicroseconds)) << doublings
        // The draw is another one than that of the candidate, though of the same seed.
        let draw = Int128(((seed &+ UInt64(number)) &* 0x9E37_79B9_7F4A_7C15) >> 44)
        let wait = whole / 2 + ((whole / 2 * draw) >> 20)
        return Int64(clamping: min(wait, Int128(max(0, policy.longestMicroseconds))))
    }
}

extension RouteDecided {
    /// How long to wait until a candidate may be asked, in microseconds; `nil` when it may not be.
    ///
    /// One that failed last by what may be over is asked after the backoff; one that is held, after that and
    /// the end of what holds it.
    fileprivate func wait(
        until index: Int,
        backoff: Int64,
        mayBeOver: Bool,
        budgets: [BudgetUse],
        in context: RoutingContext
    ) -> Int64? {
        let reference = candidates[index].reference
        guard let provider = context.policy.providerInForce(reference.provider)?.policy else {
            return nil
        }
        var wait = backoff
        if let exclusion = exclusion(at: index, budgets: budgets, in: context) {
            // The attempt is held against the quotas from now on, and a rate limit mostly ends with the
            // minute: in the next one it would be counted nowhere.
            guard exclusion.reason == .rateLimited, !provider.isLimited, let until = exclusion.until
            else { return nil }
            // All that wait for the same end don't come at the same instant.
            wait = until.microseconds.subtractingClamped(context.now.microseconds)
                .addingClamped(backoff)
        } else if !mayBeOver {
            return nil
        }
        // Nothing may be in its way then, and its lane has room now.
        let later = context.later(at: context.now.advanced(byMicroseconds: wait))
        guard exclusion(at: index, budgets: budgets, in: later) == nil else { return nil }
        let choice = laneChoice(of: reference, provider, in: later)
        guard let key = choice.best(), choice.hasRoom(in: key, at: context.now) else { return nil }
        return wait
    }
}

extension FailureKind {
    /// Whether the provider may do better in a moment.
    fileprivate var isSoonOver: Bool {
        switch self {
        case .overloaded, .serverError, .connectionFailed, .cut, .malformedOutput: true
        default: false
        }
    }
}
