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
    }
}
