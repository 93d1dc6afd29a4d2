public import Events

/// What may not be used for now because the provider itself said so.
///
/// A rejected key (401, most of 402 and 403) holds the provider's lane with that key, a missing model
/// or endpoint (404, 405, 501, or 403 for that model alone) that operation of that model, and a rate limit (429, or 402 for that many tokens)
/// that model in that lane until its retry time. None of them opens a breaker.
public struct Holds: Hashable, Sendable {
    /// How long a rejected key or a missing model is on cooldown before it is tried again.
    ///
    /// An operator who has repaired it restarts or changes the configuration, which ends the hold at
    /// once.
    static let disabled = Duration.seconds(3_600)
    /// How long a rate limit without a retry time holds.
    static let unspecifiedRetry = Duration.seconds(10)

    /// Nothing held.
    public init() {}

    /// By lane; the model of each is empty.
    private var keys: [QuotaOwner: Timestamp] = [:]
    /// A verdict about an operation is none about the model: who embeds nothing may well chat.
    private var missing: [ModelOperation: Missing] = [:]
    /// By model and lane.
    private var rates: [QuotaOwner: Timestamp] = [:]

    /// Until when the key of one of the provider's lanes is held; `nil` when it isn't.
    public func keyRejected(_ provider: String, key: Int = 0, at now: Timestamp) -> Timestamp? {
        guard !keys.isEmpty else { return nil }
        return keys[QuotaOwner(provider: provider, key: key)].flatMap { $0 > now ? $0 : nil }
    }

    /// Until when an operation of the model is taken to be missing; `nil` when it isn't.
    public func modelMissing(
        _ model: ModelReference,
        for operation: RequestOperation = .generation,
        at now: Timestamp
    ) -> Timestamp? {
        missing(model, for: operation, at: now)?.until
    }

    /// The same with what is missing: the model, or only the endpoint to ask it at.
    public func missing(
        _ model: ModelReference,
        for operation: RequestOperation,
        at now: Timestamp
    ) -> (until: Timestamp, isEndpoint: Bool)? {
        guard !missing.isEmpty,
            let line = missing[ModelOperation(model: model, operation: operation)],
            line.until > now
        else { return nil }
        return (line.until, line.isEndpoint)
    }

    /// Until when the model's rate limit in a lane holds; `nil` when it doesn't.
    public func rateLimited(
        _ model: ModelReference,
        key: Int = 0,
        at now: Timestamp
    ) -> Timestamp? {
        guard !rates.isEmpty else { return nil }
        return rates[QuotaOwner(model, key: key)].flatMap { $0 > now ? $0 : nil }
    }

    /// Until when which of a provider's models are held, for the status table: a model by its name,
    /// with the operation behind it where that is not to answer.
    public func models(of provider: String, at now: Timestamp) -> [String: Timestamp] {
        var held: [String: Timestamp] = [:]
        let lines =
            missing.map { ($0.key.model.provider, $0.key.label, $0.value.until) }
            + rates.map { ($0.key.provider, $0.key.model, $0.value) }
        for (owner, model, until) in lines where owner == provider && until > now {
            held[model] = max(held[model] ?? until, until)
        }
        return held
    }

    /// The end of a rate limit that names none: never before one that the provider did name.
    private func unspecifiedRetry(of owner: QuotaOwner, _ time: Timestamp) -> Timestamp {
        let earliest = time.addingClamped(Self.unspecifiedRetry)
        return max(rates[owner] ?? earliest, earliest)
    }

    /// Takes in the end of an attempt in one of the provider's lanes.
    mutating func finish(
        _ attempt: AttemptFinished,
        of running: RunningAttempt?,
        at time: Timestamp
    ) {
        let key = running?.key ?? 0
        let asked = ModelOperation(
            model: ModelReference(attempt),
            operation: running?.operation ?? .generation
        )
        let lane = QuotaOwner(provider: attempt.provider, key: key)
        guard let failure = attempt.failure else {
            // The common case costs no more than it must: usually nothing is held.
            if !keys.isEmpty { keys[lane] = nil }
            if !missing.isEmpty { missing[asked] = nil }
            return
        }
        switch failure.fault {
        case .key: keys[lane] = time.addingClamped(Self.disabled)
        case .model:
            // Clients choose model names: what is over goes, so that the table stays small.
            missing = missing.filter { $0.value.until > time }
            missing[asked] = Missing(
                until: time.addingClamped(Self.disabled),
                isEndpoint: failure == .endpointMissing
            )
        case .rate:
            let owner = QuotaOwner(provider: attempt.provider, model: attempt.model, key: key)
            let until = attempt.retryAt ?? unspecifiedRetry(of: owner, time)
            rates = rates.filter { $0.value > time }
            rates[owner] = until
        case .request, .provider, .attempt, .gateway: break
        }
    }

    /// A process or a policy begins: what an operator may have repaired is tried again.
    mutating func begin(at time: Timestamp) {
        keys = [:]
        missing = [:]
        rates = rates.filter { $0.value > time }
    }
}

extension Holds: FieldRecord {
    /// Walks the fields in the order of their tags.
    ///
    /// What is held in a provider's first lane stands as it did before there were several.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var lines = missing.map { Hold($0.key, $0.value) }
        let first = (keys: Self.lines(keys, inFirst: true), rates: Self.lines(rates, inFirst: true))
        var (keyLines, rateLines) = first
        var otherKeys = Self.lines(keys, inFirst: false)
        var otherRates = Self.lines(rates, inFirst: false)
        visitor.field(1, "keys", sorting: &keyLines)
        visitor.field(2, "missing", sorting: &lines)
        visitor.field(3, "rates", sorting: &rateLines)
        visitor.field(10, "lane_keys", sorting: &otherKeys)
        visitor.field(11, "lane_rates", sorting: &otherRates)
        missing = Dictionary(lines.map { ($0.asked, $0.missing) }) { _, last in last }
        keys = Self.table(keyLines + otherKeys)
        rates = Self.table(rateLines + otherRates)
    }

    private static func lines(_ table: [QuotaOwner: Timestamp], inFirst: Bool) -> [Hold] {
        table.filter { ($0.key.key == 0) == inFirst }.map { owner, until in
            let model = ModelReference(provider: owner.provider, model: owner.model)
            return Hold(model, until, key: owner.key)
        }
    }

    private static func table(_ lines: [Hold]) -> [QuotaOwner: Timestamp] {
        Dictionary(lines.map { (QuotaOwner($0.model, key: $0.key), $0.until) }) { _, last in last }
    }
}

extension QuotaOwner {
    fileprivate init(_ model: ModelReference, key: Int) {
        self.init(provider: model.provider, model: model.model, key: key)
    }
}

/// One thing that a model is asked to do.
struct ModelOperation: Hashable, Sendable {
    var model: ModelReference
    var operation: RequestOperation

    /// The model's name, with the operation behind it where that is not to answer.
    fileprivate var label: String {
        operation == .generation ? model.model : "\(model.model) (\(operation))"
    }
}

/// That an operation of a model is not there.
struct Missing: Hashable, Sendable {
    var until: Timestamp
    /// Whether the provider has the model, but no endpoint for the operation.
    var isEndpoint: Bool
}

/// A line of the holds' tables.
private struct Hold: FieldRecord {
    var model = ModelReference()
    var until = Timestamp.empty
    /// The lane's index; 0 for the first.
    var key = 0
    /// What is missing of the model.
    var operation = RequestOperation.generation
    /// Whether it is missing for want of an endpoint.
    var isEndpoint = false

    init() {}

    init(_ asked: ModelOperation, _ missing: Missing) {
        self.init(asked.model, missing.until)
        operation = asked.operation
        isEndpoint = missing.isEndpoint
    }

    var asked: ModelOperation { ModelOperation(model: model, operation: operation) }
    var missing: Missing { Missing(until: until, isEndpoint: isEndpoint) }

    init(_ model: ModelReference, _ until: Timestamp, key: Int = 0) {
        self.model = model
        self.until = until
        self.key = key
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "model", &model)
        visitor.field(2, "until", &until)
        visitor.field(3, "key", &key)
        visitor.field(4, "operation", &operation)
        visitor.field(5, "endpoint", &isEndpoint)
    }
}

extension FieldVisitor {
    fileprivate mutating func field(_ tag: Int, _ name: String, sorting lines: inout [Hold]) {
        lines.sort {
            ($0.model, $0.key, $0.operation.rawValue) < ($1.model, $1.key, $1.operation.rawValue)
        }
        field(tag, name, &lines)
    }
}
