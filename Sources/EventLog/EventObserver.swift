import Dispatch
public import Events
import Synchronization

/// Hands the events of a log, as they are appended, to whoever wants to hear of them: in order, each
/// once, on a queue of its own.
///
/// The log's owner offers each event where it appends, under the lock that orders the log, and wakes the
/// observer once it has left it (docs/decisions/0059). So an observer never holds up what is observed. What
/// it has no room for, since it is slow, it is told of; the log has it.
public final class EventObserver: Sendable {
    /// What an observer is handed.
    public enum Observation: Equatable, Sendable {
        /// An event and its sequence number; it may not be durable yet.
        case event(Event, sequence: UInt64)
        /// From the first to the last of these sequence numbers events that are wanted were not kept:
        /// `EventLog.forEach(in:_:)` reads them. Whatever is handed over later lies behind them.
        case missed(ClosedRange<UInt64>)
    }

    private struct Appended {
        let event: Event
        let sequence: UInt64
    }

    private struct State {
        /// What waits to be handed over; has room for as many as may wait.
        var waiting: [Appended]
        /// What came behind it and was not kept; nothing is until this was handed over.
        var missed: ClosedRange<UInt64>?
        /// Whether the queue hands over, or is about to.
        var isHandingOver = false
    }

    private let limit: Int
    private let wants: @Sendable (EventBody) -> Bool
    private let handler: @Sendable (Observation) -> Void
    private let queue: DispatchQueue
    private let state: Mutex<State>

    /// An observer that hears of nothing until the log's owner offers it events.
    ///
    /// - Parameters:
    ///   - name: the name of its queue.
    ///   - limit: how many events may wait; as many more may be in the handler's turn.
    ///   - wants: which events are handed over. Called under the owner's lock, so it must be short, and
    ///     may ask nothing of the owner.
    ///   - handler: called for one observation after the other. It may be slow, and may ask anything of
    ///     the owner but its end.
    public init(
        _ name: String,
        limit: Int = 1_024,
        wants: @escaping @Sendable (EventBody) -> Bool = { _ in true },
        handler: @escaping @Sendable (Observation) -> Void
    ) {
        precondition(limit > 0, "an observer without room hears of nothing")
        self.limit = limit
        self.wants = wants
        self.handler = handler
        queue = DispatchQueue(label: name, qos: .utility)
        state = Mutex(State(waiting: Self.room(for: limit)))
    }

    private static func room(for limit: Int) -> [Appended] {
        var room: [Appended] = []
        room.reserveCapacity(limit)
        return room
    }
}

// MARK: - The log's owner

extension EventObserver {
    /// Takes an event, if it is wanted; called in the order of the log, one call at a time.
    ///
    /// Allocates nothing and keeps a reference to the event.
    public func offer(_ body: EventBody, at time: Timestamp, sequence: UInt64) {
        guard wants(body) else { return }
        state.withLock { state in
            if let missed = state.missed {
                state.missed = missed.lowerBound...sequence
            } else if state.waiting.count == limit {
                state.missed = sequence...sequence
            } else {
                state.waiting.append(Appended(event: Event(body, at: time), sequence: sequence))
            }
        }
    }

    /// Begins to hand over what was offered; called outside the owner's lock after every offer.
    public func wake() {
        let mustStart = state.withLock { state in
            // What is missed lies behind something that waits, or that is being handed over.
            guard !state.isHandingOver, !state.waiting.isEmpty else { return false }
            state.isHandingOver = true
            return true
        }
        if mustStart { queue.async { self.handOver() } }
    }

    /// Blocks until everything offered so far was handed over; not for the handler to call.
    public func drain() {
        wake()
        queue.sync {}
    }

    private func handOver() {
        // The two buffers change places, so that what is offered meanwhile finds its room made.
        var turn = Self.room(for: limit)
        while true {
            let (isOver, missed) = state.withLock { state -> (Bool, ClosedRange<UInt64>?) in
                if !state.waiting.isEmpty {
                    swap(&turn, &state.waiting)
                    return (false, nil)
                }
                defer { state.missed = nil }
                state.isHandingOver = state.missed != nil
                return (!state.isHandingOver, state.missed)
            }
            if isOver { return }
            for next in turn {
                handler(.event(next.event, sequence: next.sequence))
            }
            turn.removeAll(keepingCapacity: true)
            if let missed { handler(.missed(missed)) }
        }
    }
}

extension EventLog {
    /// Visits appended events once they are durable: for an observer that missed them.
    ///
    /// Blocks on I/O.
    ///
    /// - Throws: `LogError` when they never will be durable, while there is no space for them, and when
    ///   they were retired; as `EventReader.forEach` and the body do.
    public func forEach(
        in range: ClosedRange<UInt64>,
        _ body: (Event, UInt64) throws -> Void
    ) throws {
        try flush()
        var reader = try EventReader(directory)
        try reader.forEach(from: range.lowerBound) { event, sequence in
            guard sequence <= range.upperBound else { return false }
            try body(event, sequence)
            return sequence < range.upperBound
        }
    }
}
