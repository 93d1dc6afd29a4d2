public import Events

/// The requests that were received and have not ended.
public struct InFlight: Hashable, Sendable {
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

    /// How many attempts run, each of which holds what it reserved; what expired is not counted.
    public var attemptCount: Int { running.values.reduce(0, +) }

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

    /// - Returns: a request that ran under the same id, which only a broken log has.
    mutating func begin(_ id: RequestID, at time: Timestamp) -> OpenRequest? {
        leave(requests.updateValue(OpenRequest(received: time), forKey: id))
    }

    /// Takes in an attempt and what it holds.
    ///
    /// - Returns: an attempt of the request that it takes the place of, which only a broken log has.
    mutating func start(_ attempt: RunningAttempt, of id: RequestID) -> RunningAttempt? {
        guard let index = requests.index(forKey: id) else { return nil }
        let before = requests.values[index].take(attempt)
        leave(before)
        requests.values[index].lastAsked = ModelReference(
            provider: attempt.provider,
            model: attempt.model
        )
        joinProvider(of: attempt)
        if let expires = attempt.expires { nextExpiry = min(nextExpiry, expires) }
        return before
    }

    /// Takes in that an attempt under way holds something else, until another time.
    ///
    /// - Returns: the attempt before and after; `nil` when it is not under way or has expired.
    mutating func extend(
        _ change: ReservationExtended,
        until expires: Timestamp
    ) -> (before: RunningAttempt, after: RunningAttempt)? {
        guard let index = requests.index(forKey: change.request) else { return nil }
        return requests.values[index].extend(change, until: expires)
    }

    /// Takes in the end of an attempt.
    ///
    /// - Returns: the attempt as it started; `nil` when it is not known.
    mutating func finish(_ attempt: AttemptFinished) -> RunningAttempt? {
        guard let index = requests.index(forKey: attempt.request) else { return nil }
        let started = requests.values[index].drop(attempt.number)
        leave(started)
        requests.values[index].finishedAttempts += 1
        requests.values[index].add(attempt.cost)
        return started
    }

    /// - Returns: the request with the attempts that had not ended, which only a broken log has.
    mutating func end(_ id: RequestID) -> OpenRequest? {
        leave(requests.removeValue(forKey: id))
    }

    /// Marks the attempts whose time is over by far, so that nothing waits for them any more.
    ///
    /// - Returns: those attempts, in the order of their requests' ids.
    mutating func expire(at now: Timestamp) -> [RunningAttempt] {
        guard now >= nextExpiry else { return [] }
        var expired: [RunningAttempt] = []
        nextExpiry = Timestamp(microseconds: .max)
        for id in ids {
            let left = expired.count
            let next = requests[id]?.expire(at: now, into: &expired)
            if let next { nextExpiry = min(nextExpiry, next) }
            for attempt in expired[left...] { leaveProvider(of: attempt) }
        }
        return expired
    }

    /// Counts an attempt no more at its provider.
    private mutating func leave(_ attempt: RunningAttempt?) {
        guard let attempt, !attempt.isExpired else { return }
        leaveProvider(of: attempt)
    }

    /// The same for all attempts of a request.
    private mutating func leave(_ request: OpenRequest?) -> OpenRequest? {
        guard let request else { return nil }
        leave(request.attempt)
        for attempt in request.hedges { leave(attempt) }
        return request
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
        for request in requests.values {
            if let attempt = request.attempt, !attempt.isExpired { joinProvider(of: attempt) }
            for attempt in request.hedges where !attempt.isExpired { joinProvider(of: attempt) }
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
