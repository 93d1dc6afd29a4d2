public import Events
public import RouterState

/// Whether an attempt under way may go on writing: what it holds of the budgets, and what more it may
/// hold (docs/decisions/0047).
///
/// As with `Admission`, the gateway extends by it, and a replay makes the same again.
public enum ReservationExtension: Sendable {
    /// What it holds is enough, or nothing limits it.
    case holds
    /// It holds more from here on.
    case extended(ReservationExtended)
    /// The budget of this name has no room for what may have been written.
    case refused(budget: String)

    /// What is reserved ahead of what was written, in tokens: what may arrive in one piece.
    public static let ahead = 1_024

    /// Decides for an attempt; pure: equal arguments give an equal result.
    ///
    /// It rests on the state as it was folded: what the attempt asks for comes on top of what it holds, so
    /// that may not count as released, however late it is.
    ///
    /// - Parameters:
    ///   - id: the request.
    ///   - number: the attempt's number.
    ///   - written: the most output tokens that may have been written.
    ///   - context: the fold of every event so far, the policy, and the time.
    public init(
        of id: RequestID,
        _ number: Int,
        written: Int,
        in context: RoutingContext
    ) {
        let state = context.folded
        guard let attempt = state.inFlight[id]?.attempt(number), let bound = attempt.outputBound,
            let reserved = attempt.reservedOutput, reserved < bound,
            written.addingClamped(Self.ahead) > reserved
        else {
            self = .holds
            return
        }
        let prices = state.prices.prices(provider: attempt.provider, model: attempt.model)
        let budgets = state.budgetUses(
            under: context.policy,
            charges: attempt.charges,
            at: context.now
        )
        let isBinding = context.policy.policy.budgets?.onLimit != .warn
        var refusing: String?
        // Twice as much, so that a long answer asks seldom; where that does not fit, what is needed.
        for wanted in [reserved.addingClamped(reserved), 0] {
            let output = min(bound, max(wanted, written.addingClamped(Self.ahead)))
            let cost = prices.bound(input: attempt.reservedInput, output: output)
            let more = cost.map { max(.zero, $0 - (attempt.reservedCost ?? .zero)) }
            refusing = more.flatMap { more in budgets.first { !$0.fits(more) }?.name }
            guard refusing == nil || !isBinding else { continue }
            var event = ReservationExtended()
            event.request = id
            event.number = number
            event.output = output
            event.cost = cost
            event.written = written
            self = .extended(event)
            return
        }
        self = .refused(budget: refusing ?? "")
    }
}

extension RouterState {
    /// The event by which an attempt under way goes on holding what it holds, for as long again; `nil`
    /// where there is no such attempt.
    ///
    /// What is held expires, since its end may be lost; a stream that flows may take longer.
    public func renewal(of change: ReservationExtended) -> ReservationExtended? {
        guard let attempt = inFlight[change.request]?.attempt(change.number) else { return nil }
        var event = ReservationExtended()
        event.request = change.request
        event.number = change.number
        event.output = attempt.reservedOutput
        event.cost = attempt.reservedCost
        event.written = change.written
        return event
    }
}
