import Events
import RouterState

extension RouteDecided {
    /// Puts who is to step in for the first candidate's provider (`fallbackProvider`) right behind it,
    /// and behind that one its own, as far as they are candidates; under `local_first` no hosted one
    /// comes before a local one by it.
    mutating func followFallbacks(state: RouterState) {
        var place = 1
        var passed: Set<String> = []
        while place < candidates.count {
            let provider = candidates[place - 1].provider
            passed.insert(provider)
            guard
                let next = state.policy.providerInForce(provider)?.policy.fallbackProvider,
                !passed.contains(next),
                let found = candidates.indices.dropFirst(place).first(where: {
                    candidates[$0].provider == next
                })
            else { return }
            if state.policy.policy.mode == .localFirst,
                state.policy.providerInForce(next)?.policy.isLocal != true,
                candidates[place...].contains(where: {
                    state.policy.providerInForce($0.provider)?.policy.isLocal == true
                })
            {
                return
            }
            candidates.insert(candidates.remove(at: found), at: place)
            place += 1
        }
    }
}
