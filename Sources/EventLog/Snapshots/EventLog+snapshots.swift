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

    /// As `EventReader.restore`, from the log that is open for writing.
    ///
    /// - Throws: what reading the log throws.
    public func restore<State>(
        from store: SnapshotStore,
        code: OpaqueBytes,
        _ decode: ([UInt8]) throws(EventCodingError) -> State
    ) throws -> (state: State?, ignored: [SnapshotStore.Ignored]) {
        var reader = try EventReader(directory)
        return try reader.restore(from: store, code: code, decode)
    }

    private func anchor(at sequence: UInt64) throws -> OpaqueBytes? {
        var reader = try EventReader(directory)
        return try reader.anchor(at: sequence)
    }
}
