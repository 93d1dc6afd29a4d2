import Events
import RouterState

/// Takes the candidates that a budget which refuses has no room for out of the ranked ones, and with the
/// first of all every other.
///
/// `refuse` means that no lesser model silently takes its place; `downgrade` is for that.
func applyBudgetRefusals(_ draft: inout DecisionDraft) {
    guard let first = draft.candidates.first, !draft.overBudget.isEmpty else { return }
    let isRefusing = draft.overBudget[first.reference] != nil
    let ranked = draft.candidates
    draft.candidates = []
    for candidate in ranked {
        if let exclusion = draft.overBudget[candidate.reference] {
            draft.excluded.append(exclusion)
        } else if isRefusing {
            draft.excluded.append(candidate.exclusion(.notDowngraded))
        } else {
            draft.candidates.append(candidate)
        }
    }
}

/// Puts the candidates whose providers are at capacity after the others, each in the order there was; where
/// one is asked all the same, the request waits in the pool's queue.
func demoteSaturated(_ draft: inout DecisionDraft, in context: RoutingContext) {
    var saturated = 0
    for index in draft.candidates.indices
    where context.isSaturated(draft.candidates[index].provider) {
        draft.candidates[index].isBusy = true
        saturated += 1
    }
    guard saturated > 0, saturated < draft.candidates.count else { return }
    draft.candidates =
        draft.candidates.filter { !$0.isBusy } + draft.candidates.filter(\.isBusy)
}
