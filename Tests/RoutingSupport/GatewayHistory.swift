import Events
import RouterState
import Routing
import TestSupport

/// A random log as a gateway writes it: every decision made by `decide`, every failover by
/// `nextCandidate`, each on the state of its moment.
struct GatewayHistory {
    static let models = [
        "auto", "auto:development", "auto:twice", "auto:missing", "auto:nosuch", "llama", "haiku",
        "groq:llama", "ollama:qwen3:8b", RoutingFixture.free, "openrouter:a/paid", "nosuch",
        "groq:nosuch",
        "auto", "auto", "auto:cheap", "auto:fast", "auto:best", "auto:local", "auto:free",
    ]

    private(set) var events: [Event] = []
    private(set) var state = RouterState()
    /// The states that were written down on the way, each in its encoding.
    private(set) var snapshots: [(position: UInt64, bytes: [UInt8])] = []
    private var draws: SeededRandom
    private var now = RoutingFixture.noon
    private var requests: UInt64 = 0
    /// The requests that run.
    private var running: [EventScript] = []

    /// A request with the decision on it and the attempts that run.
    private struct EventScript {
        let received: RequestReceived
        let decision: RouteDecided
        var attempts: [AttemptStarted]
        /// The attempt that was made beside another, once one was, and how it failed.
        var hedge: (attempt: AttemptStarted, failure: FailureKind?)?
    }

    init(seed: UInt64, steps: Int) {
        draws = SeededRandom(seed: seed)
        changePolicy()
        for _ in 0..<steps { step() }
    }

    /// Appends events as one group with one time, as the ledger does.
    private mutating func append(_ bodies: [EventBody]) {
        for body in bodies {
            let event = Event(body, at: now)
            events.append(event)
            state.apply(event, sequence: UInt64(events.count))
        }
    }

    private mutating func step() {
        now = now + .microseconds(draws.one(of: [0, 1, 40_000, 5_000_000, 31_000_000]))
        if draws.oneIn(50) { now = now + .seconds(3_700) }
        switch draws.int(1...100) {
        case 1...40: receive()
        case 41...55: hedge()
        case 56...85: finish()
        case 86...87: listModels()
        case 88: tick()
        case 89: judge()
        case 90...94: changePrices()
        case 95...96: changePolicy()
        case 97: carry()
        case 98: snapshots.append((state.position, state.encoded))
        default: restart()
        }
    }

    private mutating func receive() {
        requests += 1
        var received = RequestReceived()
        received.request = RequestID(time: now, random: (0, requests))
        received.requestedModel = draws.one(of: Self.models)
        received.isStreamed = !draws.oneIn(4)
        received.features.promptBytes = draws.int(0...40_000)
        received.features.inputTokens = received.features.promptBytes / 4
        received.features.outputLimit = draws.oneIn(2) ? nil : draws.int(1...8_000)
        received.features.needs = draws.one(of: [[], [], .tools, .vision, .structuredOutput])
        received.features.cues = PromptCues(rawValue: draws.next() & draws.next() & draws.next())
        received.features.instructionBytes = draws.int(0...received.features.promptBytes)
        received.features.messages = draws.int(1...9)
        if draws.oneIn(2) {
            var mark = ConversationMark()
            mark.fingerprint = UInt64(draws.int(1...3))
            mark.isFollowUp = !draws.oneIn(4)
            received.conversation = mark
        }
        if draws.oneIn(6) { received.task = draws.one(of: TaskType.allCases).name }
        if draws.oneIn(6) { received.hints.isLocalOnly = true }
        if draws.oneIn(6) {
            received.hints.maxCost = Nanodollars(draws.one(of: [0, 900_000, 90_000_000]))
        }
        if draws.oneIn(6) { received.hints.maxLatencyMicroseconds = draws.int(1...9_000_000) }
        if draws.oneIn(8) { received.hints.complexity = draws.one(of: Complexity.allCases) }
        received.tenant = draws.oneIn(3) ? "acme" : nil
        received.clientKey = draws.oneIn(3) ? "2bb80d537b1d" : nil
        received.choices = draws.oneIn(8) ? draws.int(2...4) : nil
        if draws.oneIn(4) {
            var obstacle = TranslationObstacle()
            obstacle.family = draws.one(of: WireFamily.allCases)
            obstacle.fields = ["logit_bias"]
            received.obstacles = [obstacle]
        }
        let context = RoutingContext(state, at: now)
        let admission = Admission(of: received, in: context, seed: draws.next())
        let decision = admission.decision
        var group: [EventBody] = [.requestReceived(received), .routeDecided(decision)]
        if let attempt = admission.attempt {
            group.append(.attemptStarted(attempt))
            running.append(EventScript(received: received, decision: decision, attempts: [attempt]))
        } else {
            group.append(completion(of: received.request, .refused, attempts: 0))
        }
        append(group)
    }

    private func completion(
        of request: RequestID,
        _ outcome: RequestOutcome,
        attempts: Int,
        skipped: [RouteExclusion] = []
    ) -> EventBody {
        var completed = RequestCompleted()
        completed.request = request
        completed.outcome = outcome
        completed.attempts = attempts
        completed.skipped = skipped
        return .requestCompleted(completed)
    }

    /// Nothing comes of an attempt for a while.
    private mutating func hedge() {
        let alone = running.indices.filter {
            running[$0].attempts.count == 1 && running[$0].hedge == nil
                && Hedge.delay(for: running[$0].received, under: state.policy) != nil
        }
        guard !alone.isEmpty else { return }
        let index = draws.one(of: alone)
        let course = running[index]
        let hedge = Hedge(
            beside: course.attempts[0],
            of: course.decision,
            received: course.received,
            in: RoutingContext(state, at: now)
        )
        guard let attempt = hedge.attempt else { return }
        append([.attemptStarted(attempt)])
        running[index].attempts.append(attempt)
        running[index].hedge = (attempt, nil)
    }

    /// An attempt ends; of two, the first that answers ends the other.
    private mutating func finish() {
        guard !running.isEmpty else { return }
        let index = draws.int(0...running.count - 1)
        let place = draws.int(0...running[index].attempts.count - 1)
        let attempt = running[index].attempts.remove(at: place)
        let finished = end(of: attempt)
        if running[index].hedge?.attempt.number == attempt.number {
            running[index].hedge?.failure = finished.failure
        }
        guard let other = running[index].attempts.first else {
            return conclude(running.remove(at: index), attempt, finished)
        }
        if let fault = finished.failure?.fault, fault != .request {
            return append([.attemptFinished(finished)])
        }
        var lost = end(of: other)
        lost.failure = .hedgeLost
        append([.attemptFinished(lost)])
        conclude(running.remove(at: index), attempt, finished)
    }

    private mutating func end(of attempt: AttemptStarted) -> AttemptFinished {
        var finished = AttemptFinished()
        finished.request = attempt.request
        finished.number = attempt.number
        finished.provider = attempt.provider
        finished.model = attempt.model
        finished.key = attempt.key
        finished.totalMicroseconds = draws.int(1...9_000_000)
        finished.failure = draws.oneIn(3) ? nil : draws.one(of: FailureKind.allCases)
        if finished.failure == nil {
            finished.usage = TokenUsage(input: draws.int(0...900), output: draws.int(0...900))
            finished.cost = draws.oneIn(4) ? nil : Nanodollars(Int64(draws.int(0...900_000)))
        }
        if finished.failure == .rateLimited, draws.oneIn(2) {
            finished.retryAt = now + .seconds(draws.int(0...120))
        }
        return finished
    }

    /// The last attempt that runs ends: another follows, or the request is over.
    private mutating func conclude(
        _ course: EventScript,
        _ attempt: AttemptStarted,
        _ finished: AttemptFinished
    ) {
        var after = state
        let place = UInt64(events.count + 1)
        after.apply(Event(.attemptFinished(finished), at: now), sequence: place)
        var last = (attempt: attempt, failure: finished.failure)
        if let hedge = course.hedge, hedge.attempt.number > attempt.number { last = hedge }
        let next = NextAttempt(
            after: last.attempt,
            failure: last.failure,
            of: course.decision,
            received: course.received,
            in: RoutingContext(after, at: now)
        )
        var group: [EventBody] = [.attemptFinished(finished)]
        let fault = finished.failure?.fault
        if fault != nil, fault != .request, let started = next.attempt {
            group.append(.attemptStarted(started))
            var course = course
            course.attempts = [started]
            running.append(course)
        } else {
            let outcome: RequestOutcome = finished.failure == nil ? .answered : .failed
            let asksNobody = fault != nil && fault != .request
            group.append(
                completion(
                    of: attempt.request,
                    outcome,
                    attempts: last.attempt.number,
                    skipped: asksNobody ? next.skipped : []
                )
            )
        }
        append(group)
    }

    private mutating func listModels() {
        var list = ModelsListed()
        list.provider = draws.one(of: RoutingFixture.providers).name
        list.models = ["a/paid", "gemma", "llama", RoutingFixture.free, "qwen3:8b"].filter { _ in
            draws.oneIn(2)
        }
        append([.modelsListed(list)])
    }

    /// A provider's headers tell of a quota.
    private mutating func tick() {
        var tick = QuotaTick()
        tick.provider = draws.one(of: RoutingFixture.providers).name
        tick.model = draws.one(of: ["haiku", "llama", "qwen3:8b"])
        tick.key = draws.int(0...1)
        tick.kind = draws.one(of: QuotaKind.allCases)
        tick.limit = draws.oneIn(2) ? draws.int(1...10_000) : nil
        tick.remaining = draws.int(0...20)
        tick.resetsAt = draws.oneIn(2) ? now + .seconds(draws.int(1...90)) : nil
        append([.quotaTick(tick)])
    }

    /// Somebody says what an answer was worth.
    private mutating func judge() {
        var feedback = FeedbackReceived()
        feedback.provider = draws.one(of: RoutingFixture.providers).name
        feedback.model = draws.one(of: ["haiku", "llama", "qwen3:8b"])
        feedback.task = draws.oneIn(2) ? draws.one(of: TaskType.allCases) : nil
        feedback.score = draws.int(0...1_000_000)
        append([.feedbackReceived(feedback)])
    }

    private mutating func changePrices() {
        var applied = PricesApplied()
        for provider in RoutingFixture.providers {
            for model in [nil, "llama", "haiku", "qwen3:8b", RoutingFixture.free]
            where !draws.oneIn(3) {
                let price: Int64? = draws.one(of: [0, 0, 900_000_000, nil])
                let prices = TokenPrices(input: price, output: draws.oneIn(5) ? nil : price)
                applied.prices.append(ModelPrices(provider.name, model, prices))
            }
        }
        append([.pricesApplied(applied)])
    }

    private mutating func changePolicy() {
        var applied = PolicyApplied()
        applied.fingerprint = Fingerprint(bytes: [UInt8(truncatingIfNeeded: events.count), 3])
        applied.policy = draws.policy()
        append([.policyApplied(applied)])
        if draws.oneIn(2) { changePrices() }
    }

    /// Writes the state into the log, as retention does.
    private mutating func carry() {
        var carried = StateCarried()
        carried.position = state.position
        carried.state = OpaqueBytes(state.encoded)
        append([.stateCarried(carried)])
    }

    /// Goes on from the last snapshot and what followed it, like the next process.
    private mutating func restart() {
        running = []
        if let snapshot = snapshots.last, draws.oneIn(2) {
            do {
                var restored = try RouterState(decoding: snapshot.bytes)
                for index in Int(snapshot.position)..<events.count {
                    restored.apply(events[index], sequence: UInt64(index + 1))
                }
                state = restored
            } catch {
                preconditionFailure("a state that was encoded can't be read: \(error)")
            }
        }
        append(state.inFlight.interruptions(prices: state.prices, at: now))
        append([.nodeStarted(NodeStarted())])
    }
}
