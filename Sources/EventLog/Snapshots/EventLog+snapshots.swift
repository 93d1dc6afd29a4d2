public import Events
import WriteAheadLog

extension EventLog {
    /// Describes a state of this log as a snapshot, once its last event is durable.
    ///
    /// Blocks until then. The event is read back from the log for the anchor, so that a snapshot
    /// never names an event that a reader would not find.
    ///
    /// - Parameters:
    ///   - state: the state's fields.
    ///   - sequence: the last event in it; at least 1.
    ///   - time: that event's time.
    ///   - code: the fingerprint of the code that folded it.
    /// - Returns: the snapshot, to be written to a store.
    /// - Throws: `LogError` when the event never will be durable or can't be read.
    public func snapshot(
        of state: [UInt8],
        at sequence: UInt64,
        time: Timestamp,
        code: OpaqueBytes
    ) throws -> Snapshot {
        if durableSequence < sequence { try flush() }
        var snapshot = Snapshot()
        snapshot.logLow = recovery.logID.low
        snapshot.logHigh = recovery.logID.high
        snapshot.sequence = sequence
        snapshot.time = time
        snapshot.anchor = try anchor(at: sequence) ?? .empty
        snapshot.code = code
        snapshot.state = OpaqueBytes(state)
        return snapshot
    }

    /// The newest snapshot that is whole, of this log, within it and of the same code, and whose
    /// state `decode` can read; with those that were passed over on the way.
    ///
    /// Nothing about a snapshot is fatal: without one the log itself is read.
    ///
    /// - Throws: what reading the log throws.
    public func restore<State>(
        from store: SnapshotStore,
        code: OpaqueBytes,
        _ decode: ([UInt8]) throws(EventCodingError) -> State
    ) throws -> (state: State?, ignored: [SnapshotStore.Ignored]) {
        var ignored: [SnapshotStore.Ignored] = []
        let sequences: [UInt64]
        do throws(SystemError) {
            sequences = try store.sequences()
        } catch {
            let fault = SnapshotFault.unreadable("\(error.operation) failed: error \(error.code)")
            return (nil, [SnapshotStore.Ignored(path: store.folder, fault: fault)])
        }
        for sequence in sequences {
            do throws(SnapshotFault) {
                let snapshot = try store.read(sequence)
                if let fault = try fault(in: snapshot, code: code) { throw fault }
                do throws(EventCodingError) {
                    return (try decode(snapshot.state.bytes), ignored)
                } catch {
                    throw .damaged(error.description)
                }
            } catch {
                ignored.append(
                    SnapshotStore.Ignored(path: store.path(of: sequence), fault: error)
                )
            }
        }
        return (nil, ignored)
    }

    /// Why a whole snapshot does not fit this log and this code; `nil` when it does.
    private func fault(
        in snapshot: Snapshot,
        code: OpaqueBytes
    ) throws(SnapshotFault) -> SnapshotFault? {
        guard snapshot.logLow == recovery.logID.low, snapshot.logHigh == recovery.logID.high else {
            return .foreign("its log has another identity")
        }
        guard snapshot.code == code else { return .otherCode }
        guard snapshot.sequence <= durableSequence else {
            return .foreign(
                "it is of event \(snapshot.sequence), and the log ends at \(durableSequence)"
            )
        }
        let anchor: OpaqueBytes?
        do {
            anchor = try self.anchor(at: snapshot.sequence)
        } catch {
            throw .unreadable("event \(snapshot.sequence) of the log can't be read: \(error)")
        }
        guard anchor == snapshot.anchor else {
            return .foreign("event \(snapshot.sequence) of the log is another one")
        }
        return nil
    }

    private func anchor(at sequence: UInt64) throws -> OpaqueBytes? {
        var reader = try LogReader(directory)
        var anchor: OpaqueBytes?
        try reader.forEach(from: sequence) { record, _, _ in
            anchor = Snapshot.anchor(of: record)
            return false
        }
        return anchor
    }
}
