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
        let (sequence, (admission, whole, hedgeDelay)) = try transact { state, now in
            let context = RoutingContext(state, at: now)
            let admission = Admission(of: received, in: context, seed: seed)
            var events: [EventBody] = []
            events.reserveCapacity(3)
            events.append(.requestReceived(received))
            events.append(.routeDecided(admission.decision))
            if let attempt = admission.attempt { events.append(.attemptStarted(attempt)) }
            let hedgeDelay = Hedge.delay(for: received, under: context.policy)
            return (events, (admission, admission.decision.deadline - now, hedgeDelay))
        }
        let now = Clocks.monotonicMicroseconds
        let admitted = AdmittedRequest(
            client,
            as: received,
            decision: admission.decision,
            start: start,
            decidedAt: now,
            whole: whole,
            hedgeDelay: hedgeDelay,
            patience: patience,
            holding: room
        )
        return RunningRequest(
            admitted,
            attempt: admission.attempt,
            at: now,
            recordedThrough: sequence
        )
    }

    /// Records a request that could not be read, and how it ended.
    ///
    /// - Parameters:
    ///   - received: what is recorded of it, its secrets included.
    ///   - ending: how it ends for its client.
    ///   - key: the key that the client sent, which its labels must not hold.
    ///   - start: when it began, on the monotonic clock.
    /// - Returns: the sequence number of the last event.
    /// - Throws: `LogError` when the log takes nothing more.
    func refuse(
        _ received: RequestReceived,
        _ ending: RequestCompleted,
        key: KnownSecret? = nil,
        start: Int64
    ) throws(LogError) -> UInt64 {
        let key = key.map(clientKeys.redaction)
        var received = received.without(redaction, key)
        // Nothing is decided by it, and it may be what the request is refused for.
        if let key { received.tenant = received.tenant.map(key.masked) }
        var completed = ending
        completed.request = received.request
        completed.cost = .zero
        if let key { completed = key.redacted(completed) }
        completed.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        return try record([.requestReceived(received), .requestCompleted(completed)])
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
