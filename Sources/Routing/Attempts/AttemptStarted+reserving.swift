import Events
import RouterState

extension AttemptStarted {
    /// The attempt at a candidate of a decision, with what it reserves.
    ///
    /// - Parameters:
    ///   - index: the candidate's index in the decision.
    ///   - decision: the request's one decision.
    ///   - received: the request, as recorded.
    ///   - number: which attempt of the request it is, from 1.
    ///   - failedKey: the lane that it may not take, since an attempt there failed or is slow.
    ///   - context: what it is decided on, at the instant at which it starts.
    init(
        candidate index: Int,
        of decision: RouteDecided,
        received: RequestReceived,
        number: Int,
        excluding failedKey: Int? = nil,
        in context: RoutingContext
    ) {
        self.init(candidate: index, of: decision, received: received, number: number)
        statePosition = context.state.position
        guard let policy = context.policy.providerInForce(provider)?.policy else {
            reservedInput = decision.inputBound
            reservedOutput = decision.outputBound
            return
        }
        let reference = decision.candidates[index].reference
        let reservation = Reservation(
            of: RequestBounds(decision),
            at: reference,
            policy,
            in: context
        )
        reservedInput = reservation.input
        reservedOutput = reservation.output
        reservedCost = reservation.cost
        reservedTokens = reservation.quotaTokens
        outputBound = reservation.outputBound
        unseenSpeed = reservation.unseenSpeed
        stallTimeout =
            StallTimeoutRule(
                reference: reference,
                provider: policy,
                isStreamed: isStreamed,
                input: decision.requirements.inputTokens,
                output: reservation.outputBound ?? reservation.output,
                context: context
            ).timeout
        guard policy.hasLanes else { return }
        let choice = LaneChoice(
            reference: reference,
            provider: policy,
            tokens: reservation.quotaTokens ?? 0,
            context: context
        )
        let isKept = index == 0 && decision.affinity?.isKept == true
        let preferred = isKept ? decision.affinity?.key : nil
        key = choice.best(excluding: failedKey, preferring: preferred) ?? 0
        lane = policy.lanes[key].name
    }

    /// The attempt as far as it follows from the decision alone.
    private init(
        candidate index: Int,
        of decision: RouteDecided,
        received: RequestReceived,
        number: Int
    ) {
        self.init()
        request = decision.request
        self.number = number
        provider = decision.candidates[index].provider
        model = decision.candidates[index].model
        candidate = index
        charges = decision.charges
        conversation = decision.affinity?.conversation
        isStreamed = received.isStreamed
        operation = decision.requirements.operation
    }
}
