import Events
import Ledger
import Providers
import RouterState

extension Ledger {
    /// Refuses a tenant's name that would not be recorded as it is.
    ///
    /// Rules and budgets go by the name, and so does a replay, which knows only what was recorded: a client
    /// that could have its name masked would choose whose rules it is under. So a name that the
    /// configuration knows is never taken for a part of a client's key, and any other one is refused.
    ///
    /// - Throws: `RequestError` without the name; the request has none then.
    func checkTenant(
        of received: inout RequestReceived,
        key: KnownSecret?
    ) throws(RequestError) {
        guard let name = received.tenant else { return }
        if redaction.masked(name) == name {
            guard let key, clientKeys.redaction(of: key).masked(name) != name,
                !hasRules(forTenant: name)
            else { return }
        }
        received.tenant = nil
        throw RequestError(
            "the tenant's name is a key or a part of one, which is not recorded and so can't be gone by; "
                + "give the tenant another name",
            field: RoutingHint.tenant.header
        )
    }

    /// Whether the configuration names a tenant.
    private func hasRules(forTenant name: String) -> Bool {
        read { state, _ in
            let policy = state.policy.policy
            let scope = ScopedBudget.Kind.tenant.scope(name)
            return policy.tenants.contains { $0.name == name }
                || (policy.budgets?.scopes ?? []).contains { $0.scope == scope }
        }
    }
}
