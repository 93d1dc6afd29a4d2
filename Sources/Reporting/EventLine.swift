public import Events

/// An event on one line, for `logway log tail`.
public struct EventLine: Sendable {
    private let event: Event
    private let sequence: UInt64

    /// The line of an event at its place in the log.
    public init(_ event: Event, _ sequence: UInt64) {
        self.event = event
        self.sequence = sequence
    }

    /// The line, without a line end, whatever the event holds.
    public var text: String {
        let request = event.body.request.map { "\($0) " } ?? ""
        return "\(sequence) \(event.time) \(event.body.name) \(request)" + Format.plain(summary)
    }

    private var summary: String {
        switch event.body {
        case .requestReceived(let event):
            "\(event.endpoint) model '\(event.requestedModel)', \(event.features.bodyBytes) bytes"
        case .routeDecided(let event): decision(event)
        case .attemptStarted(let event):
            "attempt \(event.number) at \(event.provider):\(event.model)"
                + (event.hedge.map { ", beside attempt \($0.besides)" } ?? "")
        case .attemptFinished(let event):
            "attempt \(event.number) at \(event.provider):\(event.model) "
                + (event.failure.map { "failed: \($0.name)" } ?? "answered")
                + ", \(Format.cost(event.cost))"
        case .requestCompleted(let event):
            "\(event.outcome.name), \(Format.status(event.status)), "
                + Format.cost(event.cost)
                + (event.measuredMicroseconds.map { ", " + Format.time(microseconds: $0) } ?? "")
        case .healthProbed(let event):
            "\(event.provider) \(event.failure?.name ?? "answers")"
        case .modelsListed(let event):
            "\(event.provider) has \(Format.count(event.models.count, "model"))"
        case .feedbackReceived(let event):
            "\(Format.score(Double(event.score) / 1_000_000)) by \(event.source)"
        case .configurationApplied(let event): "from \(event.source)"
        case .policyApplied(let event):
            "\(event.fingerprint), \(Format.count(event.policy.providers.count, "provider"))"
        case .pricesApplied(let event): Format.count(event.prices.count, "price")
        case .nodeStarted(let event): "version \(event.version), process \(event.process)"
        case .nodeStopped(let event): event.reason
        case .logRecovered(let event):
            Format.count(Int(event.cutBytes), "byte") + " cut, "
                + Format.count(event.interruptedRequests, "interrupted request")
        case .stateCarried(let event):
            "state through event \(event.position), \(event.state.bytes.count) bytes"
        case .segmentRetired(let event):
            "segments through \(event.through), by \(event.rule)"
        case .monthClosed(let event):
            "\(CostReport(year: event.year, month: event.month).monthName), "
                + "\(Format.count(event.total.sums.attempts, "attempt")), "
                + Format.cost(event.total.sums.cost)
        case .quotaTick(let event):
            "\(event.provider):\(event.model) \(event.kind.name), \(event.remaining) left"
                + (event.limit.map { " of \($0)" } ?? "")
        case .quotaWarned(let event):
            "\(event.provider)\(event.model.map { ":\($0)" } ?? "") \(event.kind.name), "
                + "\(event.percent)%: \(event.used) of \(event.limit), resets at \(event.resetsAt)"
        case .budgetAlerted(let event):
            "\(event.budget), \(Format.cost(event.spent)) of \(Format.cost(event.limit))"
        case .reservationExtended(let event):
            "attempt \(event.number), up to "
                + (event.output.map { Format.count($0, "token") } ?? "any number of tokens")
                + " out, \(Format.cost(event.cost))"
        case .clockJudged(let event):
            "\(event.verdict.name): \(event.clock), where \(event.expected) was expected"
        case .monthPart(let event):
            "\(CalendarMonth(year: event.year, month: event.month)), part \(event.part)"
        case .statePart(let event):
            "state through event \(event.position), part \(event.part) of \(event.parts)"
        case .unknown(_, let fields): "\(fields.count) bytes of a later build"
        }
    }

    private func decision(_ event: RouteDecided) -> String {
        guard let chosen = event.chosen, event.candidates.indices.contains(chosen) else {
            return "refused: \(event.refusal?.name ?? "no candidate")"
        }
        let candidate = event.candidates[chosen]
        return "\(candidate.provider):\(candidate.model) of "
            + Format.count(event.candidates.count, "candidate")
            + ", \(event.excluded.count) rejected"
    }
}
