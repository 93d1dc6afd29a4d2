import GRDB

/// Why the read model can't be used; the log holds everything that it would have said.
public enum ReadModelError: Error, Hashable, Sendable {
    /// SQLite refused: the file can't be written, the disk is full, another process is in the way.
    case database(path: String, code: Int32, reason: String)
    /// A later build of Logway made it; it is left as it is.
    case newerSchema(path: String, version: Int, known: Int)
    /// The file is no database, or does not hold what was written; it is to be rebuilt.
    case damaged(path: String, reason: String)
}

extension ReadModelError: CustomStringConvertible {
    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .database(let path, let code, let reason):
            "\(path) can't be used: \(reason) (SQLite code \(code)); the log itself is not touched"
        case .newerSchema(let path, let version, let known):
            "\(path) has schema \(version), this build knows up to \(known): use the build that "
                + "made it, or delete \(path)* to have it rebuilt"
        case .damaged(let path, let reason):
            "\(path) is damaged: \(reason); delete \(path)* to have it rebuilt from the log"
        }
    }
}

extension ReadModelError {
    /// Whether another process was in the way.
    var isBusy: Bool {
        guard case .database(_, let code, _) = self else { return false }
        // The low byte of an extended code is the code that it details.
        return code & 0xff == ResultCode.SQLITE_BUSY.rawValue
    }

    /// An error of SQLite.
    init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path, reason: reason)
        default:
            self = .database(
                path: path,
                code: error.extendedResultCode.rawValue,
                reason: reason
            )
        }
    }
}
