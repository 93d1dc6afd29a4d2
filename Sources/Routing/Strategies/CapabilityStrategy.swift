import Events

/// The request needs what not every model can do: models that are known to do it come before those
/// of which nothing is known.
///
/// Those that are known not to are ruled out already.
struct CapabilityStrategy: Strategy {
    let name = "capability"
    let kind = RoutingStrategy.capability

    func judge(_ question: RoutingQuestion) -> Judgement {
        let needs = question.requirements.needs.subtracting(.streaming)
        guard !needs.isEmpty else { return .abstains("nothing special is needed") }
        let areKnown = question.facts.map { $0.card?.capabilities != nil }
        guard areKnown.contains(true), areKnown.contains(false) else {
            return .abstains(
                areKnown.contains(true)
                    ? "every candidate is known to have \(needs.names.joined(separator: ", "))"
                    : "nothing is known of any candidate"
            )
        }
        return .ranks(
            areKnown.map { Score("known", $0 ? 1 : 0) },
            because: "needs \(needs.names.joined(separator: ", "))"
        )
    }
}
