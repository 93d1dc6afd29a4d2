import Events

/// The cheapest first, by what the request is predicted to cost.
struct CostStrategy: Strategy {
    let name = "cost"
    let kind = RoutingStrategy.cost
    let choosesModels = true

    func judge(_ question: RoutingQuestion) -> Judgement {
        let scores = question.candidates.map { candidate in
            candidate.predictedCost.map { Score("cost", -$0.count) }
        }
        guard scores.contains(where: { $0 != nil }) else {
            return .abstains("no candidate's price is known")
        }
        return .ranks(scores, because: "the cheapest")
    }
}
