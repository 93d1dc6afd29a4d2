import Events

/// A trained model predicts each answer's worth; there is none yet.
struct LearnedStrategy: Strategy {
    let name = "learned"
    let kind = RoutingStrategy.learned
    let choosesModels = true

    func judge(_ question: RoutingQuestion) -> Judgement {
        .abstains("no model is trained")
    }
}
