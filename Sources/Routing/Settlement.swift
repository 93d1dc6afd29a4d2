public import Events
public import RouterState

/// What an attempt came to, as the shell saw it: what the provider said and the network measured.
public struct AttemptOutcome: Sendable {
    /// Why there is no whole answer; `nil` on success.
    public var failure: FailureKind?
    /// The HTTP status, where one was received.
    public var status: Int?
    /// What the provider or the network said, without secrets.
    public var message: String?
    /// How long the provider said to wait.
    public var retryAfter: Duration?
    /// The tokens that the provider counted.
    public var usage = TokenUsage()
    /// What the provider says it cost.
    public var receipt: Nanodollars?
    /// The provider's reason for ending the answer.
    public var finishReason: String?
    /// The model that the provider says answered.
    public var model: String?
    /// Bytes of text that the model wrote, for an estimate where usage is missing.
    public var outputTextBytes = 0
    /// Whether the provider may have worked for this attempt, so that it may cost something even
    /// though it failed.
    public var mayCost = true
    /// Whether something came that could not be read, so that nobody knows what it cost.
    public var isUnreadable = false
    /// The fingerprints of what only the provider can go on from.
    public var held: [UInt64] = []
    /// The status by which the provider refused the client's own API before it was asked by a chat.
    public var refusedStatus: Int?
    /// Microseconds to a new connection; `nil` when one was reused.
    public var connectMicroseconds: Int?
    /// Microseconds to the first byte of the answer's body.
    public var firstByteMicroseconds: Int?
    /// Microseconds in all.
    public var totalMicroseconds = 0

    /// A whole answer of which nothing is known.
    public init() {}
}

extension AttemptFinished {
    /// The event that settles an attempt: the provider's counts and receipt where it gave them,
    /// estimates marked as such where it did not; pure.
    ///
    /// - Parameters:
    ///   - attempt: the attempt.
    ///   - outcome: what it came to.
    ///   - received: the request.
    ///   - prices: the prices in force at its end.
    ///   - now: the time of its end.
    public init(
        of attempt: AttemptStarted,
        _ outcome: AttemptOutcome,
        received: RequestReceived,
        prices: PriceTable,
        at now: Timestamp
    ) {
        self.init()
        request = attempt.request
        number = attempt.number
        provider = attempt.provider
        model = attempt.model
        key = attempt.key
        failure = outcome.failure
        status = outcome.status
        message = outcome.message
        retryAt = outcome.retryAfter.map { now + $0 }
        usage = outcome.settledUsage(of: attempt, received)
        finishReason = outcome.finishReason
        answeredModel = outcome.model == attempt.model ? nil : outcome.model
        pricesPosition = prices.position
        if let receipt = outcome.receipt {
            cost = receipt
            costOrigin = .receipt
        } else if !outcome.mayCost {
            cost = .zero
            costOrigin = .uncharged
        } else if outcome.failure == .hedgeLost, let reserved = attempt.reservedCost {
            cost = reserved
            costOrigin = .estimated
        } else if let price = prices.prices(of: attempt, answeredBy: outcome.model).cost(of: usage)
        {
            cost = price
            costOrigin = usage.origin == .provider ? .priced : .estimated
        }
        connectMicroseconds = outcome.connectMicroseconds
        firstByteMicroseconds = outcome.firstByteMicroseconds
        held = Array(outcome.held.suffix(Self.heldLimit))
        refusedStatus = outcome.refusedStatus
        totalMicroseconds = outcome.totalMicroseconds
    }
}

extension AttemptOutcome {
    /// The provider's counts, completed by estimates of a token for every four bytes of text.
    ///
    /// A cancelled hedge settles at what it reserved: its provider may have worked on, unread, and
    /// charges for that.
    fileprivate func settledUsage(
        of attempt: AttemptStarted,
        _ received: RequestReceived
    ) -> TokenUsage {
        var usage = usage
        guard mayCost, !isUnreadable else { return usage }
        if failure == .hedgeLost {
            return TokenUsage(
                input: attempt.reservedInput,
                output: attempt.reservedOutput,
                origin: .estimated
            )
        }
        let knewSome = usage.prompt != nil || usage.output != nil
        var guessed = false
        if usage.prompt == nil {
            usage.input = received.features.inputTokens
            guessed = true
        }
        // The count in a stream that broke off is of its beginning (Anthropic's message_start says 1).
        if usage.output == nil || failure != nil {
            usage.output = max(usage.output ?? 0, (outputTextBytes + 3) / 4)
            guessed = true
        }
        usage.origin = guessed ? (knewSome ? .mixed : .estimated) : .provider
        return usage
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
