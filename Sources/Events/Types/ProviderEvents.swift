/// A provider was asked, free of charge, whether it is there.
public struct HealthProbed: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// Why it is not; absent when it is.
    public var failure: FailureKind?
    /// Microseconds in all.
    public var totalMicroseconds: Int = 0
    /// What went wrong, without secrets.
    public var message: String?
    /// The connections for requests to it at that time; absent where none was made yet.
    public var pool: PoolReading?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "failure", &failure)
        visitor.field(3, "total_us", &totalMicroseconds)
        visitor.field(4, "message", &message)
        visitor.field(5, "pool", &pool)
    }
}

/// A provider told which models it has.
public struct ModelsListed: FieldRecord {
    /// The provider's configured name.
    public var provider: String = ""
    /// The models, as the provider names them, sorted.
    public var models: [String] = []
    /// What a server of the user's own tells of them, sorted by name; empty where it tells nothing.
    public var details: [ListedModel] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "provider", &provider)
        visitor.field(2, "models", &models)
        visitor.field(3, "details", &details)
    }
}

/// Somebody or something judged an answer.
public struct FeedbackReceived: FieldRecord {
    /// The most judges of a request: people and programs that judge an answer are few, and each judgement is kept
    /// for ever.
    public static let judgeLimit = 16

    /// The request that was answered.
    public var request: RequestID = .empty
    /// From 0 to 1,000,000 millionths; more is better.
    public var score: Int = 0
    /// What the judge wrote, without secrets.
    public var comment: String?
    /// Who judged: `user` unless said otherwise.
    public var source: String = ""
    /// The provider that answered; absent when none did, or nobody looked.
    public var provider: String?
    /// The model that answered.
    public var model: String?
    /// The kind of work that it was; absent when unknown.
    public var task: TaskType?

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "request", &request)
        visitor.field(2, "score_ppm", &score)
        visitor.field(3, "comment", &comment)
        visitor.field(4, "source", &source)
        visitor.field(10, "provider", &provider)
        visitor.field(11, "model", &model)
        visitor.field(12, "task", &task)
    }
}
