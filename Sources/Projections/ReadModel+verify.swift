import Foundation
import GRDB

extension ReadModel {
    /// Why the tables of a data directory are not as they were written.
    ///
    /// Every row is held against the checksums, and SQLite checks its trees and indexes. Nothing is
    /// changed, and no event is folded. `nil` where all is well, where there are no tables, and where
    /// they are another build's, which makes nothing of them.
    ///
    /// - Throws: `DatabaseError` where the file can't be opened or is held by another process.
    public static func problem(in directory: String) throws -> String? {
        let file = ReadModelFile(directory: directory)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try file.openForReading().read { database in
                guard try Schema.version(of: database) == Schema.version else { return nil }
                let found = try database.rows("PRAGMA integrity_check(1)") { row in
                    try row.value(0, String.self)
                }
                if let first = found.first, first != "ok" { return "\(file.path): \(first)" }
                for table in CheckedTable.allCases { try database.check(table) }
                return nil
            }
        } catch let changed as ChangedRows {
            return "\(file.path): \(changed)"
        } catch let error as UnexpectedValue {
            return "\(file.path): unexpected value in column \(error.column) of: \(error.sql)"
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        {
            return "\(file.path): \(error.message ?? "it is no database")"
        }
    }
}
