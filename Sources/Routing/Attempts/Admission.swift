public import Events

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
    /// The decision and the attempt rest on the same state: a lane whose room was just released is one that
    /// the attempt may take.
    ///
    /// - Parameters:
    ///   - received: the request, as recorded.
    ///   - context: the fold of every event before the request, the policy, and the time.
    ///   - seed: the seed of the draw, recorded with the decision.
    public init(of received: RequestReceived, in context: RoutingContext, seed: UInt64) {
        let decision = decide(received, in: context, seed: seed)
        self.decision = decision
        attempt = decision.chosen.map { chosen in
            AttemptStarted(
                candidate: chosen,
                of: decision,
                received: received,
                number: 1,
                in: context
            )
        }
    }
}
