import Events
import RouterState

/// The fourth stage: the order of the first strategy that does not abstain.
func rank(_ draft: inout DecisionDraft, in context: RoutingContext) {
    guard !draft.candidates.isEmpty else { return }
    let ranking = Ranking(
        RoutingQuestion(draft, in: context),
        by: draft.proposals.strategies
    )
    draft.candidates = ranking.candidates
    draft.verdicts = ranking.verdicts
    draft.strategy = ranking.strategy
}

/// The candidates in the order of the first strategy that did not abstain.
private struct Ranking {
    private(set) var candidates: [RouteCandidate]
    private(set) var verdicts: [StrategyVerdict] = []
    private(set) var strategy = RoutingStrategy.chain

    init(_ question: RoutingQuestion, by strategies: [any Strategy]) {
        candidates = question.candidates
        for strategy in strategies {
            var verdict = StrategyVerdict()
            verdict.name = strategy.name
            switch strategy.judge(question) {
            case .abstains(let reason):
                verdict.hasAbstained = true
                verdict.reason = reason
                verdicts.append(verdict)
            case .ranks(let scores, let reason):
                precondition(
                    scores.count == candidates.count,
                    "the strategy \(strategy.name) did not score each candidate"
                )
                verdict.reason = reason
                verdicts.append(verdict)
                self.strategy = strategy.kind
                order(by: scores, question)
                return
            }
        }
    }

    /// Sorts: on this machine first where that is the mode, then in time for the client, then by score,
    /// then as proposed.
    private mutating func order(by scores: [Score?], _ question: RoutingQuestion) {
        struct Place {
            var index: Int
            var isBehind: Bool
            var isLate: Bool
            var total: Int64?
        }
        let prefersLocal = question.policy.policy.mode == .localFirst
        var places: [Place] = []
        places.reserveCapacity(candidates.count)
        for index in candidates.indices {
            places.append(
                Place(
                    index: index,
                    isBehind: prefersLocal && !question.isLocal(candidates[index]),
                    isLate: candidates[index].isLate,
                    total: scores[index]?.total
                )
            )
        }
        places.sort { left, right in
            if left.isBehind != right.isBehind { return right.isBehind }
            if left.isLate != right.isLate { return right.isLate }
            switch (left.total, right.total) {
            case (let left?, let right?) where left != right: return left > right
            case (.some, nil): return true
            case (nil, .some): return false
            default: return left.index < right.index
            }
        }
        // Each is copied once, to its place.
        candidates = places.map { place in
            var candidate = question.candidates[place.index]
            if let score = scores[place.index], !score.parts.isEmpty {
                candidate.score = place.total
                candidate.parts = score.parts
            }
            return candidate
        }
    }
}
