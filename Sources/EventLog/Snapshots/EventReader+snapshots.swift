public import Events
import WriteAheadLog

extension EventReader {
    /// The newest snapshot that is whole, of this log, within what is durable and within `limit`, and of
    /// the same code, and whose state `decode` can read; with those that were passed over on the way.
    ///
    /// Nothing about a snapshot is fatal: without one the log itself is read.
    ///
    /// - Parameters:
    ///   - store: the snapshots of this log.
    ///   - code: the fingerprint of the running code.
    ///   - limit: the last sequence number that the state may hold; later ones are not looked at.
    ///   - decode: reads a state.
    /// - Returns: the state, and why which newer snapshots were not used.
    /// - Throws: what reading the log throws.
    public mutating func restore<State>(
        from store: SnapshotStore,
        code: OpaqueBytes,
        through limit: UInt64 = .max,
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
        for sequence in sequences where sequence <= limit {
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
    private mutating func fault(
        in snapshot: Snapshot,
        code: OpaqueBytes
    ) throws(SnapshotFault) -> SnapshotFault? {
        guard let id = log.logID, snapshot.logLow == id.low, snapshot.logHigh == id.high else {
            return .foreign("its log has another identity")
        }
        guard snapshot.code == code else { return .otherCode }
        let anchor: OpaqueBytes?
        do {
            let last = try log.durableSequence()
            guard snapshot.sequence <= last else {
                return .foreign(
                    "it is of event \(snapshot.sequence), and the log ends at \(last)"
                )
            }
            anchor = try self.anchor(at: snapshot.sequence)
        } catch {
            throw .unreadable("event \(snapshot.sequence) of the log can't be read: \(error)")
        }
        guard anchor == snapshot.anchor else {
            return .foreign("event \(snapshot.sequence) of the log is another one")
        }
        return nil
    }

    /// What a snapshot names an event of the log by; `nil` where there is none.
    mutating func anchor(at sequence: UInt64) throws -> OpaqueBytes? {
        var anchor: OpaqueBytes?
        try log.forEach(from: sequence) { record, _, _ in
            anchor = Snapshot.anchor(of: record)
            return false
        }
        return anchor
    }
}
