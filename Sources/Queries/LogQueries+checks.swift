import EventLog
public import Events
import Foundation
import Projections
public import WriteAheadLog

/// What a check of a whole data directory found.
public struct LogVerification: Sendable {
    /// What was found in the log's bytes, down to the first that is wrong.
    public let report: VerificationReport
    /// What of a log whose bytes are right can't be used, a sentence; `nil` if there is no such thing.
    ///
    /// Events that were there are missing at its end, or a record is no event that this build reads.
    public let eventProblem: String?
    /// What is wrong with the read model, a sentence; `nil` if nothing is, or there is none.
    public let readModelProblem: String?

    /// Whether nothing that was checked is bad.
    public var isWhole: Bool { isLogWhole && readModelProblem == nil }

    /// Whether nothing of the log itself is bad.
    public var isLogWhole: Bool { report.isWhole && eventProblem == nil }
}

/// What a log holds.
public struct LogContents: Sendable {
    /// Counts and sizes.
    public let statistics: LogStatistics
    /// How many events there are of each type, by its name.
    public let eventsByType: [String: Int]
}

extension LogQueries {
    /// Counts and sizes of the log, and its events by type.
    public func contents() throws -> LogContents {
        var log = try LogReader(directory)
        let statistics = try log.statistics()
        var counts: [UInt64: Int] = [:]
        var reader = try EventReader(directory)
        try reader.forEach(from: reader.firstSequence(), fields: .none) { event, _ in
            counts[event.body.code, default: 0] += 1
            return true
        }
        var types: [String: Int] = [:]
        for (code, count) in counts { types[EventBody.name(ofCode: code), default: 0] += count }
        return LogContents(statistics: statistics, eventsByType: types)
    }

    /// Checks every checksum, chain link and event, and the read model.
    ///
    /// - Parameters:
    ///   - checkpoint: what the log is also held against.
    ///   - publicKey: the key of 32 bytes that must have signed the checkpoint; `nil` takes the one in
    ///     it, which shows only that it is whole.
    ///   - progress: told now and then of the bytes checked, and of all that there are.
    /// - Returns: what was found.
    /// - Throws: `LogError.io`, `.newerVersion` and `.notALog` only: damage is what the result is for.
    public func verify(
        against checkpoint: Checkpoint? = nil,
        publicKey: [UInt8]? = nil,
        progress: (_ checked: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> LogVerification {
        try refuseNewer()
        // Before the log is read: beside a writer they go on, but never before it.
        let witnesses = witnesses(after: 0)
        let report = try withoutActuallyEscaping(progress) { progress in
            try LogReader.verify(
                directory,
                against: checkpoint,
                publicKey: publicKey,
                progress: progress
            )
        }
        let eventProblem =
            report.lostTail(witnesses).map { "\($0)" }
            ?? (report.isWhole ? firstUndecodable() : nil)
        return LogVerification(
            report: report,
            eventProblem: eventProblem,
            readModelProblem: readModelProblem()
        )
    }

    /// Makes a damaged log usable again; what it cuts is kept beside it.
    ///
    /// Not beside a running server.
    ///
    /// - Parameters:
    ///   - dryRun: whether it only says what would be done, and changes nothing.
    ///   - now: the machine's time, which names the directory that keeps what is cut.
    /// - Returns: what was done, or would be.
    /// - Throws: as `LogRepair.run`.
    public func repair(dryRun: Bool, now: Timestamp) throws(LogError) -> RepairReport {
        try LogRepair.run(
            directory,
            dryRun: dryRun,
            time: now.microseconds,
            witnesses: { [self] in witnesses(after: $0) }
        )
    }

    /// Signs how far the log has come and what it holds.
    ///
    /// - Parameter keyFile: a file with the private key, 64 hexadecimal digits; `nil` takes the data
    ///   directory's own, which is made at its first use.
    /// - Returns: the checkpoint.
    /// - Throws: `LogError.invalidCheckpoint` for a file that holds no key.
    public func checkpoint(keyFile: String? = nil) throws -> Checkpoint {
        var reader = try LogReader(directory)
        let key =
            try keyFile.map { file throws(LogError) in try CheckpointKey(file: file) }
            ?? CheckpointKey(directory: directory)
        return try reader.checkpoint(signedBy: key)
    }

    /// What of the data directory knows that the log went further than `last`.
    private func witnesses(after last: UInt64) -> [LogWitness] {
        SnapshotStore(directory).witnesses(after: last)
            + ReadModel.witnesses(in: directory, after: last)
    }

    /// Leaves the directory of a later build as it is: to look into `read.db` makes files beside it.
    private func refuseNewer() throws(LogError) {
        do throws(LogError) {
            _ = try LogReader(directory)
        } catch {
            if case .newerVersion = error { throw error }
        }
    }

    /// What is wrong with the read model, if something is.
    private func readModelProblem() -> String? {
        do {
            return try ReadModel.problem(in: directory)
        } catch {
            notice("\(directory)/read.db was not checked: \(error)")
            return nil
        }
    }

    /// What stops the events of a whole log from being read, if something does.
    private func firstUndecodable() -> String? {
        do {
            var reader = try EventReader(directory)
            try reader.forEach(from: reader.firstSequence()) { _, _ in true }
            return nil
        } catch {
            return "\(error)"
        }
    }
}

extension Checkpoint {
    /// The checkpoint in a file.
    ///
    /// - Throws: `QueryError.unreadable`; `LogError.invalidCheckpoint` for a file that holds none.
    public init(file: String) throws {
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
        } catch {
            throw QueryError.unreadable(file: file, reason: error.localizedDescription)
        }
        try self.init(json: text, path: file)
    }

    /// Writes the checkpoint into a file, as one line of JSON.
    ///
    /// - Throws: `QueryError.unwritable`.
    public func write(to file: String) throws(QueryError) {
        do {
            try Data((json + "\n").utf8).write(to: URL(filePath: file))
        } catch {
            throw .unwritable(file: file, reason: error.localizedDescription)
        }
    }
}
