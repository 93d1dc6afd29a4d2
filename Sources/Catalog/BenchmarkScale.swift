import Events
import Foundation

/// How a model's published benchmarks compare with those of its peers, in millionths of a rating.
///
/// Per cents of one benchmark say nothing beside those of another one, or of the same one run in
/// another way; and benchmarks of different years are near their ends for different models. So a
/// result is compared only with those of the same full name among models of the same tier: what counts
/// is the distance to their mean. A point of a per cent is worth 5,000 millionths of a rating, and all
/// of it at most half a tier's 200,000, since a benchmark tells models of a tier apart and no tiers.
struct BenchmarkScale: Hashable, Sendable {
    /// The most that benchmarks move a rating.
    static let most = 100_000
    /// Millionths of a rating for a millionth of a share: 5,000 for a per cent's 10,000.
    private static let divisor = 2

    private let means: [Key: Int]

    /// The scale that these cards give.
    ///
    /// One model's result stands on several cards where several services have the model; by its source
    /// it counts once.
    init(_ cards: [ModelCard]) {
        var results: [Key: Set<Result>] = [:]
        for card in cards {
            guard let tier = card.tier else { continue }
            for benchmark in card.benchmarks {
                results[Key(name: benchmark.name, tier: tier), default: []].insert(
                    Result(share: benchmark.millionths, source: benchmark.source)
                )
            }
        }
        means = results.compactMapValues { results in
            // A result that stands alone is far from nothing and near nothing.
            results.count > 1 ? results.reduce(0) { $0 + $1.share } / results.count : nil
        }
    }

    /// How far a model's results are above those of its tier on average, on benchmarks of the task or,
    /// without one, on all of them; `nil` where no peer was measured so.
    func shift(of card: ModelCard, for task: TaskType?) -> Int? {
        guard let tier = card.tier else { return nil }
        let distances = card.benchmarks.compactMap { benchmark -> Int? in
            if let task, !benchmark.tasks.contains(task) { return nil }
            return means[Key(name: benchmark.name, tier: tier)].map { benchmark.millionths - $0 }
        }
        guard !distances.isEmpty else { return nil }
        let mean = distances.reduce(0, +) / distances.count
        return min(Self.most, max(-Self.most, mean / Self.divisor))
    }

    private struct Key: Hashable {
        var name: String
        var tier: ModelTier
    }

    private struct Result: Hashable {
        var share: Int
        var source: String
    }
}

extension Benchmark {
    /// The score as a share, in millionths.
    var millionths: Int { NSDecimalNumber(decimal: percent * 10_000).intValue }

    /// The kinds of work that it is of; none for a benchmark that is not known.
    ///
    /// Behind the first comma of a name stands how it was run, which makes no difference here.
    ///
    /// By what each is made of: HumanEval, functions from their descriptions (arXiv:2107.03374);
    /// SWE-bench Verified, errors reported on GitHub (arXiv:2310.06770); MMLU, questions of 57 subjects
    /// (arXiv:2009.03300); SimpleQA, short questions of fact (arXiv:2411.04368); GPQA, questions that
    /// searching does not answer (arXiv:2311.12022); GSM8K, sums in words (arXiv:2110.14168); MATH and
    /// AIME, problems of competitions (arXiv:2103.03874).
    var tasks: [TaskType] {
        switch name.prefix(while: { $0 != "," }) {
        case "HumanEval": [.codeGeneration]
        case "SWE-bench Verified": [.codeGeneration, .bugDetection]
        case "MMLU": [.simpleQuery, .analysis]
        case "SimpleQA": [.simpleQuery]
        case "GPQA", "GPQA Diamond": [.complexReasoning, .analysis]
        case "GSM8K", "MATH", "AIME 2024", "AIME 2025": [.complexReasoning]
        default: []
        }
    }
}
