public import Events
public import RouterState

/// How a request begins: the one decision on it, and the first attempt that follows from that.
///
/// The gateway admits a request by it, and a replay makes the same again; so whatever decides a
/// request belongs in here or below.
public struct Admission: Sendable {
    /// The decision.
    public let decision: RouteDecided
    /// The attempt at the chosen candidate; `nil` when there is none.
    public let attempt: AttemptStarted?

    /// Decides and reserves; pure: equal arguments give an equal admission.
    ///
    /// - Parameters:
    ///   - received: the request, as recorded.
    ///   - state: the fold of every event before the request.
    ///   - now: the time of the decision, not before `state.time`.
    ///   - seed: the seed of the draw, recorded with the decision.
    public init(
        of received: RequestReceived,
        state: RouterState,
        now: Timestamp,
        seed: UInt64
    ) {
        // The decision and the attempt rest on the same state: a lane whose room was just given back is
        // one that the attempt may take.
        if let expired = state.expired(at: now) {
            self = Admission(of: received, state: expired, now: now, seed: seed)
            return
        }
        let decision = decide(received, state: state, now: now, seed: seed)
        self.decision = decision
        attempt = decision.chosen.map { chosen in
            AttemptStarted(
                candidate: chosen,
                of: decision,
                received: received,
                number: 1,
                state: state,
                now: now
            )
        }
    }
}
