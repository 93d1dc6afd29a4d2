import Events
import JSONBytes
import Platform
import Providers
import WriteAheadLog

/// Why a client gets an error instead of an answer.
enum RequestFailure: Sendable {
    /// No candidate could be chosen; `names` are those that a request may use.
    case refused(RouteDecided, names: [String])
    /// A provider found the request itself at fault.
    case requestAtFault(ProviderFailure)
    /// Every candidate failed or was passed over; `names` are those that a request may use, where the
    /// client named a model that nobody seems to have.
    case exhausted(RunningRequest, names: [String])
    /// The provider failed, and may keep what it was sent all the same.
    case uncertain(ProviderFailure)
    /// Logway or its machine lacks what the attempt needs, whoever is asked.
    case ownShortage(ProviderFailure)
    /// What nobody may learn of before it is durable is not, and is not waited for any longer.
    case notDurable(LogError)
    /// The answer broke off after its first byte.
    case brokenOff(ProviderFailure)
    /// Logway is stopping and has waited long enough.
    case stopping(ProviderFailure)

    /// How the request is recorded.
    var outcome: RequestOutcome {
        switch self {
        case .refused, .requestAtFault: .refused
        case .exhausted, .uncertain, .ownShortage, .notDurable: .failed
        case .brokenOff: .cut
        case .stopping: .interrupted
        }
    }

    /// The failure that the client is told, where a provider's is the cause.
    var kind: FailureKind? {
        switch self {
        case .refused: nil
        case .requestAtFault(let failure), .uncertain(let failure), .brokenOff(let failure),
            .stopping(let failure), .ownShortage(let failure):
            failure.kind
        case .notDurable: .ownShortage
        case .exhausted(let running, _):
            running.rejection?.kind ?? running.verdict
        }
    }

    /// When it is worth trying again, in whole seconds; `nil` when nobody knows.
    func retryAfterSeconds(now: Timestamp) -> Int? {
        // A model that nobody has now will hardly be there when its hold ends.
        guard status != 404 else { return nil }
        let waits: [Timestamp?]
        switch self {
        case .refused(let decision, _): waits = decision.excluded.map(\.until)
        case .exhausted(let running, _):
            waits = running.finished.map(\.retryAt) + running.skipped.map(\.until)
        case .ownShortage: return Shortages.retryAfterSeconds
        case .requestAtFault, .uncertain, .brokenOff, .stopping, .notDurable: return nil
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
        if code == "model_not_found" { error.param = "model" }
        if let failure = provider { error.param = failure.param }
        if case .refused(let decision, _) = self, decision.refusal == .untranslatable {
            error.param = decision.excluded.lazy.flatMap(\.fields).first
            error.addThreadCode(of: running.client, refused: decision)
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
            case .noneAvailable where ModelAbsence(decision).isCertain: 404
            case .noneAvailable: decision.isRateLimited ? 429 : 503
            }
        case .requestAtFault(let failure):
            // What a provider gives as its status may be any number, or put the blame on itself.
            failure.status.flatMap { (400..<500).contains($0) ? $0 : nil } ?? 400
        case .exhausted(let running, _):
            running.rejection?.status.flatMap { (400..<500).contains($0) ? $0 : nil }
                ?? Self.status(of: running.verdict)
        case .uncertain(let failure), .brokenOff(let failure), .stopping(let failure),
            .ownShortage(let failure):
            Self.status(of: failure.kind)
        case .notDurable(let error): error.refusal.status
        }
    }

    /// The status for a provider's failure.
    ///
    /// Its own 401 to 403 are the operator's business, so the client is told that the gateway has no working
    /// provider.
    static func status(of kind: FailureKind?) -> Int {
        switch kind {
        case .invalidRequest, .contextTooLong, .translationRejected: 400
        case .modelMissing, .endpointMissing: 404
        case .rateLimited, .budgetExhausted: 429
        case .connectTimeout, .firstTokenTimeout, .idleTimeout, .totalTimeout, .deadlinePassed: 504
        case .overloaded, .poolExhausted, .interrupted, .hedgeLost, .ownShortage, nil: 503
        case .keyRejected, .serverError, .connectionFailed, .cut, .invalidResponse, .clientGone,
            .malformedOutput, .outputOverrun:
            502
        }
    }

    private static func code(of absence: ModelAbsence) -> String {
        absence.isOfEndpoint ? "operation_not_supported" : "model_not_found"
    }

    /// The provider's failure that the client is told in its own words.
    var provider: ProviderFailure? {
        switch self {
        case .requestAtFault(let failure): failure
        case .exhausted(let running, _): running.rejection
        case .refused, .uncertain, .brokenOff, .stopping, .ownShortage, .notDurable: nil
        }
    }

    private var code: String {
        switch self {
        case .refused(let decision, _):
            switch decision.refusal {
            case .unknownModel: "model_not_found"
            case .untranslatable where decision.isForHolder: "previous_response_not_found"
            case .untranslatable: "unsupported_parameter"
            case .unsatisfiable:
                PromptExcess(decision) == nil ? "no_provider_fits" : "context_length_exceeded"
            case .noProvider: "no_provider"
            case .budgetExceeded: "budget_exceeded"
            case .quotaExhausted: "quota_exceeded"
            case .noneAvailable where ModelAbsence(decision).isCertain:
                Self.code(of: ModelAbsence(decision))
            case .noneAvailable, nil: "no_provider_available"
            }
        case .requestAtFault(let failure):
            failure.kind == .contextTooLong
                ? "context_length_exceeded" : failure.code ?? "invalid_request"
        case .exhausted(let running, _):
            if let failure = running.rejection {
                failure.code
                    ?? (failure.kind == .malformedOutput ? "malformed_output" : "invalid_request")
            } else if ModelAbsence(running).isCertain {
                Self.code(of: ModelAbsence(running))
            } else {
                running.finished.last?.failure == .budgetExhausted
                    ? "budget_exceeded" : "all_providers_failed"
            }
        case .uncertain: "upload_uncertain"
        case .ownShortage: "overloaded"
        case .notDurable(let error): error.refusal.code
        case .brokenOff(let failure):
            switch failure.kind {
            case .budgetExhausted: "budget_exceeded"
            case .outputOverrun: "output_overrun"
            default: "upstream_interrupted"
            }
        case .stopping: "stopping"
        }
    }
}

extension ClientError {
    /// Adds the word by which Anthropic's SDK knows that a conversation can't be kept here, and goes
    /// on with the whole of it.
    ///
    /// Its `tool_runner` asks for a `thread` by default, which Anthropic keeps; the SDK (2.14) then looks for
    /// `error.details.error_code`.
    fileprivate mutating func addThreadCode(
        of request: ClientRequest,
        refused decision: RouteDecided
    ) {
        guard request.api == .messages,
            decision.excluded.contains(where: { $0.fields.contains("thread") })
        else { return }
        do {
            let kind = try request.root.member("thread")?.member("type")
            let isNew = kind?.isString("continue") != true
            var known = JSONSplice(try JSONSlice(validating: details ?? Array("{}".utf8)))
            known.set("error_code", to: isNew ? "thread_unsupported_request" : "thread_not_found")
            details = known.bytes
        } catch {
            // Two members of one name: the message alone says what is wrong.
        }
    }
}

extension RunningRequest {
    /// What the providers found wrong where nothing else is: with the request as Logway had said it, or
    /// with what the model wrote.
    ///
    /// `nil` where one failed for another reason, which may pass.
    fileprivate var rejection: ProviderFailure? {
        finished.allSatisfy { $0.failure?.fault == .attempt } ? lastRejection : nil
    }

    /// The failure that the status goes by: the last one that is no attempt's own.
    fileprivate var verdict: FailureKind? {
        finished.last { $0.failure?.fault != .attempt }?.failure ?? finished.last?.failure
    }
}

extension RouteDecided {
    /// Whether what it goes on from is kept by somebody who can't be asked.
    var isForHolder: Bool { excluded.contains { $0.fields == ["previous_response_id"] } }

    /// Whether everybody who could answer holds back for a rate limit, and nobody for worse.
    fileprivate var isRateLimited: Bool {
        let present = excluded.filter { !$0.reason.isAbsence }
        return !present.isEmpty && present.allSatisfy { $0.reason == .rateLimited }
    }
}
