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
