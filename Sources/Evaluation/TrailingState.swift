import Events
import RouterState

/// A fold that stays a few events behind its reader, so that the state before them can be looked at.
///
/// In the log a decision stands behind the request that it is about, but it was made on the state
/// before both. A copy of the state at each request would do as well and cost more.
struct TrailingState: Sendable {
    /// Far more events than one group of the gateway's has.
    private static let limit = 64

    /// The state, as of its position.
    private(set) var state: RouterState
    /// Whether the state holds everything before its position: not so in a log whose first events
    /// were retired, up to the event that carries the state on.
    private(set) var isWhole: Bool
    private var waiting: [(event: Event, sequence: UInt64)] = []

    init(_ state: RouterState, isWhole: Bool) {
        self.state = state
        self.isWhole = isWhole
    }

    /// Takes the next event, to be applied later.
    mutating func append(_ event: Event, sequence: UInt64) {
        if waiting.count == Self.limit { advance(to: sequence) }
        waiting.append((event, sequence))
    }

    /// Applies what has waited, up to a position.
    mutating func advance(to position: UInt64) {
        var count = 0
        for (event, sequence) in waiting where sequence <= position {
            if state.isMadeWhole(by: event.body) { isWhole = true }
            state.apply(event, sequence: sequence)
            count += 1
        }
        waiting.removeFirst(count)
    }
}
