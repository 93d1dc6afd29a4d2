import Events
import Providers

/// What a request begins with, which does not change; a class, since a copy costs a reference count for
/// each of its lists and texts.
final class AdmittedRequest: Sendable {
    let client: ClientRequest
    let received: RequestReceived
    let decision: RouteDecided
    /// When the request's first byte was read, on the monotonic clock.
    let start: Int64
    /// How long it took from there to the decision.
    let decideMicroseconds: Int
    /// When the request's whole time is used up, on the monotonic clock; the decision's deadline.
    let deadline: Int64
    /// How long nothing may come of an attempt before another is made beside it; `nil` for ever.
    let hedgeDelay: Duration?

    init(
        _ client: ClientRequest,
        as received: RequestReceived,
        decision: RouteDecided,
        start: Int64,
        decidedAt now: Int64,
        whole: Duration,
        hedgeDelay: Duration?
    ) {
        self.client = client
        self.received = received
        self.decision = decision
        self.start = start
        decideMicroseconds = Int(now - start)
        deadline = now + whole.microseconds
        self.hedgeDelay = hedgeDelay
    }
}
