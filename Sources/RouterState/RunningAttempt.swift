public import Events

/// What is kept of an attempt while it runs: what its end, or its loss in a crash, is measured by.
public struct RunningAttempt: FieldRecord {
    /// Which attempt of the request it is, from 1.
    public var number = 0
    /// The provider's configured name.
    public var provider = ""
    /// The model's name at that provider.
    public var model = ""
    /// The sequence number of the last event in the state it was taken on.
    public var statePosition: UInt64 = 0
    /// Prompt tokens reserved.
    public var reservedInput = 0
    /// Output tokens reserved; unknown when nothing limits them.
    public var reservedOutput: Int?
    /// Money reserved; unknown when a limit or a price is.
    public var reservedCost: Nanodollars?

    /// When it was recorded that it started; only where quotas hold it.
    public var started = Timestamp.empty
    /// Tokens that quotas hold for it.
    public var reservedTokens = 0
    /// Which lines of the quotas hold it (`HeldLines`).
    var heldLines = HeldLines.none
    /// Which of the provider's lanes is used; 0 for the first.
    public var key = 0
    /// Whether the provider has other lanes.
    var isOneOfLanes = false
    /// The budgets with a scope that it counts in.
    public var charges: [String] = []
    /// When what it holds is given back even if its end never comes; absent when it holds nothing.
    public var expires: Timestamp?
    /// Whether that time has come.
    public var isExpired = false

    /// A record with every field empty.
    public init() {}

    init(_ started: AttemptStarted) {
        number = started.number
        provider = started.provider
        model = started.model
        statePosition = started.statePosition
        reservedInput = started.reservedInput
        reservedOutput = started.reservedOutput
        reservedCost = started.reservedCost
        reservedTokens = max(0, started.reservedTokens ?? 0)
        key = started.key
        isOneOfLanes = started.lane != nil
        conversation = started.conversation
        charges = started.charges
        isHedge = started.hedge != nil
        isStreamed = started.isStreamed
        operation = started.operation ?? .generation
        outputBound = started.outputBound
    }

    /// Whether it was made beside another.
    var isHedge = false

    /// Whether its answer is sent on as it is written.
    var isStreamed = false

    /// The most output tokens that it may take, where fewer are reserved at first.
    public var outputBound: Int?

    /// What the model is asked to do.
    var operation = RequestOperation.generation

    /// The conversation that it answers; absent where those are not kept together.
    var conversation: UInt64?

    /// The lane that it uses, where there are several.
    var lane: LaneReference? {
        isOneOfLanes ? LaneReference(provider: provider, key: key) : nil
    }

    /// Whether it holds something of a quota or a budget.
    var holdsSomething: Bool {
        heldLines != .none || !charges.isEmpty || (reservedCost ?? .zero) > .zero
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "number", &number)
        visitor.field(2, "provider", &provider)
        visitor.field(3, "model", &model)
        visitor.field(4, "state_position", &statePosition)
        visitor.field(5, "reserved_input", &reservedInput)
        visitor.field(6, "reserved_output", &reservedOutput)
        visitor.field(7, "reserved_cost_nanodollars", &reservedCost)
        visitor.field(20, "started", &started)
        visitor.field(21, "reserved_tokens", &reservedTokens)
        visitor.field(22, "held_lines", &heldLines.rawValue)
        visitor.field(23, "key", &key)
        visitor.field(24, "charges", &charges)
        visitor.field(25, "expires", &expires)
        visitor.field(26, "is_expired", &isExpired)
        visitor.field(27, "one_of_lanes", &isOneOfLanes)
        visitor.field(28, "conversation", &conversation)
        visitor.field(29, "hedge", &isHedge)
        visitor.field(30, "streamed", &isStreamed)
        visitor.field(31, "operation", &operation)
        visitor.field(32, "output_bound", &outputBound)
    }
}
