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

    mutating func apply(_ event: Event) {
        switch event.body {
        case .attemptFinished(let attempt):
            let model = ModelReference(provider: attempt.provider, model: attempt.model)
            switch attempt.failure?.fault {
            case .key: keys[attempt.provider] = event.time.addingClamped(Self.disabled)
            case .model:
                // Clients choose model names: what is over goes, so that the table stays small.
                missing = missing.filter { $0.value > event.time }
                missing[model] = event.time.addingClamped(Self.disabled)
            case .rate:
                let until = attempt.retryAt ?? unspecifiedRetry(of: model, event.time)
                rates = rates.filter { $0.value > event.time }
                rates[model] = until
            case nil:
                keys[attempt.provider] = nil
                missing[model] = nil
            case .request, .provider, .gateway: break
            }
        case .nodeStarted, .policyApplied:
            keys = [:]
            missing = [:]
            rates = rates.filter { $0.value > event.time }
        default: break
        }
    }
}
