import EventLog
public import Events
public import RouterState
import Routing

/// A recorded decision, and what another policy decides for the same request.
public struct DecisionPair: Hashable, Sendable {
    /// Where the recorded decision is.
    public let place: EventPlace
    /// The request, as recorded.
    public let received: RequestReceived
    /// What was decided, under the policy that was in force.
    public let recorded: RouteDecided
    /// What the other policy decides, on the same state, at the same time, with the same seed.
    public let other: RouteDecided
}

/// Decides the requests of a log again under another policy than the one in force.
///
/// It is shown the events in their order, and folds them as they are: what happened stays what it was. So
/// each decision is what the other policy makes of that request at that moment, not of the traffic that it
/// would have led to; and a budget or a quota that only the other policy has counts from nothing, since
/// what counts in it was not recorded.
public struct PolicyTrial: Sendable {
    /// How many decisions there were.
    public struct Tally: Hashable, Sendable {
        /// Made again under the other policy.
        public fileprivate(set) var decided = 0
        /// Not made again, since the state that they rest on was retired.
        public fileprivate(set) var retired = 0
    }

    /// The decisions so far.
    public private(set) var tally = Tally()
    /// Whether nothing of the scope can follow.
    public private(set) var isOver = false

    private let policy: PolicyInForce
    private let scope: ReplayScope
    private var trail: TrailingState
    /// The request that was received last, if it is looked at, and the position of the state before it.
    private var pending: (received: RequestReceived, position: UInt64)?

    /// A trial that begins after the events that a state holds.
    ///
    /// - Parameters:
    ///   - policy: the policy to decide under.
    ///   - scope: the requests to look at.
    ///   - state: the fold of every event before the first one shown.
    ///   - isWhole: whether it is that; not so where the first events were retired.
    public init(
        of policy: PolicyInForce,
        _ scope: ReplayScope = ReplayScope(),
        from state: RouterState = RouterState(),
        isWhole: Bool = true
    ) {
        self.policy = policy
        self.scope = scope
        trail = TrailingState(state, isWhole: isWhole)
    }

    /// Takes the next event.
    ///
    /// - Parameters:
    ///   - event: the event, with all its fields.
    ///   - sequence: its sequence number.
    /// - Returns: both decisions, where the event is one on a request that is looked at.
    public mutating func take(_ event: Event, sequence: UInt64) -> DecisionPair? {
        defer { trail.append(event, sequence: sequence) }
        switch event.body {
        case .requestReceived(let received):
            if let until = scope.until, until <= event.time { isOver = true }
            trail.advance(to: sequence - 1)
            pending =
                scope.contains(received.request, at: event.time) ? (received, sequence - 1) : nil
            return nil
        case .routeDecided(let recorded):
            return pair(recorded, at: EventPlace(sequence: sequence, time: event.time))
        default: return nil
        }
    }

    private mutating func pair(_ recorded: RouteDecided, at place: EventPlace) -> DecisionPair? {
        guard let (received, position) = pending, received.request == recorded.request else {
            return nil
        }
        pending = nil
        if scope.request == received.request { isOver = true }
        guard trail.isWhole, trail.state.position == position else {
            tally.retired += 1
            return nil
        }
        tally.decided += 1
        let context = RoutingContext(trail.state, policy: policy, at: place.time)
        return DecisionPair(
            place: place,
            received: received,
            recorded: recorded,
            other: decide(received, in: context, seed: recorded.seed)
        )
    }
}

extension PolicyInForce {
    /// A policy as a value, with the fingerprint that it would have if it were applied.
    ///
    /// - Parameter policy: the policy.
    public convenience init(_ policy: RoutingPolicy) {
        self.init(policy, fingerprint: Fingerprint(sha256Of: policy.encoded))
    }
}
