import GRDB

/// The tables: made whole by the scripts, in order, and never changed in place.
///
/// A newer build starts again from the log instead of converting: there is no second way for a
/// figure to come about.
enum Schema {
    /// The scripts, the oldest first, compiled in from the folder `migrations`; the number of them is the
    /// schema's version.
    private static var scripts: [String] {
        [
            PackageResources.v0001_create_read_models_sql,
            PackageResources.v0002_tell_inferred_tasks_sql,
            PackageResources.v0003_keep_pieces_and_checksums_sql,
            PackageResources.v0004_tell_estimates_past_reservations_sql,
        ].map { String(decoding: $0, as: UTF8.self) }
    }

    /// What `PRAGMA user_version` says of a read model of this build.
    static let version = scripts.count

    /// The version of the tables that are there; 0 for none.
    static func version(of database: Database) throws -> Int {
        try database.rows("PRAGMA user_version") { try $0.value(0, Int.self) }.first ?? 0
    }

    /// Whether there are tables of any version.
    static func hasTables(_ database: Database) throws -> Bool { try !tables(database).isEmpty }

    private static func tables(_ database: Database) throws -> [String] {
        try database.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ) { try $0.value(0, String.self) }
    }

    /// Drops every table and makes those of this build, inside the caller's transaction.
    static func rebuild(_ database: Database) throws {
        for table in try tables(database) {
            try database.execute(literal: "DROP TABLE \(sql: table.quotedDatabaseIdentifier)")
        }
        for script in scripts { try database.execute(sql: script) }
        try database.execute(sql: "INSERT INTO position VALUES (1, 0, NULL)")
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }
}
