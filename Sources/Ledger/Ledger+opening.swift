import EventLog
public import Events
import Glibc
import Projections
import RouterState
public import WriteAheadLog

extension Ledger {
    /// Opens the log in a directory, folds what the last snapshot does not hold, and records what
    /// the last process left open.
    ///
    /// Blocks on I/O; call it before serving.
    ///
    /// - Parameters:
    ///   - directory: the data directory, created when it is not there.
    ///   - durability: what has to be durable before what.
    ///   - version: the version of Logway, for the record.
    ///   - snapshots: how often the state is written down.
    ///   - options: how the log is created and grows.
    ///   - redaction: what is a secret, and is taken out of every event.
    ///   - notice: told what the operator may want to know and nothing depends on.
    ///   - fileSystem: where the log is written; a test's can hold a sync back or fail it.
    /// - Returns: the ledger, with this start recorded.
    /// - Throws: `LogError`, or `UndecodableEvent` for a log of a later build.
    public static func open(
        _ directory: String,
        durability: Durability,
        version: String,
        snapshots: SnapshotPolicy = SnapshotPolicy(),
        options: LogOptions = LogOptions(),
        redaction: Redaction = Redaction(),
        notice: @escaping @Sendable (String) -> Void = { _ in },
        fileSystem: any FileSystem = PosixFileSystem()
    ) throws -> Ledger {
        var options = options
        options.witnesses = { last in
            SnapshotStore(directory, fileSystem: fileSystem).witnesses(after: last)
                + ReadModel.witnesses(in: directory, after: last)
        }
        let log = try EventLog(directory, options: options, fileSystem: fileSystem)
        log.onNotice { notice("\($0)") }
        if let gap = log.recovery.copyGap { notice("\(gap)") }
        do {
            let store = SnapshotStore(directory, fileSystem: fileSystem)
            var state = try restored(log, store, snapshots.code, notice) ?? RouterState()
            let restoredThrough = state.position
            if log.nextSequence > state.position + 1 {
                var reader = try EventReader(directory)
                // Where events were retired, a StateCarried among those that are kept holds them.
                let first = max(state.position + 1, try reader.log.firstSequence())
                try reader.forEach(from: first, fields: RouterState.fields) {
                    state.apply($0, sequence: $1)
                    return true
                }
            }
            let ledger = Ledger(
                log: log,
                state: state,
                durability: durability,
                snapshots: snapshots.code.map { code in
                    StateSnapshots(
                        log,
                        store,
                        code: code,
                        interval: snapshots.interval,
                        after: restoredThrough,
                        notice: notice
                    )
                },
                redaction: redaction,
                notice: notice
            )
            // What is said of the start stands before what is said of anything that follows.
            defer { ledger.drainObservers() }
            _ = ledger.now
            try ledger.judgeClock()
            try ledger.recordStart(recovery: log.recovery, version: version)
            return ledger
        } catch {
            try log.close()
            throw error
        }
    }

    /// The state of the newest snapshot that fits; tells of those that do not.
    private static func restored(
        _ log: EventLog,
        _ store: SnapshotStore,
        _ code: OpaqueBytes?,
        _ notice: (String) -> Void
    ) throws -> RouterState? {
        guard let code else { return nil }
        let (state, ignored) = try log.restore(from: store, code: code) {
            bytes throws(EventCodingError) in
            try RouterState(decoding: bytes)
        }
        for snapshot in ignored { notice(snapshot.description) }
        return state
    }

    /// Ends what was in flight when the last process died, then records this one.
    ///
    /// Each request is ended by a group of its own, since a group has a limit and a crash may leave
    /// thousands; a crash in between leaves the rest to the next start.
    private func recordStart(recovery: RecoveryReport, version: String) throws(LogError) {
        let (count, interruptions) = read { state, now in
            (state.inFlight.count, state.inFlight.interruptions(prices: state.prices, at: now))
        }
        if recovery.cut != nil || count > 0 {
            var recovered = LogRecovered()
            recovered.segment = Int64(recovery.cut?.segment ?? 0)
            recovered.offset = Int64(recovery.cut?.offset ?? 0)
            recovered.cutBytes = Int64(recovery.cut?.byteCount ?? 0)
            recovered.interruptedRequests = count
            try record([.logRecovered(recovered)])
        }
        var rest = interruptions[...]
        while let first = rest.first {
            let group = rest.prefix { $0.request == first.request }
            try record(Array(group))
            rest = rest.dropFirst(group.count)
        }
        var started = NodeStarted()
        started.version = version
        started.process = Int(getpid())
        started.durability = durability.rawValue
        try record([.nodeStarted(started)])
    }
}
