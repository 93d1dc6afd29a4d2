import EventLog
import Events
import Foundation
import RouterState
import WriteAheadLog

/// A history in a real log, in a directory that goes away with the value.
final class HistoryLog {
    let path = FileManager.default.temporaryDirectory.path + "/logway-history-\(UUID().uuidString)"
    let events: [Event]
    /// The small segments that let a test retire some.
    static let segmentSize = 32 << 10

    /// Writes events, those of one instant as one group; then `ending` has the open log.
    ///
    /// No frame holds more than `frameSize` groups; left to itself the log may write all in one.
    init(
        _ events: [Event],
        frameSize: Int = .max,
        ending: (EventLog) throws -> Void = { _ in }
    ) throws {
        self.events = events
        let log = try EventLog(path, options: LogOptions(segmentSize: Self.segmentSize))
        var rest = events[...]
        var groups = 0
        while let first = rest.first {
            let group = rest.prefix { $0.time == first.time }
            try log.append(Array(group))
            groups += 1
            if groups % frameSize == 0 { try log.flush() }
            rest = rest.dropFirst(group.count)
        }
        try log.flush()
        try ending(log)
        try log.close()
    }

    /// A history of a seed.
    convenience init(
        seed: UInt64,
        steps: Int,
        ending: (EventLog) throws -> Void = { _ in }
    ) throws {
        try self.init(GatewayHistory(seed: seed, steps: steps).events, ending: ending)
    }

    /// The events of a history whose state is never carried on, so that a fold that begins later does
    /// not become whole.
    static func withoutCarriedStates(_ history: GatewayHistory) -> [Event] {
        history.events.map { event in
            guard case .stateCarried = event.body else { return event }
            return Event(.nodeStopped(NodeStopped()), at: event.time)
        }
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }

    /// The fold of the events at or before an instant.
    func state(at time: Timestamp) -> RouterState {
        var state = RouterState()
        for (index, event) in events.enumerated() where event.time <= time {
            state.apply(event, sequence: UInt64(index + 1))
        }
        return state
    }
}
