import Catalog
import EventLog
import Events
import RouterState
import Settings
import Simulation
import WriteAheadLog

extension Ledger {
    /// Records the configuration, the policy and the prices in force, each where it differs from
    /// what the log says is in force already.
    func recordSettings(
        _ settings: Settings,
        catalog: Catalog,
        simulated: [SimulatedProviderSpec]
    ) throws(LogError) {
        var configuration = ConfigurationApplied()
        configuration.source =
            switch settings.origin {
            case .file(let path): path
            case .discovery: "discovery"
            }
        configuration.summary = settings.redactedSummary
        var applied = PolicyApplied()
        applied.policy = RoutingPolicy(settings, catalog: catalog, simulated: simulated)
        applied.fingerprint = Fingerprint(sha256Of: applied.policy.encoded)
        let prices = PricesApplied(settings, catalog: catalog, simulated: simulated)
        try transact { state, _ in
            var events: [EventBody] = []
            if state.policy.configuration != configuration {
                events.append(.configurationApplied(configuration))
            }
            if state.policy.policy != applied.policy { events.append(.policyApplied(applied)) }
            if state.prices.applied != prices { events.append(.pricesApplied(prices)) }
            return (events, ())
        }
    }
}
