public import Events

extension Quotas {
    /// The steps of a quota's use that are warned of, in per cent.
    static let warningSteps = [80, 90]
    /// The least time between two records of what a provider says of the same quota, unless it says
    /// that nothing is left: its counting differs from ours by a little in every answer.
    static let tickInterval = Duration.seconds(5)

    /// What is due to be warned of for a model and its provider, each step once in a window.
    ///
    /// Requests count from their reservation on, tokens once they are used: a reservation is a bound
    /// that most answers stay far below.
    func warnings(
        for model: String,
        of provider: ProviderPolicy,
        key: Int,
        at now: Timestamp
    ) -> [QuotaWarned] {
        guard !isEmpty else { return [] }
        var due: [QuotaWarned] = []
        for owner in [
            QuotaOwner(provider: provider.name, key: key),
            QuotaOwner(provider: provider.name, model: model, key: key),
        ] {
            guard let line = line(of: owner) else { continue }
            let limits = provider.limits(of: owner)
            for kind in QuotaKind.allCases {
                let window = line[kind]
                guard window.warned < 90, window.covers(now),
                    let limit = window.limit(configured: limits?[kind]), limit > 0
                else { continue }
                let used = kind.countsTokens ? window.used : window.taken
                for step in Self.warningSteps where step > window.warned {
                    guard Int128(used) * 100 >= Int128(limit) * Int128(step) else { continue }
                    var warned = QuotaWarned()
                    warned.provider = provider.name
                    warned.model = owner.model.isEmpty ? nil : owner.model
                    warned.key = key
                    warned.kind = kind
                    warned.percent = step
                    warned.used = used
                    warned.limit = limit
                    warned.resetsAt = window.end
                    due.append(warned)
                }
            }
        }
        return due
    }

    /// What of a provider's word about its quotas is news: less is left than was known, or a limit
    /// that nobody knew.
    ///
    /// - Parameters:
    ///   - ticks: what an answer's headers say.
    ///   - provider: the provider's policy in force.
    ///   - now: when the answer came.
    /// - Returns: those of `ticks` that are worth an event.
    public func news(
        in ticks: [QuotaTick],
        of provider: ProviderPolicy,
        at now: Timestamp
    ) -> [QuotaTick] {
        ticks.filter { tick in
            let owner = QuotaOwner(provider: tick.provider, model: tick.model, key: tick.key)
            let window = line(of: owner)?[tick.kind].at(now) ?? QuotaWindow()
            let configured = provider.limits(of: owner)?[tick.kind]
            guard let limit = window.limit(configured: configured) else { return tick.limit != nil }
            if let told = tick.limit, told < limit { return true }
            guard tick.remaining < limit.subtractingClamped(window.taken) else { return false }
            return tick.remaining <= 0
                || now - window.toldAt >= Self.tickInterval
        }
    }
}
