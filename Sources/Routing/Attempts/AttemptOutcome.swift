public import Events

/// The result of an attempt, as the shell saw it: what the provider said and the network measured.
public struct AttemptOutcome: Sendable {
    /// Why there is no whole answer; `nil` on success.
    public var failure: FailureKind?
    /// The HTTP status, where one was received.
    public var status: Int?
    /// What the provider or the network said, without secrets.
    public var message: String?
    /// How long the provider said to wait.
    public var retryAfter: Duration?
    /// The tokens that the provider counted.
    public var usage = TokenUsage()
    /// What the provider says it cost.
    public var receipt: Nanodollars?
    /// The provider's reason for ending the answer.
    public var finishReason: String?
    /// The model that the provider says answered.
    public var model: String?
    /// Bytes of text that the model wrote, for an estimate where usage is missing.
    public var outputTextBytes = 0
    /// Whether the provider may have worked for this attempt, so that it may cost something even
    /// though it failed.
    public var mayCost = true
    /// Whether something came that could not be read, so that its cost is unknown.
    public var isUnreadable = false
    /// The fingerprints of what only the provider can go on from.
    public var held: [UInt64] = []
    /// The status by which the provider refused the client's own API before it was asked by a chat.
    public var refusedStatus: Int?
    /// Microseconds to a new connection; `nil` when one was reused.
    public var connectMicroseconds: Int?
    /// Microseconds to the first byte of the answer's body.
    public var firstByteMicroseconds: Int?
    /// Microseconds in all.
    public var totalMicroseconds = 0

    /// A whole answer of which nothing is known.
    public init() {}
}
