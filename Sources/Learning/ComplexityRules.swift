import Events

/// Judges how much a request asks of a model, by seven features that give at most 1,000 points
/// together.
///
/// Integers only, so that every machine comes to the same.
///
/// What is asked weighs most (700), since a long text is not a hard one: length, tokens, messages,
/// code, variety and the use of the window together give 300.
enum ComplexityRules {
    /// The least points of each level above the first.
    static let levels: [(Complexity, Int)] = [
        (.veryComplex, 650), (.complex, 350), (.moderate, 120),
    ]

    private static let keywords: [(PromptCues, Int)] = [
        (.proof, 550), (.system, 250), (.security, 200), (.plan, 180), (.audit, 180),
        (.reasoning, 150), (.refactor, 120), (.performance, 120), (.bug, 80), (.coverage, 80),
        (.analysis, 60), (.review, 60), (.retrieval, 60), (.program, 40), (.test, 40),
        (.condense, 20), (.make, 20), (.trifle, -200), (.greeting, -100),
    ]

    static func classify(
        _ features: RequestFeatures,
        contextWindow: Int?,
        into result: inout Classification
    ) {
        let contributions = [
            ComplexityContribution(.contentLength, ramp(features.instructionBytes, to: 20_000, 60)),
            ComplexityContribution(.tokenCount, ramp(features.inputTokens, to: 50_000, 60)),
            ComplexityContribution(.messageCount, ramp(max(features.messages, 1) - 1, to: 40, 50)),
            ComplexityContribution(.code, features.cues.contains(.code) ? 60 : 0),
            ComplexityContribution(.keywords, keywordPoints(features.cues)),
            // English prose has a little more than 4 bits a byte, filler that repeats far less.
            ComplexityContribution(
                .entropy,
                ramp(max(features.entropyMillibits, 3_500) - 3_500, to: 1_500, 30)
            ),
            ComplexityContribution(
                .contextUse,
                contextWindow.map { ramp(features.inputTokens, to: min(max(1, $0), 1 << 40), 40) }
                    ?? 0
            ),
        ]
        result.contributions = contributions.filter { $0.points != 0 }
        result.points = min(1_000, max(0, contributions.reduce(0) { $0 + $1.points }))
        result.complexity = levels.first { result.points >= $0.1 }?.0 ?? .simple
    }

    private static func keywordPoints(_ cues: PromptCues) -> Int {
        let sum = keywords.reduce(0) { cues.isSuperset(of: $1.0) ? $0 + $1.1 : $0 }
        return min(700, max(-300, sum))
    }

    /// From 0 at 0 to `points` at `end` and beyond, in a straight line, rounded down.
    private static func ramp(_ value: Int, to end: Int, _ points: Int) -> Int {
        // Clamped before it is multiplied, so that no recorded number overflows.
        min(max(value, 0), end) * points / end
    }
}
