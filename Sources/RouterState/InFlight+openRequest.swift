public import Events

extension InFlight {
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
        /// An attempt that runs beside it, if one does.
        public internal(set) var hedges: [RunningAttempt] = []
        /// Who was asked last, also when no attempt is under way.
        public var lastAsked: ModelReference?

        /// A request of which nothing is known.
        public init() {}

        init(received: Timestamp) { self.received = received }
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
        visitor.field(6, "hedges", &hedges)
    }
}

extension InFlight.OpenRequest {
    /// Adds the cost of an attempt; the sum is unknown once one is.
    mutating func add(_ attempt: Nanodollars?) {
        guard let attempt else { return cost = nil }
        cost?.addClamped(attempt)
    }

    /// Takes in an attempt that begins: beside the one under way if it is a hedge, else in the place
    /// of it.
    ///
    /// - Returns: the attempt whose place it takes.
    mutating func take(_ started: RunningAttempt) -> RunningAttempt? {
        if started.isHedge, attempt != nil {
            let before = hedges.popLast()
            hedges.append(started)
            return before
        }
        let before = attempt
        attempt = started
        return before
    }

    /// The attempt under way with a number.
    public func attempt(_ number: Int) -> RunningAttempt? {
        attempt?.number == number ? attempt : hedges.first { $0.number == number }
    }

    /// Changes what the attempt with a number holds.
    ///
    /// - Returns: the attempt before and after; `nil` without one that has not expired.
    mutating func extend(
        _ change: ReservationExtended,
        until expires: Timestamp
    ) -> (before: RunningAttempt, after: RunningAttempt)? {
        guard let before = attempt(change.number), !before.isExpired else { return nil }
        var after = before
        after.reservedOutput = change.output
        after.reservedCost = change.cost
        if after.expires != nil { after.expires = expires }
        if attempt?.number == change.number {
            attempt = after
        } else if let index = hedges.firstIndex(where: { $0.number == change.number }) {
            hedges[index] = after
        }
        return (before, after)
    }

    /// Takes out the attempt with a number; the only one has any.
    ///
    /// What ran beside it is then the attempt under way.
    mutating func drop(_ number: Int) -> RunningAttempt? {
        if let beside = hedges.last, beside.number == number { return hedges.popLast() }
        let ended = attempt
        attempt = hedges.popLast()
        return ended
    }

    /// Marks the attempts whose time is over.
    ///
    /// - Returns: when the next one is over; `nil` without one.
    mutating func expire(
        at now: Timestamp,
        into expired: inout [RunningAttempt]
    ) -> Timestamp? {
        var next: Timestamp?
        func look(_ attempt: inout RunningAttempt) {
            guard !attempt.isExpired, let expires = attempt.expires else { return }
            guard expires <= now else { return next = min(next ?? expires, expires) }
            expired.append(attempt)
            attempt.isExpired = true
        }
        if var first = attempt {
            look(&first)
            attempt = first
        }
        for index in hedges.indices { look(&hedges[index]) }
        return next
    }

    func interruption(
        of id: RequestID,
        prices: PriceTable,
        at time: Timestamp
    ) -> [EventBody] {
        var events: [EventBody] = []
        var ended = self
        for attempt in [attempt].compactMap(\.self) + hedges {
            let finished = attempt.interruption(of: id, prices: prices)
            ended.add(finished.cost)
            events.append(.attemptFinished(finished))
        }
        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = .interrupted
        completed.attempts = finishedAttempts + events.count
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

extension RunningAttempt {
    /// The end of an attempt that was lost in a crash: what it reserved is its estimated use.
    fileprivate func interruption(of id: RequestID, prices: PriceTable) -> AttemptFinished {
        var finished = AttemptFinished()
        finished.request = id
        finished.number = number
        finished.provider = provider
        finished.model = model
        finished.key = key
        finished.failure = .interrupted
        finished.message = "Logway stopped while the attempt ran"
        finished.usage = TokenUsage(
            input: reservedInput,
            output: reservedOutput,
            origin: .estimated
        )
        let price = prices.prices(provider: provider, model: model)
        finished.cost = price.cost(of: finished.usage)
        finished.costOrigin = finished.cost == nil ? .unknown : .estimated
        finished.pricesPosition = prices.position
        return finished
    }
}
