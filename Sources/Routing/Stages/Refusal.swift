import Events

extension RouteRefusal {
    /// Why nothing is asked: the limits, where they are what keeps the request from everything that could
    /// answer; else what the target lacks.
    init(_ excluded: [RouteExclusion], of target: RouteTarget, _ policy: RoutingPolicy) {
        self =
            RouteRefusal(limits: excluded)
            ?? RouteRefusal(of: target, excluded: excluded, policy)
    }

    private init?(limits excluded: [RouteExclusion]) {
        let present = excluded.filter { !$0.reason.isAbsence }
        if present.contains(where: { $0.reason == .notDowngraded }) {
            self = .budgetExceeded
            return
        }
        let budget: Set<ExclusionReason> = [.budgetExceeded, .unpriced]
        let rates: Set<ExclusionReason> = [.quotaExhausted, .rateLimited]
        guard !present.isEmpty,
            present.allSatisfy({ budget.contains($0.reason) || rates.contains($0.reason) })
        else { return nil }
        if present.contains(where: { budget.contains($0.reason) }) {
            self = .budgetExceeded
        } else if present.contains(where: { $0.reason == .quotaExhausted }) {
            self = .quotaExhausted
        } else {
            return nil
        }
    }

    private init(of target: RouteTarget, excluded: [RouteExclusion], _ policy: RoutingPolicy) {
        self = .noneAvailable
        if policy.providers.isEmpty {
            self = .noProvider
            return
        }
        switch target {
        case .missingChain:
            self = .unknownModel
            return
        case .pinned, .named:
            if excluded.allSatisfy({ $0.reason == .modelNotListed }) {
                self = .unknownModel
                return
            }
        case .chain, .auto: break
        }
        // What is not there can't speak any family, so it does not excuse the request's field.
        let absent: Set<ExclusionReason> = [.modelNotListed, .notEnabled, .noDefaultModel]
        let demands: Set<ExclusionReason> = [
            .untranslatable, .contextTooSmall, .lacksCapability, .aboveCostLimit, .notLocal,
            .notAllowed,
        ]
        let reasons = excluded.map(\.reason).filter { !absent.contains($0) }
        guard !reasons.isEmpty else { return }
        if reasons.allSatisfy({ $0 == .untranslatable }) {
            self = .untranslatable
        } else if reasons.allSatisfy(demands.contains) {
            self = .unsatisfiable
        }
    }
}
