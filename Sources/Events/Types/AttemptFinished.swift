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

/// Where a cost comes from.
public enum CostOrigin: UInt8, FieldEnumeration {
    /// There is none: a price or a count is unknown.
    case unknown = 1
    /// The provider's own receipt.
    case receipt = 2
    /// The price table, with the provider's counts.
    case priced = 3
    /// The price table, with counts that Logway estimated.
    case estimated = 4
    /// Nothing is charged: the provider was not reached, or gave an error instead of an answer.
    case uncharged = 5

    /// Unknown.
    public static var empty: CostOrigin { .unknown }
}

extension AttemptFinished {
    /// Microseconds in all; `nil` for an attempt that a crash ended, which nobody timed.
    public var measuredMicroseconds: Int? {
        failure == .interrupted && totalMicroseconds == 0 ? nil : totalMicroseconds
    }
}
