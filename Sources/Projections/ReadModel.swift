import EventLog
import Events
import GRDB
import WriteAheadLog

/// What the log says, as SQLite tables: `read.db` in the data directory.
///
/// It follows from the log alone. Any process may fold what is missing, each batch of events in one
/// transaction with its position; so a reader never sees half a batch, two processes never fold an
/// event twice, and a file that was deleted comes back. A value is confined to one thread at a time.
public final class ReadModel {
    /// Events of one transaction: few enough for others not to wait long, many enough to be cheap.
    static let batchSize = 20_000
    /// How often a reader folds again what another process took away.
    private static let attempts = 5

    private let file: ReadModelFile
    private let notice: (String) -> Void
    private var reader: EventReader
    private var queue: DatabaseQueue?
    private var identity: Int?
    /// The last position that was found to be of this log.
    private var checked: Position?

    /// The read model of a data directory; nothing is opened but the log.
    ///
    /// - Parameters:
    ///   - directory: the data directory.
    ///   - notice: told when the tables are rebuilt, and why.
    /// - Throws: `LogError` if there is no log that can be read.
    public convenience init(
        _ directory: String,
        notice: @escaping (String) -> Void = { _ in }
    ) throws {
        try self.init(directory, ReadModelFile(directory: directory), notice: notice)
    }

    /// The read model of a data directory in this file.
    init(_ directory: String, _ file: ReadModelFile, notice: @escaping (String) -> Void) throws {
        self.notice = notice
        self.file = file
        reader = try EventReader(directory)
    }

    /// Folds what the log holds durably, at this moment, beyond the tables; of a log without a writer only
    /// what somebody may have been promised, since tables that are ahead of a log say that it lost its end.
    ///
    /// It does not run after a log that grows meanwhile: that would be one small batch after the
    /// other, without end, each as dear as a large one.
    ///
    /// - Parameter goesOn: asked for each event and for each row; `false` gives up the batch under way and
    ///   leaves the rest for later.
    /// - Throws: `ReadModelError` when the tables can't be written; `LogError` and
    ///   `UndecodableEvent` when the log can't be read.
    public func catchUp(while goesOn: () -> Bool = { true }) throws {
        let end = try reader.log.promisedSequence()
        try withoutActuallyEscaping(goesOn) { goesOn in
            let interruption = Interruption(goesOn)
            while goesOn(), let reached = try foldBatch(interruption), reached.sequence < end {}
        }
    }

    /// Reads the tables in one transaction, after folding what is missing.
    ///
    /// - Throws: as `catchUp`.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        for _ in 0..<Self.attempts {
            try catchUp()
            let result: Result? = try withDatabase { queue in
                try queue.read { database in
                    // Another process may have begun to rebuild the tables since.
                    guard try isUsable(database) else { return nil }
                    return try body(database)
                }
            }
            if let result { return result }
        }
        throw ReadModelError.database(
            path: file.path,
            code: 0,
            reason: "another process rebuilds it again and again"
        )
    }

    /// Reads events of the log, for what the tables only point to.
    func events(_ body: (inout EventReader) throws -> Void) throws { try body(&reader) }
}

extension ReadModel {
    /// Folds one batch, and says how far the tables are then; `nil` when nothing was missing, and when it
    /// was abandoned.
    private func foldBatch(_ interruption: Interruption) throws -> Position? {
        // Most of the time there is nothing to do, and that is found out without the write lock.
        let before = try usablePosition()
        if let before, before.sequence >= (try reader.log.promisedSequence()) { return nil }
        var reports: [String] = []
        var folded: (reached: Position, isMore: Bool)?
        do {
            try withDatabase { queue in
                try queue.inTransaction(.immediate) { database in
                    reports = []
                    folded = try interruption.watching(database) {
                        try fold(in: database, interruption, &reports)
                    }
                    return .commit
                }
            }
        } catch is Interruption.GivenUp {
            return nil
        } catch let error as ReadModelError where error.isBusy {
            // Who folds much does so batch after batch, and its pauses may be too short for anyone
            // to get in between. That is this one's work being done, so it goes on waiting.
            guard let now = try usablePosition(), now != before else { throw error }
            return now
        }
        checked = folded?.reached
        for report in reports { notice(report) }
        return folded.flatMap { $0.isMore ? $0.reached : nil }
    }

    /// How far the tables are; `nil` when they are to be rebuilt.
    private func usablePosition() throws -> Position? {
        try withDatabase { queue in
            try queue.read { database in
                try isUsable(database) ? try Position(database) : nil
            }
        }
    }

    /// Whether the tables are of this build and of this log, and no less than was folded before.
    private func isUsable(_ database: Database) throws -> Bool {
        guard try Schema.version(of: database) == Schema.version else { return false }
        let position = try Position(database)
        if position == checked { return true }
        guard try mismatch(position) == nil else { return false }
        let isBehind = position.sequence < (checked?.sequence ?? 0)
        checked = position
        return !isBehind
    }

    /// Folds a batch inside a transaction, after making sure that the tables are of this log.
    ///
    /// - Returns: how far the tables are, and whether that is further than they were.
    private func fold(
        in database: Database,
        _ interruption: Interruption,
        _ reports: inout [String]
    ) throws -> (reached: Position, isMore: Bool) {
        let version = try Schema.version(of: database)
        if version > Schema.version {
            throw ReadModelError.newerSchema(
                path: file.path,
                version: version,
                known: Schema.version
            )
        }
        var position = Position()
        if version < Schema.version {
            if try Schema.hasTables(database) { reports.append(rebuilding("its schema is older")) }
            try Schema.rebuild(database)
        } else {
            position = try Position(database)
            if position != checked, let reason = try mismatch(position) {
                reports.append(rebuilding(reason))
                try Schema.rebuild(database)
                position = Position()
            }
        }
        var batch = try EventBatch(database, interruption)
        var last: (sequence: UInt64, record: [UInt8]) = (0, [])
        let start = max(position.sequence + 1, try reader.log.firstSequence())
        let end = min(start + UInt64(Self.batchSize), try reader.log.promisedSequence() + 1)
        guard start < end else { return (position, false) }
        try reader.forEachRecord(from: start, fields: EventBatch.fields) {
            record,
            event,
            sequence in
            try interruption.check()
            try batch.apply(event, sequence: sequence)
            // Kept rather than read again, which would cost the reader its place in the log.
            last.sequence = sequence
            last.record.removeAll(keepingCapacity: true)
            // SAFETY: read during the call, while the span is borrowed.
            unsafe record.withUnsafeBytes { unsafe last.record.append(contentsOf: $0) }
            return sequence + 1 < end
        }
        guard last.sequence > 0 else { return (position, false) }
        position = Position(after: last.sequence, record: last.record.span)
        try batch.save(position)
        return (position, true)
    }

    private func rebuilding(_ reason: String) -> String {
        "\(file.path) is rebuilt from the log: \(reason)"
    }

    /// Why tables at this position are not of this log; `nil` when they are.
    private func mismatch(_ position: Position) throws -> String? {
        guard position.sequence > 0 else { return nil }
        let end = try reader.log.durableSequence()
        if position.sequence > end {
            return "it holds event \(position.sequence), and the log ends at \(end)"
        }
        if position.sequence < (try reader.log.firstSequence()) {
            return "it ends at event \(position.sequence), and what follows it was retired"
        }
        var found: Position?
        try reader.log.forEach(from: position.sequence) { record, sequence, _ in
            found = Position(after: sequence, record: record)
            return false
        }
        return found == position
            ? nil : "event \(position.sequence) of the log is not the one that it was made from"
    }

    /// Runs the body on an open connection, with SQLite's errors in words.
    ///
    /// A file that proves damaged is removed, and the body is run on an empty one: so every body
    /// first looks at the schema.
    private func withDatabase<Result>(
        _ body: (DatabaseQueue) throws -> Result
    ) throws -> Result {
        do {
            return try attempt(body)
        } catch ReadModelError.damaged(_, let reason) {
            close()
            notice(rebuilding("it is damaged (\(reason))"))
            try file.remove()
            return try attempt(body)
        }
    }

    private func attempt<Result>(_ body: (DatabaseQueue) throws -> Result) throws -> Result {
        do {
            return try body(try opened())
        } catch let error as DatabaseError {
            close()
            throw ReadModelError(error, path: file.path)
        } catch let changed as ChangedRows {
            throw ReadModelError.damaged(path: file.path, reason: "\(changed)")
        } catch let error as UnexpectedValue {
            throw ReadModelError.damaged(
                path: file.path,
                reason: "unexpected value in column \(error.column) of: \(error.sql)"
            )
        } catch let error as DecodingError {
            throw ReadModelError.damaged(path: file.path, reason: "a list of tags: \(error)")
        }
    }

    /// The connection; a new one when the file is another than it was.
    private func opened() throws -> DatabaseQueue {
        if let queue, file.identity == identity { return queue }
        close()
        let queue = try file.open()
        self.queue = queue
        identity = file.identity
        return queue
    }

    private func close() {
        // The connection closes with its last reference.
        queue = nil
        checked = nil
    }
}
