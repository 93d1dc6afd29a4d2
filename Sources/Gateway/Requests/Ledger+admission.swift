import Events
import Ledger
import Platform
import Providers
import RouterState
import Routing
import Settings
import WriteAheadLog

extension Ledger {
    /// Decides for a request and records it: received, decided, and the first attempt or the refusal.
    ///
    /// - Parameters:
    ///   - client: the request.
    ///   - received: what is recorded of it, its secrets included.
    ///   - key: the key that the client sent, which its labels must not hold.
    ///   - seed: the seed of the draw.
    ///   - start: when it began, on the monotonic clock.
    ///   - patience: how long what it records is waited for while the disk is full.
    ///   - room: the memory that its body takes, held for as long as the request.
    /// - Returns: the request on its way.
    /// - Throws: `LogError` when the log takes nothing more.
    func admit(
        _ client: ClientRequest,
        as received: RequestReceived,
        key: KnownSecret? = nil,
        seed: UInt64,
        start: Int64,
        patience: Patience = Patience(),
        holding room: HeldRoom? = nil
    ) throws(LogError) -> RunningRequest {
        // Before anything is decided: what is decided again later knows only what was recorded.
        let received = received.without(redaction, key.map(clientKeys.redaction))
        let (sequence, opening) = try transact { state, now in
            let context = RoutingContext(state, at: now)
            let admission = Admission(of: received, in: context, seed: seed)
            var events: [EventBody] = []
            events.reserveCapacity(3)
            events.append(.requestReceived(received))
            events.append(.routeDecided(admission.decision))
            if let attempt = admission.attempt { events.append(.attemptStarted(attempt)) }
            let opening = Opening(
                admission: admission,
                whole: admission.decision.deadline - now,
                hedgeDelay: Hedge.delay(for: received, under: context.policy)
            )
            return (events, opening)
        }
        let now = Clocks.monotonicMicroseconds
        return RunningRequest(
            admitted: AdmittedRequest(
                client,
                as: received,
                decision: opening.admission.decision,
                start: start,
                decidedAt: now,
                whole: opening.whole,
                hedgeDelay: opening.hedgeDelay,
                patience: patience,
                holding: room
            ),
            sequence: sequence,
            attempt: opening.admission.attempt,
            attemptStart: now
        )
    }

    /// Records a request that could not be read, and how it ended.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    func refuse(
        _ received: RequestReceived,
        _ ending: RequestEnding,
        key: KnownSecret? = nil,
        start: Int64
    ) throws(LogError) -> UInt64 {
        let key = key.map(clientKeys.redaction)
        var received = received.without(redaction, key)
        // Nothing is decided by it, and it may be what the request is refused for.
        if let key { received.tenant = received.tenant.map(key.masked) }
        var completed = RequestCompleted()
        completed.request = received.request
        completed.outcome = ending.outcome
        completed.status = ending.status
        completed.cost = .zero
        completed.failure = ending.failure
        completed.message = ending.message
        if let key { completed = key.redacted(completed) }
        completed.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        return try record([.requestReceived(received), .requestCompleted(completed)])
    }
}

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

extension RequestReceived {
    /// The request without secrets in its names and labels: those that are known, and its client's key.
    ///
    /// What is no client's to write stays as it is, and so does the tenant, which was looked at before
    /// (`Ledger.checkTenant`): rules and budgets go by them.
    fileprivate func without(_ redaction: Redaction, _ key: Redaction?) -> RequestReceived {
        let known = redaction.redacted(self)
        guard let key, known.holdsText(of: key) else { return known }
        var masked = key.redacted(known)
        masked.tenant = known.tenant
        masked.task = known.task
        masked.clientKey = known.clientKey
        if ServedPaths.methods[known.endpoint] != nil { masked.endpoint = known.endpoint }
        return masked
    }

    /// Whether a part of a key stands in a text that the client chose.
    private func holdsText(of key: Redaction) -> Bool {
        func isIn(_ text: String) -> Bool { key.masked(text) != text }
        return isIn(requestedModel) || isIn(endpoint) || tags.contains(where: isIn)
            || obstacles.contains { $0.fields.contains(where: isIn) }
            || droppedHints.contains { $0.fields.contains(where: isIn) }
    }
}

/// What a request begins with.
private struct Opening {
    let admission: Admission
    /// How long it may take with all its attempts.
    let whole: Duration
    let hedgeDelay: Duration?
}
