import Events

/// Infers the kind of work from the kinds of words in the user's last message.
///
/// Each rule whose words are all there adds its points to its task. The most points win; of equal
/// ones the task whose case stands first in `TaskType`, where the narrow kinds come first. Without
/// any points, a short text is a simple query and a long one is left open.
enum TaskRules {
    /// The longest text in bytes that is a simple query when nothing else speaks.
    static let shortBytes = 200

    private static let rules: [(TaskType, PromptCues, Int)] = [
        (.coverageAnalysis, .coverage, 7),
        (.testGeneration, .test, 2),
        (.testGeneration, [.test, .make], 5),
        (.securityScanning, .security, 6),
        (.codeReview, .review, 4),
        (.codeReview, [.review, .program], 1),
        (.codeReview, [.review, .change], 2),
        (.codeReview, [.review, .quality], 1),
        (.bugDetection, .bug, 5),
        (.bugDetection, .fix, 1),
        (.refactoring, .refactor, 6),
        (.performanceTesting, .performance, 4),
        (.performanceTesting, [.performance, .test], 3),
        (.documentation, .documentation, 4),
        (.documentation, [.documentation, .make], 3),
        (.complexReasoning, .proof, 6),
        (.complexReasoning, .reasoning, 3),
        (.planning, .plan, 4),
        (.ragExploration, .retrieval, 4),
        (.codeGeneration, [.make, .program], 4),
        (.codeGeneration, [.make, .code], 3),
        (.analysis, .analysis, 3),
        (.analysis, .condense, 3),
        (.analysis, .audit, 2),
    ]

    static func task(of features: RequestFeatures) -> TaskType? {
        var points = [Int](repeating: 0, count: TaskType.allCases.count + 1)
        for (task, cues, value) in rules where features.cues.isSuperset(of: cues) {
            points[Int(task.rawValue)] += value
        }
        let isShort = features.instructionBytes <= shortBytes && !features.cues.contains(.code)
        if isShort {
            // "What is a unit test?" asks; it does not want one written.
            let asks = features.cues.contains(.question) && !features.cues.contains(.make)
            points[Int(TaskType.simpleQuery.rawValue)] = asks ? 3 : 1
        }
        guard let best = points.max(), best > 0, let first = points.firstIndex(of: best) else {
            return nil
        }
        return TaskType(rawValue: UInt8(first))
    }
}
