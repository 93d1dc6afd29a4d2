public import Events
public import RouterState

/// How one lane of a provider that has several is doing.
public struct LaneStatus: Sendable {
    /// What it is called.
    public let name: String
    /// Its share of the traffic beside the others' weights.
    public let weight: Int
    /// Attempts that run there.
    public let running: Int
    /// Its record.
    public let record: LaneRecord
    /// Until when its key is held, if it is.
    public let keyRejectedUntil: Timestamp?
    /// Until when the other lanes are preferred, if they are.
    public let restsUntil: Timestamp?

    /// The lanes of a provider; none where it has only one.
    static func all(
        of provider: ProviderPolicy,
        _ state: RouterState,
        at time: Timestamp
    ) -> [LaneStatus] {
        guard provider.lanes.count > 1 else { return [] }
        return provider.lanes.enumerated().map { key, lane in
            let record = state.lanes.of(provider.name, key)
            return LaneStatus(
                name: lane.name,
                weight: lane.weight,
                running: state.inFlight.attempts(at: provider.name, lane: key),
                record: record,
                keyRejectedUntil: state.holds.keyRejected(provider.name, key: key, at: time),
                restsUntil: record.isResting(at: time) ? record.restsUntil : nil
            )
        }
    }

    /// In words: `open`, or what keeps it from being used and until when.
    var state: String {
        if let keyRejectedUntil { return "key rejected until \(keyRejectedUntil)" }
        if let restsUntil { return "rests until \(restsUntil)" }
        return "open"
    }
}
