import Events
import Providers

/// Why a client gets an error instead of an answer.
enum RequestFailure: Sendable {
    /// No candidate could be chosen; `names` are those that a request may use.
    case refused(RouteDecided, names: [String])
    /// A provider found the request itself at fault.
    case requestAtFault(ProviderFailure)
    /// Every candidate failed or was passed over.
    case exhausted(RunningRequest)
    /// The answer broke off after its first byte.
    case brokenOff(ProviderFailure)
    /// Logway is stopping and has waited long enough.
    case stopping(ProviderFailure)

    /// How the request is recorded.
    var outcome: RequestOutcome {
        switch self {
        case .refused, .requestAtFault: .refused
        case .exhausted: .failed
        case .brokenOff: .cut
        case .stopping: .interrupted
        }
    }

    /// The failure that the client is told, where a provider's is the cause.
    var kind: FailureKind? {
        switch self {
        case .refused: nil
        case .requestAtFault(let failure), .brokenOff(let failure), .stopping(let failure):
            failure.kind
        case .exhausted(let running): running.finished.last?.failure
        }
    }

    /// When it is worth trying again, in whole seconds; `nil` when nobody knows.
    func retryAfterSeconds(now: Timestamp) -> Int? {
        let waits: [Timestamp?]
        switch self {
        case .refused(let decision, _): waits = decision.excluded.map(\.until)
        case .exhausted(let running):
            waits = running.finished.map(\.retryAt) + running.skipped.map(\.until)
        case .requestAtFault, .brokenOff, .stopping: return nil
        }
        guard let first = waits.compactMap({ $0 }).min() else { return nil }
        return max(1, Int(((first - now).microseconds + 999_999) / 1_000_000))
    }

    /// The error for the client.
    func clientError(for running: RunningRequest) -> ClientError {
        var error = ClientError(
            status: status,
            code: code,
            message: message(for: running),
            requestID: running.id.description,
            details: RouteDetails(running).json
        )
        if case .refused(let decision, _) = self {
            if decision.refusal == .unknownModel { error.param = "model" }
            if decision.refusal == .untranslatable {
                error.param = decision.excluded.lazy.flatMap(\.fields).first
            }
        }
        return error
    }

    /// The HTTP status that the client gets.
    var status: Int {
        switch self {
        case .refused(let decision, _):
            switch decision.refusal {
            case .unknownModel: 404
            case .untranslatable, .unsatisfiable: 400
            case .noProvider, nil: 503
            case .budgetExceeded, .quotaExhausted: 429
            case .noneAvailable:
                decision.isRateLimited ? 429 : 503
            }
        case .requestAtFault(let failure):
            // What a provider gives as its status may be any number, or put the blame on itself.
            failure.status.flatMap { (400..<500).contains($0) ? $0 : nil } ?? 400
        case .exhausted(let running): Self.status(of: running.finished.last?.failure)
        case .brokenOff(let failure), .stopping(let failure): Self.status(of: failure.kind)
        }
    }

    /// The status for a provider's failure.
    ///
    /// Its own 401 to 403 are the operator's business, so the
    /// client is told that the gateway has no working provider.
    private static func status(of kind: FailureKind?) -> Int {
        switch kind {
        case .invalidRequest, .contextTooLong: 400
        case .modelMissing: 404
        case .rateLimited: 429
        case .connectTimeout, .firstTokenTimeout, .idleTimeout, .totalTimeout, .deadlinePassed: 504
        case .overloaded, .poolExhausted, .interrupted, .hedgeLost, nil: 503
        case .keyRejected, .serverError, .connectionFailed, .cut, .invalidResponse, .clientGone:
            502
        }
    }

    private var code: String {
        switch self {
        case .refused(let decision, _):
            switch decision.refusal {
            case .unknownModel: "model_not_found"
            case .untranslatable: "unsupported_parameter"
            case .unsatisfiable: "no_provider_fits"
            case .noProvider: "no_provider"
            case .budgetExceeded: "budget_exceeded"
            case .quotaExhausted: "quota_exceeded"
            case .noneAvailable, nil: "no_provider_available"
            }
        case .requestAtFault(let failure):
            failure.kind == .contextTooLong ? "context_length_exceeded" : "invalid_request"
        case .exhausted: "all_providers_failed"
        case .brokenOff: "upstream_interrupted"
        case .stopping: "stopping"
        }
    }

    /// What the client is told.
    func message(for running: RunningRequest) -> String {
        switch self {
        case .refused(let decision, let names):
            refusalMessage(decision, model: running.client.model, names: names)
        case .requestAtFault(let failure): failure.message
        case .brokenOff(let failure): "the answer broke off: \(failure.message)"
        case .stopping: "Logway is stopping; send the request again"
        case .exhausted: "every provider failed: " + RouteDetails(running).sentence
        }
    }

    /// The most names that an error lists: enough to see what was meant, short enough to read.
    private static let namesShown = 40

    private func refusalMessage(
        _ decision: RouteDecided,
        model: String,
        names: [String]
    ) -> String {
        switch decision.refusal {
        case .unknownModel:
            "no provider has the model '\(model)'; there is "
                + names.prefix(Self.namesShown).joined(separator: ", ")
                + (names.count > Self.namesShown
                    ? " and \(names.count - Self.namesShown) more (GET /v1/models)" : "")
        case .untranslatable:
            "no provider of this model can take "
                + Set(decision.excluded.flatMap(\.fields)).sorted().joined(separator: ", ")
        case .unsatisfiable:
            "no provider fulfils what the request demands: "
                + decision.excluded.map(RouteDetails.words).joined(separator: "; ")
        case .noProvider: "no provider is configured; run `logway serve --help`"
        case .budgetExceeded:
            "the budget has no room for this request: "
                + decision.excluded.map(RouteDetails.words).joined(separator: "; ")
        case .quotaExhausted:
            "the providers' quotas have no room for this request: "
                + decision.excluded.map(RouteDetails.words).joined(separator: "; ")
        case .noneAvailable, nil:
            "no provider is available now: "
                + decision.excluded.map(RouteDetails.words).joined(separator: "; ")
        }
    }
}

extension RouteDecided {
    /// Whether everybody who could answer holds back for a rate limit, and nobody for worse.
    fileprivate var isRateLimited: Bool {
        let present = excluded.filter { !$0.reason.isAbsence }
        return !present.isEmpty && present.allSatisfy { $0.reason == .rateLimited }
    }
}
