import Events
import Learning
import Testing

@Suite("Kinds of work")
struct TaskTests {
    @Test(arguments: [
        ("Generate unit tests for the UserService class", TaskType.testGeneration),
        ("Write unit tests for all methods", .testGeneration),
        ("Write tests for this function", .testGeneration),
        ("Review this pull request for code quality and best practices", .codeReview),
        ("Find bugs in this code and suggest fixes", .bugDetection),
        ("Analyze test coverage gaps and suggest new test cases", .coverageAnalysis),
        ("Generate API documentation with JSDoc comments", .documentation),
        ("Find security vulnerabilities in this authentication code", .securityScanning),
        ("Write a function to sort a list", .codeGeneration),
        ("What is 2+2?", .simpleQuery), ("Hello, how are you?", .simpleQuery),
        // Whole words only.
        ("exchange the airplane ticket", .simpleQuery), ("receive the parcel", .simpleQuery),
        ("Let me know the classic variety", .simpleQuery),
        ("the latest contest attested it", .simpleQuery),
        // The other kinds.
        ("Refactor this module so that it is easier to read", .refactoring),
        ("Benchmark the parser and find its bottlenecks", .performanceTesting),
        ("Plan the milestones of the next quarter", .planning),
        ("Prove that there are infinitely many primes", .complexReasoning),
        ("Search the documents and cite your sources", .ragExploration),
        ("Compare the two offers", .analysis), ("SUMMARISE THIS", .analysis),
        // Asking about a thing is not asking for it.
        ("What is a unit test?", .simpleQuery),
    ])
    func `a prompt is of a kind`(prompt: String, task: TaskType) throws {
        let found = try classify(prompt)
        #expect(found.task == task)
        #expect(!found.isTaskGiven)
    }

    @Test func `a long text that says nothing of its kind is left open`() throws {
        let filler = String(repeating: "lorem ipsum dolor sit amet ", count: 20)
        #expect(try classify(filler).task == nil)
    }

    @Test func `what the client says stands`() throws {
        var received = try received("What is 2+2?")
        received.task = "planning"
        received.hints.complexity = .veryComplex
        let found = Classifier.heuristic.classify(received, contextWindow: nil)
        #expect(found.task == .planning)
        #expect(found.isTaskGiven)
        #expect(found.complexity == .veryComplex)
        #expect(found.isComplexityGiven)
        #expect(found.points < 120)
    }

    @Test(arguments: [
        ("Let me know the classic variety", false), ("It costs 5; that is much", false),
        ("look:\n```\nx\n```", true), ("int main() {\n  return 0;\n}\n", true),
        ("Dear all,\nthis is prose.\nYours", false), ("let x = 1;\nlet y = 2;\n", true),
    ])
    func `code is told from prose`(prompt: String, isCode: Bool) throws {
        #expect(try received(prompt).features.cues.contains(.code) == isCode)
    }

    @Test func `the end of a long text is read, and its middle is not`() throws {
        let filler = String(repeating: "word ", count: 4_000)
        #expect(try received(filler + "review").features.cues.contains(.review))
        #expect(try received("review " + filler).features.cues.contains(.review))
        #expect(try !received(filler + "review " + filler).features.cues.contains(.review))
    }

    /// The recorded number of bytes of each, worked out by hand.
    @Test(arguments: [("", 0), ("aaaa", 0), ("abab", 1_000), ("abcd", 2_000), ("aaab", 811)])
    func `entropy is Shannon's`(text: String, millibits: Int) throws {
        #expect(try received(text).features.entropyMillibits == millibits)
    }
}
