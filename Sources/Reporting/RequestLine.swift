public import Events

/// What a list of requests shows of one.
public struct RequestLine: Hashable, Sendable {
    /// The request's id.
    public let id: RequestID
    /// The model as the client named it.
    public var requestedModel = ""
    /// The last attempt's `provider:model`; `nil` before the first.
    public var lastAsked: String?
    /// How it ended; `nil` while it runs.
    public var outcome: RequestOutcome?
    /// The attempts that were started.
    public var attempts = 0
    /// Prompt tokens of the last attempt that ended; `nil` when unknown.
    public var promptTokens: Int?
    /// Output tokens of the last attempt that ended; `nil` when unknown.
    public var outputTokens: Int?
    /// What it cost, once it ended; `nil` when unknown.
    public var cost: Nanodollars?
    /// How long it took in microseconds, once it ended; `nil` too where a crash ended it.
    public var totalMicroseconds: Int?

    /// The line of a request of which nothing is known yet.
    public init(id: RequestID) {
        self.id = id
    }

    /// The line of a request from its events.
    public init(_ record: RequestRecord) {
        self.init(id: record.id)
        let completed = record.completed?.content
        let usage = record.finished.last?.content.usage
        requestedModel = record.received?.content.requestedModel ?? ""
        lastAsked = record.started.last.map { "\($0.content.provider):\($0.content.model)" }
        outcome = completed?.outcome
        attempts = record.started.count
        promptTokens = usage?.prompt
        outputTokens = usage?.output
        cost = completed?.cost
        totalMicroseconds = completed?.measuredMicroseconds
    }
}
