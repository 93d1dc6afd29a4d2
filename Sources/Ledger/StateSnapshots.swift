import Dispatch
public import EventLog
public import Events
import RouterState
import Synchronization

/// How often the state is written down for a quick start.
public struct SnapshotPolicy: Sendable {
    /// Events between two snapshots.
    public var interval: UInt64
    /// The fingerprint of the code that folds; without one no snapshot is written or used.
    public var code: OpaqueBytes?

    /// A snapshot every `interval` events of the state that `code` folded.
    public init(interval: Int = 250_000, code: OpaqueBytes? = CodeFingerprint.running) {
        self.interval = UInt64(interval)
        self.code = code
    }
}

/// Writes snapshots of the state on a thread of its own.
///
/// A failure costs nothing but a slower start, so it is told and forgotten.
final class StateSnapshots: Sendable {
    private let log: EventLog
    private let store: SnapshotStore
    private let code: OpaqueBytes
    private let interval: UInt64
    private let notice: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "logway.snapshots", qos: .utility)
    /// The position at which the next one is due.
    private let due: Atomic<UInt64>
    /// The position of the last one; touched on the queue only, but for its creation.
    private let written: Atomic<UInt64>

    init(
        _ log: EventLog,
        _ store: SnapshotStore,
        code: OpaqueBytes,
        interval: UInt64,
        after position: UInt64,
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.log = log
        self.store = store
        self.code = code
        self.interval = interval
        self.notice = notice
        due = Atomic(position + interval)
        written = Atomic(position)
    }

    /// Takes a copy of the state when one is due; costs a comparison otherwise.
    ///
    /// Called where the state changes, one call at a time.
    func offer(_ state: RouterState) {
        guard state.position >= due.load(ordering: .relaxed) else { return }
        due.store(state.position + interval, ordering: .relaxed)
        queue.async { self.write(state) }
    }

    /// Writes the last state of all, unless it is written already; blocks until that is done.
    func finish(_ state: RouterState) { queue.sync { write(state) } }

    private func write(_ state: RouterState) {
        guard state.position > written.load(ordering: .relaxed) else { return }
        do {
            let snapshot = try log.snapshot(
                of: state.encoded,
                at: state.position,
                time: state.time,
                code: code
            )
            try store.write(snapshot)
            written.store(state.position, ordering: .relaxed)
        } catch {
            notice(
                "the state was not written to \(store.folder), the next start takes longer: \(error)"
            )
        }
    }
}
