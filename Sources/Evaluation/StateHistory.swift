public import EventLog
public import Events
public import RouterState

/// The states that a log went through, each folded from its events; in any process, also beside a
/// running server.
public struct StateHistory {
    private let directory: String
    var reader: EventReader
    /// The fingerprint of the running code, whose snapshots may be gone on from; `nil` for none.
    private let code: OpaqueBytes?

    /// The history of the log in a directory.
    ///
    /// - Throws: `LogError`, as `EventReader` does.
    public init(
        _ directory: String,
        code: OpaqueBytes? = CodeFingerprint.running
    ) throws {
        self.directory = directory
        self.code = code
        reader = try EventReader(directory)
    }

    /// The state as of an instant: of every event at or before it, by default of all.
    ///
    /// Goes on from the nearest snapshot before it.
    ///
    /// - Throws: `StateRetired` when events were pruned that the state needs, and what reading the
    ///   log throws.
    public mutating func state(at time: Timestamp? = nil) throws -> RouterState {
        let end = try time.map { try reader.lastSequence(atOrBefore: $0) } ?? reader.lastSequence()
        guard let end else { throw StateRetired(earliest: try earliestTime()) }
        var fold = try start(before: end + 1)
        if end > fold.state.position {
            try reader.forEach(from: fold.next, fields: RouterState.fields) { event, sequence in
                guard sequence <= end else { return false }
                fold.apply(event, sequence: sequence)
                return sequence < end
            }
        }
        guard fold.isWhole else { throw StateRetired(earliest: try earliestTime()) }
        return fold.state
    }

    /// Where a fold that reaches an event begins: the nearest snapshot before it, or else the first
    /// event that is kept.
    mutating func start(before sequence: UInt64) throws -> StateFold {
        let first = try reader.firstSequence()
        let store = SnapshotStore(directory)
        if let code, sequence > 1 {
            let (state, _) = try reader.restore(from: store, code: code, through: sequence - 1) {
                bytes throws(EventCodingError) in
                try RouterState(decoding: bytes)
            }
            if let state, state.position + 1 >= first {
                return StateFold(state, isWhole: true, next: state.position + 1)
            }
        }
        return StateFold(RouterState(), isWhole: first == 1, next: first)
    }

    /// The first instant whose state can be folded from what is kept; `nil` when there is none.
    mutating func earliestTime() throws -> Timestamp? {
        var found: Timestamp?
        var assembly = StateAssembly()
        let first = try reader.firstSequence()
        try reader.forEach(from: first, fields: RouterState.fields) { event, _ in
            switch event.body {
            case .stateCarried: found = event.time
            case .statePart(let part): if assembly.take(part) != nil { found = event.time }
            default: break
            }
            return found == nil
        }
        return found
    }
}

/// A state on its way.
struct StateFold {
    private(set) var state: RouterState
    /// Whether every event before its position is in it.
    private(set) var isWhole: Bool
    /// The next event.
    private(set) var next: UInt64

    init(_ state: RouterState, isWhole: Bool, next: UInt64) {
        self.state = state
        self.isWhole = isWhole
        self.next = next
    }

    mutating func apply(_ event: Event, sequence: UInt64) {
        if state.isMadeWhole(by: event.body) { isWhole = true }
        state.apply(event, sequence: sequence)
        next = sequence + 1
    }
}

/// The state of an instant can't be folded any more, since events that it needs were pruned.
public struct StateRetired: Error, Hashable, CustomStringConvertible {
    /// The earliest instant whose state there is; `nil` when there is none.
    public let earliest: Timestamp?

    /// What happened and what to ask instead.
    public var description: String {
        let rest = earliest.map { "; the earliest time that can be asked for is \($0)" } ?? ""
        return "the state of that time was retired (`log.retention`)" + rest
    }
}
