import Events
import RouterState

extension RouteDecided {
    /// Puts who answered the request's conversation last before the other candidates, if it is one.
    ///
    /// It stays behind where it would come at the price of a promise: of a time that the client asked
    /// for, of a local model under `local_first`, or of an idle provider beside one with its fill.
    mutating func keepTogether(_ received: RequestReceived, state: RouterState, now: Timestamp) {
        if keepWithHolder(received, state: state) { return }
        guard let longest = state.policy.policy.affinityMicroseconds,
            let mark = received.conversation
        else { return }
        var affinity = RouteAffinity()
        affinity.conversation = mark.fingerprint
        defer { self.affinity = affinity }
        let earliest = now.advanced(byMicroseconds: -max(0, longest))
        guard mark.isFollowUp,
            let last = state.conversations.line(of: mark.fingerprint, since: earliest)
        else { return }
        affinity.provider = last.provider
        affinity.model = last.model
        affinity.key = last.key
        let found = candidates.firstIndex { $0.provider == last.provider && $0.model == last.model }
        guard let found, mayLead(candidates[found], state: state) else { return }
        affinity.isKept = true
        candidates.insert(candidates.remove(at: found), at: 0)
        guard strategy != .explicit else { return }
        strategy = .affinity
        var verdict = StrategyVerdict()
        verdict.name = RoutingStrategy.affinity.name
        verdict.reason = "it answered this conversation last"
        verdicts.append(verdict)
    }

    /// Puts who holds what the request goes on from before the other candidates, in its lane, and
    /// says whether it is one.
    private mutating func keepWithHolder(_ received: RequestReceived, state: RouterState) -> Bool {
        guard let holder = received.holder,
            let found = candidates.firstIndex(where: { $0.provider == holder.provider }),
            holder.isOnly || mayLead(candidates[found], state: state)
        else { return false }
        var affinity = RouteAffinity()
        affinity.conversation = received.conversation?.fingerprint ?? 0
        affinity.provider = holder.provider
        affinity.model = candidates[found].model
        affinity.key = holder.key
        affinity.isKept = true
        self.affinity = affinity
        candidates.insert(candidates.remove(at: found), at: 0)
        guard strategy != .explicit else { return true }
        strategy = .affinity
        var verdict = StrategyVerdict()
        verdict.name = RoutingStrategy.affinity.name
        verdict.reason = "it holds what the request goes on from"
        verdicts.append(verdict)
        return true
    }

    private func mayLead(_ candidate: RouteCandidate, state: RouterState) -> Bool {
        guard let first = candidates.first else { return false }
        if candidate.isBusy, !first.isBusy { return false }
        if candidate.isLate, !first.isLate { return false }
        guard state.policy.policy.mode == .localFirst else { return true }
        func isLocal(_ name: String) -> Bool {
            state.policy.providerInForce(name)?.policy.isLocal == true
        }
        return isLocal(candidate.provider) || !isLocal(first.provider)
    }
}
