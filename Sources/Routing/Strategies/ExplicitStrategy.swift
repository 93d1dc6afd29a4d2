import Events

/// The client named a model, or a chain by its name: that is followed.
struct ExplicitStrategy: Strategy {
    let name = "explicit"
    let kind = RoutingStrategy.explicit

    func judge(_ question: RoutingQuestion) -> Judgement {
        switch question.target {
        case .pinned, .named:
            .ranks(question.proposalOrder, because: "the client named the model")
        case .chain, .missingChain, .auto: .abstains("the client named no model")
        }
    }
}
