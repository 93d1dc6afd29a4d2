import Events
import Routing

/// What a replay keeps of a request that has not ended.
struct ReplayedRequest: Sendable {
    let received: RequestReceived
    /// The position of the state that is decided on: of all before the request.
    let position: UInt64
    /// Its decision, as recorded.
    var decision: RouteDecided?
    /// Whether nothing was decided again for it yet.
    var isUndecided = true
    /// The version of the deciding code, where it is another one than this build's.
    var otherVersion: Int?
    /// The attempt that comes next, as it is decided now.
    var next: AttemptStarted?
    /// The attempt that was made last, as recorded.
    var last: AttemptStarted?
    /// How that attempt ended, once none is under way, and the event that ended the last one.
    var failed: (kind: FailureKind?, sequence: UInt64)?
    /// The candidates that are passed over after that, as it is decided now; `nil` where that was not
    /// decided, or another attempt follows.
    var unasked: [RouteExclusion]?
    /// Whether an attempt was made beside another.
    private var isHedged = false
    /// How many attempts are under way.
    private var underWay = 0
    /// How the attempt that was made last ended, if it has.
    private var lastFailure: FailureKind?

    init(_ received: RequestReceived, after position: UInt64) {
        self.received = received
        self.position = position
    }

    /// Takes in that an attempt was made.
    mutating func start(_ attempt: AttemptStarted) {
        next = nil
        failed = nil
        unasked = nil
        lastFailure = nil
        let isHedge = attempt.hedge != nil && underWay == 1
        isHedged = isHedged || isHedge
        underWay = isHedge ? 2 : 1
        // A record that fits no candidate leads nowhere, and was named as different already.
        let fits = decision?.candidates.indices.contains(attempt.candidate) ?? false
        last = fits && (1..<1_000_000).contains(attempt.number) ? attempt : nil
    }

    /// Takes in how an attempt ended.
    mutating func finish(_ finished: AttemptFinished, at sequence: UInt64) {
        unasked = nil
        if underWay < 2 && !isHedged || finished.number == last?.number {
            lastFailure = finished.failure
        }
        underWay = max(0, underWay - 1)
        if underWay == 0 { failed = (lastFailure, sequence) }
    }

    /// The attempt beside the one under way, in a context; `nil` where there is none to make.
    func hedge(in context: RoutingContext) -> AttemptStarted? {
        guard let decision, let last, underWay == 1, !isHedged else { return nil }
        return Hedge(
            beside: last,
            of: decision,
            received: received,
            in: context
        ).attempt
    }

    /// Decides what follows the attempt that failed, in a context whose state knows of it.
    mutating func decideUnasked(in context: RoutingContext) {
        guard let last, let failed, let decision else { return }
        let next = NextAttempt(
            after: last,
            failure: failed.kind,
            of: decision,
            received: received,
            in: context
        )
        unasked = next.attempt == nil ? next.skipped : nil
    }

    /// The attempt that follows a failed one in a context; `nil` when no candidate is left.
    func attempt(
        after last: AttemptStarted,
        _ failure: FailureKind?,
        in context: RoutingContext
    ) -> AttemptStarted? {
        guard let decision else { return nil }
        return NextAttempt(
            after: last,
            failure: failure,
            of: decision,
            received: received,
            in: context
        ).attempt
    }
}
