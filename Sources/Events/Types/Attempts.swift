/// A candidate of the decision was asked.
public struct AttemptStarted: FieldRecord {
    /// The request.
    public var request: RequestID = .empty
    /// Which attempt of the request this is, from 1.
    public var number: Int = 0
    /// The provider's configured name.
    public var provider: String = ""
    /// The model's name at that provider.
    public var model: String = ""
    /// The index in the decision's candidates.
    public var candidate: Int = 0
    /// The sequence number of the last event in the state it was taken on.
    public var statePosition: UInt64 = 0
    /// The failure of the attempt before, when this is a failover.
    public var after: FailureKind?
    /// Candidates of the decision passed over since, each with its reason.
    public var skipped: [RouteExclusion] = []
    /// Prompt tokens reserved: an upper bound, one for each byte of text.
    public var reservedInput: Int = 0
    /// Output tokens reserved; unknown when nothing limits them.
    public var reservedOutput: Int?
    /// Money reserved; unknown when a limit or a price is.
    public var reservedCost: Nanodollars?
    /// Tokens reserved in quotas; absent where none are counted.
    public var reservedTokens: Int?
    /// The budgets with a scope that it counts in.
    public var charges: [String] = []
    /// Which of the provider's lanes is used, a key or an address; 0 for the first.
    public var key: Int = 0
    /// What that lane is called; absent where the provider has one only.
    public var lane: String?
    /// The fingerprint of the request's conversation; absent where those are not kept together.
    public var conversation: UInt64?
    /// Why it was made beside another attempt; absent where it was the only one.
    public var hedge: HedgeReason?
    /// Whether the client is sent the answer as it is written.
    public var isStreamed: Bool = false
    /// When it counts as stalled; absent where the provider's policy says nothing of it.
    public var stallTimeout: StallTimeout?
    /// How many attempts of the request before this one are exempt from its limit: their keys were
    /// rejected, and their provider had another lane.
    public var exemptAttempts: Int = 0
    /// That it asks again who failed before, after a wait; absent otherwise.
    public var retry: RetryReason?
    /// What the model is asked to do; absent for an answer.
    public var operation: RequestOperation?
    /// The most output tokens that it may take, in all answers together, where fewer are reserved at
    /// first; absent where all of them are.
    public var outputBound: Int?
    /// The most tokens a second that the model is taken to write, where it may write some that are not
    /// shown; absent where all are, or where all that may be written is reserved.
    public var unseenSpeed: Int?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "number", &number)
        visitor.field(3, "provider", &provider)
        visitor.field(4, "model", &model)
        visitor.field(5, "candidate", &candidate)
        visitor.field(6, "state_position", &statePosition)
        visitor.field(7, "after", &after)
        visitor.field(8, "skipped", &skipped)
        visitor.field(9, "reserved_input", &reservedInput)
        visitor.field(10, "reserved_output", &reservedOutput)
        visitor.field(11, "reserved_cost_nanodollars", &reservedCost)
        visitor.field(20, "reserved_tokens", &reservedTokens)
        visitor.field(21, "charges", &charges)
        visitor.field(22, "key", &key)
        visitor.field(23, "lane", &lane)
        visitor.field(24, "conversation", &conversation)
        visitor.field(25, "hedge", &hedge)
        visitor.field(26, "streamed", &isStreamed)
        visitor.field(27, "hang", &stallTimeout)
        visitor.field(28, "uncounted", &exemptAttempts)
        visitor.field(29, "retry", &retry)
        visitor.field(30, "operation", &operation)
        visitor.field(31, "output_bound", &outputBound)
        visitor.field(32, "unseen_tokens_per_second", &unseenSpeed)
    }
}

/// An attempt ended: with an answer, a failure, or because nobody wanted it any more.
public struct AttemptFinished: FieldRecord {
    /// The request.
    public var request: RequestID = .empty
    /// Which attempt of the request this is, from 1.
    public var number: Int = 0
    /// The provider's configured name.
    public var provider: String = ""
    /// The model's name at that provider.
    public var model: String = ""
    /// Why there is no whole answer; absent on success.
    public var failure: FailureKind?
    /// The HTTP status, where one was received.
    public var status: Int?
    /// What the provider or the network said, shortened and without secrets.
    public var message: String?
    /// When the provider said to come back.
    public var retryAt: Timestamp?
    /// The tokens used.
    public var usage: TokenUsage = TokenUsage()
    /// What it cost; absent when unknown.
    public var cost: Nanodollars?
    /// Where the cost comes from.
    public var costOrigin: CostOrigin = .unknown
    /// The sequence number of the event with the prices used; 0 for none.
    public var pricesPosition: UInt64 = 0
    /// Microseconds to a new connection; absent when one was reused.
    public var connectMicroseconds: Int?
    /// Microseconds to the first byte of the answer's body.
    public var firstByteMicroseconds: Int?
    /// Microseconds in all; 0 where a crash ended it (`measuredMicroseconds`).
    public var totalMicroseconds: Int = 0
    /// The provider's reason for ending the answer.
    public var finishReason: String?
    /// The model that the provider says answered, where that differs.
    public var answeredModel: String?
    /// Which of the provider's lanes was used; 0 for the first.
    public var key: Int = 0
    /// Fingerprints of what the provider keeps, or alone can read, of its answer.
    ///
    /// A stored response, encrypted reasoning; at most `heldLimit`.
    public var held: [UInt64] = []
    /// The status by which the provider refused the client's own API before it was asked by a chat;
    /// absent where it was asked once.
    public var refusedStatus: Int?
    /// Estimated output tokens beyond what was reserved, which are neither in `usage` nor in `cost`.
    public var unreservedOutput: Int?
    /// What an estimate came to beyond the money that was reserved, which is not in `cost`.
    public var unreservedCost: Nanodollars?

    /// The most fingerprints that are kept of an answer: the newest of an agent's turn.
    public static let heldLimit = 8

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "number", &number)
        visitor.field(3, "provider", &provider)
        visitor.field(4, "model", &model)
        visitor.field(5, "failure", &failure)
        visitor.field(6, "status", &status)
        visitor.field(7, "message", &message)
        visitor.field(8, "retry_at", &retryAt)
        visitor.field(9, "usage", &usage)
        visitor.field(10, "cost_nanodollars", &cost)
        visitor.field(11, "cost_origin", &costOrigin)
        visitor.field(12, "prices_position", &pricesPosition)
        visitor.field(13, "connect_us", &connectMicroseconds)
        visitor.field(14, "first_byte_us", &firstByteMicroseconds)
        visitor.field(15, "total_us", &totalMicroseconds)
        visitor.field(16, "finish_reason", &finishReason)
        visitor.field(17, "answered_model", &answeredModel)
        visitor.field(20, "key", &key)
        visitor.field(30, "held", &held)
        visitor.field(31, "refused_status", &refusedStatus)
        visitor.field(58, "unreserved_output_tokens", &unreservedOutput)
        visitor.field(59, "unreserved_cost_nanodollars", &unreservedCost)
    }
}

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
    /// It is in the policy too, but a report must not need what retention may have given up.
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

extension AttemptFinished {
    /// Microseconds in all; `nil` for an attempt that a crash ended, which nobody timed.
    public var measuredMicroseconds: Int? {
        failure == .interrupted && totalMicroseconds == 0 ? nil : totalMicroseconds
    }
}

extension RequestCompleted {
    /// Whether the next start ended it after a crash: a client that an orderly stop turns away is
    /// sent a status.
    public var isEndedByCrash: Bool { outcome == .interrupted && status == 0 }

    /// Microseconds in all; `nil` after a crash, when the gateway's down time is in them.
    public var measuredMicroseconds: Int? { isEndedByCrash ? nil : totalMicroseconds }
}
