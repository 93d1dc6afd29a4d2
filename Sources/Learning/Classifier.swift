public import Events

/// What tells a request's kind of work and its complexity from its recorded features: a version and a
/// pure function of numbers.
///
/// A trained classifier takes the place of the heuristic one by another value of this type; the
/// version is recorded with what it says.
public struct Classifier: Sendable {
    /// The version, recorded in each decision.
    public let version: Int
    private let judge: @Sendable (RequestFeatures, Int?) -> Classification

    /// A classifier of a version.
    ///
    /// - Parameters:
    ///   - version: its number.
    ///   - judge: the features and the largest context window in tokens that is known of, to what is
    ///     made of them; it gives the same for the same, on every machine.
    public init(
        version: Int,
        judge: @escaping @Sendable (RequestFeatures, Int?) -> Classification
    ) {
        self.version = version
        self.judge = judge
    }

    /// Classifies a request; what its client said itself stands.
    ///
    /// - Parameters:
    ///   - received: the request, as recorded.
    ///   - contextWindow: the largest window in tokens that is known of; `nil` when none is.
    /// - Returns: the kind of work and the complexity, with what each feature added.
    public func classify(_ received: RequestReceived, contextWindow: Int?) -> Classification {
        var result = judge(received.features, contextWindow)
        result.version = version
        if let task = received.task.flatMap(TaskType.init(name:)) {
            result.task = task
            result.isTaskGiven = true
        }
        if let complexity = received.hints.complexity {
            result.complexity = complexity
            result.isComplexityGiven = true
        }
        return result
    }

    /// Rules and weights, no training.
    public static let heuristic = Classifier(version: 1) { features, contextWindow in
        var result = Classification()
        result.task = TaskRules.task(of: features)
        ComplexityRules.classify(features, contextWindow: contextWindow, into: &result)
        return result
    }
}
