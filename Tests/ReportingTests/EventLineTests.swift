import Events
import Testing

@testable import Reporting

@Suite("Event line")
struct EventLineTests {
    static let id = EventScript.request.description

    static func event<Content: FieldRecord>(
        _ wrap: (Content) -> EventBody,
        _ change: (inout Content) -> Void
    ) -> EventBody {
        var content = Content()
        change(&content)
        return wrap(content)
    }

    static let cases: [(EventBody, String)] = [
        (
            event(EventBody.stateCarried) {
                $0.position = 7
                $0.state = OpaqueBytes([1, 2, 3])
            },
            "StateCarried state through event 7, 3 bytes"
        ),
        (
            event(EventBody.segmentRetired) {
                $0.through = 4
                $0.rule = "keepDays: 90"
            },
            "SegmentRetired segments through 4, by keepDays: 90"
        ),
        (
            event(EventBody.monthClosed) {
                $0.year = 2026
                $0.month = 9
                $0.total.sums.attempts = 2
                $0.total.sums.cost = Nanodollars(1_500_000_000)
            },
            "MonthClosed 2026-09, 2 attempts, $1.5"
        ),
        (
            event(EventBody.requestReceived) {
                $0.request = EventScript.request
                $0.endpoint = "/v1/messages"
                $0.requestedModel = "auto"
                $0.features.bodyBytes = 120
            },
            "RequestReceived \(id) /v1/messages model 'auto', 120 bytes"
        ),
        (
            event(EventBody.routeDecided) {
                $0.request = EventScript.request
                var candidate = RouteCandidate()
                candidate.provider = "groq"
                candidate.model = "llama"
                $0.candidates = [candidate]
                $0.chosen = 0
                $0.excluded = [RouteExclusion()]
            },
            "RouteDecided \(id) groq:llama of 1 candidate, 1 rejected"
        ),
        (
            event(EventBody.routeDecided) {
                $0.request = EventScript.request
                $0.refusal = .noneAvailable
            },
            "RouteDecided \(id) refused: none available"
        ),
        (
            event(EventBody.routeDecided) {
                $0.request = EventScript.request
                $0.chosen = 7
            },
            "RouteDecided \(id) refused: no candidate"
        ),
        (
            event(EventBody.attemptStarted) {
                $0.request = EventScript.request
                $0.number = 2
                $0.provider = "groq"
                $0.model = "llama"
            },
            "AttemptStarted \(id) attempt 2 at groq:llama"
        ),
        (
            event(EventBody.attemptFinished) {
                $0.request = EventScript.request
                $0.number = 1
                $0.provider = "groq"
                $0.model = "llama"
                $0.failure = .firstTokenTimeout
            },
            "AttemptFinished \(id) attempt 1 at groq:llama failed: first token timeout, unknown"
        ),
        (
            event(EventBody.attemptFinished) {
                $0.request = EventScript.request
                $0.number = 1
                $0.provider = "groq"
                $0.model = "llama"
                $0.cost = Nanodollars(10_500_000)
            },
            "AttemptFinished \(id) attempt 1 at groq:llama answered, $0.0105"
        ),
        (
            event(EventBody.requestCompleted) {
                $0.request = EventScript.request
                $0.status = 200
                $0.cost = .zero
                $0.totalMicroseconds = 1_234_000
            },
            "RequestCompleted \(id) answered, status 200, $0, 1.2 s"
        ),
        (
            event(EventBody.healthProbed) {
                $0.provider = "groq"
                $0.failure = .connectionFailed
            },
            "HealthProbed groq connection failed"
        ),
        (event(EventBody.healthProbed) { $0.provider = "groq" }, "HealthProbed groq answers"),
        (
            event(EventBody.modelsListed) {
                $0.provider = "groq"
                $0.models = ["a", "b"]
            },
            "ModelsListed groq has 2 models"
        ),
        (
            event(EventBody.feedbackReceived) {
                $0.request = EventScript.request
                $0.score = 750_000
                $0.source = "user"
            },
            "FeedbackReceived \(id) 0.75 by user"
        ),
        (
            event(EventBody.configurationApplied) { $0.source = "logway.yaml" },
            "ConfigurationApplied from logway.yaml"
        ),
        (
            event(EventBody.policyApplied) {
                $0.fingerprint = Fingerprint(bytes: [1, 255])
                $0.policy.providers = [ProviderPolicy()]
            },
            "PolicyApplied 01ff, 1 provider"
        ),
        (
            event(EventBody.pricesApplied) { $0.prices = [ModelPrices(), ModelPrices()] },
            "PricesApplied 2 prices"
        ),
        (
            event(EventBody.nodeStarted) {
                $0.version = "0.1"
                $0.process = 42
            },
            "NodeStarted version 0.1, process 42"
        ),
        (event(EventBody.nodeStopped) { $0.reason = "terminated" }, "NodeStopped terminated"),
        (
            event(EventBody.logRecovered) {
                $0.cutBytes = 96
                $0.interruptedRequests = 1
            },
            "LogRecovered 96 bytes cut, 1 interrupted request"
        ),
        (.unknown(code: 99, fields: [1, 2, 3]), "Unknown99 3 bytes of a later build"),
    ]

    @Test(arguments: cases.indices)
    func `each type of event has its line`(index: Int) {
        let (body, text) = Self.cases[index]
        let line = EventLine(Event(body, at: EventScript.morning), 17).text
        #expect(line == "17 2026-11-21T09:30:00.000000Z \(text)")
    }

    /// A client that names a model with a line end in it would write an event of its own.
    @Test func `an event stays on its line, whatever it holds`() {
        let hostile = "a'\n18 2026-11-21T09:30:01.000000Z NodeStopped x\u{1b}[2K"
        let body = Self.event(EventBody.requestReceived) { $0.requestedModel = hostile }
        let line = EventLine(Event(body, at: EventScript.morning), 17).text
        #expect(!line.contains { $0.isNewline })
        #expect(!line.contains("\u{1b}"))
        #expect(line.contains(#"a'\u{a}18 "#))
    }
}
