import ClientHTTP
import Events
import HTTPTypes
import Platform
import Providers
import Routing
import WriteAheadLog

/// One request on its way: what was decided for it, and what has come of it so far.
///
/// Everything that happens to the request is recorded through it, so each attempt is settled once and
/// the request completed once.
struct RunningRequest: Sendable {
    /// What it began with.
    let admitted: AdmittedRequest
    /// The sequence number of the last event of this request.
    var sequence: UInt64
    /// Microseconds that the client has waited for the log alone.
    var logWait = 0
    /// When the first byte was sent to the client, in microseconds since the start.
    var firstByte: Int?
    /// The attempt under way, or the last one.
    var attempt: AttemptStarted?
    /// When that attempt began, on the monotonic clock.
    var attemptStart: Int64 = 0
    /// The paths of what the provider that answers was not told, as its family has no word for it.
    var dropped: [String] = []
    /// The attempts that finished.
    var finished: [AttemptFinished] = []
    /// The candidates that were passed over on failover.
    var skipped: [RouteExclusion] = []
    /// Those of them that were passed over after the last attempt failed.
    var unasked: [RouteExclusion] = []
    /// What the last provider said that found fault with the request as Logway had translated it, or
    /// with what the model wrote.
    var lastRejection: ProviderFailure?
    /// What keeps its client's connection alive while its answer is silent.
    var keepAlive: KeepAlive?
    /// The attempt that was made beside another, once one was: one a request at most.
    var hedges: [AttemptStarted] = []

    var id: RequestID { received.request }
    var client: ClientRequest { admitted.client }
    var received: RequestReceived { admitted.received }
    var decision: RouteDecided { admitted.decision }
    var start: Int64 { admitted.start }

    /// The whole cost so far; `nil` once an attempt's is unknown.
    var cost: Nanodollars? { cost(with: nil) }

    /// The whole cost with an attempt that is not among the finished ones yet.
    func cost(with last: AttemptFinished?) -> Nanodollars? {
        var sum = Nanodollars.zero
        for attempt in finished {
            guard let cost = attempt.cost else { return nil }
            sum = sum + cost
        }
        guard let last else { return sum }
        return last.cost.map { sum + $0 }
    }
}

/// What an attempt came to.
struct AttemptResult: Sendable {
    var failure: ProviderFailure?
    var status: Int?
    var usage = TokenUsage()
    var receipt: Nanodollars?
    var finishReason: String?
    var model: String?
    /// Bytes of text that the model wrote, for an estimate where usage is missing.
    var outputTextBytes = 0
    /// The fingerprints of what only the provider can go on from.
    var held: [UInt64] = []
    /// The status by which the provider refused the client's own API before it was asked by a chat.
    var refusedStatus: Int?
    /// Whether the provider may have worked for this attempt, so that it may cost something even
    /// though it failed.
    var mayCost = true
    /// Whether something came that could not be read, so that nobody knows what it cost.
    var isUnreadable = false
    /// Whether the provider may keep what it was sent although it failed, so that to ask again, or
    /// another, could keep it twice.
    var isUncertain = false
    /// Whether Logway lacked what another candidate may do without: room for a translation, a port
    /// towards one address.
    var mayServeElsewhere = false
    var connectMicroseconds: Int?
    var firstByteMicroseconds: Int?
    /// The provider's headers that its client is told.
    var headers = HTTPFields()
    /// What its answer takes of the memory of all answers.
    var room: HeldRoom?
}

/// How a request ends for its client.
struct RequestEnding: Sendable {
    var outcome: RequestOutcome
    var status: Int
    var failure: FailureKind?
    var message: String?
}
