public import Events

/// Circuit breakers, one for each provider and one for each of its models, folded from the outcomes of
/// attempts.
///
/// A provider's counts failures in a row whatever model was asked, a model's only its own: one that
/// fails while others answer is on cooldown by itself.
///
/// Closed until enough failures in a row; then open, and no request runs, until a time that every
/// reopening doubles; then half-open: one request at a time tries the provider, successes close it
/// and a failure reopens it. What time alone changes is computed from `now`, never by a timer.
public struct Breakers: Hashable, Sendable {
    /// What a breaker lets through.
    public enum Position: Hashable, Sendable {
        /// Every request.
        case closed
        /// None until the given time.
        case open(until: Timestamp)
        /// One probe at a time; whether one is under way.
        case halfOpen(probing: Bool)
    }

    struct Breaker: Hashable, Sendable {
        var consecutiveFailures = 0
        var openUntil: Timestamp?
        var reopenings = 0
        var successes = 0
        var probe: RequestID?
        /// The sequence number of the event that opened it last; 0 for one that never was.
        var openedAt: UInt64 = 0
    }

    /// The most models that are counted; where more fail, those that are not open make room.
    ///
    /// Clients may name models at will, and the state must not grow for ever.
    static let modelLimit = 1_000

    private var byProvider: [String: Breaker] = [:]
    private var byModel: [ModelReference: Breaker] = [:]

    /// Every breaker closed.
    public init() {}

    /// What the provider's breaker lets through at an instant.
    public func position(of provider: String, at now: Timestamp) -> Position {
        byProvider[provider]?.position(at: now) ?? .closed
    }

    /// What the breaker of one model lets through at an instant, whatever its provider's does.
    public func position(of model: ModelReference, at now: Timestamp) -> Position {
        // The usual case costs no look at a table: no model has failed.
        guard !byModel.isEmpty else { return .closed }
        return byModel[model]?.position(at: now) ?? .closed
    }

    /// Failures in a row, for the status table.
    public func consecutiveFailures(of provider: String) -> Int {
        byProvider[provider]?.consecutiveFailures ?? 0
    }

    /// A model's failures in a row, for the status table.
    public func consecutiveFailures(of model: ModelReference) -> Int {
        byModel[model]?.consecutiveFailures ?? 0
    }

    /// The models of a provider whose breakers are not closed, in order.
    public func openModels(of provider: String) -> [ModelReference] {
        byModel.filter { $0.key.provider == provider && $0.value.openUntil != nil }.keys.sorted()
    }

    mutating func start(_ attempt: AttemptStarted) {
        // An attempt at an open breaker is the probe: decide lets nothing else through.
        if byProvider[attempt.provider]?.openUntil != nil {
            byProvider[attempt.provider]?.probe = attempt.request
        }
        guard !byModel.isEmpty else { return }
        let model = ModelReference(provider: attempt.provider, model: attempt.model)
        if byModel[model]?.openUntil != nil { byModel[model]?.probe = attempt.request }
    }

    /// Takes in the end of an attempt that was decided on when the state stood at `started`; `nil`
    /// when that is not known.
    mutating func finish(
        _ attempt: AttemptFinished,
        started: UInt64?,
        at place: EventPlace,
        policy: BreakerPolicy
    ) {
        let end = AttemptEnd(attempt: attempt, started: started, place: place, policy: policy)
        if let changed = (byProvider[attempt.provider] ?? Breaker()).after(end) {
            byProvider[attempt.provider] = changed == Breaker() ? nil : changed
        }
        let isFailure = attempt.failure?.fault == .provider
        guard isFailure || !byModel.isEmpty else { return }
        let model = ModelReference(attempt)
        guard let changed = (byModel[model] ?? Breaker()).after(end) else { return }
        if byModel[model] == nil, byModel.count >= Self.modelLimit {
            byModel = byModel.filter { $0.value.openUntil != nil }
            guard byModel.count < Self.modelLimit else { return }
        }
        byModel[model] = changed == Breaker() ? nil : changed
    }

    /// An event's sequence number and time.
    typealias EventPlace = (sequence: UInt64, time: Timestamp)
}

/// The end of an attempt, as a breaker looks at it.
private struct AttemptEnd {
    let attempt: AttemptFinished
    let started: UInt64?
    let place: Breakers.EventPlace
    let policy: BreakerPolicy
}

extension Breakers.Breaker {
    fileprivate func position(at now: Timestamp) -> Breakers.Position {
        guard let until = openUntil else { return .closed }
        return now < until ? .open(until: until) : .halfOpen(probing: probe != nil)
    }

    /// The breaker after an attempt ended; `nil` where that changes nothing.
    fileprivate func after(_ end: AttemptEnd) -> Self? {
        // What was under way when the breaker opened says nothing about the provider now, not even
        // once the breaker has closed again.
        guard openedAt <= end.started ?? .max else { return nil }
        var breaker = self
        breaker.finish(end.attempt, at: end.place, policy: end.policy)
        return breaker == self ? nil : breaker
    }

    private mutating func finish(
        _ attempt: AttemptFinished,
        at place: Breakers.EventPlace,
        policy: BreakerPolicy
    ) {
        let isProbe = openUntil != nil && probe == attempt.request
        guard openUntil == nil || isProbe else { return }
        if isProbe { probe = nil }
        switch attempt.failure?.fault {
        case nil:
            consecutiveFailures = 0
            guard isProbe else { return }
            successes += 1
            if successes >= policy.successesToClose { self = Self(openedAt: openedAt) }
        case .provider:
            consecutiveFailures += 1
            if isProbe {
                reopenings += 1
                open(at: place, policy: policy)
            } else if consecutiveFailures >= policy.failuresToOpen {
                open(at: place, policy: policy)
            }
        case .request, .key, .model, .rate, .attempt, .gateway: break
        }
    }

    private mutating func open(at place: Breakers.EventPlace, policy: BreakerPolicy) {
        successes = 0
        openedAt = place.sequence
        var wait = policy.openMicroseconds
        for _ in 0..<reopenings where wait < policy.longestOpenMicroseconds {
            wait.addClamped(wait)
        }
        wait = min(wait, policy.longestOpenMicroseconds)
        openUntil = place.time.addingClamped(.microseconds(wait))
    }
}

extension Breakers: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.table(1, "providers", &byProvider)
        var lines = byModel.sorted { $0.key < $1.key }.map { ModelLine(model: $0, breaker: $1) }
        visitor.field(2, "models", &lines)
        byModel = Dictionary(lines.map { ($0.model, $0.breaker) }) { _, last in last }
    }
}

extension Breakers.Breaker: FieldRecord {
    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "consecutive_failures", &consecutiveFailures)
        visitor.field(2, "open_until", &openUntil)
        visitor.field(3, "reopenings", &reopenings)
        visitor.field(4, "successes", &successes)
        visitor.field(5, "probe", &probe)
        visitor.field(6, "opened_at", &openedAt)
    }
}

/// A model and its breaker, in the coding of the state.
private struct ModelLine: FieldRecord {
    var model = ModelReference()
    var breaker = Breakers.Breaker()

    init() {}

    init(model: ModelReference, breaker: Breakers.Breaker) {
        self.model = model
        self.breaker = breaker
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "model", &model)
        visitor.field(2, "breaker", &breaker)
    }
}
