import Events
import RouterState

/// Puts the candidate that answered the request's conversation last before the others, or the one that holds
/// what the request goes on from.
///
/// It stays behind where it would break a promise: the time that the client asked for, a local model under
/// `local_first`, or a provider with room beside one at capacity.
func applyAffinity(_ draft: inout DecisionDraft, in context: RoutingContext) {
    guard !draft.candidates.isEmpty else { return }
    if leadWithHolder(&draft, in: context) { return }
    guard let longest = context.policy.policy.affinityMicroseconds,
        let mark = draft.request.received.conversation
    else { return }
    var affinity = RouteAffinity()
    affinity.conversation = mark.fingerprint
    defer { draft.affinity = affinity }
    let earliest = context.now.advanced(byMicroseconds: -max(0, longest))
    guard mark.isFollowUp,
        let last = context.state.conversations.line(of: mark.fingerprint, since: earliest)
    else { return }
    affinity.provider = last.provider
    affinity.model = last.model
    affinity.key = last.key
    let found = draft.candidates.firstIndex {
        $0.provider == last.provider && $0.model == last.model
    }
    guard let found, draft.mayLead(found, in: context) else { return }
    affinity.isKept = true
    draft.lead(with: found, because: "it answered this conversation last")
}

/// Puts the candidate that holds what the request goes on from before the others, in its lane.
///
/// - Returns: whether there is one that may lead.
private func leadWithHolder(_ draft: inout DecisionDraft, in context: RoutingContext) -> Bool {
    let received = draft.request.received
    guard let holder = received.holder,
        let found = draft.candidates.firstIndex(where: { $0.provider == holder.provider }),
        holder.isOnly || draft.mayLead(found, in: context)
    else { return false }
    var affinity = RouteAffinity()
    affinity.conversation = received.conversation?.fingerprint ?? 0
    affinity.provider = holder.provider
    affinity.model = draft.candidates[found].model
    affinity.key = holder.key
    affinity.isKept = true
    draft.affinity = affinity
    draft.lead(with: found, because: "it holds what the request goes on from")
    return true
}

extension DecisionDraft {
    /// Whether no promise is broken where a candidate comes first.
    fileprivate func mayLead(_ index: Int, in context: RoutingContext) -> Bool {
        guard let first = candidates.first else { return false }
        let candidate = candidates[index]
        if candidate.isBusy, !first.isBusy { return false }
        if candidate.isLate, !first.isLate { return false }
        guard context.policy.policy.mode == .localFirst else { return true }
        return context.isLocal(candidate.provider) || !context.isLocal(first.provider)
    }

    /// Puts a candidate first, and says so unless the client named the model.
    fileprivate mutating func lead(with index: Int, because reason: String) {
        candidates.insert(candidates.remove(at: index), at: 0)
        guard strategy != .explicit else { return }
        strategy = .affinity
        var verdict = StrategyVerdict()
        verdict.name = RoutingStrategy.affinity.name
        verdict.reason = reason
        verdicts.append(verdict)
    }
}
