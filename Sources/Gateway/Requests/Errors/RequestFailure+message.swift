import Events
import Providers

extension RequestFailure {
    /// The most names that an error lists: enough to see what was meant, short enough to read.
    private static let namesShown = 40

    /// What the client is told.
    func message(for running: RunningRequest) -> String {
        switch self {
        case .refused(let decision, let names):
            Self.refusal(decision, of: running, names: names)
        case .requestAtFault(let failure): Self.describe(failure, for: running)
        case .uncertain(let failure):
            "the provider may keep the file all the same, so nobody else was asked: "
                + "\(failure.message); list the files before you send it again"
        case .ownShortage(let failure):
            "Logway lacks what the request needs, so no provider was blamed: \(failure.message)"
        case .notDurable(let error): error.refusal.message
        case .brokenOff(let failure): "the answer broke off: \(failure.message)"
        case .stopping: "Logway is stopping; send the request again"
        case .exhausted(_, let names):
            provider?.message ?? Self.exhaustion(of: running, names: names)
        }
    }

    private static func refusal(
        _ decision: RouteDecided,
        of running: RunningRequest,
        names: [String]
    ) -> String {
        // As it is recorded: a client that wrote its key there does not find it in the log.
        let model = running.received.requestedModel
        let isAnthropic = running.client.family == .anthropic
        let skipped = decision.excluded.map(RouteDetails.describe).joined(separator: "; ")
        return switch decision.refusal {
        case .unknownModel:
            "no provider has the model '\(model)'; there is \(list(names))"
        case .untranslatable where decision.isForHolder:
            "the earlier response is kept by a provider that can't be asked; send the whole "
                + "conversation as input (\(skipped))"
        case .untranslatable:
            Self.untranslatable(decision, isAnthropic: isAnthropic)
        case .unsatisfiable where PromptExcess(decision) != nil:
            PromptExcess(decision)?.message(isAnthropic: isAnthropic) ?? skipped
        case .unsatisfiable: "no provider fulfils what the request demands: \(skipped)"
        case .noProvider: "no provider is configured; run `logway serve --help`"
        case .budgetExceeded: "the budget has no room for this request: \(skipped)"
        case .quotaExhausted:
            "the providers' quotas have no room for this request: \(skipped)"
        case .noneAvailable where ModelAbsence(decision).isCertain:
            absence(of: model, ModelAbsence(decision), because: skipped, names: names)
        case .noneAvailable, nil: "no provider is available now: \(skipped)"
        }
    }

    /// What a provider said of the request.
    ///
    /// Claude Code shortens a conversation by these words of Anthropic's, whichever provider says it
    /// otherwise.
    private static func describe(
        _ failure: ProviderFailure,
        for running: RunningRequest
    ) -> String {
        let marker = "prompt is too long"
        guard failure.kind == .contextTooLong, running.client.family == .anthropic,
            !failure.message.lowercased().contains(marker)
        else { return failure.message }
        return "\(marker): \(failure.message)"
    }

    /// Claude Code leaves out what an error names behind `capability_rejected:`.
    private static func untranslatable(_ decision: RouteDecided, isAnthropic: Bool) -> String {
        let fields = Set(decision.excluded.flatMap(\.fields)).sorted().joined(separator: ", ")
        return (isAnthropic ? "capability_rejected: \(fields): " : "")
            + "no provider of this model can take \(fields)"
    }

    private static func exhaustion(of running: RunningRequest, names: [String]) -> String {
        let model = running.received.requestedModel
        let absence = ModelAbsence(running)
        let sentence = RouteDetails(running).sentence
        if absence.isCertain {
            return Self.absence(of: model, absence, because: sentence, names: names)
        }
        let message = "every provider failed: \(sentence)"
        guard absence.isUnlistedElsewhere, !names.contains(model) else { return message }
        // What the router itself goes by is no model of a provider.
        let others = names.filter { $0 != "auto" && !$0.hasPrefix("auto:") }
        return message + "; no other provider lists '\(model)'"
            + (others.isEmpty ? "" : "; other providers have: \(list(others))")
    }

    /// Nobody has the model, though somebody was thought to have it.
    private static func absence(
        of model: String,
        _ absence: ModelAbsence,
        because reasons: String,
        names: [String]
    ) -> String {
        guard absence.isExplicit else {
            return "no provider has the model that it was to answer with: \(reasons)"
        }
        if absence.isOfEndpoint {
            return "no provider does this with the model '\(model)': \(reasons)"
        }
        let others = names.filter { $0 != model }
        return "no provider has the model '\(model)': \(reasons)"
            + (others.isEmpty ? "" : "; there is \(list(others))")
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(namesShown).joined(separator: ", ")
            + (names.count > namesShown
                ? " and \(names.count - namesShown) more (GET /v1/models)" : "")
    }
}
