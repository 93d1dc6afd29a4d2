import Events

/// The chain in its order; the last resort, which always ranks.
struct FallbackStrategy: Strategy {
    let name = "fallback"
    let kind = RoutingStrategy.chain

    func judge(_ question: RoutingQuestion) -> Judgement {
        .ranks(question.proposalOrder, because: "the order of the chain")
    }
}
