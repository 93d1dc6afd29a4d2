import Catalog
import Events
import Foundation
import Testing

@Suite("Quality that is expected before anybody judged")
struct ExpectedQualityTests {
    /// A model of 1 billion parameters, of the tier that stands for 350,000.
    static func entry(_ id: String, _ benchmarks: [(String, String)], more: String = "") -> String {
        let scores = benchmarks.map {
            #"{"name": "\#($0)", "percent": \#($1), "source": "of \#(id)", "asOf": "2026-01-01"}"#
        }
        return #"{"provider": "ollama", "id": "\#(id)", "parameters": "1B", "benchmarks": "#
            + "[\(scores.joined(separator: ", "))]\(more)}"
    }

    static func catalog(_ entries: String...) throws -> Catalog {
        let json = #"{"version": 1, "models": [\#(entries.joined(separator: ", "))]}"#
        return try Catalog(cards: []).overlaid(with: UserCatalog(json: Data(json.utf8)))
    }

    static func expected(_ catalog: Catalog, _ id: String, _ task: TaskType? = nil) throws -> Int? {
        let card = try #require(catalog.model(provider: .ollama, id: id))
        return catalog.expectedQuality(of: card, for: task)
    }

    @Test func `a point above the tier's mean is worth 5,000 millionths`() throws {
        let catalog = try Self.catalog(
            Self.entry("a", [("HumanEval", "80")]),
            Self.entry("b", [("HumanEval", "74.5")]),
            Self.entry("c", [("HumanEval", "70")])
        )
        // The mean is 74.8333 per cent; half of a share's millionths are cut off to a whole number.
        #expect(try Self.expected(catalog, "a", .codeGeneration) == 350_000 + 25_833)
        #expect(try Self.expected(catalog, "b", .codeGeneration) == 350_000 - 1_666)
        #expect(try Self.expected(catalog, "c", .codeGeneration) == 350_000 - 24_166)
        #expect(try Self.expected(catalog, "a") == 350_000 + 25_833)
        #expect(try Self.expected(catalog, "a", .planning) == nil)
    }

    @Test func `several benchmarks count by their mean, each for its kinds of work`() throws {
        let catalog = try Self.catalog(
            Self.entry("a", [("MMLU", "80"), ("GSM8K", "60")], more: #", "tasks": ["analysis"]"#),
            Self.entry("b", [("MMLU", "70"), ("GSM8K", "80")])
        )
        #expect(try Self.expected(catalog, "a") == 350_000 - 12_500)
        #expect(try Self.expected(catalog, "a", .simpleQuery) == 350_000 + 25_000)
        #expect(try Self.expected(catalog, "a", .complexReasoning) == 350_000 - 50_000)
        #expect(try Self.expected(catalog, "a", .analysis) == 400_000 + 25_000)
        #expect(try Self.expected(catalog, "b", .analysis) == 350_000 - 25_000)
    }

    @Test func `no benchmark lifts a model out of its tier`() throws {
        let catalog = try Self.catalog(
            Self.entry("a", [("MATH", "100")]),
            Self.entry("b", [("MATH", "0")])
        )
        #expect(try Self.expected(catalog, "a") == 450_000)
        #expect(try Self.expected(catalog, "b") == 250_000)
    }

    @Test func `results of other tiers, other ways and the same one again are no peers`() throws {
        let large = Self.entry("large", [("MMLU", "90")])
            .replacing(#""parameters": "1B""#, with: #""parameters": "400B""#)
        let again = Self.entry("a", [("MMLU", "80")]).replacing(
            #""id": "a""#,
            with: #""id": "a:2""#
        )
        let catalog = try Self.catalog(
            Self.entry("a", [("MMLU", "80")]),
            again,
            large,
            Self.entry("b", [("MMLU, 5 shots", "70")]),
            Self.entry("c", [])
        )
        for id in ["a", "a:2", "large", "b", "c"] {
            #expect(try Self.expected(catalog, id) == nil, "\(id)")
        }
    }

    @Test func `what the user rated goes before benchmarks`() throws {
        let catalog = try Self.catalog(
            Self.entry("a", [("MMLU", "80")], more: #", "quality": {"analysis": 0.1}"#),
            Self.entry("b", [("MMLU", "70")])
        )
        #expect(try Self.expected(catalog, "a", .analysis) == 100_000)
        #expect(try Self.expected(catalog, "a", .simpleQuery) == 375_000)
    }

    @Test func `the shipped models' ratings stay near their tiers, and follow the benchmarks`()
        throws
    {
        let catalog = try Catalog.shipped
        var rated = 0
        for card in catalog.cards {
            guard let tier = card.tier else { continue }
            let standard = 150_000 + 200_000 * Int(tier.rawValue)
            for task in [nil] + TaskType.allCases.map(Optional.some) {
                guard let rating = catalog.expectedQuality(of: card, for: task) else { continue }
                #expect(abs(rating - standard) <= 150_000, "\(card.name)")
                if task == nil { rated += 1 }
            }
            // What no benchmark is of is a little above the tier where the model is a good pick.
            let planning = catalog.expectedQuality(of: card, for: .planning)
            #expect(planning == (card.tasks.contains("planning") ? standard + 50_000 : nil))
        }
        #expect(rated >= 8)
        // 88.4 against 72.6 per cent of HumanEval.
        let coder = try Self.expected(catalog, "qwen2.5-coder:7b", .codeGeneration)
        let general = try Self.expected(catalog, "llama3.1:8b", .codeGeneration)
        #expect(try #require(coder) > #require(general))
        // 54.6 against 72.2 per cent of SWE-bench Verified, both of one tier.
        let model = try #require(catalog.model(provider: .openai, id: "gpt-4.1"))
        let other = try #require(
            catalog.model(provider: .openrouter, id: "mistralai/devstral-2512")
        )
        let ratings = [other, model].map { catalog.expectedQuality(of: $0, for: .bugDetection) }
        #expect(ratings == [794_000, 706_000])
    }
}
