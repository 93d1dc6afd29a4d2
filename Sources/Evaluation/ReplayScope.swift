import EventLog
public import Events

/// Which requests a replay looks at; all of them, unless something is said.
public struct ReplayScope: Hashable, Sendable {
    /// Those received at this instant or later.
    public var since: Timestamp?
    /// Those received before this instant.
    public var until: Timestamp?
    /// This one.
    public var request: RequestID?

    /// Every request.
    public init() {}

    /// Whether every request is looked at.
    public var isEverything: Bool { self == ReplayScope() }

    /// Whether a request that was received at an instant is looked at.
    func contains(_ id: RequestID, at time: Timestamp) -> Bool {
        since.map { $0 <= time } ?? true && until.map { time < $0 } ?? true
            && request.map { $0 == id } ?? true
    }

    /// No event of a request that is looked at lies before this instant; `nil` where that is not known.
    var start: Timestamp? {
        [since, request?.earliestTime].compactMap { $0 }.max()
    }
}
