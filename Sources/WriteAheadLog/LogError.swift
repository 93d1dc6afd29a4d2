/// What can go wrong with a log.
///
/// Every message says what happened, to which thing, and what to do.
public enum LogError: Error, Equatable, Sendable {
    /// Another process (or another writer of this one) holds the directory's lock.
    case directoryInUse(path: String, pid: Int32?)
    /// The directory or a file in it can't be written by this user.
    case notWritable(path: String, code: Int32)
    /// A later release wrote this directory or segment.
    case newerVersion(path: String, found: Int, supported: Int)
    /// The path holds no log, or not the log that was asked for.
    case notALog(path: String, reason: String)
    /// Bytes that were durable are damaged.
    ///
    /// `offset` counts bytes from the start of the segment.
    case corrupt(segment: UInt32, offset: Int, reason: String)
    /// The records before this sequence number were retired with their segments.
    case retired(before: UInt64)
    /// The segment can't be retired: the log is still being written to it, or it was not begun.
    case segmentInUse(segment: UInt32)
    /// A checkpoint or its key can't be read.
    case invalidCheckpoint(path: String, reason: String)
    /// A file beside the log holds no secret (`DirectorySecret`).
    case invalidSecret(path: String)
    /// A directory can't take a backup of this log.
    case backupRefused(path: String, reason: String)
    /// No record of the log could be kept by a repair.
    case beyondRepair(segment: UInt32, reason: String)
    /// The segment that is written to was removed or replaced under its writer.
    case directoryLost(path: String, isGone: Bool)
    /// Something beside the log knows of records behind its end.
    case tailLost(last: UInt64, known: UInt64, witness: String)
    /// An earlier write or sync failed; nothing can be appended until the process is restarted.
    case poisoned(reason: String)
    /// No space is left for the next segment or frame.
    case diskFull(path: String)
    /// No space is left for the next segment, while the one in use goes on; it is made by itself once
    /// there is.
    case noRoom(path: String)
    /// One record is larger than a frame may be.
    case recordTooLarge(bytes: Int, limit: Int)
    /// The records of one append are together larger than a frame may be.
    case groupTooLarge(bytes: Int, limit: Int)
    /// More bytes wait for the disk than the named limit allows.
    case backlogFull(bytes: Int, limit: Int)
    /// The writer was closed.
    case closed
    /// The operating system refused a call.
    case io(operation: String, path: String, code: Int32)

    init(_ error: SystemError) {
        switch error.kind {
        case .noSpace: self = .diskFull(path: error.path)
        case .notPermitted: self = .notWritable(path: error.path, code: error.code)
        case .notFound, .other:
            self = .io(operation: error.operation, path: error.path, code: error.code)
        }
    }
}

extension LogError: CustomStringConvertible {
    /// One sentence on what happened and where, one on what to do next.
    public var description: String {
        switch self {
        case .directoryInUse(let path, let pid):
            let holder = pid.map { "process \($0)" } ?? "another process"
            return "\(path) is in use by \(holder); stop it, or choose another data directory"
        case .notWritable(let path, let code):
            return "\(path) can't be written (\(SystemError.text(of: code)));"
                + " give this user the right to write there, or choose another data directory"
        case .newerVersion(let path, let found, let supported):
            return "\(path) has format version \(found), this build knows up to \(supported);"
                + " use a newer logway"
        case .notALog(let path, let reason):
            return "\(path) is not a usable log: \(reason); check the data directory's path"
        case .corrupt(let segment, let offset, let reason):
            return "segment \(segment) is damaged at byte \(offset): \(reason);"
                + " nothing was changed: keep a copy, then run `logway log repair --dry-run`"
        case .retired(let sequence):
            return "the records before number \(sequence) were retired;"
                + " ask for that one or a later one"
        case .segmentInUse(let segment):
            return "segment \(segment) can't be retired, since the log does not go on behind it;"
                + " choose an earlier one"
        case .invalidCheckpoint(let path, let reason):
            return "\(path) can't be used: \(reason); give the file as it was written"
        case .invalidSecret(let path):
            return "\(path) holds no secret of 64 hexadecimal digits;"
                + " restore it from a copy, or move it away: a new one is made at the next start"
        case .beyondRepair(let segment, let reason):
            return "segment \(segment), where the log begins, is lost: \(reason);"
                + " nothing was changed: restore the directory from a copy, or begin another one"
        case .backupRefused(let path, let reason):
            return "\(path) can't take the backup: \(reason); nothing there was changed:"
                + " choose another directory"
        case .directoryLost(let path, let isGone):
            return
                "\(path) was \(isGone ? "removed" : "replaced by another file") while this process"
                + " writes to it; nothing more is accepted: put the data directory back as it was,"
                + " then restart"
        case .tailLost(let last, let known, let witness):
            return "the log ends with record \(last), but \(witness) knows of \(known): records"
                + " \(last + 1) to \(known) are gone, or it is another log's; nothing was changed:"
                + " restore a copy, or go on without them by `logway log repair`"
        case .poisoned(let reason):
            return "the log stopped after a failed write: \(reason);"
                + " nothing more is accepted: check the disk, then restart"
        case .diskFull(let path):
            return "no space is left for \(path); free some space, then restart"
        case .noRoom(let path):
            return "no space is left for the log's next segment, \(path); free some:"
                + " it is made by itself then, and until the one in use is nearly full it goes on"
        case .recordTooLarge(let bytes, let limit):
            return "a record of \(bytes) bytes is over the limit of \(limit); split it"
        case .groupTooLarge(let bytes, let limit):
            return "a group of \(bytes) bytes is over the limit of \(limit);"
                + " append it in smaller groups"
        case .backlogFull(let bytes, let limit):
            return "\(bytes) bytes wait for the disk, over the limit of \(limit);"
                + " wait until they are durable, then append again"
        case .closed:
            return "the log is closed; open it again to append"
        case .io(let operation, let path, let code):
            return "\(operation) failed on \(path) (\(SystemError.text(of: code)));"
                + " check the disk and the path, then try again"
        }
    }
}
