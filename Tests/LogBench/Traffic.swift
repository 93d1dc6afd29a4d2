import Events
import TestSupport

/// Made-up traffic as a gateway records it: five events a request, ten candidates a decision, a
/// handful of providers and models, numbers that differ as real ones do, and 32 requests in flight.
///
/// The same seed gives the same events.
struct Traffic {
    private static let providers = [
        "groq", "claude", "openrouter", "together", "ollama", "openai", "google", "lmstudio",
        "github-models", "backup-groq",
    ]
    private static let models = [
        "llama-3.3-70b-versatile", "claude-haiku-4-5", "mistralai/devstral-2-123b",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo", "qwen3:8b", "gpt-5-mini", "gemini-2.5-flash",
        "qwen2.5-coder-14b-instruct", "openai/gpt-4.1-mini", "llama-3.1-8b-instant",
    ]
    private static let tasks = ["code-review", "documentation", "chat", "extraction", nil]

    private var draws: SeededRandom
    private var time = Timestamp(microseconds: 1_793_500_000_000_000)
    private(set) var sequence: UInt64 = 0
    /// How the requests under way will end, oldest first.
    private var endings: [(AttemptFinished, RequestCompleted)] = []

    init(seed: UInt64 = 7) { draws = SeededRandom(seed: seed) }

    private mutating func draw() -> UInt64 { draws.next() }

    private mutating func draw(_ range: Range<Int>) -> Int {
        range.lowerBound + Int(draw() % UInt64(range.count))
    }

    private mutating func event(_ body: EventBody, after microseconds: Int) -> Event {
        time = time + .microseconds(microseconds)
        sequence += 1
        return Event(body, at: time)
    }

    /// The events that put a policy and prices in force.
    mutating func opening() -> [Event] {
        var policy = PolicyApplied()
        policy.policy.providers = Self.providers.map { name in
            var provider = ProviderPolicy()
            provider.name = name
            provider.type = name
            provider.priority = 1
            return provider
        }
        var prices = PricesApplied()
        prices.prices = zip(Self.providers, Self.models).map { provider, model in
            var line = ModelPrices()
            line.provider = provider
            line.model = model
            line.prices = TokenPrices(input: 590_000_000, output: 790_000_000)
            return line
        }
        return [
            event(.nodeStarted(NodeStarted()), after: 0),
            event(.policyApplied(policy), after: 0),
            event(.pricesApplied(prices), after: 0),
        ]
    }

    /// The three events that begin the next request, and the two that end an earlier one.
    mutating func request() -> [Event] {
        let id = RequestID(time: time, random: (draw(), draw()))
        let chosen = draw(0..<10)
        var received = RequestReceived()
        received.request = id
        received.client = draw(0..<3) == 0 ? .anthropic : .openai
        received.endpoint =
            received.client == .openai ? "/v1/chat/completions" : "/v1/messages"
        received.requestedModel = "auto"
        received.isStreamed = draw(0..<2) == 0
        received.features.extractorVersion = 1
        received.features.bodyBytes = draw(200..<20_000)
        received.features.promptBytes = received.features.bodyBytes * 4 / 5
        received.features.inputTokens = received.features.promptBytes / 4
        received.features.outputLimit = draw(0..<2) == 0 ? nil : 1_024
        received.features.messages = draw(1..<12)
        received.task = Self.tasks[draw(0..<Self.tasks.count)]
        received.tags = ["team=search"]

        var decided = RouteDecided()
        decided.request = id
        decided.statePosition = sequence
        decided.deciderVersion = 1
        decided.policy = Fingerprint(bytes: Array(0..<16))
        decided.policyPosition = 2
        decided.pricesPosition = 3
        decided.chain = "production"
        decided.candidates = (0..<10).map { index in
            var candidate = RouteCandidate()
            candidate.provider = Self.providers[(chosen + index) % 10]
            candidate.model = Self.models[(chosen + index) % 10]
            candidate.chainEntry = index + 1
            candidate.priority = index / 3 + 1
            candidate.predictedCost = Nanodollars(
                Int64(received.features.inputTokens * (590 + 113 * index))
            )
            candidate.probability = index == 0 ? 1_000_000 : 0
            return candidate
        }
        decided.chosen = 0
        decided.seed = draw()
        decided.maxAttempts = 3
        decided.deadline = time + .seconds(600)

        var started = AttemptStarted()
        started.request = id
        started.number = 1
        started.provider = Self.providers[chosen]
        started.model = Self.models[chosen]
        started.statePosition = sequence + 1
        started.reservedInput = received.features.promptBytes
        started.reservedOutput = received.features.outputLimit
        started.reservedCost = received.features.outputLimit.map {
            Nanodollars(Int64((received.features.promptBytes + $0) * 590))
        }

        var finished = AttemptFinished()
        finished.request = id
        finished.number = 1
        finished.provider = started.provider
        finished.model = started.model
        if draw(0..<40) == 0 {
            finished.failure = .overloaded
            finished.status = 529
            finished.message = "Overloaded, please try again later"
            finished.costOrigin = .uncharged
            finished.cost = .zero
        } else {
            finished.status = 200
            finished.usage = TokenUsage(
                input: received.features.inputTokens,
                output: draw(5..<900),
                origin: .provider
            )
            finished.cost = Nanodollars(
                Int64(finished.usage.input ?? 0) * 590 + Int64(finished.usage.output ?? 0) * 790
            )
            finished.costOrigin = .priced
            finished.finishReason = "stop"
        }
        finished.pricesPosition = 3
        finished.firstByteMicroseconds = draw(60_000..<900_000)
        finished.totalMicroseconds = draw(900_000..<9_000_000)

        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = finished.failure == nil ? .answered : .failed
        completed.status = finished.status ?? 0
        completed.attempts = 1
        completed.provider = finished.provider
        completed.model = finished.model
        completed.cost = finished.cost
        completed.failure = finished.failure
        completed.decideMicroseconds = draw(9..<60)
        completed.logWaitMicroseconds = draw(0..<300)
        completed.firstByteMicroseconds = finished.firstByteMicroseconds
        completed.totalMicroseconds = finished.totalMicroseconds + 400

        endings.append((finished, completed))
        var events = [
            event(.requestReceived(received), after: draw(0..<900)),
            event(.routeDecided(decided), after: 0),
            event(.attemptStarted(started), after: 0),
        ]
        guard endings.count > 32 else { return events }
        let (earlier, outcome) = endings.removeFirst()
        events += [
            event(.attemptFinished(earlier), after: draw(10..<900)),
            event(.requestCompleted(outcome), after: draw(1..<40)),
        ]
        return events
    }

    /// The events of whole requests, at least `count` of them.
    mutating func events(_ count: Int) -> [Event] {
        var events: [Event] = []
        while events.count < count { events += request() }
        return events
    }
}
