/// What is known of a model at a provider when the policy comes into force.
///
/// It comes from the catalogue or the configuration; a decision reads it here and nowhere else.
public struct ModelPolicy: FieldRecord {
    /// The model's name at the provider.
    public var name: String = ""
    /// The longest conversation in tokens, prompt and answer together; absent when unknown.
    public var contextWindow: Int?
    /// What it can do; absent when unknown.
    public var capabilities: Capabilities?
    /// How good its answers are, from 0 to 1,000,000 millionths; absent when nobody rated them.
    public var quality: Int?
    /// Where it stands among all models; absent when unknown.
    public var tier: ModelTier?
    /// The kinds of work that it is a good pick for.
    public var tasks: [TaskType] = []
    /// How good its answers are for kinds of work; what is not in it is `quality` or the tier's.
    public var taskQuality: [TaskQuality] = []

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "name", &name)
        visitor.field(2, "context_window", &contextWindow)
        visitor.field(3, "capabilities", &capabilities)
        visitor.field(4, "quality_ppm", &quality)
        visitor.field(5, "tier", &tier)
        visitor.field(6, "tasks", &tasks)
        visitor.field(7, "task_quality", &taskQuality)
    }
}

/// How good a model's answers are for a kind of work.
public struct TaskQuality: FieldRecord {
    /// The kind of work.
    public var task: TaskType = .simpleQuery
    /// From 0 to 1,000,000 millionths.
    public var quality: Int = 0

    /// A record with every field empty.
    public init() {}

    /// A rating.
    public init(_ task: TaskType, _ quality: Int) {
        self.task = task
        self.quality = quality
    }

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "task", &task)
        visitor.field(2, "quality_ppm", &quality)
    }
}

/// The model that a provider is to use for a kind of work.
public struct TaskModel: FieldRecord {
    /// The kind of work.
    public var task: TaskType = .simpleQuery
    /// The model's name at the provider.
    public var model: String = ""

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "task", &task)
        visitor.field(2, "model", &model)
    }
}

/// How much traffic goes to other than the best candidate.
public struct ExplorationPolicy: FieldRecord {
    /// The least probability of each arm, in millionths.
    public var floor: Int = 0
    /// How many of the best candidates are arms.
    public var arms: Int = 0

    /// A record with every field empty.
    public init() {}

    /// Walks the fields in the order of their tags.
    public mutating func visit(_ visitor: inout some FieldVisitor) {
        visitor.field(1, "floor_ppm", &floor)
        visitor.field(2, "arms", &arms)
    }
}
