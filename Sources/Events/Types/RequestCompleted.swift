/// A request ended; nothing of it happens after this.
public struct RequestCompleted: FieldRecord {
    /// The request.
    public var request: RequestID = .empty
    /// How it ended.
    public var outcome: RequestOutcome = .answered
    /// The HTTP status that the client was sent; 0 for none.
    public var status: Int = 0
    /// Attempts made.
    public var attempts: Int = 0
    /// The provider of the last attempt.
    public var provider: String?
    /// The model of the last attempt.
    public var model: String?
    /// The sum of the attempts' costs; absent when one of them is unknown.
    public var cost: Nanodollars?
    /// What the client was told went wrong, where a provider's failure is the cause.
    public var failure: FailureKind?
    /// What the client was told, without secrets.
    public var message: String?
    /// Microseconds from the request's last byte to the decision.
    public var decideMicroseconds: Int = 0
    /// Microseconds that the client waited for the log alone.
    public var logWaitMicroseconds: Int = 0
    /// Microseconds to the first byte sent to the client.
    public var firstByteMicroseconds: Int?
    /// Microseconds from the request's first byte to the outcome; after a crash, to the next start
    /// (`measuredMicroseconds`).
    public var totalMicroseconds: Int = 0
    /// Candidates of the decision that were not asked after the last attempt failed, with reasons.
    public var skipped: [RouteExclusion] = []
    /// Whether the provider of the last attempt is local; absent without one.
    ///
    /// It is in the policy too, but a report must not need what retention may have pruned.
    public var isLocal: Bool?

    /// A record with every field empty.
    public init() {}

    /// How a request ends for its client; what it came to is added where it is recorded.
    ///
    /// - Parameters:
    ///   - outcome: how it ended.
    ///   - status: the HTTP status that the client is sent; 0 for none.
    ///   - failure: what the client is told went wrong, where a provider's failure is the cause.
    ///   - message: what the client is told, without secrets.
    public init(
        _ outcome: RequestOutcome,
        status: Int,
        failure: FailureKind? = nil,
        message: String? = nil
    ) {
        self.outcome = outcome
        self.status = status
        self.failure = failure
        self.message = message
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "outcome", &outcome)
        visitor.field(3, "status", &status)
        visitor.field(4, "attempts", &attempts)
        visitor.field(5, "provider", &provider)
        visitor.field(6, "model", &model)
        visitor.field(7, "cost_nanodollars", &cost)
        visitor.field(8, "failure", &failure)
        visitor.field(9, "message", &message)
        visitor.field(10, "decide_us", &decideMicroseconds)
        visitor.field(11, "log_wait_us", &logWaitMicroseconds)
        visitor.field(12, "first_byte_us", &firstByteMicroseconds)
        visitor.field(13, "total_us", &totalMicroseconds)
        visitor.field(14, "skipped", &skipped)
        visitor.field(15, "is_local", &isLocal)
    }
}

/// How a request ended.
public enum RequestOutcome: UInt8, FieldEnumeration {
    /// The client was sent a whole answer.
    case answered = 1
    /// Every attempt failed, and the client was sent an error.
    case failed = 2
    /// The request was at fault or had no candidate, and the client was sent an error.
    case refused = 3
    /// The client hung up.
    case cancelled = 4
    /// The answer broke off after its first byte, and the client was told so.
    case cut = 5
    /// Logway stopped or crashed while the request was in flight.
    case interrupted = 6

    /// Answered.
    public static var empty: RequestOutcome { .answered }
}

extension RequestCompleted {
    /// Whether the next start ended it after a crash: a client that an orderly stop turns away is
    /// sent a status.
    public var isEndedByCrash: Bool { outcome == .interrupted && status == 0 }

    /// Microseconds in all; `nil` after a crash, when the gateway's down time is in them.
    public var measuredMicroseconds: Int? { isEndedByCrash ? nil : totalMicroseconds }
}
