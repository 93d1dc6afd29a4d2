import Events
import RouterState

/// Puts the fallback of the first candidate's provider (`fallbackProvider`) right behind it, and that one's
/// own behind it, if they are candidates; under `local_first` no hosted one comes before a local one by it.
func applyProviderFallbacks(_ draft: inout DecisionDraft, in context: RoutingContext) {
    let prefersLocal = context.policy.policy.mode == .localFirst
    var place = 1
    var passed: Set<String> = []
    while place < draft.candidates.count {
        let provider = draft.candidates[place - 1].provider
        passed.insert(provider)
        guard
            let next = context.policy.providerInForce(provider)?.policy.fallbackProvider,
            !passed.contains(next),
            let found = draft.candidates.indices.dropFirst(place).first(where: {
                draft.candidates[$0].provider == next
            })
        else { return }
        let isBeforeLocal =
            prefersLocal && !context.isLocal(next)
            && draft.candidates[place...].contains { context.isLocal($0.provider) }
        if isBeforeLocal { return }
        draft.candidates.insert(draft.candidates.remove(at: found), at: place)
        place += 1
    }
}
