public import Events
public import RouterState

/// What one transaction decides on: a state, a policy and an instant.
///
/// It is made once, where the transaction begins, and handed down. The policy is an argument of its own, by
/// default the one in force: to decide under another one is to make another context. So nothing in this
/// module reads `state.policy`.
///
/// A class that never changes, like `PolicyInForce`: a copy of the state costs a reference count for each of
/// its tables. It is not kept beyond the transaction, or the next event would copy the tables that it
/// changes.
public final class RoutingContext: Sendable {
    /// The fold of every event so far, with what lost attempts held released (`RouterState.expired`).
    public let state: RouterState
    /// The policy to decide under.
    public let policy: PolicyInForce
    /// The time, not before `state.time`.
    public let now: Timestamp
    /// The fold itself, where something expired by now.
    private let unexpired: RouterState?

    /// A context.
    ///
    /// - Parameters:
    ///   - state: the fold of every event so far.
    ///   - policy: the policy to decide under; by default the one in force.
    ///   - now: the time, not before `state.time`.
    public init(_ state: RouterState, policy: PolicyInForce? = nil, at now: Timestamp) {
        let expired = state.expired(at: now)
        self.state = expired ?? state
        unexpired = expired == nil ? nil : state
        self.policy = policy ?? state.policy
        self.now = now
    }

    private init(_ context: RoutingContext, at now: Timestamp) {
        state = context.state
        policy = context.policy
        unexpired = context.unexpired
        self.now = now
    }

    /// The same state and policy at a later instant, at which an attempt is to start: what would expire
    /// until then is still held.
    func later(at now: Timestamp) -> RoutingContext { RoutingContext(self, at: now) }

    /// The state as it was folded, with everything held that no event released.
    var folded: RouterState { unexpired ?? state }

    /// The budgets that count a request in these scopes.
    func budgetUses(charges: [String]) -> [BudgetUse] {
        state.budgetUses(under: policy, charges: charges, at: now)
    }

    /// Whether a provider runs on this machine.
    func isLocal(_ provider: String) -> Bool {
        policy.providerInForce(provider)?.policy.isLocal == true
    }

    /// Whether a provider is at capacity: as many attempts are under way there as may be at once.
    func isSaturated(_ provider: String) -> Bool {
        guard let limit = policy.providerInForce(provider)?.policy.maxConcurrent else {
            return false
        }
        return state.inFlight.attempts(at: provider) >= limit
    }

    /// Whether a model may not be asked in a lane for now: its key was rejected, or its rate limit holds.
    func isHeld(_ model: ModelReference, key: Int) -> Bool {
        state.holds.keyRejected(model.provider, key: key, at: now) != nil
            || state.holds.rateLimited(model, key: key, at: now) != nil
    }
}
