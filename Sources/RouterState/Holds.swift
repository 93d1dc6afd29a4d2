public import Events

/// What may not be used for now because the provider itself said so.
///
/// A rejected key (401, most of 402 and 403) holds the provider, a missing model (404, or 403 for
/// that model alone) that model, and a rate limit (429, or 402 for that many tokens) that model
/// until its retry time. None of them opens a breaker.
public struct Holds: Hashable, Sendable {
    /// How long a rejected key or a missing model is left alone before it is tried again.
    ///
    /// An operator who has mended it restarts or changes the configuration, which ends the hold at
    /// once.
    static let disabled = Duration.seconds(3_600)
    /// How long a rate limit without a retry time holds.
    static let unspecifiedRetry = Duration.seconds(10)

    /// Nothing held.
    public init() {}

    private var keys: [String: Timestamp] = [:]
    private var missing: [ModelReference: Timestamp] = [:]
    private var rates: [ModelReference: Timestamp] = [:]

    /// Until when the provider's key is held; `nil` when it isn't.
    public func keyRejected(_ provider: String, at now: Timestamp) -> Timestamp? {
        keys[provider].flatMap { $0 > now ? $0 : nil }
    }

    /// Until when the model is taken to be missing; `nil` when it isn't.
    public func modelMissing(_ model: ModelReference, at now: Timestamp) -> Timestamp? {
        missing[model].flatMap { $0 > now ? $0 : nil }
    }

    /// Until when the model's rate limit holds; `nil` when it doesn't.
    public func rateLimited(_ model: ModelReference, at now: Timestamp) -> Timestamp? {
        rates[model].flatMap { $0 > now ? $0 : nil }
    }

    /// Until when which of a provider's models are held, for the status table.
    public func models(of provider: String, at now: Timestamp) -> [String: Timestamp] {
        var held: [String: Timestamp] = [:]
        for holds in [missing, rates] {
            for (model, until) in holds where model.provider == provider && until > now {
                held[model.model] = max(held[model.model] ?? until, until)
            }
        }
        return held
    }

    /// The end of a rate limit that names none: never before one that the provider did name.
    private func unspecifiedRetry(of model: ModelReference, _ time: Timestamp) -> Timestamp {
        let usual = time.addingClamped(Self.unspecifiedRetry)
        return max(rates[model] ?? usual, usual)
    }

    mutating func finish(_ attempt: AttemptFinished, at time: Timestamp) {
        guard let failure = attempt.failure else {
            // The common case costs no more than it must: usually nothing is held.
            if !keys.isEmpty { keys[attempt.provider] = nil }
            if !missing.isEmpty { missing[ModelReference(attempt)] = nil }
            return
        }
        switch failure.fault {
        case .key: keys[attempt.provider] = time.addingClamped(Self.disabled)
        case .model:
            // Clients choose model names: what is over goes, so that the table stays small.
            missing = missing.filter { $0.value > time }
            missing[ModelReference(attempt)] = time.addingClamped(Self.disabled)
        case .rate:
            let model = ModelReference(attempt)
            let until = attempt.retryAt ?? unspecifiedRetry(of: model, time)
            rates = rates.filter { $0.value > time }
            rates[model] = until
        case .request, .provider, .gateway: break
        }
    }

    /// A process or a policy begins: what an operator may have mended is tried again.
    mutating func begin(at time: Timestamp) {
        keys = [:]
        missing = [:]
        rates = rates.filter { $0.value > time }
    }
}

extension Holds: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var lines = keys.map { Hold(ModelReference(provider: $0.key, model: ""), $0.value) }
        visitor.field(1, "keys", sorting: &lines)
        keys = Dictionary(lines.map { ($0.model.provider, $0.until) }) { _, last in last }
        visitor.table(2, "missing", &missing)
        visitor.table(3, "rates", &rates)
    }
}

/// A line of the holds' tables.
private struct Hold: FieldRecord {
    var model = ModelReference()
    var until = Timestamp.empty

    init() {}

    init(_ model: ModelReference, _ until: Timestamp) {
        self.model = model
        self.until = until
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "model", &model)
        visitor.field(2, "until", &until)
    }
}

extension FieldVisitor {
    fileprivate mutating func table(
        _ tag: Int,
        _ name: String,
        _ table: inout [ModelReference: Timestamp]
    ) {
        var lines = table.map { Hold($0.key, $0.value) }
        field(tag, name, sorting: &lines)
        table = Dictionary(lines.map { ($0.model, $0.until) }) { _, last in last }
    }

    fileprivate mutating func field(_ tag: Int, _ name: String, sorting lines: inout [Hold]) {
        lines.sort { $0.model < $1.model }
        field(tag, name, &lines)
    }
}
