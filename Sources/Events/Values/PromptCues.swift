/// What kinds of words a prompt has, without the words: one bit for each kind.
///
/// A bit keeps its meaning for ever, since it is in the log; which words raise it belongs to the
/// version of the extractor.
public struct PromptCues: OptionSet, Hashable, Sendable {
    /// One bit for each kind of word.
    public let rawValue: UInt64

    /// A set from its bits.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    private init(bit: UInt64) { rawValue = 1 << bit }

    /// To write, to generate, to implement.
    public static let make = PromptCues(bit: 0)
    /// A test.
    public static let test = PromptCues(bit: 1)
    /// Coverage.
    public static let coverage = PromptCues(bit: 2)
    /// A review.
    public static let review = PromptCues(bit: 3)
    /// A bug, a crash, an exception.
    public static let bug = PromptCues(bit: 4)
    /// To fix.
    public static let fix = PromptCues(bit: 5)
    /// Documentation, comments.
    public static let documentation = PromptCues(bit: 6)
    /// To refactor.
    public static let refactor = PromptCues(bit: 7)
    /// Performance, load, benchmarks.
    public static let performance = PromptCues(bit: 8)
    /// Security, vulnerabilities.
    public static let security = PromptCues(bit: 9)
    /// A function, a class, a script.
    public static let program = PromptCues(bit: 10)
    /// To analyse, to compare, to explain.
    public static let analysis = PromptCues(bit: 11)
    /// A plan, a design, an architecture.
    public static let plan = PromptCues(bit: 12)
    /// A proof, a theorem.
    public static let proof = PromptCues(bit: 13)
    /// To search documents, to cite sources.
    public static let retrieval = PromptCues(bit: 14)
    /// The prompt begins with a word of asking.
    public static let question = PromptCues(bit: 15)
    /// The prompt begins with a greeting or thanks.
    public static let greeting = PromptCues(bit: 16)
    /// A trifle: a typo, a rename, the format.
    public static let trifle = PromptCues(bit: 17)
    /// Large systems: distributed, concurrent, scalable, microservices.
    public static let system = PromptCues(bit: 18)
    /// A fence of code, or lines that are written as code.
    public static let code = PromptCues(bit: 19)
    /// A pull request, a diff, a commit.
    public static let change = PromptCues(bit: 20)
    /// Quality, practices, standards.
    public static let quality = PromptCues(bit: 21)
    /// An audit, an assessment, compliance.
    public static let audit = PromptCues(bit: 22)
    /// To reason: to derive, to deduce, rigorously, step by step.
    public static let reasoning = PromptCues(bit: 23)
    /// To sum up or to translate.
    public static let condense = PromptCues(bit: 24)

    private static let named: [(PromptCues, String)] = [
        (.make, "make"), (.test, "test"), (.coverage, "coverage"), (.review, "review"),
        (.bug, "bug"), (.fix, "fix"), (.documentation, "documentation"), (.refactor, "refactor"),
        (.performance, "performance"), (.security, "security"), (.program, "program"),
        (.analysis, "analysis"), (.plan, "plan"), (.proof, "proof"), (.retrieval, "retrieval"),
        (.question, "question"), (.greeting, "greeting"), (.trifle, "trifle"),
        (.system, "system"), (.code, "code"), (.change, "change"), (.quality, "quality"),
        (.audit, "audit"), (.reasoning, "reasoning"), (.condense, "condense"),
    ]

    /// The names of the members, in a fixed order.
    public var names: [String] {
        Self.named.filter { contains($0.0) }.map(\.1)
    }
}

extension PromptCues: IntegerScalar {
    /// None.
    public static var empty: PromptCues { [] }
    var integer: Int64 { Int64(bitPattern: rawValue) }
    init?(integer: Int64) { self.init(rawValue: UInt64(bitPattern: integer)) }
    /// The names, separated by commas.
    public var json: JSONScalar { .text(names.joined(separator: ",")) }
}
