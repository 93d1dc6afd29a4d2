import Events

/// Events like those of any gateway, for the dictionary of a new log's first segment: what small
/// frames are compressed against until the log has bytes of its own.
///
/// They may change from build to build: a segment carries the dictionary that it was written with.
enum SampleEvents {
    private static let models: [(provider: String, model: String, family: WireFamily)] = [
        ("ollama", "llama3.2:3b", .openai), ("ollama", "qwen2.5:7b", .openai),
        ("lmstudio", "qwen2.5-7b-instruct", .openai),
        ("groq", "llama-3.3-70b-versatile", .openai), ("groq", "llama-3.1-8b-instant", .openai),
        ("openrouter", "mistralai/mistral-small", .openai),
        ("openrouter", "deepseek/deepseek-chat", .openai),
        ("openai", "gpt-4o-mini", .openai), ("openai", "gpt-4o", .openai),
        ("google", "gemini-2.0-flash", .openai),
        ("claude", "claude-sonnet-4-5", .anthropic), ("claude", "claude-haiku-4-5", .anthropic),
        ("simulated", "swift-small", .openai), ("simulated", "careful-large", .openai),
    ]

    /// The encoded events of some requests, one behind the other.
    static var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for index in models.indices {
            let time = Timestamp(microseconds: 1_795_000_000_000_000 + Int64(index) * 1_234_567)
            let id = RequestID(time: time, random: (UInt64(index) * 977, UInt64(index) << 55))
            for body in events(of: id, index, at: time) {
                Event(body, at: time).encode(into: &bytes)
            }
        }
        return bytes
    }

    private static func events(
        of id: RequestID,
        _ index: Int,
        at time: Timestamp
    ) -> [EventBody] {
        var received = RequestReceived()
        received.request = id
        received.client = models[index].family
        received.endpoint =
            models[index].family == .openai ? "/v1/chat/completions" : "/v1/messages"
        received.requestedModel = index % 2 == 0 ? "auto" : models[index].model
        received.features.bodyBytes = 700 + index
        received.features.messages = 2

        var decided = RouteDecided()
        decided.request = id
        decided.statePosition = UInt64(1_000 + index)
        decided.chain = index % 2 == 0 ? "default" : "production"
        decided.deadline = time + .seconds(120)
        for offset in 0..<4 {
            let choice = models[(index + offset) % models.count]
            var candidate = RouteCandidate()
            candidate.provider = choice.provider
            candidate.model = choice.model
            candidate.family = choice.family
            candidate.chainEntry = offset + 1
            candidate.priority = offset + 1
            candidate.predictedCost = Nanodollars(105_000 * Int64(offset + 1))
            candidate.probability = offset == 0 ? 1_000_000 : 0
            decided.candidates.append(candidate)
        }
        var exclusion = RouteExclusion()
        exclusion.provider = models[(index + 5) % models.count].provider
        exclusion.reason = .modelNotListed
        decided.excluded = [exclusion]
        decided.chosen = 0
        decided.maxAttempts = 3

        var started = AttemptStarted()
        started.request = id
        started.number = 1
        started.provider = models[index].provider
        started.model = models[index].model
        started.statePosition = decided.statePosition
        started.reservedInput = 180
        started.reservedOutput = 256

        var finished = AttemptFinished()
        finished.request = id
        finished.number = 1
        finished.provider = models[index].provider
        finished.model = models[index].model
        finished.status = 200
        finished.cost = Nanodollars(91_500)
        finished.costOrigin = .priced
        finished.connectMicroseconds = 300
        finished.firstByteMicroseconds = 180_000
        finished.totalMicroseconds = 900_000
        finished.finishReason = models[index].family == .openai ? "stop" : "end_turn"

        var completed = RequestCompleted()
        completed.request = id
        completed.status = 200
        completed.attempts = 1
        completed.provider = models[index].provider
        completed.model = models[index].model
        completed.cost = finished.cost
        completed.decideMicroseconds = 40
        completed.totalMicroseconds = 900_500
        return [
            .requestReceived(received), .routeDecided(decided), .attemptStarted(started),
            .attemptFinished(finished), .requestCompleted(completed),
        ]
    }
}
