public import Events
public import RouterState
import Routing

/// Decides everything again that a log says was decided, and compares it byte for byte.
///
/// It is shown the events in their order. A decision is made again on the state before its request,
/// an attempt that follows a failure on the state at its own recorded position; both by the functions
/// that the gateway decides by. Inputs that nothing in the log follows from (the time, the seed) are
/// taken as recorded.
public struct ReplayCheck: Sendable {
    /// The version of the deciding code that decides now.
    public static var deciderVersion: Int { Routing.deciderVersion }

    /// What was found so far.
    public private(set) var findings = ReplayFindings()

    private let scope: ReplayScope
    private let keepsAll: Bool
    private var trail: TrailingState
    /// Whether every event before those shown is in the state.
    private let knowsAll: Bool
    /// The requests that are looked at and have not ended.
    private var open: [RequestID: ReplayedRequest] = [:]
    /// The version of the decisions since the process started; `nil` before its first.
    private var version: Int?
    private var isOver = false
    /// The request whose attempt has just failed, and when.
    private var justFailed: (request: RequestID, time: Timestamp)?
    private var bytes: [UInt8] = []

    /// A check that begins after the events that a state holds.
    ///
    /// - Parameters:
    ///   - scope: the requests to look at.
    ///   - state: the fold of every event before the first one shown.
    ///   - isWhole: whether it is that; not so where the first events were retired.
    ///   - keepsAll: whether every difference is kept, not only the first.
    public init(
        _ scope: ReplayScope = ReplayScope(),
        from state: RouterState = RouterState(),
        isWhole: Bool = true,
        keepsAll: Bool = false
    ) {
        self.scope = scope
        self.keepsAll = keepsAll
        trail = TrailingState(state, isWhole: isWhole)
        knowsAll = state.position == 0 && isWhole
    }

    /// Takes the next event.
    ///
    /// - Parameters:
    ///   - event: the event, with all its fields.
    ///   - record: its bytes in the log.
    ///   - sequence: its sequence number.
    /// - Returns: whether anything that is looked at can follow.
    public mutating func take(_ event: Event, _ record: Span<UInt8>, sequence: UInt64) -> Bool {
        let place = EventPlace(sequence: sequence, time: event.time)
        findings.events += 1
        findings.first = findings.first ?? place
        findings.last = place
        decideUnasked(before: event.body, sequence)
        switch event.body {
        case .requestReceived(let received): begin(received, place)
        case .routeDecided(let decision): check(decision, record, place)
        case .attemptStarted(let attempt): check(attempt, record, place)
        case .attemptFinished(let finished):
            open[finished.request]?.finish(finished, at: sequence)
            if finished.failure != nil, open[finished.request] != nil {
                justFailed = (finished.request, event.time)
            }
        case .reservationExtended(let change): check(change, record, place)
        case .requestCompleted(let completed):
            check(completed, place)
            end(completed.request)
        case .nodeStarted: version = nil
        default: break
        }
        trail.append(event, sequence: sequence)
        return !isOver
    }

    private mutating func begin(_ received: RequestReceived, _ place: EventPlace) {
        if let until = scope.until, until <= place.time, open.isEmpty { isOver = true }
        guard scope.contains(received.request, at: place.time) else { return }
        trail.advance(to: place.sequence - 1)
        open[received.request] = ReplayedRequest(received, after: place.sequence - 1)
    }

    /// Decides what follows a failure as soon as the warnings that go with it are read: that is the
    /// state on which the gateway found that no candidate is left to ask.
    private mutating func decideUnasked(before body: EventBody, _ sequence: UInt64) {
        guard let (id, time) = justFailed else { return }
        switch body {
        case .quotaWarned, .budgetAlerted: return
        default: break
        }
        justFailed = nil
        guard var request = open[id], request.otherVersion == nil else { return }
        trail.advance(to: sequence - 1)
        guard trail.isWhole else { return }
        request.decideUnasked(in: RoutingContext(trail.state, at: time))
        open[id] = request
    }

    /// Compares the candidates that a request which ended was not sent to any more.
    private mutating func check(_ completed: RequestCompleted, _ place: EventPlace) {
        guard !completed.skipped.isEmpty, let request = open[completed.request],
            let unasked = request.unasked, unasked != completed.skipped
        else { return }
        var again = completed
        again.skipped = unasked
        add(
            ReplayDifference(
                of: .requestCompleted(completed),
                at: place,
                from: .requestCompleted(again)
            ),
            to: \.attempts
        )
    }

    private mutating func end(_ id: RequestID) {
        guard open.removeValue(forKey: id) != nil else { return }
        if scope.request == id { isOver = true }
    }

    // Decisions.

    private mutating func check(
        _ decision: RouteDecided,
        _ record: Span<UInt8>,
        _ place: EventPlace
    ) {
        let body = EventBody.routeDecided(decision)
        guard var request = open.removeValue(forKey: decision.request) else {
            return unexpectedEvent(body, place, in: \.decisions)
        }
        defer { open[decision.request] = request }
        request.decision = decision
        if let field = unexpectedVersion(decision) {
            request.otherVersion = decision.deciderVersion
            return add(ReplayDifference(of: body, at: place, in: field), to: \.decisions)
        }
        guard decision.deciderVersion == Self.deciderVersion else {
            request.otherVersion = decision.deciderVersion
            return findings.decisions.byOtherVersion[decision.deciderVersion, default: 0] += 1
        }
        guard trail.isWhole else { return findings.decisions.retired += 1 }
        guard request.isUndecided, trail.state.position == request.position else {
            // Decided already, or not by the step that received it.
            return add(ReplayDifference(of: body, at: place, from: nil), to: \.decisions)
        }
        request.isUndecided = false
        let again = Admission(
            of: request.received,
            in: RoutingContext(trail.state, at: place.time),
            seed: decision.seed
        )
        request.next = again.attempt
        compare(body, record, place, with: .routeDecided(again.decision), in: \.decisions)
    }

    /// The version, where it is not that of the decisions before: one process is one build.
    private mutating func unexpectedVersion(_ decision: RouteDecided) -> ReplayDifference.Field? {
        let firstVersion = version ?? decision.deciderVersion
        version = firstVersion
        guard decision.deciderVersion != firstVersion else { return nil }
        return ReplayDifference.Field(
            path: "decider_version",
            recorded: .integer(Int64(decision.deciderVersion)),
            decided: .integer(Int64(firstVersion))
        )
    }

    // Attempts.

    private mutating func check(
        _ attempt: AttemptStarted,
        _ record: Span<UInt8>,
        _ place: EventPlace
    ) {
        let body = EventBody.attemptStarted(attempt)
        guard var request = open.removeValue(forKey: attempt.request) else {
            return unexpectedEvent(body, place, in: \.attempts)
        }
        defer {
            request.start(attempt)
            open[attempt.request] = request
        }
        if let version = request.otherVersion {
            return findings.attempts.byOtherVersion[version, default: 0] += 1
        }
        if attempt.hedge != nil {
            trail.advance(to: place.sequence - 1)
            request.next = request.hedge(in: RoutingContext(trail.state, at: place.time))
        } else if let last = request.last, let failed = request.failed {
            trail.advance(to: attempt.position(after: failed.sequence, at: place.sequence))
            request.next = request.attempt(
                after: last,
                failed.kind,
                in: RoutingContext(trail.state, at: place.time)
            )
        }
        guard trail.isWhole else { return findings.attempts.retired += 1 }
        let again = request.next.map(EventBody.attemptStarted)
        compare(body, record, place, with: again, in: \.attempts)
    }

    /// Extends a reservation again, by what was written as recorded.
    ///
    /// One that holds no more than before only goes on holding it.
    private mutating func check(
        _ change: ReservationExtended,
        _ record: Span<UInt8>,
        _ place: EventPlace
    ) {
        let body = EventBody.reservationExtended(change)
        guard let request = open[change.request] else {
            return unexpectedEvent(body, place, in: \.attempts)
        }
        if let version = request.otherVersion {
            return findings.attempts.byOtherVersion[version, default: 0] += 1
        }
        trail.advance(to: place.sequence - 1)
        guard trail.isWhole else { return findings.attempts.retired += 1 }
        let again = ReservationExtension(
            of: change.request,
            change.number,
            written: change.written,
            in: RoutingContext(trail.state, at: place.time)
        )
        var decided: EventBody?
        switch again {
        case .extended(let event): decided = .reservationExtended(event)
        case .holds: decided = trail.state.renewal(of: change).map(EventBody.reservationExtended)
        case .refused: break
        }
        compare(body, record, place, with: decided, in: \.attempts)
    }

    // What is common to both.

    /// Takes note of an event of a request that is not known.
    private mutating func unexpectedEvent(
        _ body: EventBody,
        _ place: EventPlace,
        in tally: WritableKeyPath<ReplayFindings, ReplayFindings.Tally>
    ) {
        // Others may have been received before what is looked at.
        guard scope.isEverything else { return }
        guard knowsAll else { return findings[keyPath: tally].retired += 1 }
        let id = body.request.map(\.json)
        let field = ReplayDifference.Field(path: "request", recorded: id, decided: nil)
        add(ReplayDifference(of: body, at: place, in: field), to: tally)
    }

    private mutating func compare(
        _ recorded: EventBody,
        _ record: Span<UInt8>,
        _ place: EventPlace,
        with decided: EventBody?,
        in tally: WritableKeyPath<ReplayFindings, ReplayFindings.Tally>
    ) {
        bytes.removeAll(keepingCapacity: true)
        if let decided { Event(decided, at: place.time).encode(into: &bytes) }
        if record.isEqual(to: bytes) {
            findings[keyPath: tally].equal += 1
        } else {
            add(ReplayDifference(of: recorded, at: place, from: decided), to: tally)
        }
    }

    private mutating func add(
        _ difference: ReplayDifference,
        to tally: WritableKeyPath<ReplayFindings, ReplayFindings.Tally>
    ) {
        findings[keyPath: tally].different += 1
        if keepsAll || findings.differences.isEmpty { findings.differences.append(difference) }
    }
}

extension AttemptStarted {
    /// The position of the state that a failover was decided on: its own word, as long as that lies
    /// behind the failure and before itself.
    fileprivate func position(after failure: UInt64, at sequence: UInt64) -> UInt64 {
        (failure..<sequence).contains(statePosition) ? statePosition : sequence - 1
    }
}

extension Span<UInt8> {
    fileprivate func isEqual(to bytes: [UInt8]) -> Bool {
        guard count == bytes.count else { return false }
        for index in indices where self[index] != bytes[index] { return false }
        return true
    }
}
