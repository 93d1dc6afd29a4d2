/// The kind of work that a request asks for, given by the client or inferred.
///
/// The order of the cases decides between kinds that a request speaks for equally: a narrow kind
/// stands before a wide one.
public enum TaskType: UInt8, FieldEnumeration {
    /// Finding what tests leave out.
    case coverageAnalysis = 1
    /// Writing tests.
    case testGeneration = 2
    /// Finding vulnerabilities.
    case securityScanning = 3
    /// Judging a change.
    case codeReview = 4
    /// Finding and repairing errors.
    case bugDetection = 5
    /// Changing the form of code, not what it does.
    case refactoring = 6
    /// Measuring speed and load.
    case performanceTesting = 7
    /// Describing code and its use.
    case documentation = 8
    /// Proofs, puzzles, derivations.
    case complexReasoning = 9
    /// Designs, plans, estimates.
    case planning = 10
    /// Answers from documents that are searched for.
    case ragExploration = 11
    /// Writing code.
    case codeGeneration = 12
    /// Comparing, explaining, summing up.
    case analysis = 13
    /// A short question or a greeting.
    case simpleQuery = 14

    /// The first case; a task is always written as an optional.
    public static var empty: TaskType { .coverageAnalysis }

    /// The name in configuration, headers and output: `code-review`.
    public var name: String {
        switch self {
        case .coverageAnalysis: "coverage-analysis"
        case .testGeneration: "test-generation"
        case .securityScanning: "security-scanning"
        case .codeReview: "code-review"
        case .bugDetection: "bug-detection"
        case .refactoring: "refactoring"
        case .performanceTesting: "performance-testing"
        case .documentation: "documentation"
        case .complexReasoning: "complex-reasoning"
        case .planning: "planning"
        case .ragExploration: "rag-exploration"
        case .codeGeneration: "code-generation"
        case .analysis: "analysis"
        case .simpleQuery: "simple-query"
        }
    }

    /// The task with this name.
    public init?(name: some StringProtocol) {
        guard let task = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = task
    }
}
