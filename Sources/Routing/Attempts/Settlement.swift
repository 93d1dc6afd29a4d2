public import Events
public import RouterState

extension AttemptFinished {
    /// The event that settles an attempt: the provider's counts and receipt where it gave them,
    /// estimates marked as such where it did not; pure.
    ///
    /// - Parameters:
    ///   - attempt: the attempt.
    ///   - outcome: its result.
    ///   - received: the request.
    ///   - running: the attempt as it ran, with what it holds in the end; `nil` for what it began with.
    ///   - prices: the prices in force at its end.
    ///   - now: the time of its end.
    public init(
        of attempt: AttemptStarted,
        _ outcome: AttemptOutcome,
        received: RequestReceived,
        running: RunningAttempt? = nil,
        prices: PriceTable,
        at now: Timestamp
    ) {
        self.init()
        let bound = Bound(of: attempt, running)
        request = attempt.request
        number = attempt.number
        provider = attempt.provider
        model = attempt.model
        key = attempt.key
        failure = outcome.failure
        status = outcome.status
        message = outcome.message
        retryAt = outcome.retryAfter.map { now + $0 }
        (usage, unreservedOutput) = outcome.settledUsage(within: bound, received)
        finishReason = outcome.finishReason
        answeredModel = outcome.model == attempt.model ? nil : outcome.model
        pricesPosition = prices.position
        if let receipt = outcome.receipt {
            cost = receipt
            costOrigin = .receipt
        } else if !outcome.mayCost {
            cost = .zero
            costOrigin = .uncharged
        } else if outcome.failure == .hedgeLost, let reserved = bound.cost {
            cost = reserved
            costOrigin = .estimated
        } else if let price = prices.prices(of: attempt, answeredBy: outcome.model).cost(of: usage)
        {
            cost = price
            costOrigin = usage.origin == .provider ? .priced : .estimated
            if costOrigin == .estimated, let reserved = bound.cost, price > reserved {
                // What the provider counted is what it bills, whatever was reserved for it.
                let counted = prices.prices(of: attempt, answeredBy: outcome.model)
                    .cost(of: outcome.usage.counted)
                cost = max(reserved, counted ?? .zero)
                unreservedCost = cost.map { price - $0 }.flatMap { $0 > .zero ? $0 : nil }
            }
        }
        connectMicroseconds = outcome.connectMicroseconds
        firstByteMicroseconds = outcome.firstByteMicroseconds
        held = Array(outcome.held.suffix(Self.heldLimit))
        refusedStatus = outcome.refusedStatus
        totalMicroseconds = outcome.totalMicroseconds
    }
}

/// What an attempt holds at its end: no estimate of what it used and cost goes beyond it, since no
/// more was decided on (docs/decisions/0058).
private struct Bound {
    /// Prompt tokens.
    let input: Int
    /// Output tokens; `nil` where nothing limits them.
    let output: Int?
    /// Money; `nil` where a price or a limit is unknown.
    let cost: Nanodollars?

    init(of attempt: AttemptStarted, _ held: RunningAttempt?) {
        input = held?.reservedInput ?? attempt.reservedInput
        output = held.map(\.reservedOutput) ?? attempt.reservedOutput
        cost = held.map(\.reservedCost) ?? attempt.reservedCost
    }
}

extension TokenUsage {
    /// The provider's counts alone, where some are missing: what is not counted is taken for none.
    fileprivate var counted: TokenUsage {
        var usage = self
        if usage.prompt == nil { usage.input = 0 }
        usage.output = usage.output ?? 0
        usage.origin = .provider
        return usage
    }
}

extension AttemptOutcome {
    /// The provider's counts, completed by estimates of a token for every four bytes of text; and the tokens
    /// of the estimate that were not reserved, which are not counted.
    ///
    /// A cancelled hedge settles at what it reserved: its provider may have worked on, unread, and
    /// charges for that.
    fileprivate func settledUsage(
        within bound: Bound,
        _ received: RequestReceived
    ) -> (usage: TokenUsage, unreserved: Int?) {
        var usage = usage
        guard mayCost, !isUnreadable else { return (usage, nil) }
        if failure == .hedgeLost {
            let reserved = TokenUsage(
                input: bound.input,
                output: bound.output,
                origin: .estimated
            )
            return (reserved, nil)
        }
        var unreserved: Int?
        let knewSome = usage.prompt != nil || usage.output != nil
        var guessed = false
        if usage.prompt == nil {
            usage.input = min(received.features.inputTokens, bound.input)
            guessed = true
        }
        // The count in a stream that broke off is of its beginning (Anthropic's message_start says 1).
        if usage.output == nil || failure != nil {
            let estimate = TokenEstimate.tokens(ofBytes: outputTextBytes)
            let within = min(estimate, bound.output ?? .max)
            if estimate > max(within, usage.output ?? 0) {
                unreserved = estimate - max(within, usage.output ?? 0)
            }
            usage.output = max(usage.output ?? 0, within)
            guessed = true
        }
        usage.origin = guessed ? (knewSome ? .mixed : .estimated) : .provider
        return (usage, unreserved)
    }
}

extension PriceTable {
    /// The prices of the model that answered, where the provider names it and it has some; of the
    /// one that was asked otherwise.
    fileprivate func prices(
        of attempt: AttemptStarted,
        answeredBy model: String?
    ) -> TokenPrices {
        let asked = prices(provider: attempt.provider, model: attempt.model)
        guard let model, model != attempt.model else { return asked }
        return exactPrices(provider: attempt.provider, model: model) ?? asked
    }
}
