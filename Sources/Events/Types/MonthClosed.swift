/// A month (UTC) ended, and this is what its events come to; no later event counts in it.
///
/// It is all that the month's cost report needs, so that the report outlives the events.
public struct MonthClosed: FieldRecord {
    /// The year.
    public var year: Int = 0
    /// The month, from 1 to 12.
    public var month: Int = 0
    /// The sequence number of the last event that was looked at.
    public var position: UInt64 = 0
    /// The sum of everything, without a name.
    public var total: MonthLine = MonthLine()
    /// The sums by provider, sorted by name.
    public var byProvider: [MonthLine] = []
    /// The sums by `provider:model`, sorted by name.
    public var byModel: [MonthLine] = []
    /// The sums by task, sorted by name.
    public var byTask: [MonthLine] = []
    /// The sums by label, sorted by name.
    public var byTag: [MonthLine] = []
    /// The requests that ended, by outcome, in the order of the outcomes' numbers.
    public var outcomes: [OutcomeCount] = []
    /// Requests that a local provider answered.
    public var localRequests: Int = 0
    /// Requests that a hosted provider answered.
    public var hostedRequests: Int = 0
    /// How many `MonthPart`s came before it with its sums; 0 where they are all here.
    public var parts: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "year", &year)
        visitor.field(2, "month", &month)
        visitor.field(3, "position", &position)
        visitor.field(4, "total", &total)
        visitor.field(5, "by_provider", &byProvider)
        visitor.field(6, "by_model", &byModel)
        visitor.field(7, "by_task", &byTask)
        visitor.field(8, "by_tag", &byTag)
        visitor.field(9, "outcomes", &outcomes)
        visitor.field(10, "local_requests", &localRequests)
        visitor.field(11, "hosted_requests", &hostedRequests)
        visitor.field(12, "parts", &parts)
    }
}

/// Sums over the attempts of a month under a name.
public struct MonthLine: FieldRecord {
    /// What they are the sums of.
    public var name: String = ""
    /// The sums; their fields are the line's own.
    public var sums: AttemptSums = AttemptSums()

    /// A record with every field empty.
    public init() {}

    /// The sums under a name.
    public init(_ name: String, _ sums: AttemptSums) {
        self.name = name
        self.sums = sums
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        sums.visit(&visitor)
    }
}

/// How many requests ended in one way.
public struct OutcomeCount: FieldRecord {
    /// The way.
    public var outcome: RequestOutcome = .answered
    /// How many.
    public var count: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "outcome", &outcome)
        visitor.field(2, "count", &count)
    }
}
