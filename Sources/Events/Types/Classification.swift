/// What a classifier made of a request's features.
public struct Classification: FieldRecord {
    /// The version of the classifier.
    public var version: Int = 0
    /// The kind of work; absent when nothing speaks for one.
    public var task: TaskType?
    /// Whether the client said which kind of work it is.
    public var isTaskGiven: Bool = false
    /// How much it asks of a model.
    public var complexity: Complexity?
    /// Whether the client said how much that is.
    public var isComplexityGiven: Bool = false
    /// The sum of the contributions, from 0 to 1,000 points.
    public var points: Int = 0
    /// What each feature added.
    public var contributions: [ComplexityContribution] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "version", &version)
        visitor.field(2, "task", &task)
        visitor.field(3, "task_given", &isTaskGiven)
        visitor.field(4, "complexity", &complexity)
        visitor.field(5, "complexity_given", &isComplexityGiven)
        visitor.field(6, "points", &points)
        visitor.field(7, "contributions", &contributions)
    }
}

/// What one feature of a request adds to its complexity.
public struct ComplexityContribution: FieldRecord {
    /// The feature.
    public var feature: ComplexityFeature = .contentLength
    /// Its points: of 1,000 that all features can give together.
    public var points: Int = 0

    /// A record with every field empty.
    public init() {}

    /// A feature and its points.
    public init(_ feature: ComplexityFeature, _ points: Int) {
        self.feature = feature
        self.points = points
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "feature", &feature)
        visitor.field(2, "points", &points)
    }
}

/// What the complexity of a request is judged by.
public enum ComplexityFeature: UInt8, FieldEnumeration {
    /// The text of the last message.
    case contentLength = 1
    /// The tokens of the whole prompt.
    case tokenCount = 2
    /// The messages of the conversation.
    case messageCount = 3
    /// Whether there is code.
    case code = 4
    /// Words that stand for hard work, or for trifles.
    case keywords = 5
    /// How varied the text is.
    case entropy = 6
    /// How much of the largest context window it fills.
    case contextUse = 7

    /// The first one.
    public static var empty: ComplexityFeature { .contentLength }
}
