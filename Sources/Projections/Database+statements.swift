import Events
import Foundation
import GRDB
import GRDBSQLite

/// A value in a row is not of the kind that was written there.
struct UnexpectedValue: Error {
    /// The column's index in the statement.
    let column: Int
    /// The statement.
    let sql: String
}

extension Database {
    /// Runs a statement that gives no rows; it is prepared once per connection.
    ///
    /// - Throws: `DatabaseError`.
    func run(_ sql: String, _ arguments: [(any ColumnValue)?] = []) throws {
        try step(through: sql, arguments) { _ in }
    }

    /// The rows of a query, each read while it is current; the statement is prepared once.
    ///
    /// - Throws: `DatabaseError`, and what `read` throws.
    func rows<Result>(
        _ sql: String,
        _ arguments: [(any ColumnValue)?] = [],
        _ read: (ResultRow) throws -> Result
    ) throws -> [Result] {
        var results: [Result] = []
        try step(through: sql, arguments) { results.append(try read($0)) }
        return results
    }

    /// Visits the rows of a query, each while it is current.
    ///
    /// - Throws: `DatabaseError`, and what `visit` throws.
    func forEachRow(
        _ sql: String,
        _ arguments: [(any ColumnValue)?] = [],
        _ visit: (ResultRow) throws -> Void
    ) throws {
        try step(through: sql, arguments, visit)
    }

    /// Binds, steps and resets; GRDB prepares the statement and keeps it.
    ///
    /// Its own way of doing this took two thirds of what folding an event costs: it also tells
    /// observers of changes, of which there are none here.
    private func step(
        through sql: String,
        _ arguments: [(any ColumnValue)?],
        _ visit: (ResultRow) throws -> Void
    ) throws {
        // SAFETY: the connection keeps the statement, and both are confined to this call's thread.
        let statement = try unsafe cachedStatement(sql: sql).sqliteStatement
        // What an earlier run failed with was thrown by that run.
        defer { unsafe sqlite3_reset(statement) }
        precondition(unsafe Int(sqlite3_bind_parameter_count(statement)) == arguments.count, sql)
        for (index, argument) in arguments.enumerated() {
            let parameter = Int32(index + 1)
            let code =
                if let argument { unsafe argument.bind(to: statement, parameter) } else {
                    unsafe sqlite3_bind_null(statement, parameter)
                }
            guard code == SQLITE_OK else { throw failure(code, of: sql) }
        }
        while true {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_DONE: return
            case SQLITE_ROW: try visit(unsafe ResultRow(statement, sql))
            case let code: throw failure(code, of: sql)
            }
        }
    }

    private func failure(_ code: Int32, of sql: String) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: lastErrorMessage,
            sql: sql
        )
    }
}

/// A row whose values are checked when they are read.
///
/// A damaged file may hold a value of any type in any column. Valid until the statement's next step.
@safe struct ResultRow {
    private let statement: OpaquePointer
    private let sql: String

    fileprivate init(_ statement: OpaquePointer, _ sql: String) {
        unsafe self.statement = unsafe statement
        self.sql = sql
    }

    /// The value of a column, `nil` for NULL.
    ///
    /// - Throws: `UnexpectedValue`.
    func optional<Value: ColumnValue>(
        _ column: Int,
        _: Value.Type = Value.self
    ) throws -> Value? {
        let index = Int32(column)
        // SAFETY: rows are only handed out while their statement is on them.
        if unsafe sqlite3_column_type(statement, index) == SQLITE_NULL { return nil }
        return try checked(unsafe Value(column: index, of: statement), column)
    }

    /// The value of a column that has one.
    ///
    /// - Throws: `UnexpectedValue`.
    func value<Value: ColumnValue>(
        _ column: Int,
        _: Value.Type = Value.self
    ) throws -> Value {
        try checked(optional(column, Value.self), column)
    }

    /// A sequence number, `nil` for NULL.
    func optionalSequence(_ column: Int) throws -> UInt64? {
        guard let number = try optional(column, Int64.self) else { return nil }
        return try checked(UInt64(exactly: number), column)
    }

    /// A sequence number.
    func sequence(_ column: Int) throws -> UInt64 { try checked(optionalSequence(column), column) }

    /// An instant.
    func time(_ column: Int) throws -> Timestamp {
        Timestamp(microseconds: try value(column, Int64.self))
    }

    /// A request's id.
    func id(_ column: Int) throws -> RequestID {
        try checked(RequestID(column: value(column, Data.self)), column)
    }

    /// An outcome, `nil` for NULL.
    func outcome(_ column: Int) throws -> RequestOutcome? {
        guard let code = try optional(column, UInt8.self) else { return nil }
        return try checked(RequestOutcome(rawValue: code), column)
    }

    /// The hash of all columns, as the file has them: of text its bytes, valid or not.
    func hash(of table: CheckedTable) -> UInt64 {
        var hash = RowHash(of: table)
        // SAFETY: rows are only handed out while their statement is on them, and SQLite keeps a
        // value's bytes until the next step.
        for column in unsafe 0..<sqlite3_column_count(statement) {
            switch unsafe sqlite3_column_type(statement, column) {
            case SQLITE_NULL: hash.mixNull()
            case SQLITE_INTEGER:
                hash.mix(integer: unsafe sqlite3_column_int64(statement, column))
            case let type:
                let isText = type == SQLITE_TEXT
                let start = unsafe sqlite3_column_blob(statement, column)
                let count = Int(unsafe sqlite3_column_bytes(statement, column))
                unsafe hash.mix(
                    bytes: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count),
                    isText: isText
                )
            }
        }
        return hash.value
    }

    private func checked<Value>(_ value: Value?, _ column: Int) throws -> Value {
        guard let value else { throw UnexpectedValue(column: column, sql: sql) }
        return value
    }
}

extension RequestID {
    /// The UUID's 16 bytes.
    var column: Data {
        // SAFETY: reads the bytes of a local value.
        unsafe withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { unsafe Data($0) }
    }

    /// The id of 16 bytes; `nil` for another number of them.
    init?(column data: Data) {
        guard data.count == 16 else { return nil }
        let half = { (bytes: Data) in bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        self.init(high: half(data.prefix(8)), low: half(data.suffix(8)))
    }
}
