import Events
import RouterState

/// What bounds the use of every attempt at a request, wherever it goes.
struct RequestBounds {
    /// Prompt tokens.
    let input: Int
    /// Output tokens in all answers; `nil` when the client set no limit.
    let output: Int?
    /// How many answers the client asked for.
    let choices: Int
    /// Whether what answers usually take is reserved, not all that they may take.
    let isExpected: Bool

    init(_ decision: RouteDecided) {
        isExpected = decision.reservesExpected
        input = decision.inputBound
        output = decision.outputBound
        choices = max(1, decision.choices ?? 1)
    }
}

/// What an attempt at a candidate would reserve: bounds on what it may use and cost; of a streamed
/// answer under a budget what its model's usually take, to be extended while it flows.
struct Reservation {
    /// Prompt tokens.
    var input: Int
    /// Output tokens, of all answers together; `nil` when nothing limits them.
    var output: Int?
    /// Money; `nil` when a price or a limit is unknown.
    var cost: Nanodollars?
    /// Tokens in the provider's quotas; `nil` when none counts tokens.
    var quotaTokens: Int?
    /// Whether the model is known to cost nothing.
    var isFree: Bool
    /// The most output tokens, where fewer are reserved; `nil` where all of them are.
    var outputBound: Int?
    /// How many tokens a second may be written and not shown, where fewer than all are reserved.
    var unseenSpeed: Int?

    init(
        of bounds: RequestBounds,
        at reference: ModelReference,
        _ provider: ProviderPolicy,
        state: RouterState
    ) {
        let prices = state.prices.prices(of: reference)
        isFree = prices.isFree
        input = bounds.input
        // Without a limit the cost has no bound; where nothing is paid, none is needed.
        let usual = isFree ? nil : state.policy.policy.budgets?.outputLimit
        output =
            bounds.output ?? usual.map { $0.multipliedClamped(by: bounds.choices) }
        // A provider that counts tokens by the minute counts what may come, as OpenAI and Groq do.
        quotaTokens = Self.quotaTokens(input, output, at: reference.model, of: provider)
        if bounds.isExpected, !isFree, let most = output,
            let usual = state.policy.policy.budgets?.expectedOutput
        {
            let expected = ExpectedOutput(
                of: reference,
                default: usual,
                choices: bounds.choices,
                state: state
            )
            if expected.tokens < most {
                output = expected.tokens
                outputBound = most
                unseenSpeed = expected.unseenSpeed
            }
        }
        cost = isFree ? .zero : prices.bound(input: input, output: output)
    }

    /// The bound, or an estimate where the bound is more than the whole quota: it would never fit,
    /// though most prompts have a token for every four bytes.
    private static func quotaTokens(
        _ input: Int,
        _ output: Int?,
        at model: String,
        of provider: ProviderPolicy
    ) -> Int? {
        guard provider.isLimited else { return nil }
        let limits = [
            provider.limits, provider.limits(of: QuotaOwner(provider: provider.name, model: model)),
        ].flatMap { [$0?.tokensPerMinute, $0?.tokensPerDay] }
        guard let least = limits.compactMap({ $0 }).min() else { return nil }
        let output = output ?? assumedOutputTokens
        let bound = input.addingClamped(output)
        return bound <= least ? bound : (input / 4).addingClamped(output)
    }
}

extension RouteDecided {
    /// Tokens that a chat template adds around each message, and around all of them, and what the
    /// providers put before tool definitions, each well above what they document.
    private static let overhead = (message: 16, request: 64, tools: 1_024)

    /// Notes what every attempt reserves and counts in, whichever candidate it is at.
    ///
    /// A task's budget goes by the classified task, whether the client named it or it was inferred.
    mutating func bound(by received: RequestReceived, policy: RoutingPolicy) {
        let features = received.features
        // No tokenizer makes more tokens than there are bytes. An image is among the body's.
        let bytes = features.needs.contains(.vision) ? features.bodyBytes : features.promptBytes
        inputBound = max(0, bytes)
            .addingClamped(max(0, features.messages).multipliedClamped(by: Self.overhead.message))
            .addingClamped(Self.overhead.request)
            .addingClamped(features.needs.contains(.tools) ? Self.overhead.tools : 0)
        choices = received.choices
        outputBound = features.outputLimit?.multipliedClamped(by: max(1, choices ?? 1))
        // Of an unstreamed answer nothing is seen before all of it is paid for.
        reservesExpected =
            received.isStreamed && policy.budgets?.isLimiting == true
            && policy.budgets?.expectedOutput != nil
        guard let scopes = policy.budgets?.scopes, !scopes.isEmpty else { return }
        let own = Set(
            [
                classification.task.map { "task:\($0.name)" },
                received.tenant.map { "tenant:\($0)" },
                received.clientKey.map { "key:\($0)" },
            ].compactMap { $0 }
        )
        charges = scopes.map(\.scope).filter(own.contains)
    }
}

extension AttemptStarted {
    /// The attempt at a candidate of a decision, with what it reserves.
    init(
        candidate index: Int,
        of decision: RouteDecided,
        received: RequestReceived,
        number: Int,
        state: RouterState,
        now: Timestamp,
        besides failedKey: Int? = nil
    ) {
        self.init()
        let candidate = decision.candidates[index]
        request = decision.request
        self.number = number
        provider = candidate.provider
        model = candidate.model
        self.candidate = index
        statePosition = state.position
        charges = decision.charges
        conversation = decision.affinity?.conversation
        isStreamed = received.isStreamed
        operation = decision.requirements.operation
        guard let policy = state.policy.providerInForce(provider)?.policy else {
            reservedInput = decision.inputBound
            reservedOutput = decision.outputBound
            return
        }
        let reservation = Reservation(
            of: RequestBounds(decision),
            at: candidate.reference,
            policy,
            state: state
        )
        reservedInput = reservation.input
        reservedOutput = reservation.output
        reservedCost = reservation.cost
        reservedTokens = reservation.quotaTokens
        outputBound = reservation.outputBound
        unseenSpeed = reservation.unseenSpeed
        hang =
            HangRule(
                reference: candidate.reference,
                provider: policy,
                isStreamed: isStreamed,
                input: decision.requirements.inputTokens,
                output: reservation.outputBound ?? reservation.output,
                state: state,
                now: now
            ).limit
        guard policy.hasLanes else { return }
        let choice = LaneChoice(
            reference: candidate.reference,
            provider: policy,
            tokens: reservation.quotaTokens ?? 0,
            state: state,
            now: now
        )
        let isKept = index == 0 && decision.affinity?.isKept == true
        key = choice.best(besides: failedKey, before: isKept ? decision.affinity?.key : nil) ?? 0
        lane = policy.lanes[key].name
    }
}

extension TokenPrices {
    /// The most that so many tokens can cost: each of the prompt at the dearest way to be priced,
    /// writing the provider's cache included; `nil` when a price or the output is unknown.
    func bound(input: Int, output: Int?) -> Nanodollars? {
        guard let price = self.input else { return nil }
        var dearest = self
        dearest.input = max(
            price,
            cachedInput ?? price,
            cacheWrite ?? price,
            cacheWriteHour ?? price
        )
        return dearest.cost(of: TokenUsage(input: input, output: output, origin: .estimated))
    }
}

extension Int {
    /// The product, or the end of the range that it runs past; neither may be negative.
    fileprivate func multipliedClamped(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
