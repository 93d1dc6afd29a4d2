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
