public import Events

/// How each model at each provider has been doing: successes, times, speed, and what people thought
/// of its answers.
///
/// Old observations fade: every `halfLife` of the events' own time halves their weight, so the fold
/// forgets without a timer and is the same in every replay.
public struct ModelStatistics: Hashable, Sendable {
    /// The most models that are kept; the one that was heard of longest ago goes first.
    ///
    /// A client may name models at will, and the state must not grow for ever.
    static let limit = 1_000

    private var byModel: [ModelReference: ModelRecord] = [:]
    /// Which model answered last at each provider, and when.
    private var lastAnswers: [String: LastAnswer] = [:]

    /// Nothing known of any.
    public init() {}

    /// The models that there is something to say of, in order.
    public var models: [ModelReference] { byModel.keys.sorted() }

    /// The record of a model; `nil` when nothing happened there.
    public func of(_ model: ModelReference) -> ModelRecord? { byModel[model] }

    /// Whether a model that its provider loads on demand can be relied on to be in memory: it was the
    /// last one to answer there, and not long ago.
    public func isLoaded(_ model: ModelReference, at now: Timestamp) -> Bool {
        guard let last = lastAnswers[model.provider], last.model == model.model else {
            return false
        }
        return now.microseconds.subtractingClamped(last.time.microseconds)
            < LastAnswer.keptLoaded.microseconds
    }

    mutating func record(
        _ attempt: AttemptFinished,
        of started: RunningAttempt?,
        at time: Timestamp
    ) {
        // What is the client's, the network's or the gateway's fault says nothing of the model.
        guard attempt.failure == nil || attempt.failure?.fault == .provider else { return }
        if attempt.failure == nil {
            lastAnswers[attempt.provider] = LastAnswer(
                provider: attempt.provider,
                model: attempt.model,
                time: time
            )
        }
        change(ModelReference(attempt), at: time) {
            $0.add(attempt, isStreamed: started?.isStreamed == true)
        }
    }

    mutating func record(_ feedback: FeedbackReceived, at time: Timestamp) {
        guard let provider = feedback.provider, let model = feedback.model else { return }
        change(ModelReference(provider: provider, model: model), at: time) {
            $0.add(score: feedback.score, task: feedback.task)
        }
    }

    private mutating func change(
        _ model: ModelReference,
        at time: Timestamp,
        _ change: (inout ModelRecord) -> Void
    ) {
        if byModel[model] == nil, byModel.count >= Self.limit {
            let oldest = byModel.min { ($0.value.epoch, $0.key) < ($1.value.epoch, $1.key) }
            if let oldest { byModel[oldest.key] = nil }
        }
        let epoch = ModelRecord.epoch(of: time)
        byModel[model, default: ModelRecord(epoch: epoch)].change(in: epoch, change)
    }
}

extension ModelStatistics: FieldRecord {
    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        var lines = byModel.sorted { $0.key < $1.key }.map { ModelLine(model: $0, record: $1) }
        visitor.field(1, "models", &lines)
        byModel = Dictionary(lines.map { ($0.model, $0.record) }) { _, last in last }
        var answers = lastAnswers.values.sorted { $0.provider < $1.provider }
        visitor.field(2, "last_answers", &answers)
        lastAnswers = Dictionary(answers.map { ($0.provider, $0) }) { _, last in last }
    }
}

/// A provider's last answer.
private struct LastAnswer: Hashable, FieldRecord {
    /// Ollama frees a model five minutes after its last use (`OLLAMA_KEEP_ALIVE`), LM Studio later.
    static let keptLoaded = Duration.seconds(300)

    var provider = ""
    var model = ""
    var time = Timestamp.empty

    init() {}

    init(provider: String, model: String, time: Timestamp) {
        self.provider = provider
        self.model = model
        self.time = time
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "model", &model)
        visitor.field(3, "time", &time)
    }
}

/// A model and its record, in the coding of the state.
private struct ModelLine: FieldRecord {
    var model = ModelReference()
    var record = ModelRecord()

    init() {}

    init(model: ModelReference, record: ModelRecord) {
        self.model = model
        self.record = record
    }

    mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "model", &model)
        visitor.field(2, "record", &record)
    }
}
