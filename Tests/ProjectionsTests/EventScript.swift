import Events
import Reporting
import TestSupport

/// Random events of requests that overlap, fail over, are judged, are cut off by the ends of months,
/// and of which some are unknown; now and then the policy changes.
struct EventScript {
    static let providers = ["groq", "claude", "ollama", "a:b"]
    static let models = ["llama", "qwen3:8b", "b:llama"]
    static let tasks = ["documentation", "code-review", nil]
    static let tags = ["team=a", "team=b", "x=\"ü\n"]
    static let start: Timestamp = CivilDate(year: 2026, month: 9, day: 29).start

    private(set) var events: [Event] = []
    private(set) var now: Timestamp = EventScript.start
    private var draws: SeededRandom
    private var running: [(id: RequestID, attempts: Int, open: (String, String)?)] = []
    private var ended: [RequestID] = []
    private var count: UInt64 = 0

    /// Whether requests may run for months, which retention does not expect.
    private let mayRunLong: Bool

    init(seed: UInt64, steps: Int, mayRunLong: Bool = true) {
        draws = SeededRandom(seed: seed)
        self.mayRunLong = mayRunLong
        for _ in 0..<steps { step() }
    }

    private mutating func append(_ body: EventBody) { events.append(Event(body, at: now)) }

    private mutating func step() {
        now = now + .microseconds(draws.one(of: [0, 1, 900, 70_000, 40_000_000]))
        if draws.oneIn(25) {
            now = now + .seconds(draws.int(1...20) * 86_400 / 4)
            if !mayRunLong { running = [] }
        }
        switch draws.int(1...20) {
        case 1...5: receive()
        case 6...10: ask()
        case 11...15: finish()
        case 16...17: complete()
        case 18: judge()
        case 19: applyPolicy()
        default: append(.nodeStarted(NodeStarted()))
        }
    }

    private mutating func receive() {
        count += 1
        var received = RequestReceived()
        received.request = RequestID(time: now, random: (0, count))
        received.endpoint = "/v1/chat/completions"
        received.requestedModel = draws.one(of: ["auto", "llama", ""])
        received.task = draws.one(of: Self.tasks)
        received.tags = (Self.tags + Self.tags).filter { _ in draws.oneIn(4) }
        append(.requestReceived(received))
        var decided = RouteDecided()
        decided.request = received.request
        decided.classification.version = draws.int(0...1)
        decided.classification.task = draws.one(of: [nil, .documentation, .analysis])
        if draws.oneIn(2) { append(.routeDecided(decided)) }
        running.append((received.request, 0, nil))
    }

    /// The index of a running request; `nil` when none runs.
    private mutating func someRunning() -> Int? {
        running.isEmpty ? nil : draws.int(0...running.count - 1)
    }

    private mutating func ask() {
        guard let index = someRunning(), running[index].open == nil else { return }
        running[index].attempts += 1
        var attempt = AttemptStarted()
        attempt.request = running[index].id
        attempt.number = running[index].attempts
        attempt.provider = draws.one(of: Self.providers)
        attempt.model = draws.one(of: Self.models)
        running[index].open = (attempt.provider, attempt.model)
        append(.attemptStarted(attempt))
    }

    private mutating func finish() {
        guard let index = someRunning(), let (provider, model) = running[index].open else { return }
        running[index].open = nil
        var finished = AttemptFinished()
        // Now and then of a request that this log does not hold.
        finished.request =
            draws.oneIn(12)
            ? RequestID(time: now, random: (0, draws.next())) : running[index].id
        finished.number = running[index].attempts
        finished.provider = provider
        finished.model = model
        finished.failure = draws.oneIn(3) ? draws.one(of: FailureKind.allCases) : nil
        finished.cost =
            draws.oneIn(4) ? nil : Nanodollars(Int64(draws.int(0...9_999_999_999)))
        if draws.oneIn(60) { finished.cost = Nanodollars(.max - 5) }
        finished.costOrigin = draws.one(of: CostOrigin.allCases)
        finished.usage = TokenUsage(
            input: draws.oneIn(3) ? nil : draws.int(0...9_000),
            output: draws.oneIn(3) ? nil : draws.int(0...9_000),
            cachedInput: draws.oneIn(2) ? nil : draws.int(0...900)
        )
        append(.attemptFinished(finished))
    }

    private mutating func complete() {
        guard let index = someRunning() else { return }
        let request = running.remove(at: index)
        var completed = RequestCompleted()
        completed.request = request.id
        completed.outcome = draws.one(of: RequestOutcome.allCases)
        completed.provider = draws.oneIn(4) ? nil : draws.one(of: Self.providers)
        completed.cost = draws.oneIn(3) ? nil : Nanodollars(Int64(draws.int(0...9_999)))
        completed.isLocal = draws.one(of: [nil, true, false])
        completed.totalMicroseconds = draws.int(0...9_000_000)
        append(.requestCompleted(completed))
        ended.append(request.id)
    }

    private mutating func judge() {
        var feedback = FeedbackReceived()
        feedback.request =
            ended.isEmpty || draws.oneIn(8)
            ? RequestID(time: now, random: (0, draws.next() % 5)) : draws.one(of: ended)
        if draws.oneIn(3), let index = someRunning() { feedback.request = running[index].id }
        feedback.score = draws.int(0...1_000_000)
        feedback.source = draws.one(of: ["user", "judge"])
        append(.feedbackReceived(feedback))
    }

    private mutating func applyPolicy() {
        var applied = PolicyApplied()
        applied.policy.providers = Self.providers.map { name in
            var provider = ProviderPolicy()
            provider.name = name
            provider.isLocal = draws.oneIn(2)
            return provider
        }
        append(.policyApplied(applied))
    }
}

extension EventScript {
    /// A filter that leaves some requests of the story over.
    static func filter(_ draws: inout SeededRandom, until end: Timestamp) -> RequestFilter {
        var filter = RequestFilter()
        let span = Int((end - start).microseconds)
        if draws.oneIn(3) { filter.since = start + .microseconds(draws.int(0...span)) }
        if draws.oneIn(3) { filter.until = start + .microseconds(draws.int(0...span)) }
        if draws.oneIn(4) { filter.provider = draws.one(of: providers + ["nobody"]) }
        if draws.oneIn(4) { filter.model = draws.one(of: models + ["auto"]) }
        if draws.oneIn(4) { filter.task = draws.one(of: tasks + ["analysis"]) }
        if draws.oneIn(4) { filter.tag = draws.one(of: tags) }
        if draws.oneIn(4) { filter.outcome = draws.one(of: RequestOutcome.allCases) }
        if draws.oneIn(6) { filter.minimumCost = Nanodollars(Int64(draws.int(0...9_999))) }
        if draws.oneIn(6) { filter.failedOver = true }
        return filter
    }
}
