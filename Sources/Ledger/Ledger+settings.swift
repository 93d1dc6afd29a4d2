import EventLog
public import Events
import RouterState
public import WriteAheadLog

extension Ledger {
    /// Records the configuration, the policy and the prices in force, each where it differs from
    /// what the log says is in force already.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    public func recordInForce(
        _ configuration: ConfigurationApplied,
        _ policy: RoutingPolicy,
        _ prices: PricesApplied
    ) throws(LogError) {
        // As they are recorded: compared with what is in force, and named by their fingerprint.
        let configuration = redaction.redacted(configuration)
        var applied = PolicyApplied()
        applied.policy = redaction.redacted(policy)
        applied.fingerprint = Fingerprint(sha256Of: applied.policy.encoded)
        let prices = redaction.redacted(prices)
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
