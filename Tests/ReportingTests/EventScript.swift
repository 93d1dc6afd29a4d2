import Events
import RouterState

@testable import Reporting

/// The events of some requests, placed in a log, for the reports to read.
struct EventScript {
    /// 2026-11-21T09:30:00Z.
    static let morning = CivilDate(year: 2026, month: 11, day: 21).start + .seconds(34_200)
    static let request = RequestID(time: morning, random: (0, 7))

    private(set) var events: [Event] = []
    var now = EventScript.morning

    mutating func append(_ bodies: EventBody...) {
        for body in bodies { events.append(Event(body, at: now)) }
    }

    mutating func receive(
        _ id: RequestID = EventScript.request,
        model: String = "auto",
        _ change: (inout RequestReceived) -> Void = { _ in }
    ) {
        var received = RequestReceived()
        received.request = id
        received.endpoint = "/v1/chat/completions"
        received.requestedModel = model
        change(&received)
        append(.requestReceived(received))
    }

    mutating func decide(
        _ id: RequestID = EventScript.request,
        among models: [(provider: String, model: String)],
        _ change: (inout RouteDecided) -> Void = { _ in }
    ) {
        var decided = RouteDecided()
        decided.request = id
        decided.candidates = models.enumerated().map { index, model in
            var candidate = RouteCandidate()
            candidate.provider = model.provider
            candidate.model = model.model
            candidate.priority = index + 1
            candidate.probability = index == 0 ? 1_000_000 : 0
            return candidate
        }
        decided.chosen = models.isEmpty ? nil : 0
        change(&decided)
        append(.routeDecided(decided))
    }

    mutating func start(
        _ id: RequestID = EventScript.request,
        _ number: Int = 1,
        at provider: String = "groq",
        model: String = "llama",
        _ change: (inout AttemptStarted) -> Void = { _ in }
    ) {
        var attempt = AttemptStarted()
        attempt.request = id
        attempt.number = number
        attempt.provider = provider
        attempt.model = model
        change(&attempt)
        append(.attemptStarted(attempt))
    }

    mutating func finish(
        _ id: RequestID = EventScript.request,
        _ number: Int = 1,
        at provider: String = "groq",
        model: String = "llama",
        failing failure: FailureKind? = nil,
        cost: Nanodollars? = .zero,
        _ change: (inout AttemptFinished) -> Void = { _ in }
    ) {
        var finished = AttemptFinished()
        finished.request = id
        finished.number = number
        finished.provider = provider
        finished.model = model
        finished.failure = failure
        finished.cost = cost
        finished.costOrigin = cost == nil ? .unknown : .priced
        finished.totalMicroseconds = 1_500
        change(&finished)
        append(.attemptFinished(finished))
    }

    mutating func complete(
        _ id: RequestID = EventScript.request,
        _ outcome: RequestOutcome = .answered,
        status: Int = 200,
        cost: Nanodollars? = .zero,
        _ change: (inout RequestCompleted) -> Void = { _ in }
    ) {
        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = outcome
        completed.status = status
        completed.cost = cost
        completed.provider = "groq"
        completed.totalMicroseconds = 2_000
        change(&completed)
        append(.requestCompleted(completed))
    }

    mutating func judge(_ score: Int, _ id: RequestID = EventScript.request, comment: String? = nil)
    {
        var feedback = FeedbackReceived()
        feedback.request = id
        feedback.score = score
        feedback.source = "user"
        feedback.comment = comment
        append(.feedbackReceived(feedback))
    }

    /// The policy of two providers, one of them local.
    mutating func applyPolicy() {
        var applied = PolicyApplied()
        applied.policy.providers = [("groq", false), ("ollama", true)].map { name, isLocal in
            var provider = ProviderPolicy()
            provider.name = name
            provider.isLocal = isLocal
            return provider
        }
        append(.policyApplied(applied))
    }

    func report(_ year: Int = 2026, _ month: Int = 11) -> CostReport {
        var report = CostReport(year: year, month: month)
        for event in events { report.apply(event) }
        return report
    }

    func record(_ id: RequestID = EventScript.request) -> RequestRecord {
        var record = RequestRecord(id: id)
        for (index, event) in events.enumerated() {
            record.apply(event, sequence: UInt64(index + 1))
        }
        return record
    }

    func list() -> RequestList {
        var list = RequestList()
        for (index, event) in events.enumerated() {
            list.apply(event, sequence: UInt64(index + 1))
        }
        return list
    }

    func state() -> RouterState {
        var state = RouterState()
        for (index, event) in events.enumerated() {
            state.apply(event, sequence: UInt64(index + 1))
        }
        return state
    }
}
