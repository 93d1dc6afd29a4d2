import Events

/// A model of the tier that the request's complexity asks for; a better one before a weaker one.
struct ComplexityStrategy: Strategy {
    let name = "complexity"
    let kind = RoutingStrategy.complexityTier
    let choosesModels = true

    func judge(_ question: RoutingQuestion) -> Judgement {
        guard let complexity = question.classification.complexity,
            let wanted = ModelTier(rawValue: complexity.rawValue)
        else { return .abstains("the complexity is unknown") }
        let tiers = question.facts.map { $0.card?.tier }
        guard tiers.contains(where: { $0 != tiers[0] }) else {
            return .abstains("the candidates are of one tier, or of none that is known")
        }
        let scores = tiers.map { tier in
            tier.map { Score("tier", Self.points(of: $0, wanted: wanted)) }
        }
        return .ranks(scores, because: "a \(complexity.name) request wants a \(wanted.name) model")
    }

    /// 0 for the wanted tier, a point less for each above, ten less for each below.
    private static func points(of tier: ModelTier, wanted: ModelTier) -> Int64 {
        let above = Int64(tier.rawValue) - Int64(wanted.rawValue)
        return above >= 0 ? -above : 10 * above
    }
}
