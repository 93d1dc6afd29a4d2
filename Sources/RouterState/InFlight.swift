public import Events

/// The requests that were received and have not ended.
public struct InFlight: Hashable, Sendable {
    /// A request that has not ended.
    public struct OpenRequest: Hashable, Sendable {
        /// When it was received.
        public var received = Timestamp.empty
        /// Attempts that finished.
        public var finishedAttempts = 0
        /// The sum of their costs; `nil` once one is unknown.
        public var cost: Nanodollars? = .zero
        /// The attempt under way.
        public var attempt: RunningAttempt?
        /// Who was asked last, also when no attempt is under way.
        public var lastAsked: ModelReference?

        /// A request of which nothing is known.
        public init() {}

        init(received: Timestamp) { self.received = received }
    }

    private var requests: [RequestID: OpenRequest] = [:]

    /// No request.
    public init() {}

    /// How many there are.
    public var count: Int { requests.count }

    /// The ids, in order.
    public var ids: [RequestID] { requests.keys.sorted() }

    /// One of them.
    public subscript(id: RequestID) -> OpenRequest? { requests[id] }

    /// The events that end every open request after a crash, in order of their ids.
    ///
    /// What an attempt reserved becomes its estimated use: the provider may have charged for it.
    public func interruptions(prices: PriceTable, at time: Timestamp) -> [EventBody] {
        ids.flatMap { id in requests[id]?.interruption(of: id, prices: prices, at: time) ?? [] }
    }

    mutating func begin(_ id: RequestID, at time: Timestamp) {
        requests[id] = OpenRequest(received: time)
    }

    mutating func start(_ attempt: AttemptStarted) {
        guard let index = requests.index(forKey: attempt.request) else { return }
        requests.values[index].attempt = RunningAttempt(attempt)
        requests.values[index].lastAsked = ModelReference(
            provider: attempt.provider,
            model: attempt.model
        )
    }

    /// Takes in the end of an attempt.
    ///
    /// - Returns: the state position that it was decided on; `nil` when it is not known.
    mutating func finish(_ attempt: AttemptFinished) -> UInt64? {
        guard let index = requests.index(forKey: attempt.request) else { return nil }
        let started = requests.values[index].attempt?.statePosition
        requests.values[index].attempt = nil
        requests.values[index].finishedAttempts += 1
        requests.values[index].add(attempt.cost)
        return started
    }

    mutating func end(_ id: RequestID) { requests[id] = nil }
}

extension InFlight: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "requests", &requests)
    }
}

extension InFlight.OpenRequest: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "received", &received)
        visitor.field(2, "finished_attempts", &finishedAttempts)
        visitor.field(3, "cost_nanodollars", &cost)
        visitor.field(4, "attempt", &attempt)
        visitor.field(5, "last_asked", &lastAsked)
    }
}

extension InFlight.OpenRequest {
    /// Adds the cost of an attempt; the sum is unknown once one is.
    fileprivate mutating func add(_ attempt: Nanodollars?) {
        guard let attempt else { return cost = nil }
        cost?.addClamped(attempt)
    }

    fileprivate func interruption(
        of id: RequestID,
        prices: PriceTable,
        at time: Timestamp
    ) -> [EventBody] {
        var events: [EventBody] = []
        var ended = self
        if let attempt {
            var finished = AttemptFinished()
            finished.request = id
            finished.number = attempt.number
            finished.provider = attempt.provider
            finished.model = attempt.model
            finished.failure = .interrupted
            finished.message = "Logway stopped while the attempt ran"
            finished.usage = TokenUsage(
                input: attempt.reservedInput,
                output: attempt.reservedOutput,
                origin: .estimated
            )
            let price = prices.prices(provider: attempt.provider, model: attempt.model)
            finished.cost = price.cost(of: finished.usage)
            finished.costOrigin = finished.cost == nil ? .unknown : .estimated
            finished.pricesPosition = prices.position
            ended.add(finished.cost)
            events.append(.attemptFinished(finished))
        }
        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = .interrupted
        completed.attempts = finishedAttempts + (attempt == nil ? 0 : 1)
        completed.provider = lastAsked?.provider
        completed.model = lastAsked?.model
        completed.cost = ended.cost
        completed.failure = .interrupted
        completed.message = "Logway stopped while the request was in flight"
        completed.totalMicroseconds = Int(
            time.microseconds.subtractingClamped(received.microseconds)
        )
        events.append(.requestCompleted(completed))
        return events
    }
}
