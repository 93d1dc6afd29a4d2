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
    /// How many attempts run at each provider; what expired is not counted.
    private var running: [String: Int] = [:]
    /// How many run in each lane, at providers with several.
    private var runningInLanes: [LaneReference: Int] = [:]
    /// A time before which no reservation expires.
    private(set) var nextExpiry = Timestamp(microseconds: .max)

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

    /// How many attempts run at a provider.
    public func attempts(at provider: String) -> Int { running[provider] ?? 0 }

    /// How many attempts run in a lane of a provider that has several.
    public func attempts(at provider: String, lane key: Int) -> Int {
        guard !runningInLanes.isEmpty else { return 0 }
        return runningInLanes[LaneReference(provider: provider, key: key)] ?? 0
    }

    /// Whether a request is open, so that an attempt of it can run.
    func isOpen(_ id: RequestID) -> Bool { requests[id] != nil }

    /// - Returns: an attempt that ran under the same id, which only a broken log has.
    mutating func begin(_ id: RequestID, at time: Timestamp) -> RunningAttempt? {
        let before = requests.updateValue(OpenRequest(received: time), forKey: id)
        return leave(before?.attempt)
    }

    /// Takes in an attempt and what it holds.
    ///
    /// - Returns: an attempt of the request that had not ended, which only a broken log has.
    mutating func start(_ attempt: RunningAttempt, of id: RequestID) -> RunningAttempt? {
        guard let index = requests.index(forKey: id) else { return nil }
        let before = leave(requests.values[index].attempt)
        requests.values[index].attempt = attempt
        requests.values[index].lastAsked = ModelReference(
            provider: attempt.provider,
            model: attempt.model
        )
        joinProvider(of: attempt)
        if let expires = attempt.expires { nextExpiry = min(nextExpiry, expires) }
        return before
    }

    /// Takes in the end of an attempt.
    ///
    /// - Returns: the attempt as it started; `nil` when it is not known.
    mutating func finish(_ attempt: AttemptFinished) -> RunningAttempt? {
        guard let index = requests.index(forKey: attempt.request) else { return nil }
        let started = leave(requests.values[index].attempt)
        requests.values[index].attempt = nil
        requests.values[index].finishedAttempts += 1
        requests.values[index].add(attempt.cost)
        return started
    }

    /// - Returns: an attempt that had not ended, which only a broken log has.
    mutating func end(_ id: RequestID) -> RunningAttempt? {
        leave(requests.removeValue(forKey: id)?.attempt)
    }

    /// Marks the attempts whose time is over by far, so that nothing waits for them any more.
    ///
    /// - Returns: those attempts, in the order of their requests' ids.
    mutating func expire(at now: Timestamp) -> [RunningAttempt] {
        guard now >= nextExpiry else { return [] }
        var expired: [RunningAttempt] = []
        nextExpiry = Timestamp(microseconds: .max)
        for id in ids {
            guard let attempt = requests[id]?.attempt, !attempt.isExpired,
                let expires = attempt.expires
            else { continue }
            if expires <= now {
                expired.append(attempt)
                requests[id]?.attempt?.isExpired = true
                leaveProvider(of: attempt)
            } else {
                nextExpiry = min(nextExpiry, expires)
            }
        }
        return expired
    }

    /// Counts an attempt no more at its provider.
    private mutating func leave(_ attempt: RunningAttempt?) -> RunningAttempt? {
        guard let attempt else { return nil }
        if !attempt.isExpired { leaveProvider(of: attempt) }
        return attempt
    }

    private mutating func joinProvider(of attempt: RunningAttempt) {
        running[attempt.provider, default: 0] += 1
        if let lane = attempt.lane { runningInLanes[lane, default: 0] += 1 }
    }

    private mutating func leaveProvider(of attempt: RunningAttempt) {
        if let lane = attempt.lane, let count = runningInLanes[lane] {
            runningInLanes[lane] = count > 1 ? count - 1 : nil
        }
        guard let count = running[attempt.provider] else { return }
        running[attempt.provider] = count > 1 ? count - 1 : nil
    }

    private mutating func index() {
        running = [:]
        runningInLanes = [:]
        for case let attempt? in requests.values.map(\.attempt) where !attempt.isExpired {
            joinProvider(of: attempt)
        }
    }
}

extension InFlight: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "requests", &requests)
        index()
        var expiry: Timestamp? =
            nextExpiry.microseconds == .max ? nil : nextExpiry
        visitor.field(20, "next_expiry", &expiry)
        nextExpiry = expiry ?? Timestamp(microseconds: .max)
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
            finished.key = attempt.key
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
