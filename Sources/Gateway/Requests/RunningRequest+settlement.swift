import Events
import Providers
import RouterState
import Routing
import WriteAheadLog

extension RunningRequest {
    /// Records that the attempt failed and takes the next candidate that passes the constraints now,
    /// in one section; if there is none, the request stays open for `complete`.
    ///
    /// - Returns: whether there is another attempt.
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func failOver(
        _ result: AttemptResult,
        in ledger: Ledger
    ) throws(LogError) -> Bool {
        guard let attempt else { return false }
        let open = self
        var settled = AttemptFinished()
        let (sequence, next) = try ledger.transact(
            first: { state, now in
                settled = open.finishedEvent(of: attempt, result, state: state, now: now)
                return .attemptFinished(settled)
            },
            then: { state, now in
                let next = NextAttempt(
                    after: attempt,
                    failure: settled.failure,
                    of: open.decision,
                    received: open.received,
                    state: state,
                    now: now
                )
                return (next.attempt.map { [.attemptStarted($0)] } ?? [], next)
            }
        )
        self.sequence = sequence
        finished.append(settled)
        skipped += next.skipped
        if next.attempt == nil { unasked = next.skipped }
        self.attempt = next.attempt
        attemptStart = Clocks.monotonicMicroseconds
        return next.attempt != nil
    }

    /// Records how the attempt under way ended, if there is one, and that the request is over.
    ///
    /// - Throws: `LogError` when the log takes nothing more.
    mutating func complete(
        _ result: AttemptResult? = nil,
        _ ending: RequestEnding,
        in ledger: Ledger
    ) throws(LogError) {
        let open = self
        let (sequence, last) = try ledger.transact { state, now in
            var events: [EventBody] = []
            var last: AttemptFinished?
            if let attempt = open.attempt, let result {
                let finished = open.finishedEvent(of: attempt, result, state: state, now: now)
                events.append(.attemptFinished(finished))
                last = finished
            }
            var completed = open.completedEvent(ending, last: last)
            completed.isLocal = completed.provider.flatMap { state.policy.provider($0)?.isLocal }
            events.append(.requestCompleted(completed))
            return (events, last)
        }
        self.sequence = sequence
        attempt = nil
        if let last { finished.append(last) }
    }

    private func completedEvent(
        _ ending: RequestEnding,
        last: AttemptFinished?
    ) -> RequestCompleted {
        var whole = self
        if let last { whole.finished.append(last) }
        var completed = RequestCompleted()
        completed.request = id
        completed.outcome = ending.outcome
        completed.status = ending.status
        completed.attempts = whole.finished.count
        completed.provider = whole.finished.last?.provider
        completed.model = whole.finished.last?.model
        completed.cost = whole.cost
        completed.failure = ending.failure
        completed.message = ending.message
        completed.skipped = unasked
        completed.decideMicroseconds = decideMicroseconds
        completed.logWaitMicroseconds = logWait
        completed.firstByteMicroseconds = firstByte
        completed.totalMicroseconds = Int(Clocks.monotonicMicroseconds - start)
        return completed
    }

    /// The event that settles an attempt: the provider's counts and receipt where it gave them,
    /// estimates marked as such where it did not.
    private func finishedEvent(
        of attempt: AttemptStarted,
        _ result: AttemptResult,
        state: RouterState,
        now: Timestamp
    ) -> AttemptFinished {
        var event = AttemptFinished()
        event.request = id
        event.number = attempt.number
        event.provider = attempt.provider
        event.model = attempt.model
        event.failure = result.failure?.kind
        event.status = result.failure?.status ?? result.status
        event.message = result.failure?.message
        event.retryAt = result.failure?.retryAfter.map { now + $0 }
        event.usage = settledUsage(result)
        event.finishReason = result.finishReason
        event.answeredModel = result.model == attempt.model ? nil : result.model
        let prices = Self.prices(for: attempt, answeredBy: result.model, in: state.prices)
        event.pricesPosition = state.prices.position
        if let receipt = result.receipt {
            event.cost = receipt
            event.costOrigin = .receipt
        } else if !result.mayCost {
            event.cost = .zero
            event.costOrigin = .uncharged
        } else if let cost = prices.cost(of: event.usage) {
            event.cost = cost
            event.costOrigin = event.usage.origin == .provider ? .priced : .estimated
        }
        event.connectMicroseconds = result.connectMicroseconds
        event.firstByteMicroseconds = result.firstByteMicroseconds
        event.totalMicroseconds = Int(Clocks.monotonicMicroseconds - attemptStart)
        return event
    }

    /// The provider's counts, completed by estimates of a token for every four bytes of text.
    private func settledUsage(_ result: AttemptResult) -> TokenUsage {
        var usage = result.usage
        guard result.mayCost, !result.isUnreadable else { return usage }
        let knewSome = usage.prompt != nil || usage.output != nil
        var guessed = false
        if usage.prompt == nil {
            usage.input = received.features.inputTokens
            guessed = true
        }
        // The count in a stream that broke off is of its beginning (Anthropic's message_start says 1).
        if usage.output == nil || result.failure != nil {
            usage.output = max(usage.output ?? 0, (result.outputTextBytes + 3) / 4)
            guessed = true
        }
        usage.origin = guessed ? (knewSome ? .mixed : .estimated) : .provider
        return usage
    }

    /// The prices of the model that answered, where the provider names it and it has some; of the
    /// one that was asked otherwise.
    private static func prices(
        for attempt: AttemptStarted,
        answeredBy model: String?,
        in table: PriceTable
    ) -> TokenPrices {
        let asked = table.prices(provider: attempt.provider, model: attempt.model)
        guard let model, model != attempt.model else { return asked }
        return table.exactPrices(provider: attempt.provider, model: model) ?? asked
    }
}
