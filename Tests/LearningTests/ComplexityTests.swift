import Events
import Learning
import TestSupport
import Testing

@Suite("Complexity")
struct ComplexityTests {
    @Test(arguments: [
        ("What is 2+2?", Complexity.simple), ("Fix typo in comment", .simple),
        ("Hello, how are you?", .simple),
        ("Find bugs in this code and suggest fixes", .moderate),
        ("Design system architecture for the new microservices platform", .complex),
        ("Perform security audit and vulnerability assessment", .complex),
        (
            "Prove rigorously, by induction, the theorem that each integer has one factorisation",
            .veryComplex
        ),
    ])
    func `a prompt is so complex`(prompt: String, complexity: Complexity) throws {
        #expect(try classify(prompt).complexity == complexity)
    }

    @Test func `length alone does not make a request very complex`() throws {
        let filler = String(repeating: "lorem ipsum dolor sit amet ", count: 1_852) + "summarise"
        #expect(filler.count >= 50_000)
        let long = try classify(filler)
        let short = try classify("Prove the theorem rigorously")
        #expect(try #require(long.complexity).rawValue <= Complexity.moderate.rawValue)
        #expect(short.points > long.points)
    }

    @Test func `the points are the sum of the contributions, from 0 to 1000`() {
        var draws = SeededRandom(seed: SeededRandom.seed())
        let integers = [Int.min, -1, 0, 1, 100, 5_000, 1_000_000, Int.max]
        for _ in 0..<5_000 {
            var received = RequestReceived()
            received.features.cues = PromptCues(rawValue: draws.next() & draws.next())
            received.features.instructionBytes = draws.one(of: integers)
            received.features.inputTokens = draws.one(of: integers)
            received.features.messages = draws.one(of: integers)
            received.features.entropyMillibits = draws.one(of: integers)
            let window = draws.oneIn(3) ? nil : draws.one(of: integers)
            let found = Classifier.heuristic.classify(received, contextWindow: window)
            let sum = found.contributions.reduce(0) { $0 + $1.points }
            #expect(found.points == min(1_000, max(0, sum)))
            #expect(found.complexity != nil)
            #expect(Set(found.contributions.map(\.feature)).count == found.contributions.count)
        }
    }
}
